"""Load the packaged areas and occupations when the service starts; the same data are not loaded twice.

A country is a folder of `data/`: `country.yaml` tells its levels and where the data come from, with their licences;
`areas.csv.gz` holds a line per period of each area, `successions.csv.gz`, where there is one, what became of which.
"""

import csv
import gzip
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
import yaml
from sqlalchemy import ARRAY, Row, Uuid, any_, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.events import AreaChanged, AreaPeriod, AreaSuccession
from services.registry.areas.models import Area, AreaChange, AreaLevel
from services.registry.occupations.load import load_occupations
from services.registry.periods import first_day, last_day
from shared.db import worker_session
from shared.events import record_events
from shared.names import search_words, sort_key

DATA = Path(__file__).parents[1] / "data"
# Areas are the same in every installation: their ids come from the key in the packaged data.
AREAS = UUID("7b0f1c1e-6d0c-5d0e-9a57-2f1c5f6d2a01")
NAME = "name_"


async def load_reference_data() -> None:
    """What the registry needs before its first request."""
    async with worker_session() as session:
        # Several processes of the service may start together.
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('packaged data', 0))"))
        for about in sorted(DATA.glob("*/country.yaml")):
            await load_country(session, about.parent)
        await load_occupations(session, DATA)


async def load_country(session: AsyncSession, folder: Path) -> int:
    """Bring the areas of a country and their successions to the packaged state; answers how many areas changed. What was decided here stays."""
    files = [path for name in ("country.yaml", "areas.csv.gz", "successions.csv.gz") if (path := folder / name).exists()]
    about = yaml.safe_load((folder / "country.yaml").read_text(encoding="utf-8"))
    if not await is_new(session, folder.name, files, {"country": about["country"], "sources": about["sources"]}):
        return 0
    await session.execute(_PUT_LEVELS, {"rows": orjson.dumps(list(level_rows(about))).decode()})
    rows = list(area_rows(read_packaged(folder / "areas.csv.gz")))
    changes = list(change_rows(read_packaged(folder / "successions.csv.gz")))
    ended = (await session.scalars(_END_PERIODS, {"rows": orjson.dumps(rows).decode()})).all()
    changed = set(ended) | set((await session.scalars(_PUT_AREAS, {"rows": orjson.dumps(rows).decode()})).all())
    changed |= set((await session.scalars(_PUT_CHANGES, {"rows": orjson.dumps(changes).decode()})).all())
    await announce(session, changed)
    return len(changed)


async def is_new(session: AsyncSession, name: str, files: Iterable[Path], about: dict[str, Any]) -> bool:
    """Whether these bytes differ from those that were loaded; from now on they count as loaded."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return (
        await session.execute(
            text(
                "INSERT INTO packaged_data AS p (name, sha256, about) VALUES (:name, :digest, CAST(:about AS jsonb)) "
                "ON CONFLICT (name) DO UPDATE SET sha256 = :digest, about = CAST(:about AS jsonb), loaded_at = now() WHERE p.sha256 <> :digest RETURNING name"
            ),
            {"name": name, "digest": digest, "about": orjson.dumps(about).decode()},
        )
    ).first() is not None


def read_packaged(path: Path) -> list[dict[str, str]]:
    """The lines of a packaged table; none where there is no such table."""
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def area_id(key: str) -> UUID:
    return uuid5(AREAS, key)


def level_rows(about: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for position, level in enumerate(about["levels"]):
        names = {language: level[language] for language in ("fr", "vi", "en")}
        yield {"country": about["country"], "level": level["level"], "position": position, "names": names, "announced": level.get("announced", True)}


def area_rows(lines: Sequence[dict[str, str]]) -> Iterable[dict[str, Any]]:
    """The rows of the table: each line finds its parent among those of the same days."""
    by_code: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in lines:
        by_code[line["code"]].append(line)
    for line in lines:
        above = [line]
        while above[-1]["parent_code"]:
            above.append(next(parent for parent in by_code[above[-1]["parent_code"]] if meet(parent, line)))
        names = {column.removeprefix(NAME): value for column, value in line.items() if column.startswith(NAME) and value}
        yield {
            "row_id": area_id(f"{line['key']} from {line['valid_from']}"),
            "id": area_id(line["key"]),
            "country": line["code"][:2],
            "level": line["level"],
            "code": line["code"],
            "name": line["name"],
            "names": names,
            "short_name": line["short_name"],
            "type": line["type"],
            "parent_id": area_id(above[1]["key"]) if len(above) > 1 else None,
            "within": [step["code"] for step in reversed(above)],
            "latitude": line.get("latitude") or None,
            "longitude": line.get("longitude") or None,
            "area_km2": line.get("area_km2") or None,
            "valid_from": line["valid_from"] or None,
            "valid_to": line["valid_to"] or None,
            "words": sorted(search_words(line["name"]).union(*map(search_words, names.values()))),
            "sort_key": sort_key(line["short_name"]),
        }


def meet(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two lines have a day in common; an empty day is open."""
    return (one["valid_from"] or "0") <= (other["valid_to"] or "9") and (other["valid_from"] or "0") <= (one["valid_to"] or "9")


def change_rows(lines: Iterable[dict[str, str]]) -> Iterable[dict[str, Any]]:
    for line in lines:
        yield {
            "from_id": area_id(line["from_key"]),
            "to_id": area_id(line["to_key"]),
            "kind": line["kind"],
            "effective_on": line["effective_on"],
            "share": line["share"],
            "is_main": line["is_main"] == "1",
            "is_estimated": line["is_estimated"] == "1",
            "legal_basis": line["legal_basis"],
        }


async def announce(session: AsyncSession, changed: set[UUID]) -> None:
    """Tell the other services the state of the areas that changed; those of a level that is not announced matter to none of them."""
    if not changed:
        return
    one_of_them = any_(literal(list(changed), ARRAY(Uuid)))  # thousands of ids as one value
    periods: dict[UUID, list[Row[Any]]] = defaultdict(list)
    columns = (Area.id, Area.country, Area.level, Area.code, Area.name, Area.parent_id, Area.within, Area.latitude, Area.longitude, Area.valid)
    kept_quiet = {(level.country, level.level) for level in await session.scalars(select(AreaLevel).where(~AreaLevel.announced))}
    for area in await session.execute(select(*columns).where(Area.id == one_of_them).order_by(Area.valid)):
        if (area.country, area.level) not in kept_quiet:
            periods[area.id].append(area)
    successors: dict[UUID, list[AreaChange]] = defaultdict(list)
    # An area that was renamed is its own successor: that stands in its periods already.
    for change in await session.scalars(
        select(AreaChange).where(AreaChange.from_id == one_of_them, AreaChange.to_id != AreaChange.from_id).order_by(AreaChange.effective_on, AreaChange.to_id)
    ):
        successors[change.from_id].append(change)
    record_events(session, [about(rows, successors[area]) for area, rows in periods.items()])


def about(rows: list[Row[Any]], successors: list[AreaChange]) -> AreaChanged:
    return AreaChanged(
        id=rows[0].id,
        country=rows[0].country,
        level=rows[0].level,
        periods=[
            AreaPeriod(
                valid_from=first_day(row.valid),
                valid_to=last_day(row.valid),
                code=row.code,
                name=row.name,
                parent_id=row.parent_id,
                within=row.within,
                latitude=row.latitude,
                longitude=row.longitude,
            )
            for row in rows
        ],
        successors=[AreaSuccession(id=s.to_id, effective_on=s.effective_on, share=s.share, is_main=s.is_main, is_estimated=s.is_estimated) for s in successors],
    )


_PUT_LEVELS = text(
    """
    INSERT INTO area_levels AS l (country, level, position, names, announced)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS packaged (country text, level text, position integer, names jsonb, announced boolean)
    ON CONFLICT (country, level) DO UPDATE SET (position, names, announced) = (excluded.position, excluded.names, excluded.announced)
    """
)

# A later package ends a period that was open and adds the one that follows: the end must stand before its follower is written.
_END_PERIODS = text(
    """
    UPDATE areas AS a SET valid = a.valid * daterange(packaged.valid_from, packaged.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS packaged (row_id uuid, valid_from date, valid_to date)
    WHERE a.row_id = packaged.row_id AND NOT a.valid <@ daterange(packaged.valid_from, packaged.valid_to, '[]') AND a.valid && daterange(packaged.valid_from, packaged.valid_to, '[]')
      AND NOT EXISTS (SELECT FROM areas d WHERE d.id = a.id AND d.source = 'decided')
    RETURNING a.id
    """
)

_PUT_AREAS = text(
    """
    INSERT INTO areas AS a (row_id, id, country, level, code, name, names, short_name, type, parent_id, within, latitude, longitude, area_km2, valid, words, sort_key)
    SELECT row_id, id, country, level, code, name, names, short_name, type, parent_id, within, latitude, longitude, area_km2,
           daterange(valid_from, valid_to, '[]'), array_to_tsvector(words), sort_key
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS packaged (
        row_id uuid, id uuid, country text, level text, code text, name text, names jsonb, short_name text, type text, parent_id uuid, within text[],
        latitude numeric, longitude numeric, area_km2 numeric, valid_from date, valid_to date, words text[], sort_key text)
    WHERE NOT EXISTS (SELECT FROM areas d WHERE d.id = packaged.id AND d.source = 'decided')
    ON CONFLICT (row_id) DO UPDATE SET (level, code, name, names, short_name, type, parent_id, within, latitude, longitude, area_km2, valid, words, sort_key)
        = (excluded.level, excluded.code, excluded.name, excluded.names, excluded.short_name, excluded.type, excluded.parent_id, excluded.within,
           excluded.latitude, excluded.longitude, excluded.area_km2, excluded.valid, excluded.words, excluded.sort_key)
        WHERE (a.level, a.code, a.name, a.names, a.type, a.parent_id, a.within, a.latitude, a.longitude, a.area_km2, a.valid) IS DISTINCT FROM
              (excluded.level, excluded.code, excluded.name, excluded.names, excluded.type, excluded.parent_id, excluded.within,
               excluded.latitude, excluded.longitude, excluded.area_km2, excluded.valid)
    RETURNING id
    """
)

_PUT_CHANGES = text(
    """
    INSERT INTO area_changes AS c (from_id, to_id, kind, effective_on, share, is_main, is_estimated, legal_basis)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS packaged (
        from_id uuid, to_id uuid, kind text, effective_on date, share numeric, is_main boolean, is_estimated boolean, legal_basis text)
    WHERE NOT EXISTS (SELECT FROM areas d WHERE d.id IN (packaged.from_id, packaged.to_id) AND d.source = 'decided')
    ON CONFLICT (from_id, to_id, effective_on) DO UPDATE SET (kind, share, is_main, is_estimated, legal_basis)
        = (excluded.kind, excluded.share, excluded.is_main, excluded.is_estimated, excluded.legal_basis)
        WHERE (c.kind, c.share, c.is_main, c.is_estimated) IS DISTINCT FROM (excluded.kind, excluded.share, excluded.is_main, excluded.is_estimated)
    RETURNING from_id
    """
)


if __name__ == "__main__":
    import asyncio

    asyncio.run(load_reference_data())
