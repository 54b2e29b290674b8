"""The first step: its clock starts when probation is confirmed (PAY-01-PROBATION, REC-VN-14)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.absences.queries import uncounted_for_steps
from services.appointment.decisions.models import Decision
from services.appointment.pay_steps.events import PayStepGranted, PayStepRevoked
from services.appointment.pay_steps.models import PayStep
from services.appointment.pay_steps.scales import clock_start, first_step, scale_of, scale_of_title
from services.appointment.pay_steps.telling import tell
from services.appointment.pay_steps.workflow import HELD, PAY_STEP
from services.appointment.probations.events import ProbationConfirmed
from services.appointment.probations.models import Probation
from shared.audit import record_audit
from shared.auth import Caller
from shared.clock import today
from shared.errors import Refused
from shared.i18n import _
from shared.references import hash_of


async def give_first_step(session: AsyncSession, caller: Caller, probation: Probation, decision: Decision, confirmed_on: date) -> None:
    """Whoever is confirmed holds the first step of the scale of their title; who holds a step already keeps it."""
    pack = probation.pack
    scale = scale_of_title(pack, probation.occupation_code)
    if scale is None or await session.scalar(select(PayStep.id).where(PayStep.person_id == probation.person_id, PayStep.state.in_(HELD))) is not None:
        return
    step = first_step(pack, probation.occupation_code)
    given = PayStep(
        content_hash=hash_of(ProbationConfirmed.about(probation)),
        authority_path=probation.authority_path,
        shared_with=probation.shared_with or [],
        person_id=probation.person_id,
        facility_code=probation.facility_code,
        occupation_code=probation.occupation_code,
        rule_pack=probation.rule_pack,
        scale=scale,
        step=step,
        coefficient=scale_of(pack, scale).coefficient(step),
        since=clock_start(pack, recruited_on=probation.starts_on, confirmed_on=confirmed_on),
        probation_id=probation.id,
        granted_on=decision.signed_on,
        decision_number=decision.decision,
        recorded_by=caller.actor,
        recorded_on=decision.signed_on,
        delay_months=0,
        leave_months=0,
        early_months=0,
    )
    leave = (await uncounted_for_steps(session, [given.person_id])).get(given.person_id, [])
    given.count([absence.days for absence in leave])
    session.add(given)
    await session.flush()
    after = {"scale": scale, "step": step, "since": given.since, "due_on": given.due_on}
    await record_audit(session, caller, "pay_step.granted", "pay_step", given.id, after=after, done_on=decision.signed_on)
    tell(session, PayStepGranted, [given])


async def take_first_step_back(session: AsyncSession, caller: Caller, probation: Probation, decision: Decision) -> None:
    """The confirmation is revoked, so is the step that rested on it. Raises Refused when a later one rests on that step."""
    given = await session.scalar(select(PayStep).where(PayStep.probation_id == probation.id, PayStep.state != "revoked").with_for_update())
    if given is None:
        return
    if given.state != "current":
        raise Refused("later-step-stands", _("A later step was proposed or granted since."), possible=_("Revoke or withdraw the later step first."))
    given.move("revoke", PAY_STEP)
    await session.flush()
    await record_audit(session, caller, "pay_step.revoked", "pay_step", given.id, before={"state": "current"}, after={"state": "revoked"}, done_on=decision.ended_on or today())
    tell(session, PayStepRevoked, [given])
