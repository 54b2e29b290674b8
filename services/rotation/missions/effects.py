"""What the register of decisions makes of a mission: a signature orders it, a revocation cancels it and frees the days."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.holds.events import HoldSettled
from services.rotation.missions.events import MissionCancelled, MissionChanged, MissionOrdered
from services.rotation.missions.models import Mission
from services.rotation.missions.shortfalls import close_recall
from services.rotation.missions.workflow import DEAD, DESTINATION_OK, OVER
from shared.audit import record_audit
from shared.decisions import DecisionNumbered, DecisionRevoked, DecisionSigned, Effects
from shared.events import Received, record_event
from shared.inbox import NotKnownYet

BY = "consumer:rotation"
ONE_DAY = timedelta(days=1)


async def _mission(session: AsyncSession, event: Received[Any]) -> Mission:
    mission = await session.scalar(select(Mission).where(Mission.id == event.data.source_id).with_for_update(of=Mission))
    if mission is None:
        raise NotKnownYet("mission", event.data.source_id)
    return mission


async def order_mission(session: AsyncSession, event: Received[DecisionSigned]) -> None:
    """The order is signed. One that comes after the mission was given up changes nothing; the audit keeps that it came."""
    mission, decision = await _mission(session, event), event.data
    if mission.state != DESTINATION_OK:
        await record_audit(
            session, BY, "mission.order_without_effect", "mission", mission.id, after={"state": mission.state, "number": decision.number}, done_on=decision.signed_on
        )
        return
    mission.order(by=decision.signed_by, on=decision.signed_on, number=decision.number)
    await record_audit(session, BY, "mission.ordered", "mission", mission.id, after={"state": mission.state, "decision": mission.decision}, done_on=decision.signed_on)
    record_event(session, MissionOrdered.about(mission))


async def cancel_mission(session: AsyncSession, event: Received[DecisionRevoked]) -> None:
    """The order is revoked: the mission is cancelled and its days are free again from that day on; what was done stays done."""
    mission, decision = await _mission(session, event), event.data
    if mission.state in (*DEAD, *OVER):
        await record_audit(session, BY, "mission.revocation_without_effect", "mission", mission.id, after={"state": mission.state}, done_on=decision.revoked_on)
        return
    before = mission.state
    close_recall(session, mission, "done")
    mission.stop("cancel", on=decision.effective_on - ONE_DAY if mission.departed_on else None, reason=decision.revocation_number or "revoked")
    if mission.hold_id is not None:
        record_event(session, HoldSettled(id=mission.hold_id, outcome="released", source_id=mission.id, on=max(decision.effective_on, mission.starts_on)))
    await record_audit(session, BY, "mission.cancelled", "mission", mission.id, before={"state": before}, after={"state": mission.state}, done_on=decision.revoked_on)
    record_event(session, MissionCancelled.about(mission))


async def number_mission(session: AsyncSession, event: Received[DecisionNumbered]) -> None:
    """The order that was to be regularised has its number."""
    mission = await _mission(session, event)
    mission.decision_number = event.data.number
    mission.version += 1
    record_event(session, MissionChanged.about(mission))


EFFECTS = {"mission": Effects(signed=order_mission, revoked=cancel_mission, numbered=number_mission)}
