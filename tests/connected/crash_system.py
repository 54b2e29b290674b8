"""The system that the crash suite kills, piece by piece, and looks at from outside: APIs, topics and databases."""

import asyncio
import signal
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from shared.kafka import FETCH_WAIT_MILLISECONDS, close_client, within
from tests.connected.brokers import Broker
from tests.connected.conftest import until
from tests.connected.crash_client import Client
from tests.connected.crash_parts import HOLDS, SETTLED, Part

RECOVERY_SECONDS = 30.0  # I10: how long after the fault everything may take to be as if nothing had been
BASE = "/api/v1/registry"
BVT, UNIT = "VN-22-BVT", "Khoa Chấn thương"
MANY, RARE = 12, 4  # people of a large transaction; of a specialty of which two must always be there
PRESENT = 2


class System:
    """One registry with its worker, one service that answers it, one broker."""

    def __init__(self, broker: Broker, parts: Mapping[str, Part], client: Client, databases: Mapping[str, asyncpg.Connection]) -> None:
        self.broker, self.parts, self.client, self.databases = broker, parts, client, databases
        self.topics = Topics(broker)
        self.deaths: list[str] = []
        self.ended_otherwise: list[str] = []
        self.in_hand = ""  # the case that has not come to its end
        self.people: list[str] = []
        self.rare: list[str] = []

    async def begin(self) -> None:
        """A hospital with its staff; two of the rare specialists are always present."""
        self.client.sign_in()
        await until("the registry answers", self.client.answers)
        place = {"code": BVT, "name": "Bệnh viện đa khoa tỉnh", "type": "hospital", "level": "province", "area_code": "VN-22-06652", "authority": "VN-22"}
        await self.client.enter(f"{BASE}/facilities", place | {"valid_from": "2000-01-01", "done_on": "2025-10-01"})
        self.people = [await self._employ(number, occupation_code="VN-BS") for number in range(MANY)]
        self.rare = [await self._employ(MANY + number, occupation_code="VN-BSCK", specialty="orthopaedic-surgery") for number in range(RARE)]
        minimum = {"facility_code": BVT, "occupation_code": "VN-BSCK", "specialty": "orthopaedic-surgery", "min_present": PRESENT, "valid_from": "2025-01-01"}
        await self.client.enter(f"{BASE}/staffing-minimums", minimum)
        await until("all is told", self.quiet)
        await self.topics.begin()

    async def _employ(self, number: int, **post: str) -> str:
        name = {"names": [{"kind": "legal", "value": f"Nguyễn Văn {number}"}], "birth_date": f"1980-01-{number + 1:02d}", "sex": "male", "purposes": ["worker"]}
        person = await self.client.enter(f"{BASE}/persons", name)
        seat = await self.client.enter(f"{BASE}/posts", {"facility_code": BVT, "unit": UNIT, "fte": 1, "open_from": "2020-01-01", "reference": f"P-{number}"} | post)
        seated = {"person_id": person["id"], "kind": "primary", "fte_share": 1, "starts_on": "2025-01-01", "done_on": "2025-01-01", "post_id": seat["id"]}
        await self.client.enter(f"{BASE}/assignments", seated)
        return str(person["id"])

    async def end(self) -> None:
        await self.topics.end()
        for part in self.parts.values():
            part.kill()
        for connection in self.databases.values():
            await connection.close()
        await self.client.close()

    # faults

    def arm(self, at: str) -> None:
        for part in self.parts.values():
            part.arm(at)

    async def look_after(self) -> None:
        """As a supervisor does: what dies is started again."""
        while True:
            for part in self.parts.values():
                if part.returncode is not None:
                    (self.deaths if part.returncode == -signal.SIGKILL else self.ended_otherwise).append(part.duty)
                    part.start()
            await asyncio.sleep(0.01)

    # looking

    async def rows(self, service: str, query: str, *values: Any) -> list[Any]:
        return [tuple(row) for row in await self.databases[service].fetch(query, *values)]

    async def newest(self) -> dict[str, int]:
        """Up to where each outbox is known."""
        return {service: await connection.fetchval("SELECT coalesce(max(seq), 0) FROM outbox") for service, connection in self.databases.items()}

    async def quiet(self) -> bool:
        """Everything was told, heard and answered. What the registry has told is read first and last: in between nothing was added."""
        told = await self.databases["registry"].fetchval(_TOLD, HOLDS)
        heard, answered, untold = await self.databases["training"].fetchrow(_ANSWERED, SETTLED)
        told_now, settled, waiting = await self.databases["registry"].fetchrow(_SETTLED, HOLDS)
        return not untold and not waiting and told == heard == told_now and answered == settled

    async def recover(self) -> None:
        """I10: it all comes back by itself, in time; says what is missing if it does not."""
        try:
            await until("everything is as if nothing had been", self.quiet, RECOVERY_SECONDS)
        except AssertionError as late:
            waiting = {service: await self.rows(service, _WAITING) for service in self.databases}
            raise AssertionError(f"{late}: {waiting}, of {await self.rows('registry', 'SELECT state, count(*) FROM holds GROUP BY state')}") from None


_WAITING = """
SELECT 'untold', topic, version, published_at::text FROM outbox WHERE published_at IS NULL
UNION ALL SELECT reason, topic, version, cause FROM parked_events
UNION ALL SELECT 'heard to', topic || ' ' || partition, next_offset, end_offset::text FROM consumer_positions
"""
_TOLD = "SELECT count(*) FROM outbox WHERE topic = $1"
_ANSWERED = """
SELECT (SELECT count(DISTINCT event_id) FROM kept_events), count(*) FILTER (WHERE topic = $1), count(*) FILTER (WHERE published_at IS NULL) FROM outbox
"""
_SETTLED = """
SELECT count(*) FILTER (WHERE topic = $1), (SELECT count(*) FROM inbox WHERE consumer = 'registry') - (SELECT count(*) FROM parked_events),
    count(*) FILTER (WHERE published_at IS NULL)
FROM outbox
"""


class Topics:
    """What the topics hold, in their order, read as anybody may."""

    def __init__(self, broker: Broker) -> None:
        self._reader = AIOKafkaConsumer(
            bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS, client_id="checker"
        )
        self._partitions = int(broker.environment["RELAIS_KAFKA_PARTITIONS"])
        self._names: list[str] = broker.topics
        self._positions: dict[TopicPartition, int] = {}

    async def begin(self) -> None:
        await within(30, self._reader.start())
        self._reader.assign([TopicPartition(name, number) for name in self._names for number in range(self._partitions)])
        self._reader.pause(*self._reader.assignment())  # it reads when it is asked

    async def end(self) -> None:
        await close_client(self._reader)

    async def new(self, names: Iterable[str]) -> list[ConsumerRecord]:
        """What came since the last look, of each partition in order."""
        partitions = [TopicPartition(name, number) for name in names for number in range(self._partitions)]
        ends = await within(30, self._reader.end_offsets(partitions))
        behind = [partition for partition in partitions if self._positions.get(partition, 0) < ends[partition]]
        found: list[ConsumerRecord] = []
        for partition in behind:
            self._reader.seek(partition, self._positions.get(partition, 0))
        self._reader.resume(*behind)
        async with asyncio.timeout(RECOVERY_SECONDS):
            while any(self._positions.get(partition, 0) < ends[partition] for partition in behind):
                for partition, records in (await self._reader.getmany(timeout_ms=100)).items():
                    found += records
                    self._positions[partition] = records[-1].offset + 1
        self._reader.pause(*behind)
        return found


def log_of(folder: Path, duty: str) -> Path:
    return folder / f"{duty}.log"
