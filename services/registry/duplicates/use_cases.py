"""Reading the queue of possible duplicates, and saying that two are two."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.duplicates.finding import facts_of
from services.registry.duplicates.models import DUPLICATE, DuplicateCandidate, State
from services.registry.duplicates.schemas import SideRead
from services.registry.persons.models import Person
from services.registry.persons.permissions import can_write_people
from services.registry.persons.queries import cards_of, persons_visible_to
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import today
from shared.errors import NotFound
from shared.visibility import visible_to


def duplicates_visible_to(caller: Caller, state: State | None = None) -> Select[tuple[DuplicateCandidate]]:
    """Pairs of which the caller may see one at least; those that were merged are in no queue."""
    statement = select(DuplicateCandidate).where(visible_to(caller, DuplicateCandidate))
    if state is None:
        return statement
    merged = exists().where(Person.id.in_((DuplicateCandidate.one_id, DuplicateCandidate.other_id)), Person.merged_into.is_not(None))
    return statement.where(DuplicateCandidate.state == state, ~merged)


async def get_visible_duplicate(session: AsyncSession, caller: Caller, duplicate_id: UUID, *, lock: bool = False) -> DuplicateCandidate:
    """One pair. Raises NotFound without a relation."""
    statement = duplicates_visible_to(caller).where(DuplicateCandidate.id == duplicate_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def distinguish(session: AsyncSession, *, caller: Caller, duplicate_id: UUID, reason: str) -> DuplicateCandidate:
    """Somebody has looked: they are two people, and nobody is asked again."""
    require(can_write_people(caller))
    duplicate = await get_visible_duplicate(session, caller, duplicate_id, lock=True)
    before = {"state": duplicate.state}
    duplicate.state = DUPLICATE.after("distinguish", duplicate.state)  # type: ignore[assignment]
    duplicate.decided_by, duplicate.decided_on, duplicate.reason = caller.actor, today(), reason
    await session.flush()
    await record_audit(session, caller, "duplicate.distinguished", "duplicate", duplicate.id, before=before, after={"state": duplicate.state, "reason": reason})
    return duplicate


async def sides_of(session: AsyncSession, caller: Caller, duplicates: Sequence[DuplicateCandidate]) -> dict[UUID, SideRead]:
    """Each person of these pairs, as far as the caller may see them."""
    return await sides_of_persons(session, caller, {person for pair in duplicates for person in (pair.one_id, pair.other_id)})


async def sides_of_persons(session: AsyncSession, caller: Caller, ids: Collection[UUID]) -> dict[UUID, SideRead]:
    """The same of persons, also of those whose record is retired."""
    visible = (await session.scalars(persons_visible_to(caller).where(Person.id.in_(ids)))).all()
    cards = {card.id: card for card in await cards_of(session, visible, today())}
    known = await facts_of(session, ids)
    return {person: SideRead(person_id=person if person in cards else None, authority=known[person].authority, card=cards.get(person)) for person in ids}


async def compared(session: AsyncSession, sides: Sequence[SideRead]) -> list[dict[str, Any]]:
    """What the two files say, field by field, where the caller may see both."""
    if any(side.person_id is None for side in sides):
        return []
    known = await facts_of(session, [side.person_id for side in sides if side.person_id])
    one, other = (known[side.person_id].facts for side in sides if side.person_id)
    fields = {
        "names": (list(one.names), list(other.names)),
        "birth": (_born(one), _born(other)),
        "sex": (one.sex, other.sex),
        "occupations": (sorted(one.occupations), sorted(other.occupations)),
        "contacts": (sorted(one.contacts), sorted(other.contacts)),
    }
    return [{"field": field, "one": first, "other": second, "same": first == second} for field, (first, second) in fields.items()]


def _born(facts: Any) -> str | None:
    if facts.birth_date is None:
        return None
    return str(facts.birth_date.year) if facts.birth_precision == "year" else facts.birth_date.isoformat()
