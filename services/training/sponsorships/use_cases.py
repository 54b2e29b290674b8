"""Somebody is sent to study: applied for a need, judged, approved by the board, signed, and followed to the diploma and the return."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.decisions.events import DecisionRequested
from services.training.holds.events import HoldSettled
from services.training.rules import PACKS, pack_of
from services.training.sponsorships.bonds import CIVIL_SERVANT, bond_rule, breach_policy, factor_must_suffice, months_due, owed_back, whole_months
from services.training.sponsorships.dues import DEGREE, EARLY, PROGRESS, next_progress_on, return_due, study_due
from services.training.sponsorships.eligibility import Criterion, Degree, Situation, criteria_must_be_met, evaluate
from services.training.sponsorships.events import (
    CostItem,
    DegreeObtained,
    SponsorshipAbandoned,
    SponsorshipApplied,
    SponsorshipApproved,
    SponsorshipEnrolled,
    SponsorshipFailed,
    SponsorshipGraduated,
    SponsorshipJudged,
    SponsorshipProgressed,
    SponsorshipRefused,
    SponsorshipReturned,
    SponsorshipWithdrawn,
)
from services.training.sponsorships.guards import day_must_follow, reasons_must_be_given
from services.training.sponsorships.models import Progress, Sponsorship
from services.training.sponsorships.permissions import can_apply_at, can_check_degree, can_decide_at_board, can_keep
from services.training.sponsorships.queries import get_visible_sponsorship
from services.training.sponsorships.replicas import Need, is_on_probation, known_need
from services.training.sponsorships.schemas import BoardDecision, DegreeCheck, Done, Eligibility, Outcome, ProgressReport, Reason, SponsorshipCreate, degree_state
from services.training.sponsorships.workflow import SPONSORSHIP, WITHDRAWN
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import ONE_DAY
from shared.clients import ask
from shared.clock import judge_done_on
from shared.directory import Work, work_of, works_of
from shared.errors import Malformed, Refused, Unavailable
from shared.events import Event, record_event
from shared.holds import take_hold
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of

KIND = "sponsorship"
SERVICE = "training"
ENDED = {"graduated": SponsorshipGraduated, "failed": SponsorshipFailed, "abandoned": SponsorshipAbandoned}
ACTS = {"graduated": "graduate", "failed": "fail", "abandoned": "abandon"}


async def apply_for_study(session: AsyncSession, *, caller: Caller, body: SponsorshipCreate) -> Sponsorship:
    """An officer applies for somebody of the place: every criterion is judged and shown, and what would be owed is computed."""
    done_on = judge_done_on(caller, body.done_on)
    work = await work_of(session, caller, body.person_id, min(done_on, body.starts_on))
    require(can_apply_at(caller, work.authority_path))
    if known := await by_reference(session, Sponsorship, authority_path=work.authority_path, body=body, reference=body.reference):
        return known
    need = await known_need(session, caller, body.need_id)
    if body.cover_person_id is not None:
        await _cover_works_there(session, body.cover_person_id, work, done_on)
    pack = pack_of(work.facility_code, done_on)
    rule, least = bond_rule(work.employment_type, done_on, pack)
    factor = factor_must_suffice(body.bond_factor, least, rule)
    course_months = max(whole_months(body.starts_on, body.ends_on), 1)
    sponsorship = Sponsorship(
        **body.model_dump(
            include={
                "reference", "person_id", "programme", "specialty", "institution", "country", "need_id", "technique", "full_time", "first_postgraduate", "starts_on", "ends_on",
                "currency", "cover_person_id", "cover_reason",
            }
        ),
        content_hash=hash_of(body),
        authority_path=work.authority_path,
        shared_with=list(work.shared_with),
        facility_code=work.facility_code,
        unit=work.unit,
        occupation_code=work.occupation_code,
        employment_type=work.employment_type,
        course_months=course_months,
        cost_items=[item.model_dump() for item in body.cost_items],
        benefit_amount=owed_back([CostItem.model_validate(item.model_dump()) for item in body.cost_items]),
        bond_factor=factor,
        months_due=months_due(course_months, factor),
        breach_policy=breach_policy(pack, whole=False).model_dump(mode="json"),
        rule_pack=pack.id,
        applied_by=caller.actor,
        applied_on=done_on,
        progress=[],
    )  # fmt: skip
    sponsorship.criteria = [criterion.stored() for criterion in await criteria_on(session, caller, sponsorship, done_on, work=work, need=need)]
    session.add(sponsorship)
    await session.flush()
    record_event(session, SponsorshipApplied.about(sponsorship, done_on))
    await record_audit(session, caller, "sponsorship.applied", "sponsorship", sponsorship.id, after=body.model_dump(mode="json"), done_on=done_on)
    return sponsorship


async def criteria_on(session: AsyncSession, caller: Caller, sponsorship: Sponsorship, day: date, *, work: Work | None = None, need: Need | None = None) -> list[Criterion]:
    """Every criterion on a day, under the rule pack of the application (RP-01); degrees and birth are asked of the registry, as the caller."""
    work = work or await work_of(session, caller, sponsorship.person_id, min(day, sponsorship.starts_on))
    need = need or await known_need(session, caller, sponsorship.need_id)
    situation = Situation(
        person_id=sponsorship.person_id,
        facility_code=sponsorship.facility_code,
        employment_type=work.employment_type,
        worker_specialty=work.specialty,
        first_day=work.first_day,
        retirement_on=work.retirement_on,
        on_probation=await is_on_probation(session, sponsorship.person_id),
        birth=await _birth_of(caller, sponsorship.person_id) if work.employment_type == CIVIL_SERVANT else None,
        degrees=await _degrees_of(caller, sponsorship.person_id) if sponsorship.programme == "ck2" else [],
        programme=sponsorship.programme,
        specialty=sponsorship.specialty,
        first_postgraduate=sponsorship.first_postgraduate,
        starts_on=sponsorship.starts_on,
        ends_on=sponsorship.ends_on,
        months_due=sponsorship.months_due,
        need_facility=need.facility_code,
        need_specialty=need.specialty,
    )
    return evaluate(situation, day=day, pack=PACKS.pinned(sponsorship.rule_pack))


async def _birth_of(caller: Caller, person_id: UUID) -> date | None:
    """The birth date; the last day of the year when only the year is known, which never makes somebody older than they are."""
    person = await ask(caller, "GET", f"/api/v1/registry/persons/{person_id}") or {}
    if person.get("birth_date"):
        return date.fromisoformat(person["birth_date"])
    return date(person["birth_year"], 12, 31) if person.get("birth_year") else None


async def _qualifications_of(caller: Caller, person_id: UUID) -> list[dict[str, Any]]:
    found = await ask(caller, "GET", f"/api/v1/registry/persons/{person_id}/qualifications?limit=200") or {"items": []}
    items: list[dict[str, Any]] = found["items"]
    return items


async def _degrees_of(caller: Caller, person_id: UUID) -> list[Degree]:
    """Degrees that nobody found to be wrong."""
    return [
        Degree(item["type"], item["specialty"], date.fromisoformat(item["issued_on"]) if item["issued_on"] else _end_of(item["issued_year"]))
        for item in await _qualifications_of(caller, person_id)
        if item["state"] in ("declared", "verified")
    ]


def _end_of(year: int | None) -> date | None:
    return date(year, 12, 31) if year else None


async def _cover_works_there(session: AsyncSession, cover_person_id: UUID, work: Work, day: date) -> None:
    cover = (await works_of(session, [cover_person_id], day)).get(cover_person_id)
    if cover is None or cover.facility_code != work.facility_code:
        raise Malformed.field("cover_person_id", _("The person who stands in does not work at the same facility."))


async def judge_eligibility(session: AsyncSession, *, caller: Caller, sponsorship_id: UUID, body: Eligibility, if_match: str | None = None) -> Sponsorship:
    """A person decides, sees every criterion met and missing, and gives reasons for a refusal."""
    done_on = judge_done_on(caller, body.done_on)
    sponsorship = await get_visible_sponsorship(session, caller, sponsorship_id, lock=True)
    require(can_keep(caller, sponsorship))
    if (sponsorship.judged_by, sponsorship.judged_on, sponsorship.judged_comment) == (caller.actor, done_on, body.comment) and sponsorship.state == body.outcome:
        return sponsorship
    require_current(if_match, sponsorship.version)
    criteria = await criteria_on(session, caller, sponsorship, done_on)
    if body.outcome == "eligible":
        criteria_must_be_met(criteria)
    else:
        reasons_must_be_given(body.comment)
    act = "find_eligible" if body.outcome == "eligible" else "find_ineligible"
    sponsorship.judge(act, by=caller.actor, on=done_on, comment=body.comment, criteria=[criterion.stored() for criterion in criteria])
    await _told(session, caller, sponsorship, SponsorshipJudged, "judged", done_on)
    return sponsorship


async def decide_at_board(session: AsyncSession, *, caller: Caller, sponsorship_id: UUID, body: BoardDecision, if_match: str | None = None) -> Sponsorship:
    """Another person enters what the board decided; an approval holds the days of a full-time study and asks for the signature (TRN-01)."""
    done_on = judge_done_on(caller, body.done_on)
    sponsorship = await get_visible_sponsorship(session, caller, sponsorship_id, lock=True)
    require(can_decide_at_board(caller, sponsorship))
    wanted = "board_approved" if body.outcome == "approved" else "board_refused"
    if (sponsorship.board_by, sponsorship.board_on, sponsorship.board_comment, sponsorship.state) == (caller.actor, done_on, body.comment, wanted):
        return sponsorship
    require_current(if_match, sponsorship.version)
    if body.outcome == "refused":
        reasons_must_be_given(body.comment)
        sponsorship.take_to_board("refuse", by=caller.actor, on=done_on, comment=body.comment)
        await _told(session, caller, sponsorship, SponsorshipRefused, "refused", done_on)
        return sponsorship
    SPONSORSHIP.after("approve", sponsorship.state)
    criteria_must_be_met(await criteria_on(session, caller, sponsorship, done_on))
    if sponsorship.full_time:
        sponsorship.hold_id = await take_hold(
            caller,
            kind="stay",
            source_service=SERVICE,
            source_id=sponsorship.id,
            person_id=sponsorship.person_id,
            periods=[(sponsorship.starts_on, sponsorship.ends_on)],
            override_reason=body.override_reason,
            asked_by=sponsorship.applied_by,
        )
        sponsorship.override_reason = body.override_reason
    sponsorship.take_to_board("approve", by=caller.actor, on=done_on, comment=body.comment)
    settle_hold(session, sponsorship, "confirmed", done_on)
    ask_for_signature(session, sponsorship)
    await _told(session, caller, sponsorship, SponsorshipApproved, "approved", done_on)
    return sponsorship


def settle_hold(session: AsyncSession, sponsorship: Sponsorship, outcome: Any, on: date) -> None:
    """The registry keeps the days of a full-time study, or gives them back from a day on."""
    if sponsorship.hold_id is not None:
        record_event(session, HoldSettled(id=sponsorship.hold_id, outcome=outcome, source_id=sponsorship.id, on=on))


def ask_for_signature(session: AsyncSession, sponsorship: Sponsorship) -> None:
    """The register files the decision, or takes it off the signing table; it was proposed by whoever entered what the board decided."""
    pack = PACKS.pinned(sponsorship.rule_pack)
    record_event(
        session,
        DecisionRequested(
            id=sponsorship.id,
            kind=KIND,
            source_service=SERVICE,
            state="withdrawn" if sponsorship.state == WITHDRAWN else "proposed",
            authority_path=sponsorship.authority_path,
            shared_with=sponsorship.shared_with,
            facility_code=sponsorship.facility_code,
            person_ids=[sponsorship.person_id],
            proposed_by=sponsorship.board_by or sponsorship.applied_by,
            proposed_on=sponsorship.board_on or sponsorship.applied_on,
            effective_on=sponsorship.starts_on,
            ends_on=sponsorship.ends_on,
            legal_basis=[bond_rule(sponsorship.employment_type, sponsorship.applied_on, pack)[0].citation],
            facts={
                "programme": sponsorship.programme,
                "specialty": sponsorship.specialty,
                "institution": sponsorship.institution,
                "country": sponsorship.country,
                "need_id": str(sponsorship.need_id),
                "technique": sponsorship.technique,
                "course_months": sponsorship.course_months,
                "months_due": sponsorship.months_due,
                "amount": sponsorship.benefit_amount,
                "currency": sponsorship.currency,
                "breach_kind": sponsorship.breach_policy["kind"],
            },
        ),
    )


async def withdraw_application(session: AsyncSession, *, caller: Caller, sponsorship_id: UUID, body: Reason, if_match: str | None = None) -> Sponsorship:
    """Taken back before the signature: the days are free again, and the register is told when it was asked."""
    done_on = judge_done_on(caller, body.done_on)
    sponsorship = await get_visible_sponsorship(session, caller, sponsorship_id, lock=True)
    require(can_keep(caller, sponsorship))
    if (sponsorship.ended_by, sponsorship.ended_on, sponsorship.end_reason, sponsorship.state) == (caller.actor, done_on, body.reason, WITHDRAWN):
        return sponsorship
    require_current(if_match, sponsorship.version)
    asked = sponsorship.board_by is not None
    sponsorship.end("withdraw", by=caller.actor, on=done_on, reason=body.reason)
    settle_hold(session, sponsorship, "released", min(done_on, sponsorship.starts_on))
    if asked:
        ask_for_signature(session, sponsorship)
    await _told(session, caller, sponsorship, SponsorshipWithdrawn, "withdrawn", done_on)
    return sponsorship


async def record_enrolment(session: AsyncSession, *, caller: Caller, sponsorship_id: UUID, body: Done) -> Sponsorship:
    """The institution enrolled the person; the first progress report and the return are on the work-list."""
    done_on, sponsorship = await _opened(session, caller, sponsorship_id, body)
    if sponsorship.enrolled_on == done_on:
        return sponsorship
    day_must_follow(done_on, sponsorship.signed_on)
    sponsorship.move("enrol", SPONSORSHIP)
    sponsorship.enrolled_on = done_on
    _next_progress(session, sponsorship, max(done_on, sponsorship.starts_on))
    record_event(session, return_due(sponsorship, "open"))
    await _told(session, caller, sponsorship, SponsorshipEnrolled, "enrolled", done_on)
    return sponsorship


def _next_progress(session: AsyncSession, sponsorship: Sponsorship, since: date) -> None:
    """The next report has its day on the work-list; after the last one there is none."""
    last = sponsorship.progress_due_on
    sponsorship.progress_due_on = next_progress_on(sponsorship, since, PACKS.pinned(sponsorship.rule_pack))
    if sponsorship.progress_due_on is not None:
        record_event(session, study_due(sponsorship, PROGRESS, sponsorship.progress_due_on, "open", warn_on=sponsorship.progress_due_on - EARLY))
    elif last is not None:
        record_event(session, study_due(sponsorship, PROGRESS, last, "done"))


async def record_progress(session: AsyncSession, *, caller: Caller, sponsorship_id: UUID, body: ProgressReport) -> Sponsorship:
    """How the study stands; the next report is due some months later."""
    done_on, sponsorship = await _opened(session, caller, sponsorship_id, body)
    if any((report.period_to, report.standing, report.comment, report.reported_by) == (done_on, body.standing, body.comment, caller.actor) for report in sponsorship.progress):
        return sponsorship
    day_must_follow(done_on, max(sponsorship.enrolled_on or done_on, sponsorship.starts_on))
    sponsorship.move("progress", SPONSORSHIP)
    sponsorship.progress.append(Progress(period_to=done_on, standing=body.standing, comment=body.comment, reported_by=caller.actor, reported_on=done_on))
    await session.flush()
    _next_progress(session, sponsorship, done_on)
    await _told(session, caller, sponsorship, SponsorshipProgressed, "progressed", done_on)
    return sponsorship


async def record_outcome(session: AsyncSession, *, caller: Caller, sponsorship_id: UUID, body: Outcome) -> Sponsorship:
    """The diploma, or the end without one: then everything is owed (A10). The diploma goes to the registry as declared."""
    done_on, sponsorship = await _opened(session, caller, sponsorship_id, body)
    if (sponsorship.outcome, sponsorship.outcome_on, sponsorship.outcome_by, sponsorship.diploma_number) == (body.outcome, done_on, caller.actor, body.diploma_number):
        return sponsorship
    day_must_follow(done_on, sponsorship.signed_on)
    sponsorship.conclude(ACTS[body.outcome], outcome=body.outcome, by=caller.actor, on=done_on, comment=body.comment, diploma_number=body.diploma_number)
    pack = PACKS.pinned(sponsorship.rule_pack)
    if sponsorship.progress_due_on is not None:
        record_event(session, study_due(sponsorship, PROGRESS, sponsorship.progress_due_on, "dropped"))
        sponsorship.progress_due_on = None
    if body.outcome == "graduated":
        due = done_on + pack.rule("TRN-DEGREE-CHECK").value * ONE_DAY
        record_event(session, study_due(sponsorship, DEGREE, due, "open", warn_on=done_on))
    else:
        sponsorship.breach_policy = breach_policy(pack, whole=True).model_dump(mode="json")
        record_event(session, return_due(sponsorship, "open", due_on=done_on + ONE_DAY))
    await _told(session, caller, sponsorship, ENDED[body.outcome], body.outcome, done_on)
    if body.outcome == "graduated":
        record_event(session, DegreeObtained.about(sponsorship, done_on, qualification_type=sponsorship.programme, obtained_on=done_on, number=body.diploma_number))
    return sponsorship


async def record_return(session: AsyncSession, *, caller: Caller, sponsorship_id: UUID, body: Done) -> Sponsorship:
    """The person is back at work: days that are left are free again, and the months owed run."""
    done_on, sponsorship = await _opened(session, caller, sponsorship_id, body)
    if sponsorship.returned_on == done_on:
        return sponsorship
    day_must_follow(done_on, sponsorship.outcome_on)
    sponsorship.move("return", SPONSORSHIP)
    sponsorship.returned_on = done_on
    if done_on <= sponsorship.ends_on:
        settle_hold(session, sponsorship, "released", done_on)
    record_event(session, return_due(sponsorship, "done"))
    await _told(session, caller, sponsorship, SponsorshipReturned, "returned", done_on)
    return sponsorship


async def check_degree(session: AsyncSession, *, caller: Caller, sponsorship_id: UUID, body: DegreeCheck) -> Sponsorship:
    """What the issuer answered goes to the registry, where the diploma is; never by who entered it (SEC-02, TRN-04)."""
    done_on = judge_done_on(caller, body.done_on)
    sponsorship = await get_visible_sponsorship(session, caller, sponsorship_id, lock=True)
    require(can_check_degree(caller, sponsorship))
    if (sponsorship.degree_checked_by, sponsorship.degree_checked_on, sponsorship.degree_check) == (caller.actor, done_on, body.outcome):
        return sponsorship
    SPONSORSHIP.after("check_degree", degree_state(sponsorship))
    day_must_follow(done_on, sponsorship.outcome_on)
    held = [
        item
        for item in await _qualifications_of(caller, sponsorship.person_id)
        if (item["type"], item["number"]) == (sponsorship.programme, sponsorship.diploma_number) and item["state"] in ("declared", body.outcome)
    ]
    if not held:
        raise Unavailable(_("The registry has not entered this diploma yet. Please try again."), retry_after=1)
    if held[0]["state"] == "declared":
        answer = await ask(caller, "POST", f"/api/v1/registry/qualifications/{held[0]['id']}/verification", json=body.model_dump(mode="json") | {"done_on": done_on.isoformat()})
        if answer is None:
            raise Refused("diploma-not-yours", _("You may not check this diploma in the registry."), possible=_("Ask a colleague of the facility to verify it."))
    sponsorship.version += 1
    sponsorship.degree_checked_by, sponsorship.degree_checked_on, sponsorship.degree_check = caller.actor, done_on, body.outcome
    record_event(session, study_due(sponsorship, DEGREE, done_on, "done"))
    await record_audit(session, caller, "sponsorship.degree_checked", "sponsorship", sponsorship.id, after={"outcome": body.outcome, "evidence": body.evidence}, done_on=done_on)
    return sponsorship


async def _opened(session: AsyncSession, caller: Caller, sponsorship_id: UUID, body: Done) -> tuple[date, Sponsorship]:
    """The day of the act, and the study locked for it, when the caller keeps it."""
    done_on = judge_done_on(caller, body.done_on)
    sponsorship = await get_visible_sponsorship(session, caller, sponsorship_id, lock=True)
    require(can_keep(caller, sponsorship))
    return done_on, sponsorship


async def _told(session: AsyncSession, caller: Caller, sponsorship: Sponsorship, event: type[Event], act: str, done_on: date) -> None:
    """The others hear it and the audit keeps it."""
    record_event(session, event.about(sponsorship, done_on))  # type: ignore[attr-defined]  # each is a SponsorshipState
    await record_audit(session, caller, f"sponsorship.{act}", "sponsorship", sponsorship.id, after={"state": sponsorship.state}, done_on=done_on)
