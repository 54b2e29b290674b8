"""A probation is followed, reported on, judged by the head, and settled by a signed decision."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.absences.models import CountedAbsence
from services.appointment.decisions.effects import OWN, OwnEffects, make_effects
from services.appointment.decisions.filing import file_decision
from services.appointment.decisions.models import Decision
from services.appointment.pay_steps.first import give_first_step, take_first_step_back
from services.appointment.probations.events import ProbationChanged, ProbationConfirmed, ProbationEnded, ProbationExtended, ProbationOpened, ProbationReopened
from services.appointment.probations.guards import (
    absence_must_be_short_and_justified,
    days_must_be_served,
    extension_must_fit,
    nothing_must_wait,
    outcome_must_be_open,
    reports_must_be_there,
)
from services.appointment.probations.models import Probation, RefusedAbsence
from services.appointment.probations.opening import count_days, months_of, tell
from services.appointment.probations.permissions import can_follow, can_follow_probations, can_judge, can_propose_outcome
from services.appointment.probations.queries import get_visible_probation
from services.appointment.probations.schemas import MentorCreate, OutcomeCreate, ProbationEntry, ProbationsCreate, RefusalCreate, ReportCreate, SelfReportCreate
from services.appointment.probations.workflow import CONFIRMED, ENDED, EXTENDED, PROBATION, RUNNING
from services.appointment.rules import pack_of
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import period_end
from shared.clock import judge_done_on, today
from shared.decisions import DecisionRequest
from shared.directory import Work, work_of, works_of
from shared.errors import Forbidden, Malformed, Problem, Refusal, Refused
from shared.events import record_event
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule

KIND = "probation_confirmation"


# --- opening balances -------------------------------------------------------------------------------------------------


async def enter_probations(session: AsyncSession, *, caller: Caller, body: ProbationsCreate) -> list[tuple[ProbationEntry, Probation | Problem]]:
    """Probations that run already when the register is opened here; each line is answered by itself."""
    require(can_follow_probations(caller))
    done_on = judge_done_on(caller, body.done_on)
    works = await works_of(session, {entry.person_id for entry in body.items}, done_on)
    answers: list[tuple[ProbationEntry, Probation | Problem]] = []
    for entry in body.items:
        try:
            async with session.begin_nested():
                answers.append((entry, await _enter(session, caller, entry, works.get(entry.person_id), done_on)))
        except Problem as problem:
            answers.append((entry, problem))
    return answers


async def _enter(session: AsyncSession, caller: Caller, entry: ProbationEntry, work: Work | None, done_on: date) -> Probation:
    if work is not None and (known := await by_reference(session, Probation, authority_path=work.authority_path, body=entry, reference=entry.reference)):
        return known
    return await enter_probation(session, caller, entry, work, done_on)


def probation_of(caller: Caller, entry: ProbationEntry, work: Work | None, done_on: date) -> Probation:
    """The probation that an entry says, not kept yet. Raises Malformed, Forbidden or Refused."""
    if work is None:
        raise Malformed.field("person_id", _("This person works nowhere that you may see on {day}."), day=done_on.isoformat())
    if not caller.manages(work.authority_path):
        raise Forbidden(Refusal("other-authority", _("You do not act for this facility.")))
    pack = pack_of(work.facility_code, entry.starts_on)
    months = entry.months or months_of(pack, work.occupation_code)
    if months is None:
        raise Malformed.field("months", _("The rules say no length for this title: enter it."))
    probation_id = uuid7()
    return Probation(
        id=probation_id,
        reference=entry.reference,
        content_hash=hash_of(entry),
        authority_path=work.authority_path,
        shared_with=list(work.shared_with),
        source_service=OWN,
        source_id=probation_id,
        person_id=work.person_id,
        facility_code=work.facility_code,
        occupation_code=work.occupation_code,
        rule_pack=pack.id,
        months=months,
        extension_months=0,
        starts_on=entry.starts_on,
        due_on=period_end(entry.starts_on, months),
        mentor_id=entry.mentor_id,
        mentor_named_on=done_on if entry.mentor_id else None,
        opened_by=caller.actor,
        opened_on=done_on,
    )


async def enter_probation(session: AsyncSession, caller: Caller, entry: ProbationEntry, work: Work | None, done_on: date) -> Probation:
    """One that runs already is kept, its end counted with the days that do not count. Raises Refused when another one runs."""
    probation = probation_of(caller, entry, work, done_on)
    if await session.scalar(select(Probation.id).where(Probation.person_id == probation.person_id, Probation.state.in_((RUNNING, EXTENDED)))):
        raise Refused("probation-already-running", _("A probation of this person is already running."), possible=_("Open the probation that runs."))
    session.add(probation)
    await count_days(session, probation)
    await session.flush()
    await record_audit(session, caller, "probation.opened", "probation", probation.id, after=entry.model_dump(mode="json"), done_on=done_on)
    tell(session, ProbationOpened, probation)
    return probation


# --- while it runs ----------------------------------------------------------------------------------------------------


async def name_mentor(session: AsyncSession, *, caller: Caller, probation_id: UUID, body: MentorCreate) -> Probation:
    """A colleague of the same facility guides the person (REC-VN-12)."""
    done_on = judge_done_on(caller, body.done_on)
    probation = await get_visible_probation(session, caller, probation_id, lock=True)
    require(can_follow(caller, probation))
    PROBATION.after("report", probation.state)
    if body.mentor_id == probation.mentor_id:
        return probation
    if body.mentor_id == probation.person_id:
        raise Malformed.field("mentor_id", _("Nobody is their own mentor."))
    work = await work_of(session, caller, body.mentor_id, done_on, field="mentor_id")
    if work.facility_code != probation.facility_code:
        raise Refused(
            "mentor-elsewhere",
            _("The mentor works at {there}, the person on probation at {here}."),
            rule=Rule("PRB-MENTOR", probation.facility_code, "facility of the mentor", "Relais rule book, personnel (a mentor works where the person on probation does)"),
            possible=_("Choose a colleague of {here}."),
            there=work.facility_code,
            here=probation.facility_code,
        )
    before = {"mentor_id": probation.mentor_id}
    probation.mentor_id, probation.mentor_named_on = body.mentor_id, done_on
    await _changed(session, caller, probation, "probation.mentor_named", before, {"mentor_id": probation.mentor_id}, done_on)
    return probation


async def enter_mentor_report(session: AsyncSession, *, caller: Caller, probation_id: UUID, body: ReportCreate) -> Probation:
    """What the mentor reports."""
    probation, done_on = await _reporting(session, caller, probation_id, body.done_on)
    require(can_follow(caller, probation))
    if probation.mentor_id is None:
        raise Refused(
            "mentor-missing",
            _("No mentor is named, so none can report."),
            rule=probation.pack.rule("PRB-01"),
            possible=_("Name the mentor first."),
        )
    return await _report(session, caller, probation, "mentor_report", _report_of(caller, body, done_on), done_on)


async def enter_self_report(session: AsyncSession, *, caller: Caller, probation_id: UUID, body: SelfReportCreate) -> Probation:
    """What the person reports."""
    probation, done_on = await _reporting(session, caller, probation_id, body.done_on)
    require(can_follow(caller, probation))
    report = {"text": body.text, "on": done_on.isoformat(), "entered_by": caller.actor}
    return await _report(session, caller, probation, "self_report", report, done_on)


async def give_opinion(session: AsyncSession, *, caller: Caller, probation_id: UUID, body: ReportCreate) -> Probation:
    """The opinion of the head of the facility."""
    probation, done_on = await _reporting(session, caller, probation_id, body.done_on)
    require(can_judge(caller, probation))
    return await _report(session, caller, probation, "head_opinion", _report_of(caller, body, done_on), done_on)


async def refuse_absence(session: AsyncSession, *, caller: Caller, probation_id: UUID, body: RefusalCreate) -> Probation:
    """The head does not accept the justification of a short absence: the end moves by its days (REC-VN-11)."""
    probation, done_on = await _reporting(session, caller, probation_id, body.done_on)
    require(can_judge(caller, probation))
    absence = absence_must_be_short_and_justified(probation, await session.get(CountedAbsence, body.absence_id))
    if await session.get(RefusedAbsence, (probation.id, absence.id)) is not None:
        return probation
    session.add(RefusedAbsence(probation_id=probation.id, absence_id=absence.id, reason=body.reason, refused_by=caller.actor, refused_on=done_on))
    await session.flush()
    before = {"due_on": probation.due_on}
    await count_days(session, probation)
    await _changed(session, caller, probation, "probation.absence_refused", before, {"due_on": probation.due_on, "absence": absence.days}, done_on)
    return probation


async def _reporting(session: AsyncSession, caller: Caller, probation_id: UUID, done_on: date | None) -> tuple[Probation, date]:
    day = judge_done_on(caller, done_on)
    probation = await get_visible_probation(session, caller, probation_id, lock=True)
    return probation, day


def _report_of(caller: Caller, body: ReportCreate, done_on: date) -> dict[str, Any]:
    return {"favourable": body.favourable, "text": body.text, "on": done_on.isoformat(), "entered_by": caller.actor}


async def _report(session: AsyncSession, caller: Caller, probation: Probation, name: str, report: dict[str, Any], done_on: date) -> Probation:
    before = getattr(probation, name)
    if before == report:
        return probation
    PROBATION.after("report", probation.state)
    nothing_must_wait(probation)
    setattr(probation, name, report)
    await _changed(session, caller, probation, f"probation.{name}", {name: before}, {name: report}, done_on, announced=False)
    return probation


async def _changed(
    session: AsyncSession, caller: Caller, probation: Probation, act: str, before: dict[str, Any], after: dict[str, Any], done_on: date, *, announced: bool = True
) -> None:
    probation.version += 1
    await session.flush()
    await record_audit(session, caller, act, "probation", probation.id, before=before, after=after, done_on=done_on)
    if announced:
        tell(session, ProbationChanged, probation)


# --- the outcome ------------------------------------------------------------------------------------------------------


async def propose_outcome(session: AsyncSession, *, caller: Caller, probation_id: UUID, body: OutcomeCreate, if_match: str | None = None) -> Probation:
    """The outcome is proposed and filed for signature; it takes effect when it is signed."""
    done_on = judge_done_on(caller, body.done_on)
    probation = await get_visible_probation(session, caller, probation_id, lock=True)
    require(can_propose_outcome(caller, probation))
    effective_on = body.effective_on or max(probation.first_day_after, probation.starts_on)
    wanted = (body.outcome, effective_on, body.months if body.outcome == EXTENDED else None, body.reason)
    if (probation.outcome, probation.outcome_on, probation.outcome_months, probation.outcome_reason) == wanted:
        return probation
    require_current(if_match, probation.version)
    nothing_must_wait(probation)
    outcome_must_be_open(probation, body.outcome)
    reports_must_be_there(probation, body.outcome)
    if body.outcome == CONFIRMED:
        days_must_be_served(probation, effective_on, body.equivalent_months)
    elif body.reason is None:
        raise Malformed.field("reason", _("Say why the probation is extended or ended."))
    if body.outcome == EXTENDED:
        extension_must_fit(probation, body.months)
    probation.outcome, probation.outcome_on, probation.outcome_months, probation.outcome_reason = wanted
    probation.equivalent_months = body.equivalent_months
    probation.proposed_by, probation.proposed_on, probation.proposal_id = caller.actor, done_on, uuid7()
    await _changed(session, caller, probation, "probation.outcome_proposed", {"outcome": None}, {"outcome": body.outcome, "effective_on": effective_on}, done_on)
    await file_decision(session, _request(probation, "proposed"))
    return probation


async def withdraw_outcome(session: AsyncSession, *, caller: Caller, probation_id: UUID, done_on: date | None) -> Probation:
    """What waits for a signature is given up."""
    day = judge_done_on(caller, done_on)
    probation = await get_visible_probation(session, caller, probation_id, lock=True)
    require(can_follow(caller, probation))
    if probation.outcome is None:
        return probation
    await file_decision(session, _request(probation, "withdrawn"))
    before = {"outcome": probation.outcome}
    probation.forget_proposal()
    await _changed(session, caller, probation, "probation.outcome_withdrawn", before, {"outcome": None}, day)
    return probation


def _request(probation: Probation, state: str) -> DecisionRequest:
    return DecisionRequest.model_validate(
        {
            "id": probation.proposal_id,
            "kind": KIND,
            "source_service": OWN,
            "state": state,
            "authority_path": probation.authority_path,
            "shared_with": probation.shared_with or [],
            "facility_code": probation.facility_code,
            "person_ids": [probation.person_id],
            "proposed_by": probation.proposed_by,
            "proposed_on": probation.proposed_on,
            "effective_on": probation.outcome_on,
            "legal_basis": [probation.pack.rule("PRB-MONTHS").citation],
            "facts": {
                "outcome": probation.outcome,
                "occupation_code": probation.occupation_code,
                "starts_on": probation.starts_on.isoformat(),
                "ends_on": probation.due_on.isoformat(),
                "months": probation.outcome_months or probation.months,
                "probation_id": str(probation.id),
            },
        }
    )


async def _of_proposal(session: AsyncSession, proposal_id: UUID) -> Probation | None:
    found: Probation | None = await session.scalar(select(Probation).where(Probation.proposal_id == proposal_id).with_for_update())
    return found


async def _settled_by(session: AsyncSession, decision: Decision) -> Probation | None:
    settled = or_(Probation.settled_by == decision.source_id, Probation.extended_by == decision.source_id)
    found: Probation | None = await session.scalar(select(Probation).where(settled).with_for_update())
    return found


async def settle(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The decision is signed: confirmed with the clock of the first step started, extended, or ended. Raises Refused when it no longer fits."""
    probation = await _of_proposal(session, decision.source_id)
    if probation is None or probation.outcome is None or probation.outcome_on is None:
        raise Refused("probation-settled-otherwise", _("This probation was settled in another way meanwhile."), possible=_("Have the proposal withdrawn."))
    outcome, day = probation.outcome, probation.outcome_on
    outcome_must_be_open(probation, outcome)
    if outcome == CONFIRMED:
        days_must_be_served(probation, day, probation.equivalent_months)
    before = {"state": probation.state, "due_on": probation.due_on}
    probation.settle(decision_number=decision.decision)
    await count_days(session, probation)
    event = {CONFIRMED: ProbationConfirmed, EXTENDED: ProbationExtended, ENDED: ProbationEnded}[outcome]
    await session.flush()
    await record_audit(
        session, caller, f"probation.{outcome}", "probation", probation.id, before=before, after={"state": probation.state, "due_on": probation.due_on}, done_on=decision.signed_on
    )
    tell(session, event, probation)
    if outcome == CONFIRMED:
        await give_first_step(session, caller, probation, decision, day)


async def put_back(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The decision is revoked: the probation runs again as it did, and the first step that rested on it goes. Raises Refused."""
    probation = await _settled_by(session, decision)
    if probation is None or (probation.extended_by == decision.source_id and probation.state != EXTENDED):
        raise Refused("later-decision-stands", _("A later decision about this probation stands."), possible=_("Revoke the later decision first."))
    before = {"state": probation.state, "due_on": probation.due_on}
    if probation.state == CONFIRMED:
        await take_first_step_back(session, caller, probation, decision)
    probation.put_back()
    await count_days(session, probation)
    await session.flush()
    await record_audit(
        session,
        caller,
        "probation.reopened",
        "probation",
        probation.id,
        before=before,
        after={"state": probation.state, "due_on": probation.due_on},
        done_on=decision.ended_on or today(),
    )
    tell(session, ProbationReopened, probation)


async def number(session: AsyncSession, _caller: Caller, decision: Decision) -> None:
    """The number that was given afterwards is shown."""
    probation = await _settled_by(session, decision)
    if probation is not None:
        probation.decision_number = decision.decision
        await session.flush()
        record_event(session, ProbationChanged.about(probation))


make_effects(KIND, OwnEffects(signed=settle, revoked=put_back, numbered=number))
