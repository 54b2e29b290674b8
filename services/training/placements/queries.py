"""Reading places and who is in them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.placements.models import ClinicalPlace, ClinicalPlacement
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to

_PLACED = text("SELECT starts_on, ends_on, students FROM students_placed(:place, :first, :last)")


def places_visible_to(caller: Caller) -> Select[tuple[ClinicalPlace]]:
    return select(ClinicalPlace).where(visible_to(caller, ClinicalPlace))


def placements_visible_to(caller: Caller) -> Select[tuple[ClinicalPlacement]]:
    return select(ClinicalPlacement).where(visible_to(caller, ClinicalPlacement))


async def get_visible_placement(session: AsyncSession, caller: Caller, placement_id: UUID, *, lock: bool = False) -> ClinicalPlacement:
    """One placement. Raises NotFound."""
    statement = placements_visible_to(caller).where(ClinicalPlacement.id == placement_id)
    found = await session.scalar(statement.with_for_update(of=ClinicalPlacement) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def groups_between(session: AsyncSession, place_id: UUID, first: date, last: date) -> Sequence[tuple[date, date, int]]:
    """First day, last day and students of every group there, whichever institute sent it."""
    return [(row.starts_on, row.ends_on, row.students) for row in await session.execute(_PLACED, {"place": place_id, "first": first, "last": last})]


def busiest(groups: Sequence[tuple[date, date, int]], first: date, last: date) -> tuple[int, date]:
    """How many are there on the fullest day, and the first such day. A group's first day is where the number may rise."""
    found = (0, first)
    for day in sorted({first, *(max(starts, first) for starts, _ends, _students in groups if starts <= last)}):
        there = sum(students for starts, ends, students in groups if starts <= day <= ends)
        if there > found[0]:
            found = (there, day)
    return found
