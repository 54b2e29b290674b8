"""Reading credits: of one's own people."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.training.credits.holders import Holder
from services.training.credits.models import COUNTED, CreditEntry
from services.training.credits.obligation import Obligation
from services.training.credits.schemas import Balance
from services.training.rules import pack_of
from shared.auth import Caller
from shared.directory import Work
from shared.errors import NotFound
from shared.visibility import visible_to


def credits_visible_to(caller: Caller) -> Select[tuple[CreditEntry]]:
    return select(CreditEntry).where(visible_to(caller, CreditEntry))


def credits_of(person_ids: Collection[UUID]) -> Any:
    """All entries of people, wherever they were earned: of the caller, or of those whom the caller employs or manages."""
    rows = text("SELECT * FROM credits_of_people(:persons)").bindparams(bindparam("persons", list(person_ids), type_=ARRAY(PG_UUID(as_uuid=True))))
    return aliased(CreditEntry, rows.columns(*CreditEntry.__table__.columns).subquery("credits"), name="credits", adapt_on_names=True)


async def get_visible_credit(session: AsyncSession, caller: Caller, entry_id: UUID, *, lock: bool = False) -> CreditEntry:
    """One entry. Raises NotFound."""
    statement = credits_visible_to(caller).where(CreditEntry.id == entry_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def balances_of(session: AsyncSession, works: Collection[Work | Holder], day: date) -> list[Balance]:
    """Where each of these people stands on a day. Hours of before or after the cycle do not count in it (TRN-05); those of another employer do."""
    if not works:
        return []
    entry = credits_of([work.person_id for work in works])
    entries = await session.execute(
        select(entry.person_id, entry.earned_on, entry.state, func.sum(entry.hours)).where(entry.earned_on <= day).group_by(entry.person_id, entry.earned_on, entry.state)
    )
    known: dict[UUID, list[tuple[date, str, Decimal]]] = {}
    for person_id, earned_on, state, hours in entries.tuples():
        known.setdefault(person_id, []).append((earned_on, state, hours))
    found = []
    for work in works:
        pack = pack_of(work.facility_code, day)
        obligation = Obligation.of(pack)
        cycle = obligation.cycle_on(day, begins=work.first_day)
        own = [(state, hours) for earned_on, state, hours in known.get(work.person_id, []) if cycle.holds(earned_on)]
        earned = sum((hours for state, hours in own if state in COUNTED), Decimal(0))
        declared = sum((hours for state, hours in own if state == "declared"), Decimal(0))
        found.append(Balance.of(work.person_id, work.facility_code, obligation, cycle, day=day, earned=earned, declared=declared, pack=pack))
    return found
