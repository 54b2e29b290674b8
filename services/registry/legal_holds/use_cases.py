"""Placing a legal hold, lifting it, and ending those whose day has passed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.legal_holds.models import HELD, HELD_POSSIBLE, HELD_TEXT, LegalHold
from services.registry.legal_holds.permissions import can_hold
from services.registry.persons.queries import get_visible_person
from services.registry.rules import SEC_05
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import today
from shared.db import worker_session
from shared.errors import NotFound, Refused
from shared.i18n import _
from shared.visibility import visible_to

TASK = "task:end-legal-holds"


async def place_hold(session: AsyncSession, *, caller: Caller, person_id: UUID, reason: str, ordered_by: str, until: date | None) -> LegalHold:
    """From now on nothing of the person is erased. Whoever is erasing at this moment is waited for."""
    require(can_hold(caller))
    person = await get_visible_person(session, caller, person_id, for_update=True)
    hold = LegalHold(
        authority_path=person.authority_path, shared_with=[], person_id=person.id, reason=reason, ordered_by=ordered_by, until=until, placed_by=caller.actor, placed_on=today()
    )
    session.add(hold)
    await session.flush()
    await record_audit(session, caller, "legal_hold.placed", "legal-hold", hold.id, after=_facts(hold))
    return hold


async def lift_hold(session: AsyncSession, *, caller: Caller, hold_id: UUID, reason: str) -> LegalHold:
    """The hold is over; somebody else than who placed it says so."""
    require(can_hold(caller))
    hold = await session.scalar(select(LegalHold).where(LegalHold.id == hold_id, visible_to(caller, LegalHold)).with_for_update())
    if hold is None:
        raise NotFound()
    must_stand(hold)
    await _lift(session, caller, hold, reason)
    return hold


def must_stand(hold: LegalHold) -> None:
    """Raises Refused for one that was lifted."""
    if hold.lifted_on is not None:
        raise Refused("hold-lifted", _("This legal hold was lifted on {day}."), day=hold.lifted_on.isoformat())


async def _lift(session: AsyncSession, by: Caller | str, hold: LegalHold, reason: str) -> None:
    hold.lifted_by, hold.lifted_on, hold.lifted_reason = by if isinstance(by, str) else by.actor, today(), reason
    hold.version += 1
    await session.flush()
    await record_audit(session, by, "legal_hold.lifted", "legal-hold", hold.id, after={"person_id": hold.person_id, "reason": reason})


async def holds_of(session: AsyncSession, caller: Caller, person_id: UUID) -> Sequence[LegalHold]:
    await get_visible_person(session, caller, person_id)
    return (await session.scalars(select(LegalHold).where(LegalHold.person_id == person_id, visible_to(caller, LegalHold)).order_by(LegalHold.id))).all()


async def must_not_be_held(session: AsyncSession, caller: Caller, person_id: UUID) -> None:
    """Raises Refused, which names the hold; the database refuses as well, also for a hold that the caller does not see."""
    hold = await session.scalar(select(LegalHold).where(LegalHold.person_id == person_id, LegalHold.lifted_on.is_(None), visible_to(caller, LegalHold)).limit(1))
    if hold is not None:
        raise Refused(HELD, HELD_TEXT, rule=SEC_05, possible=HELD_POSSIBLE, more={"legal_hold_id": str(hold.id), "ordered_by": hold.ordered_by})


async def end_legal_holds() -> None:
    """Daily: a hold whose last day has passed is lifted."""
    async with worker_session() as session:
        over = select(LegalHold).where(LegalHold.lifted_on.is_(None), LegalHold.until < today()).with_for_update(skip_locked=True)
        for hold in (await session.scalars(over)).all():
            await _lift(session, TASK, hold, "until")


def _facts(hold: LegalHold) -> dict[str, object]:
    return {"person_id": hold.person_id, "reason": hold.reason, "ordered_by": hold.ordered_by, "until": hold.until}
