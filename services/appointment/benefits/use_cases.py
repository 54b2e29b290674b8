"""A benefit is proposed for one or several people, and granted by one signed decision."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.benefits.events import BenefitChanged, BenefitGranted, BenefitProposed
from services.appointment.benefits.models import Benefit
from services.appointment.benefits.permissions import can_propose_benefits
from services.appointment.benefits.queries import benefits_of_proposal, benefits_visible_to
from services.appointment.benefits.schemas import BenefitsCreate
from services.appointment.benefits.workflow import BENEFIT, GRANTED, PROPOSED, REVOKED, WITHDRAWN
from services.appointment.decisions.effects import OWN, OwnEffects, make_effects
from services.appointment.decisions.filing import file_decision
from services.appointment.decisions.models import Decision
from services.appointment.proposals import common_path
from services.appointment.rules import pack_of
from shared.audit import record_audits
from shared.auth import Caller, require
from shared.calendars import ONE_DAY
from shared.clock import judge_done_on, today
from shared.decisions import DecisionRequest
from shared.directory import Work, works_of
from shared.errors import Forbidden, Malformed, NotFound, Problem, Refusal, Refused, problem_of_database_error
from shared.events import record_events
from shared.i18n import _
from shared.ids import uuid7
from shared.references import hash_of

KIND = "benefits"


async def propose_benefits(session: AsyncSession, *, caller: Caller, body: BenefitsCreate) -> tuple[UUID | None, list[tuple[UUID, Benefit | Problem]]]:
    """The officer proposes; each person is answered by themselves, and one decision covers those who fit."""
    require(can_propose_benefits(caller))
    done_on = judge_done_on(caller, body.done_on)
    works = await works_of(session, body.person_ids, done_on)
    known = await _named(session, caller, body)
    proposal_id = next((benefit.proposal_id for benefit in known.values()), uuid7())
    answers: list[tuple[UUID, Benefit | Problem]] = []
    made: list[Benefit] = []
    for person_id in dict.fromkeys(body.person_ids):
        if person_id in known:
            answers.append((person_id, known[person_id]))
            continue
        try:
            benefit = _benefit(caller, body, person_id, works.get(person_id), proposal_id, done_on)
            async with session.begin_nested():
                session.add(benefit)
                await session.flush()
            made.append(benefit)
            answers.append((person_id, benefit))
        except (Problem, DBAPIError) as error:
            problem = error if isinstance(error, Problem) else problem_of_database_error(error)
            if problem is None or problem.status >= 500:
                raise
            answers.append((person_id, problem))
    if made:
        after = body.model_dump(mode="json", exclude={"person_ids", "reference", "done_on"})
        await record_audits(session, caller, "benefit.proposed", "benefit", [(benefit.id, None, after) for benefit in made], done_on=done_on)
        record_events(session, [BenefitProposed.about(benefit) for benefit in made])
        await file_decision(session, _request(made, "proposed"))
    return (proposal_id if made or known else None), answers


async def _named(session: AsyncSession, caller: Caller, body: BenefitsCreate) -> dict[UUID, Benefit]:
    """What this reference made already, when the same is said again. Raises Refused when it named something else."""
    if body.reference is None:
        return {}
    found = (await session.scalars(benefits_visible_to(caller).where(Benefit.reference == body.reference))).all()
    if any(benefit.content_hash != hash_of(body) for benefit in found):
        raise Refused("reference-taken", _("The reference {reference} already names another record."), reference=body.reference)
    return {benefit.person_id: benefit for benefit in found}


def _benefit(caller: Caller, body: BenefitsCreate, person_id: UUID, work: Work | None, proposal_id: UUID, done_on: date) -> Benefit:
    if work is None:
        raise Malformed.field("person_ids", _("This person works nowhere that you may see on {day}."), day=done_on.isoformat())
    if not caller.manages(work.authority_path):
        raise Forbidden(Refusal("other-authority", _("You do not act for this facility.")))
    _percent_must_fit(body.kind, body.percent, work.facility_code, body.starts_on)
    return Benefit(
        id=uuid7(),
        proposal_id=proposal_id,
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=work.authority_path,
        shared_with=list(work.shared_with),
        person_id=person_id,
        facility_code=work.facility_code,
        proposed_by=caller.actor,
        proposed_on=done_on,
        state=PROPOSED,
        percent=None if body.percent is None else body.percent.quantize(Decimal("0.01")),
        **body.model_dump(include={"kind", "amount", "currency", "frequency", "starts_on", "ends_on", "basis"}),
    )


def _percent_must_fit(kind: str, percent: Decimal | None, code: str, day: date) -> None:
    """REC-VN-14: the occupational allowance has a most. Raises Refused."""
    if kind != "occupational_allowance" or percent is None:
        return
    most = pack_of(code, day).rule("BEN-ALLOWANCE")
    if percent > most.value:
        raise Refused(
            "allowance-too-high",
            _("An occupational allowance of {percent} % is more than the rules allow."),
            rule=most,
            possible=_("At most {most} %."),
            percent=str(percent.normalize()),
            most=most.value,
        )


def _request(benefits: Sequence[Benefit], state: str) -> DecisionRequest:
    first = benefits[0]
    facilities = {benefit.facility_code for benefit in benefits}
    return DecisionRequest.model_validate(
        {
            "id": first.proposal_id,
            "kind": KIND,
            "source_service": OWN,
            "state": state,
            "authority_path": common_path([benefit.authority_path for benefit in benefits]),
            "facility_code": first.facility_code if len(facilities) == 1 else None,
            "person_ids": [benefit.person_id for benefit in benefits],
            "proposed_by": first.proposed_by,
            "proposed_on": first.proposed_on,
            "effective_on": first.starts_on,
            "ends_on": first.ends_on,
            "legal_basis": [first.basis],
            "facts": {"benefit": first.kind, "percent": str(first.percent) if first.percent else None, "amount": first.amount, "currency": first.currency, "lines": len(benefits)},
        }
    )


async def withdraw_benefits(session: AsyncSession, *, caller: Caller, proposal_id: UUID, done_on: date | None) -> list[Benefit]:
    """All that was proposed together is given up before the signature."""
    require(can_propose_benefits(caller))
    day = judge_done_on(caller, done_on)
    found = await benefits_of_proposal(session, caller, proposal_id)
    if not found or not all(caller.manages(benefit.authority_path) for benefit in found):
        raise NotFound()
    await file_decision(session, _request(found, "withdrawn"))
    await _move(session, caller, found, "withdraw", day)
    record_events(session, [BenefitChanged.about(benefit) for benefit in found])
    return found


async def _move(session: AsyncSession, caller: Caller, benefits: Sequence[Benefit], act: str, day: date) -> None:
    changes = []
    for benefit in benefits:
        before = benefit.state
        benefit.move(act, BENEFIT)
        changes.append((benefit.id, {"state": before}, {"state": benefit.state}))
    await session.flush()
    verb = {"grant": GRANTED, "revoke": REVOKED, "withdraw": WITHDRAWN}[act]
    await record_audits(session, caller, f"benefit.{verb}", "benefit", changes, done_on=day)


async def _of(session: AsyncSession, decision: Decision) -> list[Benefit]:
    return list(await session.scalars(select(Benefit).where(Benefit.proposal_id == decision.source_id).order_by(Benefit.id).with_for_update()))


async def grant(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The decision is signed: the benefits are granted."""
    found = await _of(session, decision)
    for benefit in found:
        benefit.granted_on, benefit.decision_number = decision.signed_on, decision.decision
    await _move(session, caller, found, "grant", decision.signed_on or today())
    record_events(session, [BenefitGranted.about(benefit) for benefit in found])


async def put_back(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The decision is revoked: from its first day nothing was granted; from a later day the benefit ends on the eve."""
    found = await _of(session, decision)
    last = decision.ended_from
    if last is not None and last > decision.effective_on:
        await _end_early(session, caller, found, last)
        return
    for benefit in found:
        benefit.granted_on = None
    await _move(session, caller, found, "revoke", decision.ended_on or today())
    record_events(session, [BenefitChanged.about(benefit) for benefit in found])


async def _end_early(session: AsyncSession, caller: Caller, benefits: Sequence[Benefit], first_day_without: date) -> None:
    changes = []
    for benefit in benefits:
        before = benefit.ends_on
        benefit.ends_on = first_day_without - ONE_DAY if before is None else min(before, first_day_without - ONE_DAY)
        benefit.version += 1
        changes.append((benefit.id, {"ends_on": str(before)}, {"ends_on": str(benefit.ends_on)}))
    await session.flush()
    await record_audits(session, caller, "benefit.ended", "benefit", changes, done_on=today())
    record_events(session, [BenefitChanged.about(benefit) for benefit in benefits])


async def number(session: AsyncSession, _caller: Caller, decision: Decision) -> None:
    """The number that was given afterwards is shown."""
    found = await _of(session, decision)
    for benefit in found:
        benefit.decision_number = decision.decision
    await session.flush()
    record_events(session, [BenefitChanged.about(benefit) for benefit in found])


make_effects(KIND, OwnEffects(signed=grant, revoked=put_back, numbered=number))
