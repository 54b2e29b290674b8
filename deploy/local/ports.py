"""The ports of one installation: all on 127.0.0.1, all at a fixed distance from the gateway's."""

import os
import random
import socket

import psutil

from deploy.local.state import CannotStart
from shared.settings import PORT_OFFSETS

LAST_BASE = 50_000


def chosen_base() -> int:
    given = os.environ.get("RELAIS_PORT_BASE", "8080")
    if not given.isdigit() or not 1024 <= int(given) <= LAST_BASE:
        raise CannotStart(f"RELAIS_PORT_BASE={given} is no port base.", f"Give a number from 1024 to {LAST_BASE}: RELAIS_PORT_BASE=9080 ./relais up")
    return int(given)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that is only cooling down (TIME_WAIT) is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def check_free(base: int, parts: list[str]) -> None:
    """Some parts say nothing useful on a taken port (the embedded broker even exits 0): look before starting any."""
    for part in parts:
        port = base + PORT_OFFSETS[part]
        if not is_free(port):
            raise CannotStart(f"Port {port} ({part}) is taken by {_holder(port)}.", f"Stop that program, or shift every port: RELAIS_PORT_BASE={free_base(9080, 7080)} ./relais up")


def free_base(*preferred: int) -> int:
    """A base all of whose ports are free now."""
    for base in (*preferred, *random.sample(range(10_000, 20_000, 20), 100)):
        if all(is_free(base + offset) for offset in PORT_OFFSETS.values()):
            return base
    raise CannotStart("No range of free ports was found on this machine.", "Stop some programs and try again.")


def free_port() -> int:
    """One port that nobody has now, for a test's own server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass  # other users' processes are not ours to see
    return "another program"
