"""A licence is suspended, revoked or shortened while its holder is on mission: the mission says so, and its source decides. Nobody is called back by the system (ROT-01)."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.dues.use_cases import licence_due
from services.rotation.missions.models import Mission
from services.rotation.missions.workflow import ORDERED, UNDER_WAY
from shared.audit import record_audit
from shared.clock import today
from shared.events import Event, Received
from shared.inbox import Consumer
from shared.practice import ONE_DAY, practice_of

BY = "consumer:rotation"


class LicenceRecorded(Event):
    """Something was done to a licence; its days are in the replica, which is kept first."""

    type: ClassVar[str] = "registry.licence.recorded.v1"
    topic: ClassVar[str] = "relais.registry.licences"

    person_id: UUID


async def licence_changed(session: AsyncSession, event: Received[LicenceRecorded]) -> None:
    """Every mission of the person that is ordered or under way is looked at again, from today to its last day."""
    missions = select(Mission).where(Mission.person_id == event.data.person_id, Mission.state.in_((ORDERED, *UNDER_WAY)), Mission.ends_on >= today())
    for mission in (await session.scalars(missions.with_for_update(of=Mission))).all():
        await judge_mission(session, mission)


async def judge_mission(session: AsyncSession, mission: Mission) -> None:
    """The first day of the mission on which its person may not do the work that it is for, and why."""
    first = max(mission.starts_on, today())
    answer = await practice_of(session, mission.person_id, first, mission.specialty)
    lost_on, why = (None, None) if answer.may else (first, answer.reasons[0])
    if answer.until is not None and answer.until < mission.ends_on:
        lost_on = answer.until + ONE_DAY
        why = (await practice_of(session, mission.person_id, lost_on, mission.specialty)).reasons[0]
    if (lost_on, why) == (mission.licence_lost_on, mission.licence_lost_why):
        return
    before = {"licence_lost_on": mission.licence_lost_on, "licence_lost_why": mission.licence_lost_why}
    mission.right_to_practise_is(lost_on, why)
    if lost_on is not None and why is not None:
        licence_due(session, mission, lost_on, why)
    else:
        licence_due(session, mission, first, "in-force", "dropped")
    await record_audit(session, BY, "mission.right_to_practise", "mission", mission.id, before=before, after={"licence_lost_on": lost_on, "licence_lost_why": why})


def hear_lost_licences(consumer: Consumer) -> None:
    consumer.on(LicenceRecorded, licence_changed)
