"""Apache Kafka, one node (KRaft), without a container."""

import base64
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deploy.local import native
from deploy.local.ports import is_free
from deploy.local.processes import Running, spawn

SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
# A consumer that was stopped for a year still knows where it was.
offsets.retention.minutes=527040
"""


def distribution() -> Path:
    return native.distribution("kafka", "copy-dependencies")


@dataclass
class Kafka:
    folder: Path
    log: Path
    port: int
    controller: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> Running:
        libraries = distribution()
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "server.properties"
        settings.write_text(SETTINGS.format(port=self.port, controller=self.controller, data=self.data))
        java = ["java", "-cp", f"{libraries}/*", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        if not (self.data / "meta.properties").exists():
            cluster = base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=").replace("-", "_")  # a leading "-" would be read as an option
            native.run([*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)], "Kafka's data folder could not be made")
        memory = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"]
        return spawn([*java, *memory, "kafka.Kafka", str(settings)], log=self.log, folder=self.folder)

    def ready(self) -> bool:
        """Its port is open; the making of topics, which comes next, waits until it also answers."""
        return not is_free(self.port)
