"""How well the daily task tells two files of one person from two people: precision and recall on a labelled set, through the real database."""

import asyncio
import time
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import asyncpg
from sqlalchemy import text

from deploy.local.postgres import Postgres, start_postgres
from services.registry.duplicates.finding import REST, find_duplicates, go_on_finding_duplicates
from shared.db import database, worker_session
from shared.names import search_words, sort_key
from tests.bench.harness import MeasureFailed, Plan, Row, reached
from tests.bench.namesakes import Person, labelled
from tests.support.identity import TestIssuer
from tests.support.service import environment, prepare_database, settings_of, superuser

MOST = 20_000
SEED = 31  # none of those by which the weights were chosen
PRECISION, RECALL = 0.99, 0.95
EMPLOYERS = tuple(f"VN.VN-{number:02d}" for number in range(1, 35))
Pair = tuple[UUID, UUID]


def bench(plan: Plan, folder: Path) -> list[Row]:
    files = labelled(min(plan.people, MOST), SEED)
    with TemporaryDirectory(dir=folder) as place:
        Path(place).chmod(0o755)
        found, seconds = _found(files, Path(place))
    same = {pair for pair in _pairs(files) if _is_one(pair, {file.id: file.human for file in files})}
    if not found:
        raise MeasureFailed("No duplicate was found at all.")
    notes = {"files": len(files), "pairs": len(same), "found": len(found), "seed": SEED, "wrong": len(found - same), "missed": len(same - found)}
    plan.report(f"{len(files):,} files, {len(same):,} of them twice; {len(found):,} pairs found, {notes['wrong']} wrongly, {notes['missed']} missed")
    return [
        reached("duplicates", "precision: pairs found that are one person", "the daily task", [len(found & same) / len(found)], PRECISION, "share", notes=notes),
        reached("duplicates", "recall: pairs of one person that are found", "the daily task", [len(found & same) / len(same)], RECALL, "share"),
        reached("duplicates", "files compared with all others", "the daily task", [len(files) / seconds], 100, "files/s"),
    ]


def _pairs(files: list[Person]) -> set[Pair]:
    """Pairs of files of one human."""
    of: dict[int, list[UUID]] = {}
    for file in files:
        of.setdefault(file.human, []).append(file.id)
    return {(min(pair), max(pair)) for ids in of.values() for pair in combinations(ids, 2)}


def _is_one(pair: Pair, humans: dict[UUID, int]) -> bool:
    return humans[pair[0]] == humans[pair[1]]


def _found(files: list[Person], folder: Path) -> tuple[set[Pair], float]:
    """What the daily task writes about these files, and how long it took."""
    issuer = TestIssuer()
    postgres = start_postgres(folder, services=("registry",))
    try:
        with environment(**settings_of("registry", postgres, issuer, folder / "files")):
            prepare_database("registry", postgres)
            return asyncio.run(_run(postgres, files))
    finally:
        postgres.stop()
        issuer.close()


async def _run(postgres: Postgres, files: list[Person]) -> tuple[set[Pair], float]:
    connection = await superuser(postgres, "registry")
    try:
        await _enter(connection, files)
    finally:
        await connection.close()
    started = time.perf_counter()
    await find_duplicates()
    while REST.waits:
        await go_on_finding_duplicates()
    seconds = time.perf_counter() - started
    async with worker_session() as session:
        rows = (await session.execute(text("SELECT one_id, other_id FROM possible_duplicates"))).all()
    await database.dispose()
    return {(row.one_id, row.other_id) for row in rows}, seconds


async def _enter(connection: asyncpg.Connection, files: list[Person]) -> None:
    """Each file at an employer of its own, as an import would have written it."""
    # An ltree goes as text with its version in front, which asyncpg does not know by itself.
    await connection.set_type_codec("ltree", schema="public", encoder=lambda path: b"\x01" + path.encode(), decoder=lambda sent: sent[1:].decode(), format="binary")
    codes = [row["code"] for row in await connection.fetch("SELECT code FROM occupations ORDER BY code LIMIT 4")]
    rows: dict[str, list[tuple[object, ...]]] = {"persons": [], "person_names": [], "person_words": [], "workers": []}
    for number, file in enumerate(files):
        path, new = EMPLOYERS[number % len(EMPLOYERS)], lambda kind, person=file.id: UUID(int=person.int ^ kind)
        place = sort_key(file.name)
        rows["persons"].append((file.id, path, [], file.name, place, file.birth, "year" if file.year_only else "date", file.sex, 1, "bench"))
        rows["person_names"].append((new(1), file.id, path, [], 0, "legal", file.name))
        rows["person_words"] += [(file.id, word, place, path, []) for word in sorted(search_words(file.name))]
        rows["workers"].append((new(2), file.id, path, [], codes[file.occupation], "bench"))
    columns = {
        "persons": "id authority_path shared_with name sort_key birth_date birth_precision sex version recorded_by",
        "person_names": "id person_id authority_path shared_with position kind value",
        "person_words": "person_id word sort_key authority_path shared_with",
        "workers": "id person_id authority_path shared_with occupation_code recorded_by",
    }
    for table, found in rows.items():
        await connection.copy_records_to_table(table, records=found, columns=columns[table].split())
    await connection.execute("VACUUM ANALYZE")
