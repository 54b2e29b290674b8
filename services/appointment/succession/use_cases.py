"""A plan of leaders is proposed, screened, voted, approved, and each year reviewed, completed and approved."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.cases.votes import Meeting, needed_for_quorum, quorum_must_be_met, totals_must_add_up
from services.appointment.people import must_be_known, numbered
from services.appointment.positions.models import LeadershipPosition
from services.appointment.positions.queries import positions_visible_to
from services.appointment.rules import PACKS, pack_of
from services.appointment.succession.events import PlanApproved, PlanChanged, PlanProposed, PlanReviewed, PlanState
from services.appointment.succession.limits import coverage_of, names_must_fit, plan_must_be_wide_enough
from services.appointment.succession.models import (
    ACTIVE,
    APPROVED,
    EXPIRED,
    NOT_RETAINED,
    PLAN,
    PROMOTED,
    PROPOSED,
    REMOVED,
    REVIEW,
    SCREENED,
    VOTED,
    Entry,
    Plan,
    Review,
)
from services.appointment.succession.permissions import can_approve, can_prepare, can_record_plan_vote
from services.appointment.succession.queries import get_visible_plan, key_posts_of
from services.appointment.succession.schemas import Approval, Completion, EntriesCreate, EntryCreate, PlanCreate, PlanVote, Removal, ReviewCreate, Screening
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on, today
from shared.db import worker_session
from shared.errors import Malformed, NotFound, Refused
from shared.events import record_event
from shared.i18n import _, translate
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule

NO_MAJORITY = "no majority"


async def propose_plan(session: AsyncSession, *, caller: Caller, body: PlanCreate) -> Plan:
    """The administrator proposes who is prepared for which post during a term."""
    done_on = judge_done_on(caller, body.done_on)
    path = path_of(body.authority)
    require(can_prepare(caller, path))
    if known := await by_reference(session, Plan, authority_path=path, body=body, reference=body.reference):
        return known
    pack = pack_of(body.authority, done_on)
    plan = Plan(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=path,
        title=body.title,
        authority=body.authority,
        term_from=body.term_from,
        term_to=body.term_to,
        rule_pack=pack.id,
        proposed_by=caller.actor,
        proposed_on=done_on,
        entries=[],
        reviews=[],
    )
    session.add(plan)
    await session.flush()
    await _add(session, caller, plan, body.entries, on=done_on, because=None)
    names_must_fit(plan.entries, pack.rule("APP-12"))
    return await _told(session, caller, plan, "proposed", PlanProposed, done_on, names=len(plan.entries))


async def _add(session: AsyncSession, caller: Caller, plan: Plan, wanted: Sequence[EntryCreate], *, on: date, because: str | None, state: str = PROPOSED) -> list[Entry]:
    positions = await session.scalars(
        positions_visible_to(caller).where(
            LeadershipPosition.id.in_({each.position_id for each in wanted if each.position_id})
            | LeadershipPosition.reference.in_({each.position_reference for each in wanted if each.position_reference})
        )
    )
    known: dict[Any, UUID] = {}
    for position in positions:
        known |= {position.id: position.id, position.reference: position.id}
    people = await numbered(session, {each.worker_no for each in wanted if each.worker_no}, on)
    added = []
    for number, each in enumerate(wanted):
        position_id = known.get(each.position_id or each.position_reference)
        if position_id is None:
            raise Malformed.field(f"entries.{number}.position_id", _("There is no leadership position with this identifier that you may see."))
        entry = Entry(
            plan_id=plan.id,
            person_id=each.person_id or must_be_known(people.get(each.worker_no or ""), each.worker_no, f"entries.{number}.worker_no").person_id,
            position_id=position_id,
            priority=each.priority,
            ready=each.ready,
            development=each.development,
            state=state,
            added_on=on,
            added_because=because,
            added_by=caller.actor,
        )
        plan.entries.append(entry)
        added.append(entry)
    await session.flush()
    return added


async def _for_act(session: AsyncSession, caller: Caller, plan_id: UUID, if_match: str | None) -> Plan:
    plan = await get_visible_plan(session, caller, plan_id, lock=True)
    require_current(if_match, plan.version)
    return plan


def _rule(plan: Plan, rule_id: str) -> Rule:
    return PACKS.pinned(plan.rule_pack).rule(rule_id)


async def _told(session: AsyncSession, caller: Caller | str, plan: Plan, act: str, event: type[PlanState], done_on: date, **after: Any) -> Plan:
    await session.flush()
    await record_audit(session, caller, f"succession_plan.{act}", "succession_plan", plan.id, after={"state": plan.state} | after, done_on=done_on)
    posts = await key_posts_of(session, plan, max(done_on, plan.term_from))
    record_event(session, event.about(plan, coverage_of(plan.entries, {post.id for post in posts}, _rule(plan, "APP-12"))))
    return plan


async def add_entries(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: EntriesCreate, if_match: str | None = None) -> Plan:
    """People are added while the plan is proposed; later, outside the yearly review, with a reason and a signatory's approval."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    require(can_prepare(caller, plan.authority_path))
    if plan.state not in (PROPOSED, APPROVED):
        PLAN.after("screen", plan.state)
    if plan.state == APPROVED and body.because is None:
        raise Refused(
            "reason-needed",
            _("Outside the yearly review a person is added only with a reason."),
            rule=_rule(plan, "APP-12"),
            possible=_("Give the reason, or wait for the yearly review."),
        )
    await _add(session, caller, plan, body.entries, on=done_on, because=body.because)
    names_must_fit(plan.entries, _rule(plan, "APP-12"))
    plan.version += 1
    return await _told(session, caller, plan, "entries_added", PlanChanged, done_on, names=len(body.entries))


async def screen_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: Screening, if_match: str | None = None) -> Plan:
    """Age, rating and degree of everybody were looked at."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    require(can_prepare(caller, plan.authority_path))
    plan.move("screen", PLAN)
    reasons = {each.entry_id: each.reason for each in body.not_retained}
    _must_be_of(plan, reasons, "not_retained")
    for entry in plan.entries:
        if entry.id in reasons:
            entry.leave(NOT_RETAINED, on=done_on, reason=reasons[entry.id])
        elif entry.state == PROPOSED:
            entry.state = SCREENED
    return await _told(session, caller, plan, "screened", PlanChanged, done_on, not_retained=len(reasons))


def _must_be_of(plan: Plan, ids: Any, field: str) -> None:
    if not set(ids) <= {entry.id for entry in plan.entries}:
        raise Malformed.field(field, _("There is no such entry in this plan."))


async def vote_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: PlanVote, if_match: str | None = None) -> Plan:
    """The collective votes on each name; more than half of those convened keeps it (APP-08)."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    require(can_record_plan_vote(caller, plan))
    plan.move("vote", PLAN)
    voted_on = [entry for entry in plan.entries if entry.state == SCREENED]
    totals = {entry.id: body.valid for entry in voted_on} if body.unanimous else {each.entry_id: each.votes for each in body.totals}
    if set(totals) != {entry.id for entry in voted_on}:
        raise Malformed.field("totals", _("Give the total of each name that was retained, and of no other."))
    meeting = Meeting(body.convened, body.present, body.valid, totals)
    totals_must_add_up(meeting, one_choice=False)
    rule = _rule(plan, "APP-08")
    quorum_must_be_met(meeting, rule)
    for entry in voted_on:
        entry.votes = totals[entry.id]
        if Fraction(entry.votes, body.convened) > Fraction(rule.value["majority"]):
            entry.state = VOTED
        else:
            entry.leave(NOT_RETAINED, on=done_on, reason=NO_MAJORITY)
    plan.convened, plan.present, plan.valid, plan.voted_on, plan.minutes_reference = body.convened, body.present, body.valid, done_on, body.minutes_reference
    return await _told(session, caller, plan, "voted", PlanChanged, done_on, quorum=needed_for_quorum(body.convened, rule))


async def approve_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: Approval, if_match: str | None = None) -> Plan:
    """The signatory approves a plan that is wide enough; its names are active from the first day of the term."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    require(can_approve(caller, plan, plan.proposed_by))
    PLAN.after("approve", plan.state)
    plan_must_be_wide_enough(plan.entries, _rule(plan, "APP-12"))
    plan.move("approve", PLAN)
    plan.approved_by, plan.approved_on, plan.approval_reference = caller.actor, done_on, body.approval_reference
    for entry in plan.entries:
        if entry.state == VOTED:
            entry.state = ACTIVE if plan.term_from <= today() else APPROVED
    return await _told(session, caller, plan, "approved", PlanApproved, done_on)


def _entry_of(plan: Plan, entry_id: UUID) -> Entry:
    found = next((entry for entry in plan.entries if entry.id == entry_id), None)
    if found is None:
        raise NotFound()
    return found


def entry_must_wait(plan: Plan, entry: Entry) -> None:
    """Only a name added to an approved plan waits for an approval of its own. Raises Refused."""
    if plan.state != APPROVED or entry.state != PROPOSED:
        raise Refused(
            "entry-does-not-wait",
            _("This name is “{state}”; it waits for no approval of its own."),
            rule=Rule("WF-entry-approve", [PROPOSED], "states that allow it", PLAN.citation),
            state=translate(entry.state),
        )


def entry_must_count(entry: Entry) -> None:
    """Raises Refused when the person has left the plan already."""
    if not entry.counts:
        raise Refused(
            "entry-over",
            _("This name is “{state}” already."),
            rule=Rule("WF-entry-remove", [PROPOSED, SCREENED, VOTED, APPROVED, ACTIVE], "states that allow it", PLAN.citation),
            state=translate(entry.state),
        )


async def approve_entry(session: AsyncSession, *, caller: Caller, plan_id: UUID, entry_id: UUID, body: Approval, if_match: str | None = None) -> Plan:
    """A person added outside the yearly review counts once a signatory has approved it."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    entry = _entry_of(plan, entry_id)
    require(can_approve(caller, plan, entry.added_by))
    entry_must_wait(plan, entry)
    entry.state = ACTIVE
    plan.version += 1
    return await _told(session, caller, plan, "entry_approved", PlanChanged, done_on, entry=str(entry.id))


async def remove_entry(session: AsyncSession, *, caller: Caller, plan_id: UUID, entry_id: UUID, body: Removal, if_match: str | None = None) -> Plan:
    """A person leaves the plan with a reason and is informed."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    require(can_prepare(caller, plan.authority_path))
    entry = _entry_of(plan, entry_id)
    entry_must_count(entry)
    entry.leave(REMOVED, on=done_on, reason=body.reason)
    entry.informed_on = body.informed_on
    plan.version += 1
    return await _told(session, caller, plan, "entry_removed", PlanChanged, done_on, entry=str(entry.id))


async def review_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: ReviewCreate, if_match: str | None = None) -> Plan:
    """The yearly review says who is kept, removed with a reason, or promoted; it counts once approved."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    require(can_prepare(caller, plan.authority_path))
    plan_must_be_approved(plan)
    named = await _named_entries(session, caller, plan, body, done_on)
    if await by_reference(session, Review, authority_path=plan.authority_path, body=body, reference=body.reference):
        return plan
    plan.reviews.append(
        Review(
            reference=body.reference,
            content_hash=hash_of(body),
            authority_path=plan.authority_path,
            plan_id=plan.id,
            year=body.year,
            reviewed_by=caller.actor,
            reviewed_on=done_on,
            outcomes=[
                outcome.model_dump(mode="json", include={"outcome", "reason", "informed_on"}) | {"entry_id": str(entry_id)}
                for outcome, entry_id in zip(body.outcomes, named, strict=True)
            ],
        )
    )
    plan.version += 1
    return await _told(session, caller, plan, "reviewed", PlanChanged, done_on, year=body.year)


async def _named_entries(session: AsyncSession, caller: Caller, plan: Plan, body: ReviewCreate, day: date) -> list[UUID]:
    """The entries that a review names, by themselves or by person and post. Raises Malformed."""
    people = await numbered(session, {outcome.worker_no for outcome in body.outcomes if outcome.worker_no}, day)
    references = {outcome.position_reference for outcome in body.outcomes if outcome.position_reference}
    posts = {post.reference: post.id for post in await session.scalars(positions_visible_to(caller).where(LeadershipPosition.reference.in_(references)))}
    counted = {(entry.person_id, entry.position_id): entry.id for entry in plan.entries if entry.counts}
    known, named = {entry.id for entry in plan.entries}, []
    for number, outcome in enumerate(body.outcomes):
        person, post = people.get(outcome.worker_no or ""), posts.get(outcome.position_reference)
        entry_id = outcome.entry_id or (counted.get((person.person_id, post)) if person and post else None)
        if entry_id not in known:
            raise Malformed.field(f"outcomes.{number}", _("There is no such entry in this plan."))
        named.append(entry_id)
    return named


def plan_must_be_approved(plan: Plan) -> None:
    """Raises Refused while the plan is not in force."""
    if plan.state != APPROVED:
        raise Refused(
            "plan-not-approved",
            _("The plan is “{state}”: only an approved plan is reviewed."),
            rule=Rule("WF-review-review", [APPROVED], "states that allow it", REVIEW.citation),
            possible=_("Have the plan approved first."),
            state=translate(plan.state),
        )


def _review_of(plan: Plan, year: int) -> Review:
    found = next((review for review in plan.reviews if review.year == year), None)
    if found is None:
        raise NotFound()
    return found


async def complete_review(session: AsyncSession, *, caller: Caller, plan_id: UUID, year: int, body: Completion, if_match: str | None = None) -> Plan:
    """The review is completed with the people whom it adds, voted by the collective."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    require(can_prepare(caller, plan.authority_path))
    review = _review_of(plan, year)
    review.move("complete", REVIEW)
    review.completed_on = done_on
    if body.entries:
        _additions_must_be_voted(plan, body)
        added = await _add(session, caller, plan, body.entries, on=done_on, because=f"review {year}", state=VOTED)
        for entry in added:
            entry.votes = body.votes
        leaving = {UUID(outcome["entry_id"]) for outcome in review.outcomes}
        names_must_fit([entry for entry in plan.entries if entry.id not in leaving], _rule(plan, "APP-12"))
    plan.version += 1
    return await _told(session, caller, plan, "review_completed", PlanChanged, done_on, added=len(body.entries))


def _additions_must_be_voted(plan: Plan, body: Completion) -> None:
    if body.convened is None or body.present is None or body.valid is None or body.votes is None:
        raise Malformed.field("convened", _("Say how many were convened and present, how many ballots were valid, and the votes."))
    meeting, rule = Meeting(body.convened, body.present, body.valid, {plan.id: body.votes}), _rule(plan, "APP-08")
    totals_must_add_up(meeting, one_choice=True)
    quorum_must_be_met(meeting, rule)
    if Fraction(body.votes, body.convened) <= Fraction(rule.value["majority"]):
        raise Refused(
            "no-majority",
            _("{votes} votes of {convened} convened: more than half are needed."),
            rule=rule,
            possible=_("Add only people who have the majority."),
            votes=body.votes,
            convened=body.convened,
        )


async def approve_review(session: AsyncSession, *, caller: Caller, plan_id: UUID, year: int, body: Approval, if_match: str | None = None) -> Plan:
    """The signatory approves the review: people leave, are promoted, and come in."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _for_act(session, caller, plan_id, if_match)
    review = _review_of(plan, year)
    require(can_approve(caller, plan, review.reviewed_by))
    review.move("approve", REVIEW)
    review.approved_by, review.approved_on, review.approval_reference = caller.actor, done_on, body.approval_reference
    for outcome in review.outcomes:
        entry = _entry_of(plan, UUID(outcome["entry_id"]))
        entry.leave(REMOVED if outcome["outcome"] == "removed" else PROMOTED, on=done_on, reason=outcome["reason"])
        entry.informed_on = date.fromisoformat(outcome["informed_on"]) if outcome["informed_on"] else None
    for entry in plan.entries:
        if entry.state == VOTED:
            entry.state = ACTIVE
    plan.reviewed_on = done_on
    plan.version += 1
    return await _told(session, caller, plan, "review_approved", PlanReviewed, done_on, year=year)


async def settle_plans() -> None:
    """Each day: names become active on the first day of the term, and all expire after its last."""
    day = today()
    async with worker_session() as session:
        for plan in await session.scalars(select(Plan).where(Plan.state == APPROVED).with_for_update(skip_locked=True)):
            begins = [entry for entry in plan.entries if entry.state == APPROVED and plan.term_from <= day]
            if plan.term_to < day:
                plan.move("expire", PLAN)
                for entry in plan.entries:
                    if entry.counts:
                        entry.leave(EXPIRED, on=plan.term_to, reason=None)
            elif begins:
                for entry in begins:
                    entry.state = ACTIVE
                plan.version += 1
            else:
                continue
            await _told(session, "daily", plan, "settled", PlanChanged, day)
