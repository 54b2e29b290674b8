"""A person into whom another was merged is found by the names of both; the retired record is found by none."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.registry.persons.models import Person, PersonName


async def former_names(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    """The names of the records that were merged into these persons'."""
    rows = await session.execute(select(Person.merged_into, PersonName.value).join(Person, Person.id == PersonName.person_id).where(Person.merged_into.in_(ids)))
    names: dict[UUID, list[str]] = {}
    for person_id, value in rows:
        if person_id is not None:
            names.setdefault(person_id, []).append(value)
    return names


async def find_by_own_and_former_names(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Write anew by which words these persons are found."""
    former = await former_names(session, ids)
    whole = select(Person).where(Person.id.in_(ids)).options(selectinload(Person.names), selectinload(Person.words)).execution_options(populate_existing=True)
    for person in (await session.scalars(whole)).all():
        person.be_found_by([] if person.merged_into else [name.value for name in person.names], former.get(person.id, ()))
    await session.flush()
