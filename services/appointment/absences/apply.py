"""Keeping what the registry says of absences, and moving the days that depend on them.

Rows are kept through a rebuild with the version that was heard: hearing everything again moves no day back and forth.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.absences.events import AbsenceState
from services.appointment.absences.queries import uncounted_for_steps
from services.appointment.pay_steps.events import PayStepChanged
from services.appointment.pay_steps.models import PayStep
from services.appointment.pay_steps.telling import tell as tell_steps
from services.appointment.pay_steps.workflow import HELD
from services.appointment.probations.events import ProbationChanged
from services.appointment.probations.models import Probation
from services.appointment.probations.opening import BY, count_days
from services.appointment.probations.opening import tell as tell_probation
from services.appointment.probations.workflow import OPEN
from shared.audit import record_audit
from shared.clock import today
from shared.events import Received

APPROVED = "approved"

_KEEP = text(
    """
    INSERT INTO counted_absences (id, person_id, facility_code, authority_path, shared_with, starts_on, ends_on, approved, counts_for_probation, counts_for_step, heard)
    SELECT id, person_id, facility_code, CAST(authority_path AS ltree), shared_with, starts_on, ends_on, approved, counts_for_probation, counts_for_step, heard
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, person_id uuid, facility_code text, authority_path text, shared_with text[], starts_on date, ends_on date,
        approved boolean, counts_for_probation boolean, counts_for_step boolean, heard bigint[])
    ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, facility_code = excluded.facility_code, authority_path = excluded.authority_path,
        shared_with = excluded.shared_with, starts_on = excluded.starts_on, ends_on = excluded.ends_on, approved = excluded.approved,
        counts_for_probation = excluded.counts_for_probation, counts_for_step = excluded.counts_for_step, heard = excluded.heard
    WHERE counted_absences.heard < excluded.heard
    RETURNING person_id
    """
)


async def keep_absences(session: AsyncSession, events: list[Received[AbsenceState]]) -> None:
    """What is newer is kept; the probations and steps of these people are counted again."""
    rows = [event.data.model_dump(mode="json", exclude={"state"}) | {"approved": event.data.state == APPROVED, "heard": [event.incarnation, event.version]} for event in events]
    touched = set(await session.scalars(_KEEP, {"rows": orjson.dumps(rows).decode()}))
    if touched:
        await count_again(session, touched)


async def count_again(session: AsyncSession, persons: Collection[UUID]) -> None:
    """Move the end of running probations and the day of next steps where days of absence changed."""
    for probation in await session.scalars(select(Probation).where(Probation.person_id.in_(persons), Probation.state.in_(OPEN)).with_for_update()):
        before = {"due_on": probation.due_on}
        if await count_days(session, probation):
            probation.version += 1
            await session.flush()
            await record_audit(session, BY, "probation.counted", "probation", probation.id, before=before, after={"due_on": probation.due_on}, done_on=today())
            tell_probation(session, ProbationChanged, probation)
    leave = await uncounted_for_steps(session, persons)
    for step in await session.scalars(select(PayStep).where(PayStep.person_id.in_(persons), PayStep.state.in_(HELD)).with_for_update()):
        was_due: dict[str, Any] = {"due_on": step.due_on}
        if step.count([absence.days for absence in leave.get(step.person_id, [])]):
            step.version += 1
            await session.flush()
            await record_audit(session, BY, "pay_step.counted", "pay_step", step.id, before=was_due, after={"due_on": step.due_on}, done_on=today())
            tell_steps(session, PayStepChanged, [step])
