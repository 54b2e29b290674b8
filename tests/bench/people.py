"""A registry with many people, made once per number and kept in the state folder: synthetic rows written set-wise into the service's own tables."""

import asyncio
import hashlib
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

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
HOME = "VN.VN-22"
"""The region of those who ask."""
PEOPLE_OF_A_FACILITY = 83  # a million in twelve thousand
BY = "bench"


@dataclass(frozen=True)
class People:
    """A database of the registry, and the settings under which its service runs."""

    postgres: Postgres
    values: dict[str, str]
    ids: list[UUID]
    lists: list[tuple[str, str]]
    """A facility of the region and an occupation that has people there."""

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
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
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
        yield People(postgres, values, *asyncio.run(_some(postgres)))
    finally:
        postgres.stop()


async def _some(postgres: Postgres) -> tuple[list[UUID], list[tuple[str, str]]]:
    connection = await superuser(postgres, "registry")
    try:
        found = await connection.fetch("SELECT id FROM persons WHERE recorded_by = $1 AND authority_path <@ $2::text::ltree ORDER BY id LIMIT 2000", BY, HOME)
        lists = await connection.fetch(
            "SELECT a.facility_code, w.occupation_code FROM assignments a JOIN workers w ON w.id = a.worker_id WHERE a.authority_path <@ $1::text::ltree GROUP BY 1, 2 "
            "ORDER BY count(*) DESC, 1, 2 LIMIT 500",
            HOME,
        )
        return [row["id"] for row in found], [(row["facility_code"], row["occupation_code"]) for row in lists]
    finally:
        await connection.close()


async def _seed(postgres: Postgres, count: int) -> None:
    """Everybody is employed in one of the facilities of 63 regions and holds a post there; names repeat as names do."""
    names = [" ".join(parts) for parts in itertools.product(FAMILIES, MIDDLES, GIVEN)]
    connection = await superuser(postgres, "registry")
    try:
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off; TRUNCATE persons, facilities, posts, assignments CASCADE")
        await connection.execute("CREATE TEMP TABLE spoken (n int PRIMARY KEY, name text, sort_key text, words text[])")
        spoken = [(n, name, sort_key(name), sorted(search_words(name))) for n, name in enumerate(names)]
        await connection.copy_records_to_table("spoken", records=spoken)
        for statement in _STATEMENTS:
            await connection.execute(
                statement.replace("{count}", str(count))
                .replace("{facilities}", str(max(63, count // PEOPLE_OF_A_FACILITY)))
                .replace("{names}", str(len(names)))
                .replace("{by}", BY)
            )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


_STATEMENTS = (
    """
    CREATE TEMP TABLE places AS
    SELECT n, md5('facility ' || n)::uuid AS id, format('VN-%s-B%s', to_char(n % 63 + 1, 'FM00'), to_char(n, 'FM00000')) AS code,
        format('VN.VN-%1$s.VN-%1$s-B%2$s', to_char(n % 63 + 1, 'FM00'), to_char(n, 'FM00000'))::ltree AS path
    FROM generate_series(0, {facilities} - 1) AS n
    """,
    """
    CREATE TEMP TABLE people AS
    SELECT i, md5('person ' || i)::uuid AS id, md5('worker ' || i)::uuid AS worker, o.code AS occupation, f.id AS facility, f.code, f.path, s.name, s.sort_key, s.words
    FROM generate_series(1, {count}) AS i
    JOIN places AS f ON f.n = i % {facilities}
    JOIN spoken AS s ON s.n = abs(hashint4(i)) % {names}
    JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS n FROM (SELECT code FROM occupations ORDER BY code LIMIT 4) AS c) AS o ON o.n = abs(hashint4(i + 7)) % 4
    """,
    """
    INSERT INTO facilities (row_id, id, code, name, type, level, ownership, area_id, remoteness, valid, authority_path, words, sort_key, recorded_by)
    SELECT gen_random_uuid(), id, code, 'Bệnh viện ' || n, 'hospital', 'district', 'public', md5('area')::uuid, 'none', '[2000-01-01,)', path, to_tsvector('simple', 'benh vien ' || n),
        'benh vien ' || n, '{by}'
    FROM places
    """,
    """
    INSERT INTO persons (id, authority_path, name, sort_key, birth_date, birth_precision, sex, recorded_by)
    SELECT id, path, name, sort_key, date '1960-01-01' + abs(hashint4(i + 1)) % 15000, 'date', CASE i % 2 WHEN 0 THEN 'female' ELSE 'male' END, '{by}' FROM people ORDER BY id
    """,
    """
    INSERT INTO person_names (id, person_id, authority_path, position, kind, script, value)
    SELECT md5('name ' || i)::uuid, id, path, 0, 'legal', 'Latn', name FROM people ORDER BY id
    """,
    "INSERT INTO person_words (person_id, word, sort_key, authority_path) SELECT id, w, sort_key, path FROM people CROSS JOIN LATERAL unnest(words) AS w ORDER BY w, id",
    "INSERT INTO person_purposes (person_id, purpose, since, authority_path) SELECT id, 'worker', '2020-01-01', path FROM people ORDER BY id",
    """
    INSERT INTO workers (id, person_id, authority_path, occupation_code, worker_no, numbered_by, recorded_by)
    SELECT worker, id, path, occupation, 'B-' || i, subpath(path, 1, 1)::text, '{by}' FROM people ORDER BY id
    """,
    """
    INSERT INTO posts (row_id, id, valid, authority_path, done_on, entered_on, recorded_at, recorded_by, facility_id, facility_code, occupation_code, fte)
    SELECT md5('post row ' || i)::uuid, md5('post ' || i)::uuid, '[2015-01-01,)', path, '2015-01-01', '2015-01-01', now(), '{by}', facility, code, occupation, 1 FROM people
    """,
    """
    INSERT INTO assignments (row_id, id, valid, authority_path, done_on, entered_on, recorded_at, recorded_by, person_id, worker_id, post_id, facility_id, facility_code, kind, fte_share, state, act)
    SELECT md5('assignment row ' || i)::uuid, md5('assignment ' || i)::uuid, '[2020-01-01,)', path, '2020-01-01', '2020-01-01', now(), '{by}', id, worker, md5('post ' || i)::uuid, facility, code,
        'primary', 1, 'active', 'recorded' FROM people
    """,
    "DROP TABLE people, places, spoken",
)


def open_facility(address: str, tokens: Tokens, code: str) -> None:
    """A facility to write for; harmless when it is there."""
    asyncio.run(Registry(address, tokens.provider).open_facility(code))
