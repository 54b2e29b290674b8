"""A real broker that a test may kill and bring back empty, and a door to the database that a test may shut."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from deploy.local.kafka import Kafka, distribution
from deploy.local.ports import free_port
from deploy.local.processes import Running, kill_group, last_lines, spawn
from deploy.local.tansu import Tansu, program
from shared import kafka
from tests.support.system import STACK_KIND


class Broker:
    """Tansu or Apache Kafka on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "broker.log"
        self.topics: list[str] = []
        self.process: Running | None = None
        self.cluster = ""

    @property
    def environment(self) -> dict[str, str]:
        """The settings in which the two kinds differ."""
        full = STACK_KIND == "full"
        return {
            "RELAIS_KAFKA_BOOTSTRAP": f"127.0.0.1:{self.port}",
            "RELAIS_KAFKA_GROUPS": str(full).lower(),
            "RELAIS_KAFKA_IDEMPOTENT": str(full).lower(),
            "RELAIS_KAFKA_PARTITIONS": "3" if full else "1",
        }

    async def start(self, topics: Iterable[str] | None = None, *, same_cluster: bool = False, ready: bool = True) -> None:
        """Start, empty if it was killed before, and make the topics as the launcher does; `ready` false leaves that to the test."""
        if topics is not None:
            self.topics = sorted(topics)
        self.cluster = self.cluster if same_cluster else f"test-{uuid4().hex}"
        self.process = self._start_kafka() if STACK_KIND == "full" else self._start_tansu()
        if ready:
            await self.make_topics()

    def _start_tansu(self) -> Running:
        if not self.cluster.startswith("test-"):
            return Tansu(self.port, self.log).start()
        address = f"tcp://127.0.0.1:{self.port}"
        return spawn([str(program()), "broker", "--silent", "--listener-url", address, "--advertised-listener-url", address, "--cluster-id", self.cluster], log=self.log)

    def _start_kafka(self) -> Running:
        server = Kafka(self.folder / "kafka", self.log, self.port, free_port())
        meta = server.data / "meta.properties"
        if not meta.exists() and self.cluster and not self.cluster.startswith("test-"):
            self._format(server, self.cluster)
        process = server.start()
        while not meta.exists() and process.poll() is None:
            time.sleep(0.02)
        self.cluster = next(line.partition("=")[2] for line in meta.read_text().splitlines() if line.startswith("cluster.id"))
        return process

    def _format(self, server: Kafka, cluster: str) -> None:
        """A broker whose disks were wiped and whose name is still the same."""
        settings = server.folder / "server.properties"
        command = ["java", "-cp", f"{distribution()}/*", "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)]
        subprocess.run(command, check=True, capture_output=True)

    async def make_topics(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                await kafka.create_topics(self.topics, bootstrap=f"127.0.0.1:{self.port}")
            except (kafka.KafkaError, OSError, TimeoutError):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the broker did not start: {last_lines(self.log)}") from None
                await asyncio.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """As a power cut does, and everything it kept is gone."""
        if self.process is not None:
            kill_group(self.process.pid)
            while self.process.poll() is None:
                time.sleep(0.005)
            self.process = None
        shutil.rmtree(self.folder / "kafka" / "data", ignore_errors=True)

    def send_signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)


class Door:
    """A port in front of the database. Shut, it cuts every connection and refuses new ones."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.port = free_port()
        self._server: asyncio.Server | None = None
        self._through: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._through):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.behind)
        self._through |= {writer, back}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, back))
                group.create_task(self._pump(there, writer))
        except* (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._through -= {writer, back}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
