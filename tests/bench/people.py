"""A registry with many people, made once per number and kept in the state folder: synthetic rows by COPY through the service's own tables."""

import asyncio
import hashlib
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
import psutil

from deploy.local.postgres import Postgres, start_postgres
from deploy.local.state import CHECKOUT
from shared.names import search_words, sort_key
from tests.bench.tokens_of import Tokens
from tests.support.registry import Registry
from tests.support.service import environment, prepare_database, settings_of, superuser

FAMILIES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
MIDDLES = "Văn Thị Hữu Đức Thùy Minh Ngọc Quang Thanh Hồng Xuân Kim".split()
GIVEN = "Anh Bình Châu Dũng Giang Hà Hải Hạnh Hiếu Hoa Hùng Hương Khánh Lan Linh Long Mai Minh Nam Nga Phúc Phương Quân Sơn Tâm Thảo Trang Tuấn Vân Yến".split()
PATHS = ("VN.VN-22", "VN.VN-22.VN-22-BVT", "VN.VN-22.VN-22-BVBC")
BY = "bench"
CHUNK = 20_000


@dataclass(frozen=True)
class People:
    """A database of the registry, and the settings under which its service runs."""

    postgres: Postgres
    values: dict[str, str]
    ids: list[UUID]

    def pin(self, core: int) -> None:
        """The database works beside the asking process, so that the service has its core alone."""
        assert self.postgres.process is not None
        leader = psutil.Process(self.postgres.process.pid)
        if hasattr(leader, "cpu_affinity"):
            for process in (leader, *leader.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):  # a worker of the server that has just ended
                    process.cpu_affinity([core])


def schema_version() -> str:
    """Changes with any migration: what was kept under another one is made anew."""
    digest = hashlib.sha256()
    for path in sorted(
        [*CHECKOUT.glob("services/registry/migrations/versions/*.py"), *CHECKOUT.glob("shared/sql/*.sql"), *CHECKOUT.glob("shared/migrations/*.py"), Path(__file__)]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def people(folder: Path, tokens: Tokens, count: int) -> Iterator[People]:
    """The registry's PostgreSQL with so many people, durable as in production; stopped at the end, kept on the disk."""
    kept = folder / f"people-{count}-{schema_version()}"
    for older in folder.glob(f"people-{count}-*"):
        if older != kept:
            shutil.rmtree(older, ignore_errors=True)
    if not (kept / "seeded").exists():
        shutil.rmtree(kept, ignore_errors=True)  # half made
    kept.mkdir(parents=True, exist_ok=True)
    kept.chmod(0o755)
    postgres = start_postgres(kept, durable=True, services=("registry",))
    try:
        values = settings_of("registry", postgres, tokens.provider, kept / "files") | {"RELAIS_DATABASE_POOL": "16"}
        done = kept / "seeded"
        if not done.exists():
            with environment(**values):
                prepare_database("registry", postgres)
            asyncio.run(_seed(postgres, count))
            done.touch()
        yield People(postgres, values, asyncio.run(_some(postgres)))
    finally:
        postgres.stop()


async def _some(postgres: Postgres) -> list[UUID]:
    connection = await superuser(postgres, "registry")
    try:
        return [row["id"] for row in await connection.fetch("SELECT id FROM persons WHERE recorded_by = $1 ORDER BY md5(id::text) LIMIT 2000", BY)]
    finally:
        await connection.close()


async def _seed(postgres: Postgres, count: int) -> None:
    connection = await superuser(postgres, "registry")
    try:
        await connection.execute("SET session_replication_role = replica; TRUNCATE persons CASCADE")
        occupations = [row["code"] for row in await connection.fetch("SELECT code FROM occupations ORDER BY code LIMIT 20")]
        chance = random.Random(22)
        for start in range(0, count, CHUNK):
            await _copy(connection, chance, occupations, range(start, min(count, start + CHUNK)))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _copy(connection: asyncpg.Connection, chance: random.Random, occupations: list[str], numbers: range) -> None:
    rows: dict[str, list[tuple[object, ...]]] = {"persons": [], "person_names": [], "person_words": [], "person_purposes": [], "workers": []}
    for number in numbers:
        person, path = UUID(int=chance.getrandbits(128), version=4), chance.choice(PATHS)
        name = f"{chance.choice(FAMILIES)} {chance.choice(MIDDLES)} {chance.choice(GIVEN)}"
        born = date(chance.randint(1960, 2003), chance.randint(1, 12), chance.randint(1, 28))
        rows["persons"].append((person, path, [], name, sort_key(name), born, "date", chance.choice(("female", "male")), 1, BY))
        rows["person_names"].append((UUID(int=chance.getrandbits(128), version=4), person, path, [], 0, "legal", "Latn", name))
        rows["person_words"] += [(person, word, path, []) for word in sorted(search_words(name))]
        rows["person_purposes"].append((person, "worker", date(2020, 1, 1), path, []))
        rows["workers"].append((UUID(int=chance.getrandbits(128), version=4), person, path, [], chance.choice(occupations), f"B-{number}", "VN-22", BY))
    columns = {
        "persons": "id authority_path shared_with name sort_key birth_date birth_precision sex version recorded_by",
        "person_names": "id person_id authority_path shared_with position kind script value",
        "person_words": "person_id word authority_path shared_with",
        "person_purposes": "person_id purpose since authority_path shared_with",
        "workers": "id person_id authority_path shared_with occupation_code worker_no numbered_by recorded_by",
    }
    await _text_paths(connection)
    for table, found in rows.items():
        await connection.copy_records_to_table(table, records=found, columns=columns[table].split())


async def _text_paths(connection: asyncpg.Connection) -> None:
    """An ltree goes as text with its version in front, which asyncpg does not know by itself."""
    await connection.set_type_codec("ltree", schema="public", encoder=lambda path: b"\x01" + path.encode(), decoder=lambda sent: sent[1:].decode(), format="binary")


def open_facility(address: str, tokens: Tokens, code: str) -> None:
    """A facility to write for; harmless when it is there."""
    asyncio.run(Registry(address, tokens.provider).open_facility(code))
