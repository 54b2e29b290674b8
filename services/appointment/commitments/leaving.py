"""Who is bound and leaves: heard from the registry's assignments. The creditor alone reads it, in the list of what is asked back."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.absences.events import AbsenceState
from services.appointment.commitments.clock import lay_out
from services.appointment.commitments.models import Commitment
from services.appointment.commitments.workflow import CLOCK
from shared.clock import today
from shared.db import worker_session
from shared.directory import AssignmentState
from shared.events import Received
from shared.inbox import Consumer

# The last day on which each person serves anywhere under the creditor; none while no end is known. A transfer inside the
# public service of the same authority is no departure (COM-03).
_LAST_DAYS = text(
    """
    SELECT c.id, CASE WHEN bool_or(upper_inf(a.valid)) THEN NULL ELSE max(upper(a.valid)) - 1 END AS last_day, count(a.person_id) AS assignments
    FROM commitments c LEFT JOIN assignments a
        ON a.person_id = c.person_id AND a.kind = 'primary' AND a.state IN ('active', 'ended') AND a.authority_path <@ c.creditor_path AND NOT isempty(a.valid)
    WHERE c.person_id = ANY(:persons) AND c.state IN ('signed', 'running', 'paused') AND c.end_cause IS NULL
    GROUP BY c.id
    """
).bindparams(bindparam("persons", type_=ARRAY(PG_UUID(as_uuid=True))))


async def look_for_leavers(session: AsyncSession, persons: Collection[UUID]) -> None:
    """Say of each commitment whether its person leaves before it ends."""
    rows = {row.id: row for row in await session.execute(_LAST_DAYS, {"persons": list(persons)})}
    if not rows:
        return
    for commitment in await session.scalars(select(Commitment).where(Commitment.id.in_(rows)).order_by(Commitment.id).with_for_update()):
        row = rows[commitment.id]
        leaving_on: date | None = row.last_day if row.assignments and row.last_day is not None and row.last_day < commitment.ends_on else None
        if leaving_on == commitment.leaving_on:
            continue
        commitment.leaving_on = leaving_on
        commitment.version += 1
    await session.flush()


async def _assignments_changed(session: AsyncSession, events: list[Received[AssignmentState]]) -> None:
    await look_for_leavers(session, {event.data.person_id for event in events})


async def _absences_changed(session: AsyncSession, events: list[Received[AbsenceState]]) -> None:
    """Days that do not count move the end of whoever is bound."""
    persons = {event.data.person_id for event in events}
    bound = await session.scalars(select(Commitment.person_id).where(Commitment.person_id.in_(persons), Commitment.state.in_(CLOCK)).distinct())
    for person_id in sorted(bound):
        await lay_out(session, person_id, today())


def hear_leavers(consumer: Consumer) -> None:
    """After the directory and the absences are kept: what is looked at here is what they hold."""
    consumer.replica(AssignmentState, _assignments_changed)
    if AbsenceState.topic in consumer.replicas:
        consumer.replica(AbsenceState, _absences_changed)


async def move_clocks() -> None:
    """Every day: commitments start, pause, resume and end on their day. It may run late, twice or in parallel."""
    async with worker_session() as session:
        persons = (await session.scalars(select(Commitment.person_id).where(Commitment.state.in_(CLOCK)).distinct())).all()
    for person_id in sorted(persons):
        async with worker_session() as session:
            await lay_out(session, person_id, today())
