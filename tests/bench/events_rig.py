"""A broker, the registry's database with its outbox, and the observatory's: what the measures of events share."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from deploy.local.ports import free_port
from deploy.local.postgres import Postgres, start_postgres
from deploy.local.processes import end
from deploy.local.tansu import Tansu
from services.registry.posts.events import PostOpened
from shared import kafka
from tests.bench.harness import MeasureFailed
from tests.bench.people import schema_version
from tests.bench.tokens_of import Tokens
from tests.support.service import environment, prepare_database, settings_of

TOPIC = PostOpened.topic
SERVICES = ("registry", "observatory")


@dataclass(frozen=True)
class EventsRig:
    postgres: Postgres
    values: dict[str, dict[str, str]]


@contextmanager
def events_rig(folder: Path, tokens: Tokens) -> Iterator[EventsRig]:
    """Both databases, kept on the disk, and a broker with empty topics. The outbox begins empty: a broker's first hour is not what is measured."""
    kept = folder / f"events-{schema_version()}"
    done = kept / "made"
    if not done.exists():
        shutil.rmtree(kept, ignore_errors=True)  # half made
    kept.mkdir(parents=True, exist_ok=True)
    kept.chmod(0o755)
    postgres = start_postgres(kept, durable=True, services=SERVICES)
    broker = Tansu(free_port(), kept / "broker.log")
    running = broker.start()
    try:
        more = {"RELAIS_KAFKA_BOOTSTRAP": f"127.0.0.1:{broker.port}", "RELAIS_KAFKA_GROUPS": "false", "RELAIS_KAFKA_IDEMPOTENT": "false", "RELAIS_KAFKA_PARTITIONS": "1"}
        values = {service: settings_of(service, postgres, tokens.provider, kept / "files", **more) for service in SERVICES}
        if not done.exists():
            for service in SERVICES:
                with environment(**values[service]):
                    prepare_database(service, postgres)
            done.touch()
        postgres.sql("TRUNCATE outbox", "registry")
        postgres.sql("TRUNCATE outbox", "observatory")
        deadline = time.monotonic() + 20
        while not broker.ready():
            if time.monotonic() > deadline:
                raise MeasureFailed("The broker did not start.")
            time.sleep(0.02)
        with environment(**values["registry"]):
            asyncio.run(kafka.create_topics())
        yield EventsRig(postgres, values)
    finally:
        end([(running, 15)], patience=5)
        postgres.stop()


def a_post(post_id: UUID) -> PostOpened:
    """The announcement of one post, as the registry makes it."""
    period = {"valid_from": "2020-01-01", "valid_to": None, "fte": "1"}
    return PostOpened.model_validate(
        {
            "id": post_id, "reference": None, "facility_id": UUID(int=22), "facility_code": "VN-22-BVT", "authority_path": "VN.VN-22.VN-22-BVT", "unit": "Khoa Nội",
            "occupation_code": "VN-BS", "specialty": None, "fte": "1", "filled": "0", "open_from": "2020-01-01", "close_to": None, "is_management": False, "frozen": False,
            "periods": [period],
        }
    )  # fmt: skip
