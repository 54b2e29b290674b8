"""The procedure of a case: opened, principle, candidates, steps with their votes, file, decision."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.cases.events import CaseDecided, CaseMoved, CaseOpened, CaseStopped
from services.appointment.cases.guards import (
    cap_must_have_room,
    content_must_be_open,
    head_must_be_asked,
    head_must_have_decided,
    kind_must_fit,
    mandate_must_run,
    position_must_be_open,
    principle_must_be_granted,
    step_must_be_next,
    totals_must_name,
)
from services.appointment.cases.models import FORWARD, LEFT_OUT, NOMINATED, Candidate, Case, Vote
from services.appointment.cases.permissions import can_answer_principle, can_conduct, can_decide_half, can_record_votes
from services.appointment.cases.queries import experience_of, get_visible_case, planned_for
from services.appointment.cases.schemas import (
    CandidateCreate,
    CandidatesCreate,
    CaseCreate,
    CaseStop,
    Dated,
    DecisionProposal,
    FileCompletion,
    HeadDecision,
    OutcomeCreate,
    PrincipleAnswer,
    StepCreate,
    StepsCreate,
)
from services.appointment.cases.screening import Facts, criteria_of, cumulated_months, must_be_met
from services.appointment.cases.steps import meetings_of
from services.appointment.cases.votes import Meeting, quorum_must_be_met, result_of, totals_must_add_up
from services.appointment.cases.workflow import (
    ACTING,
    AUTHORITY_REFUSAL,
    CASE,
    DECISIONS,
    END_A_MANDATE,
    EQUIVALENT,
    EXTEND,
    FIRST,
    HIGHER,
    NEED_PRINCIPLE,
    NO_MAJORITY,
    OF_A_MANDATE,
    REAPPOINT,
    TRANSFER,
)
from services.appointment.decisions.filing import file_decision
from services.appointment.mandates.guards import position_must_be_free
from services.appointment.mandates.queries import get_visible_mandate, named_mandate
from services.appointment.mandates.terms import next_term
from services.appointment.positions.models import LeadershipPosition
from services.appointment.positions.queries import get_visible_position, named_position
from services.appointment.rules import PACKS, pack_of
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import period_end
from shared.clock import judge_done_on
from shared.decisions import DecisionRequest
from shared.directory import Work, place_on, work_of
from shared.errors import Malformed, Refused
from shared.events import record_event
from shared.i18n import _
from shared.practice import must_not_have_lost_the_right, practice_of
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import RulePack

FILL_A_SEAT = frozenset({FIRST, HIGHER, EQUIVALENT, TRANSFER})


async def open_case(session: AsyncSession, *, caller: Caller, body: CaseCreate) -> Case:
    """The administrator opens a procedure; what concerns one known person is screened at once."""
    done_on = judge_done_on(caller, body.done_on)
    mandate = await named_mandate(session, caller, body.mandate_id) if body.mandate_id else None
    position_id = mandate.position_id if mandate else body.position_id
    assert position_id is not None
    position = await named_position(session, caller, position_id)
    require(can_conduct(caller, position.authority_path))
    if known := await by_reference(session, Case, authority_path=position.authority_path, body=body, reference=body.reference):
        return known
    pack = pack_of(position.facility_code, done_on)
    if mandate is None:
        position_must_be_open(position, done_on)
    if body.kind in FILL_A_SEAT and not body.classified:
        await cap_must_have_room(session, position, done_on, pack)
    case = Case(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=position.authority_path,
        kind=body.kind,
        source=body.source,
        position_id=position.id,
        mandate_id=mandate.id if mandate else None,
        facility_code=position.facility_code,
        rank=position.rank,
        rule_pack=pack.id,
        reason=body.reason,
        planning_exception=body.planning_exception,
        cumulation=body.cumulation,
        classified=body.classified,
        to_facility_code=body.to_facility_code,
        to_post_id=body.to_post_id,
        opened_by=caller.actor,
        opened_on=done_on,
        steps_done=0,
        candidates=[],
        votes=[],
    )
    if body.to_facility_code:
        await place_on(session, body.to_facility_code, done_on, field="to_facility_code")
    session.add(case)
    await session.flush()
    if body.kind in OF_A_MANDATE and mandate is not None:
        mandate_must_run(mandate, done_on)
        if body.kind in (REAPPOINT, EXTEND):
            kind_must_fit(body.kind, next_term(mandate.ends_on, retirement_on=mandate.retirement_on, term_months=position.term_months, pack=pack))
        await _screen(session, caller, case, position, [CandidateCreate(person_id=mandate.person_id)], done_on, pack)
    elif body.candidate is not None:
        await _screen(session, caller, case, position, [body.candidate], done_on, pack)
    elif body.request_principle and body.kind in NEED_PRINCIPLE and not body.classified:
        _request_principle(caller, case, done_on)
    await session.flush()
    await record_audit(session, caller, "case.opened", "case", case.id, after=_audited(body), done_on=done_on)
    record_event(session, CaseOpened.about(case))
    return case


def _audited(body: CaseCreate) -> dict[str, Any]:
    """What the audit keeps: never that a blocking fact was told."""
    return body.model_dump(mode="json", exclude={"candidate": {"blocking_fact"}})


def _request_principle(caller: Caller, case: Case, done_on: date) -> None:
    case.move("request_principle", CASE)
    case.principle_requested_by, case.principle_requested_on = caller.actor, done_on


async def _for_act(session: AsyncSession, caller: Caller, case_id: UUID, if_match: str | None) -> Case:
    case = await get_visible_case(session, caller, case_id, lock=True)
    require_current(if_match, case.version)
    return case


async def _moved(session: AsyncSession, caller: Caller, case: Case, act: str, done_on: date, **after: Any) -> Case:
    await session.flush()
    await record_audit(session, caller, f"case.{act}", "case", case.id, after={"state": case.state} | after, done_on=done_on)
    record_event(session, (CaseStopped if case.state == "stopped" else CaseMoved).about(case))
    return case


async def request_principle(session: AsyncSession, *, caller: Caller, case_id: UUID, body: Dated, if_match: str | None = None) -> Case:
    """The authority is asked for its agreement in principle; it has 10 working days (APP-01)."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_conduct(caller, case.authority_path))
    content_must_be_open(case)
    _request_principle(caller, case, done_on)
    return await _moved(session, caller, case, "principle_requested", done_on)


async def answer_principle(session: AsyncSession, *, caller: Caller, case_id: UUID, body: PrincipleAnswer, if_match: str | None = None) -> Case:
    """The authority agrees, and the procedure has 30 working days; or it refuses, and the case stops."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_answer_principle(caller, case))
    CASE.after("grant_principle", case.state)
    case.principle_answered_by, case.principle_reference = caller.actor, body.reference
    if body.granted:
        case.move("grant_principle", CASE)
        case.principle_granted_on = done_on
    else:
        case.stop(AUTHORITY_REFUSAL, on=done_on, note=body.note)
    return await _moved(session, caller, case, "principle_answered", done_on, granted=body.granted)


async def screen_candidates(session: AsyncSession, *, caller: Caller, case_id: UUID, body: CandidatesCreate, if_match: str | None = None) -> Case:
    """Each person is judged by the pack's criteria; one who does not meet them all is refused, and nothing is written."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_conduct(caller, case.authority_path))
    content_must_be_open(case)
    principle_must_be_granted(case)
    CASE.after("screen", case.state)
    position = await get_visible_position(session, caller, case.position_id)
    await _screen(session, caller, case, position, body.candidates, done_on, PACKS.pinned(case.rule_pack))
    return await _moved(session, caller, case, "candidates_screened", done_on, candidates=len(body.candidates))


async def _screen(session: AsyncSession, caller: Caller, case: Case, position: LeadershipPosition, wanted: Sequence[CandidateCreate], done_on: date, pack: RulePack) -> None:
    for each in wanted:
        work = await work_of(session, caller, each.person_id, done_on)
        criteria = criteria_of(case.kind, await _facts(session, case, position, each, work, starts_on=done_on, day=done_on), pack)
        must_be_met(criteria)
        must_not_have_lost_the_right(await practice_of(session, each.person_id, done_on), work.occupation_code, pack)
        case.candidates.append(
            Candidate(
                case_id=case.id,
                person_id=each.person_id,
                origin="internal" if work.facility_code == position.facility_code else "external",
                criteria=[criterion.as_json() for criterion in criteria],
                conflicts=sorted(set(each.conflicts)),
            )
        )
    case.move("screen", CASE)
    case.screened_on = done_on


async def _facts(session: AsyncSession, case: Case, position: LeadershipPosition, candidate: CandidateCreate, work: Work, *, starts_on: date, day: date) -> Facts:
    told = [(period.from_day, period.to_day) for period in candidate.experience] if candidate.experience is not None else None
    return Facts(
        origin="internal" if work.facility_code == position.facility_code else "external",
        planned_for=await planned_for(session, candidate.person_id, position, day),
        planning_required=position.planning_required,
        planning_exception=case.planning_exception,
        experience_months=cumulated_months(told if told is not None else await experience_of(session, candidate.person_id, day), day),
        starts_on=starts_on,
        term_months=position.term_months,
        retirement_on=work.retirement_on,
        blocking_fact=candidate.blocking_fact,
    )


async def hold_steps(session: AsyncSession, *, caller: Caller, case_id: UUID, body: StepsCreate, if_match: str | None = None) -> Case:
    """The secretary enters a meeting with its totals, or several that followed each other; each is judged by the pack's step."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_record_votes(caller, case))
    content_must_be_open(case)
    pack = PACKS.pinned(case.rule_pack)
    for step in body.steps:
        _hold_step(caller, case, step, done_on, pack)
        await session.flush()
    return await _moved(session, caller, case, "steps_held", done_on, steps=[step.step for step in body.steps])


def _hold_step(caller: Caller, case: Case, body: StepCreate, done_on: date, pack: RulePack) -> None:
    CASE.after("hold_step", case.state)
    head_must_have_decided(case, pack)
    step_must_be_next(case, body.step, pack)
    meetings = meetings_of(case, pack)
    meeting, rule = meetings[body.step - 1], pack.rule("APP-08")
    earliest = case.votes[-1].held_on if case.votes else case.screened_on
    if body.held_on > done_on or (earliest is not None and body.held_on < earliest):
        raise Malformed.field("held_on", _("A step is held after the one before it, and not in the future."))
    running = [candidate for candidate in case.candidates if candidate.state != LEFT_OUT]
    silent = meeting["purpose"] == "criteria"
    if silent and body.totals:
        raise Malformed.field("totals", _("Nobody votes in this step."))
    if not silent:
        totals_must_name(case, {str(total.person_id) for total in body.totals}, [str(candidate.person_id) for candidate in running])
        if body.valid is None:
            raise Malformed.field("valid", _("Say how many ballots were valid."))
    counted = Meeting(body.convened, body.present, body.valid or 0, {total.person_id: total.votes for total in body.totals})
    totals_must_add_up(counted, one_choice=meeting["purpose"] in ("nomination", "final"))
    quorum_must_be_met(counted, rule)
    result = result_of(meeting["purpose"], counted, rule)
    case.votes.append(
        Vote(
            case_id=case.id,
            step=body.step,
            body=meeting["body"],
            purpose=meeting["purpose"],
            held_on=body.held_on,
            convened=body.convened,
            present=body.present,
            valid=None if silent else body.valid,
            totals=[{"person_id": str(person), "votes": votes} for person, votes in counted.totals.items()],
            outcome=result.outcome,
            quorum_met=True,
            minutes_reference=body.minutes_reference,
            recorded_by=caller.actor,
        )
    )
    case.steps_done += 1
    case.version += 1
    if result.outcome in ("nominated", "forward"):
        for candidate in running:
            goes_on = candidate.person_id in result.goes_on
            candidate.state = (NOMINATED if result.outcome == "nominated" else FORWARD) if goes_on else LEFT_OUT
    if result.outcome == "not_carried" or (result.outcome == "forward" and not result.goes_on):
        case.stop(NO_MAJORITY, on=body.held_on, note=None)
    elif result.outcome == "carried":
        _carry(case, result.goes_on[0], body.held_on)


def _carry(case: Case, person_id: UUID, on: date) -> None:
    for candidate in case.candidates:
        candidate.state = NOMINATED if candidate.person_id == person_id else LEFT_OUT
    case.move("conclude_votes", CASE)
    case.nominee_id, case.voted_on = person_id, on


async def decide_half(session: AsyncSession, *, caller: Caller, case_id: UUID, body: HeadDecision, if_match: str | None = None) -> Case:
    """Exactly half in favour: the head decides and reports all dissent (APP-08)."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_decide_half(caller, case))
    vote = head_must_be_asked(case, PACKS.pinned(case.rule_pack))
    most = max(total["votes"] for total in vote.totals)
    tied = [UUID(total["person_id"]) for total in vote.totals if total["votes"] == most]
    chosen = body.person_id or (tied[0] if len(tied) == 1 else None)
    if body.carried and chosen not in tied:
        raise Malformed.field("person_id", _("Say who is chosen, among those who have exactly half."))
    vote.head_carried, vote.head_decided_on, vote.dissent_reference = body.carried, done_on, body.dissent_reference
    if body.carried and chosen is not None:
        _carry(case, chosen, done_on)
    else:
        case.stop(NO_MAJORITY, on=done_on, note=None)
    return await _moved(session, caller, case, "head_decided", done_on, carried=body.carried)


async def complete_file(session: AsyncSession, *, caller: Caller, case_id: UUID, body: FileCompletion, if_match: str | None = None) -> Case:
    """The file is complete: it may be decided from this day on."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_conduct(caller, case.authority_path))
    case.move("complete_file", CASE)
    case.file_completed_on, case.file_reference = done_on, body.file_reference
    return await _moved(session, caller, case, "file_completed", done_on)


async def propose_decision(session: AsyncSession, *, caller: Caller, case_id: UUID, body: DecisionProposal, if_match: str | None = None) -> Case:
    """The decision goes to the signing table with the days that the rules give; another person signs it."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_conduct(caller, case.authority_path))
    CASE.after("propose_decision", case.state)
    position = await get_visible_position(session, caller, case.position_id)
    pack = PACKS.pinned(case.rule_pack)
    assert case.nominee_id is not None
    starts_on, ends_on = await _term(session, caller, case, position, body, pack)
    if ends_on is not None:
        await position_must_be_free(session, position, starts_on, ends_on, acting=case.kind == ACTING)
    if case.kind in FILL_A_SEAT:
        await cap_must_have_room(session, position, max(starts_on, done_on), pack)
    case.move("propose_decision", CASE)
    case.proposed_by, case.proposed_on, case.starts_on, case.ends_on = caller.actor, done_on, starts_on, ends_on
    await session.flush()
    await file_decision(session, _request(case, position, pack, state="proposed"))
    return await _moved(session, caller, case, "decision_proposed", done_on, starts_on=starts_on.isoformat())


async def _term(session: AsyncSession, caller: Caller, case: Case, position: LeadershipPosition, body: DecisionProposal, pack: RulePack) -> tuple[date, date | None]:
    """First and last day of what is decided (R-PERIOD; APP-04 judged once more for the real day of effect)."""
    if case.kind in (REAPPOINT, EXTEND):
        assert case.mandate_id is not None
        mandate = await get_visible_mandate(session, caller, case.mandate_id)
        mandate_must_run(mandate, case.opened_on)
        offered = next_term(mandate.ends_on, retirement_on=mandate.retirement_on, term_months=position.term_months, pack=pack)
        kind_must_fit(case.kind, offered)
        return offered.starts_on, offered.ends_on
    if body.starts_on is None:
        raise Malformed.field("starts_on", _("Say from which day the decision takes effect."))
    if case.kind in END_A_MANDATE:
        return body.starts_on, None
    assert case.nominee_id is not None
    work = await work_of(session, caller, case.nominee_id, case.voted_on or case.opened_on)
    if case.kind in (FIRST, HIGHER):
        facts = await _facts(session, case, position, CandidateCreate(person_id=case.nominee_id), work, starts_on=body.starts_on, day=body.starts_on)
        must_be_met([criterion for criterion in criteria_of(case.kind, facts, pack) if criterion.rule.id == "APP-04"])
    months = int(pack.rule("APP-18").value["acting_months"]) if case.kind == ACTING else position.term_months
    last = (body.ends_on if case.kind == ACTING else None) or period_end(body.starts_on, months)
    if last < body.starts_on or (work.retirement_on is not None and work.retirement_on < body.starts_on):
        raise Malformed.field("starts_on", _("The last day comes before the first one."))
    return body.starts_on, min(last, work.retirement_on) if work.retirement_on else last


def _request(case: Case, position: LeadershipPosition, pack: RulePack, *, state: str) -> DecisionRequest:
    """What the register is asked to file: codes, days and identifiers, never a name."""
    assert case.proposed_by is not None and case.proposed_on is not None and case.starts_on is not None and case.nominee_id is not None
    return DecisionRequest.model_validate(
        {
            "id": case.id,
            "kind": DECISIONS[case.kind],
            "source_service": "appointment",
            "state": state,
            "authority_path": case.authority_path,
            "shared_with": case.shared_with,
            "facility_code": case.facility_code,
            "person_ids": [case.nominee_id],
            "proposed_by": case.proposed_by,
            "proposed_on": case.proposed_on,
            "effective_on": case.starts_on,
            "ends_on": case.ends_on,
            "legal_basis": [pack.rule(rule).citation for rule in ("APP-06", "APP-07")],
            "facts": {"position": position.title, "unit": position.unit},
        }
    )


async def withdraw_decision(session: AsyncSession, *, caller: Caller, case_id: UUID, body: Dated, if_match: str | None = None) -> Case:
    """What waits for a signature is taken back; the file stays complete."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_conduct(caller, case.authority_path))
    CASE.after("withdraw", case.state)
    position = await get_visible_position(session, caller, case.position_id)
    await file_decision(session, _request(case, position, PACKS.pinned(case.rule_pack), state="withdrawn"))
    case.move("withdraw", CASE)
    case.proposed_by = case.proposed_on = case.starts_on = case.ends_on = None
    return await _moved(session, caller, case, "decision_withdrawn", done_on)


async def stop_case(session: AsyncSession, *, caller: Caller, case_id: UUID, body: CaseStop, if_match: str | None = None) -> Case:
    """The procedure ends without decision, and says why."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_conduct(caller, case.authority_path))
    case.stop(body.because, on=done_on, note=None if case.classified else body.note)
    return await _moved(session, caller, case, "stopped", done_on, because=body.because)


async def record_outcome(session: AsyncSession, *, caller: Caller, case_id: UUID, body: OutcomeCreate, if_match: str | None = None) -> Case:
    """What was published of a classified case."""
    done_on = judge_done_on(caller, body.done_on)
    case = await _for_act(session, caller, case_id, if_match)
    require(can_conduct(caller, case.authority_path))
    if not case.classified:
        raise Refused(
            "not-classified",
            _("This case is not classified: its outcome follows from its decision."),
            possible=_("Go on with its steps."),
        )
    case.move("record_outcome", CASE)
    case.outcome, case.decided_on, case.decision_number = body.outcome, done_on, body.decision_number
    await session.flush()
    await record_audit(session, caller, "case.outcome_recorded", "case", case.id, after={"outcome": body.outcome}, done_on=done_on)
    record_event(session, CaseDecided.about(case))
    return case
