"""Announcing steps, and the day on which the next one falls due (PAY-04)."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.dues.record import record_due
from services.appointment.pay_steps.events import PayStepState
from services.appointment.pay_steps.models import PayStep
from shared.events import record_events


def tell(session: AsyncSession, event: type[PayStepState], steps: Sequence[PayStep]) -> None:
    """Announce steps, set-wise, with what falls due."""
    record_events(session, [event.about(step) for step in steps])
    for step in steps:
        if step.due_on is None and step.is_held:
            continue  # the last step of its scale
        due_on = step.due_on or step.since
        record_due(
            session,
            "step_due",
            step,
            step.id,
            path=f"/pay-steps/{step.id}",
            due_on=due_on,
            warn_on=due_on - timedelta(days=int(step.pack.rule("PAY-04").value)),
            responsible="facility-hr-officer",
            state="open" if step.is_held else "done" if step.state == "past" else "dropped",
            facility_code=step.facility_code,
            person_id=step.person_id,
            facts={"scale": step.scale, "step": step.step, "state": step.state},
        )
