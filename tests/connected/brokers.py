"""A real broker that a test may kill and bring back empty, and a door to the database that a test may shut or make slow."""

import asyncio
import base64
import os
import shutil
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.processes import Running, kill_group, last_lines, spawn
from deploy.local.tansu import program
from shared import kafka
from tests.support.system import STACK_KIND

FORMATTED = ("meta.properties", "bootstrap.checkpoint")


class Broker:
    """Tansu or Apache Kafka on a port of its own. One serves all tests: each gets it empty, and may kill it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "broker.log"
        self.topics: list[str] = []
        self.process: Running | None = None
        self.cluster = ""
        self._kafka = Kafka(folder / "kafka", self.log, self.port, free_port())
        self._formatted: dict[str, bytes] = {}

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings in which the two kinds differ."""
        full = STACK_KIND == "full"
        return {
            "RELAIS_KAFKA_BOOTSTRAP": self.bootstrap,
            "RELAIS_KAFKA_GROUPS": str(full).lower(),
            "RELAIS_KAFKA_IDEMPOTENT": str(full).lower(),
            "RELAIS_KAFKA_PARTITIONS": "3" if full else "1",
        }

    async def empty(self, topics: Iterable[str]) -> None:
        """Running, with these topics, nothing in them, and an epoch of its own: as if it were new."""
        self.topics = sorted(topics)
        if STACK_KIND != "full":  # starts in milliseconds
            self.kill()
        if self.process is None:
            await self.start()
            return
        self.send_signal(signal.SIGCONT)
        await self._delete_topics()
        await self.make_topics()
        producer = kafka.make_producer()
        try:
            await kafka.within(30, producer.start())
            await kafka.begin_epoch(producer)
        finally:
            await kafka.close_client(producer)

    async def start(self, *, same_cluster: bool = False, ready: bool = True) -> None:
        """Start, and make the topics as the launcher does; `ready` false leaves that to the test."""
        if STACK_KIND == "full":
            self._start_kafka(same_cluster)
        else:
            self._start_tansu(same_cluster)
        if ready:
            await self.make_topics()

    def _start_tansu(self, same_cluster: bool) -> None:
        if not same_cluster:
            self.cluster = f"test-{uuid4().hex}"
        address = f"tcp://{self.bootstrap}"
        self.process = spawn([str(program()), "broker", "--silent", "--listener-url", address, "--advertised-listener-url", address, "--cluster-id", self.cluster], log=self.log)

    def _start_kafka(self, same_cluster: bool) -> None:
        """New disks are formatted once by Kafka's own tool, which takes as long as the broker; then only the name is another."""
        if self._formatted and not self._kafka.data.exists():
            name = self.cluster if same_cluster else base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=").replace("-", "_")
            self._kafka.data.mkdir(parents=True)
            for file, content in self._formatted.items():
                (self._kafka.data / file).write_bytes(content.replace(self._formatted_as, f"cluster.id={name}".encode()))
            self.cluster = name
        self.process = self._kafka.start()
        if not self._formatted:
            self._formatted = {file: (self._kafka.data / file).read_bytes() for file in FORMATTED}
            self.cluster = self._formatted_as.decode().partition("=")[2]

    @property
    def _formatted_as(self) -> bytes:
        return next(line for line in self._formatted["meta.properties"].splitlines() if line.startswith(b"cluster.id="))

    async def make_topics(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                await kafka.create_topics(self.topics, bootstrap=self.bootstrap)
            except (kafka.KafkaError, OSError, TimeoutError):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the broker did not start: {last_lines(self.log)}") from None
                await asyncio.sleep(0.05)
            else:
                return

    async def _delete_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await kafka.within(30, admin.start())
            ours = [topic for topic in await kafka.within(30, admin.list_topics()) if topic.startswith("relais.")]
            await kafka.within(30, admin.delete_topics(ours))
        finally:
            await kafka.close_client(admin)

    def kill(self, *, keep: bool = False) -> None:
        """As a power cut does, and everything it kept is gone; with `keep` its disks survive, if it has any."""
        if self.process is not None:
            kill_group(self.process.pid)
            while self.process.poll() is None:
                time.sleep(0.005)
            self.process = None
        if not keep:
            shutil.rmtree(self._kafka.data, ignore_errors=True)

    def send_signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)


class Door:
    """A port in front of the database. Shut, it cuts every connection and refuses new ones; slow, it holds back each packet."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.port = free_port()
        self.slow_seconds = 0.0
        self._server: asyncio.Server | None = None
        self._through: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()

    def cut(self) -> None:
        """End every connection in the middle of whatever it carries."""
        for writer in list(self._through):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.behind)
        except OSError:  # the database itself is away
            writer.transport.abort()
            return
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
                if self.slow_seconds:
                    await asyncio.sleep(self.slow_seconds)
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
