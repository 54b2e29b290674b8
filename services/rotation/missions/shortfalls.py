"""The source of a mission is below its minimum for longer than the rule lets pass: whoever sent the person is told. Recall stays a human decision (ROT-RECALL)."""

from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.dues.use_cases import recall_due
from services.rotation.missions.models import Mission
from services.rotation.missions.workflow import ORDERED, UNDER_WAY
from shared.audit import record_audit
from shared.events import Event, Received
from shared.inbox import Consumer, NotKnownYet

BY = "consumer:rotation"
TWO_DAYS = timedelta(days=2)


class ShortfallFound(Event):
    """Days on which the team of somebody on mission has too few."""

    type: ClassVar[str] = "registry.shortfall.found.v1"
    topic: ClassVar[str] = "relais.registry.shortfalls"

    source_service: str
    source_id: UUID
    first_day: date
    last_day: date
    present: int
    minimum: int


class ShortfallOver(Event):
    """The team is at its minimum again, or the person is back."""

    type: ClassVar[str] = "registry.shortfall.over.v1"
    topic: ClassVar[str] = "relais.registry.shortfalls"

    source_service: str
    source_id: UUID


async def _mission(session: AsyncSession, event: Received[Any]) -> Mission | None:
    """The mission that the days are held for. Nothing when another service sent the person."""
    if event.data.source_service != "rotation":
        return None
    mission = await session.scalar(select(Mission).where(Mission.id == event.data.source_id).with_for_update(of=Mission))
    if mission is None:
        raise NotKnownYet("mission", event.data.source_id)
    return mission


async def source_is_short(session: AsyncSession, event: Received[ShortfallFound]) -> None:
    """The mission says so, and somebody of the source decides whether to call the person back."""
    mission, found = await _mission(session, event), event.data
    if mission is None or mission.state not in (ORDERED, *UNDER_WAY):
        return
    mission.source_falls_short(found.first_day, found.last_day, found.minimum - found.present)
    recall_due(session, mission, due_on=found.first_day + TWO_DAYS)
    after = {"from": found.first_day.isoformat(), "to": found.last_day.isoformat(), "present": found.present, "minimum": found.minimum}
    await record_audit(session, BY, "mission.source_short", "mission", mission.id, after=after)


async def source_is_whole(session: AsyncSession, event: Received[ShortfallOver]) -> None:
    """Enough people are at the source again: nothing is left to decide."""
    mission = await _mission(session, event)
    if mission is not None:
        close_recall(session, mission, "dropped")


def close_recall(session: AsyncSession, mission: Mission, state: Any) -> None:
    """The person is back, or is no longer missed."""
    if mission.short_from is not None:
        recall_due(session, mission, due_on=mission.short_from + TWO_DAYS, state=state)
        mission.source_is_whole()


def hear_shortfalls(consumer: Consumer) -> None:
    consumer.on(ShortfallFound, source_is_short)
    consumer.on(ShortfallOver, source_is_whole)
