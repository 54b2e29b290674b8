"""Reading merges: the list, one of them, and under which names a person was known."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.merges.models import Merge, State
from services.registry.persons.models import Person
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to

_WHY_NOT = text("SELECT constraint_name, other FROM why_no_merge(:merge, :surviving, :retired, CAST(:day AS date))")


def merges_visible_to(caller: Caller, state: State | None = None, person: UUID | None = None) -> Select[tuple[Merge]]:
    statement = select(Merge).where(visible_to(caller, Merge))
    if state is not None:
        statement = statement.where(Merge.state == state)
    return statement if person is None else statement.where((Merge.surviving_id == person) | (Merge.retired_id == person))


async def get_visible_merge(session: AsyncSession, caller: Caller, merge_id: UUID, *, lock: bool = False) -> Merge:
    """One merge. Raises NotFound without a relation."""
    statement = merges_visible_to(caller).where(Merge.id == merge_id).execution_options(populate_existing=True)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def why_not(session: AsyncSession, *, surviving_id: UUID, retired_id: UUID, day: Any, merge_id: UUID | None = None) -> tuple[str, UUID] | None:
    """The first thing that speaks against it, as the database would say it, and the record that it is about."""
    found = (await session.execute(_WHY_NOT, {"merge": merge_id, "surviving": surviving_id, "retired": retired_id, "day": day})).one_or_none()
    return None if found is None else (found.constraint_name, found.other)


async def paths_of(session: AsyncSession, ids: Collection[UUID]) -> list[str]:
    return list(await session.scalars(select(Person.authority_path).where(Person.id.in_(ids))))


async def records_merged_into(session: AsyncSession, person_id: UUID) -> Sequence[UUID]:
    """The retired records of a person."""
    return (await session.scalars(select(Person.id).where(Person.merged_into == person_id).order_by(Person.id))).all()
