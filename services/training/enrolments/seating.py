"""Seats and days: what the registry answers for a person, and giving the days back."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.enrolments.models import Enrolment
from services.training.holds.events import HoldSettled
from services.training.sessions.models import TrainingSession
from shared.auth import Caller
from shared.events import record_events
from shared.holds import Answered, Wanted, take_holds


async def hold_days(caller: Caller, training: TrainingSession, enrolments: Sequence[Enrolment]) -> dict[UUID, Answered]:
    """Ask the registry for the days of a session, for each of these people (TRN-01, TRN-02): a hold, or why not."""
    wanted = [Wanted(enrolment.id, enrolment.person_id, training.periods) for enrolment in enrolments]
    answers = await take_holds(caller, kind="session", source_service="training", wanted=wanted, asked_by=training.planned_by)
    return {answer.source_id: answer for answer in answers}


def keep_days(session: AsyncSession, enrolments: Sequence[Enrolment], on: date) -> None:
    """The holds of these enrolments are confirmed in the transaction that makes them."""
    record_events(session, [HoldSettled(id=enrolment.hold_id, outcome="confirmed", source_id=enrolment.id, on=on) for enrolment in enrolments if enrolment.hold_id])


def give_back(session: AsyncSession, enrolments: Sequence[Enrolment], on: date) -> None:
    """The days of these enrolments are free again."""
    record_events(session, [HoldSettled(id=enrolment.hold_id, outcome="released", source_id=enrolment.id, on=on) for enrolment in enrolments if enrolment.hold_id])
    for enrolment in enrolments:
        enrolment.hold_id = None
