"""Mandates as they are read: with their position, the alert that is reached and what the rules offer next."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.mandates.dues import stage_on
from services.appointment.mandates.models import ACTING, Mandate
from services.appointment.mandates.schemas import MandateRead, NextTermRead, values_of
from services.appointment.mandates.terms import next_term
from services.appointment.mandates.workflow import PLANNED, REVOKED, RUNNING
from services.appointment.positions.models import LeadershipPosition
from services.appointment.rules import pack_of
from shared.calendars import period_end


async def mandates_read(session: AsyncSession, mandates: Sequence[Mandate], day: date) -> list[MandateRead]:
    """Each mandate as it stands on a day."""
    positions = {
        position.id: position for position in await session.scalars(select(LeadershipPosition).where(LeadershipPosition.id.in_({mandate.position_id for mandate in mandates})))
    }
    later = await session.execute(
        select(Mandate.position_id, Mandate.person_id, Mandate.starts_on).where(Mandate.position_id.in_(positions.keys()), Mandate.state != REVOKED, Mandate.kind != ACTING)
    )
    starts: dict[tuple[object, object], list[date]] = {}
    for position_id, person_id, starts_on in later:
        starts.setdefault((position_id, person_id), []).append(starts_on)
    return [_read(mandate, positions[mandate.position_id], day, starts.get((mandate.position_id, mandate.person_id), [])) for mandate in mandates]


def _read(mandate: Mandate, position: LeadershipPosition, day: date, starts: Sequence[date]) -> MandateRead:
    pack = pack_of(mandate.facility_code, day)
    rule = pack.rule("APP-18")
    open_ended = mandate.state in (PLANNED, RUNNING) and mandate.ended_on is None
    followed = any(start > mandate.last_day for start in starts)
    ordinary = open_ended and mandate.kind != ACTING and not followed
    offered = next_term(mandate.ends_on, retirement_on=mandate.retirement_on, term_months=position.term_months, pack=pack) if ordinary else None
    months = int(rule.value["acting_months"])
    return MandateRead(
        **values_of(mandate),
        position_title=position.title,
        unit=position.unit,
        days_left=(mandate.last_day - day).days if mandate.state in (PLANNED, RUNNING) else None,
        stage=stage_on(mandate.ends_on, day, rule) if ordinary else None,
        acting_too_long=mandate.kind == ACTING and mandate.state == RUNNING and day > period_end(mandate.starts_on, months),
        followed=followed,
        next_term=NextTermRead.of(offered) if offered else None,
    )
