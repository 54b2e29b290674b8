"""What an agreement promises, month by month: visits are promised when their month begins, and wait for a word when it ends."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.models import Agreement
from services.rotation.dues.use_cases import visits_due
from services.rotation.visits.events import VisitPromised
from services.rotation.visits.models import PROMISED, Visit
from shared.calendars import add_months
from shared.events import record_events

ONE_DAY = timedelta(days=1)


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_end(month: date) -> date:
    return add_months(month, 1) - ONE_DAY


def months_between(first: date, last: date) -> Iterator[date]:
    """Each month that has a day between two days, by its first day."""
    month = month_of(first)
    while month <= last:
        yield month
        month = add_months(month, 1)


async def promise_visits(session: AsyncSession, agreement: Agreement, *, upto: date, since: date | None = None) -> None:
    """Promise the visits of the months begun up to a day, each once."""
    visits = _promised_by(agreement, upto=upto, since=since)
    if visits:
        await _promise(session, visits)
        await tell_what_waits(session, agreement)


async def promise_first_visits(session: AsyncSession, agreements: Sequence[Agreement], *, upto: date) -> None:
    """The same for many agreements that promise for the first time."""
    promised = {agreement.id: _promised_by(agreement, upto=upto) for agreement in agreements}
    await _promise(session, [visit for visits in promised.values() for visit in visits])
    for agreement in agreements:
        if months := Counter(visit.month for visit in promised[agreement.id]):
            visits_due(session, agreement, month_end(min(months)), months[min(months)])


def _promised_by(agreement: Agreement, *, upto: date, since: date | None = None) -> list[Visit]:
    """The visits that an agreement owes for the months begun since it last promised."""
    first = max(agreement.starts_on, since or agreement.starts_on)
    if agreement.promised_to is not None:
        first = max(first, add_months(agreement.promised_to, 1))
    visits = [
        Visit(
            content_hash=b"",
            authority_path=agreement.authority_path,
            shared_with=agreement.shared_with,
            agreement_id=agreement.id,
            obligation_id=obligation.id,
            giver_code=agreement.giver_code,
            receiver_code=agreement.receiver_code,
            specialty=obligation.specialty,
            month=month,
            promised_on=max(month, agreement.starts_on),
        )
        for month in months_between(first, min(upto, agreement.ends_on))
        for obligation in agreement.obligations
        for _visit in range(obligation.visits_per_month)
    ]
    agreement.promised_to = month_of(min(upto, agreement.ends_on))
    return visits


async def _promise(session: AsyncSession, visits: Sequence[Visit]) -> None:
    session.add_all(visits)
    await session.flush()
    record_events(session, [VisitPromised.about(visit) for visit in visits])


async def tell_what_waits(session: AsyncSession, agreement: Agreement) -> None:
    """Which month of the agreement must still be told about first."""
    await session.flush()
    waiting = (
        await session.execute(
            select(Visit.month, func.count()).where(Visit.agreement_id == agreement.id, Visit.state == PROMISED).group_by(Visit.month).order_by(Visit.month).limit(1)
        )
    ).first()
    visits_due(session, agreement, month_end(waiting[0]) if waiting else None, waiting[1] if waiting else 0)
