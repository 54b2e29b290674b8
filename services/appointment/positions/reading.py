"""Positions as they are read: with who holds them on a day, and since when nobody does."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.mandates.models import ACTING, Mandate
from services.appointment.mandates.queries import mandates_of
from services.appointment.positions.models import LeadershipPosition
from services.appointment.positions.schemas import Holder, PositionRead, Vacancy
from services.appointment.positions.vacancy import days_in, empty_periods
from shared.auth import Caller


def _holder(mandates: Sequence[Mandate], day: date) -> Holder | None:
    found = next((mandate for mandate in mandates if mandate.starts_on <= day <= mandate.last_day), None)
    if found is None:
        return None
    return Holder(mandate_id=found.id, person_id=found.person_id, kind=found.kind, starts_on=found.starts_on, ends_on=found.last_day)


def _vacant_since(position: LeadershipPosition, mandates: Sequence[Mandate], day: date) -> date | None:
    if not position.is_open(day):
        return None
    empty = empty_periods(position.valid_from, day, [(each.starts_on, each.last_day) for each in mandates if each.last_day >= each.starts_on])
    return empty[-1][0] if empty and empty[-1][1] == day else None


async def positions_read(session: AsyncSession, caller: Caller, positions: Sequence[LeadershipPosition], day: date) -> list[PositionRead]:
    """Each position on a day; an acting holder stands beside, not in place of, the holder."""
    mandates = await mandates_of(session, [position.id for position in positions])
    read = []
    for position in positions:
        own = [mandate for mandate in mandates if mandate.position_id == position.id]
        full, acting = [m for m in own if m.kind != ACTING], [m for m in own if m.kind == ACTING]
        read.append(PositionRead.seen_by(caller, position, holder=_holder(full, day), acting=_holder(acting, day), vacant_since=_vacant_since(position, full, day)))
    return read


async def vacancies_of(session: AsyncSession, positions: Sequence[LeadershipPosition], first_day: date, last_day: date) -> list[Vacancy]:
    """How many days each position had no holder within a period; the longest first."""
    mandates = await mandates_of(session, [position.id for position in positions])
    found = []
    for position in positions:
        start, end = max(first_day, position.valid_from), min(last_day, position.valid_to or last_day)
        held = [(m.starts_on, m.last_day) for m in mandates if m.position_id == position.id and m.kind != ACTING and m.last_day >= m.starts_on]
        empty = empty_periods(start, end, held) if start <= end else ()
        if empty:
            values = {name: getattr(position, name) for name in ("facility_code", "unit", "rank", "title")}
            found.append(Vacancy(position_id=position.id, days=days_in(empty), periods=list(empty), **values))
    return sorted(found, key=lambda vacancy: (-vacancy.days, str(vacancy.position_id)))
