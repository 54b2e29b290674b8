"""Facilities and occupations as the HR features need them: by code, on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.occupations.models import Occupation
from shared.clock import today
from shared.errors import Malformed
from shared.i18n import _, current_language


@dataclass(frozen=True, slots=True)
class Place:
    """A facility on a day: its immutable code and who it stands under."""

    id: UUID
    code: str
    name: str
    authority_path: str


async def places(session: AsyncSession, codes: Iterable[str], day: date | None = None) -> dict[str, Place]:
    """Facilities by code, under whom they stand today; with a day, only those that exist on it.

    Whoever manages a facility today sees its staff of yesterday: rows about staff carry today's path.
    """
    rows = await session.execute(_PLACES, {"codes": sorted(set(codes)), "day": day, "today": today()})
    return {row.code: Place(row.id, row.code, row.name, row.authority_path) for row in rows}


_PLACES = text(
    """
    SELECT DISTINCT ON (f.code) f.code, f.id, f.name, f.authority_path::text
    FROM facilities f
    WHERE f.code = ANY(:codes) AND (CAST(:day AS date) IS NULL OR EXISTS (SELECT FROM facilities o WHERE o.id = f.id AND o.valid @> CAST(:day AS date)))
    ORDER BY f.code, f.valid @> CAST(:today AS date) DESC, lower(f.valid) DESC
    """
)


async def names_of_facilities(session: AsyncSession, codes: Iterable[str | None]) -> dict[str, str]:
    """The newest name of each facility, closed ones too: a record of the past still says where."""
    wanted = sorted({code for code in codes if code is not None})
    if not wanted:
        return {}
    rows = await session.execute(text("SELECT DISTINCT ON (code) code, name FROM facilities WHERE code = ANY(:codes) ORDER BY code, lower(valid) DESC"), {"codes": wanted})
    return {row.code: row.name for row in rows}


async def names_of_occupations(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """Names in the reader's language."""
    rows = await session.execute(select(Occupation.code, Occupation.names[current_language.get()].astext).where(Occupation.code.in_(set(codes))))
    return {code: name for code, name in rows}  # noqa: C416  a row is not a pair to mypy


async def get_place(session: AsyncSession, code: str, day: date, *, field: str = "facility_code") -> Place:
    """A facility that a body names. Raises Malformed when there is none on that day."""
    found = await places(session, [code], day)
    if code not in found:
        raise Malformed.field(field, _("There is no facility {code} on {day}."), code=code, day=day.isoformat())
    return found[code]


async def get_occupation(session: AsyncSession, code: str, *, field: str = "occupation_code") -> Occupation:
    """An occupation that a body names. Raises Malformed when it is not in the list."""
    found = await session.get(Occupation, code)
    if found is None:
        raise Malformed.field(field, _("There is no occupation {code}."), code=code)
    return found
