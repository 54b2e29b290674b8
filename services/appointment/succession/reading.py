"""Succession plans as they are read: names, key posts with their successors, coverage, reviews."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.rules import PACKS
from services.appointment.succession.limits import coverage_of, plan_must_be_wide_enough
from services.appointment.succession.models import ACTIVE, PLAN, REVIEW, Entry, Plan, Review
from services.appointment.succession.permissions import can_approve, can_prepare, can_record_plan_vote
from services.appointment.succession.queries import key_posts_of
from services.appointment.succession.schemas import CoverageRead, EntryRead, PlanDetails, PlanRead, PostRead, ReviewRead
from services.appointment.succession.use_cases import entry_must_count, entry_must_wait, plan_must_be_approved
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today


async def plan_read(session: AsyncSession, caller: Caller, plan: Plan) -> PlanRead:
    return PlanRead(**await _values(session, caller, plan))


async def plan_details(session: AsyncSession, caller: Caller, plan: Plan) -> PlanDetails:
    """Everybody in the plan; the posts that are not covered come first."""
    rule = PACKS.pinned(plan.rule_pack).rule("APP-12")
    counted = [entry for entry in plan.entries if entry.counts]
    names = Counter(entry.position_id for entry in counted)
    ready = Counter(entry.position_id for entry in counted if entry.ready and entry.state == ACTIVE)
    posts = [
        PostRead(
            position_id=post.id,
            title=post.title,
            facility_code=post.facility_code,
            unit=post.unit,
            rank=post.rank,
            names=names[post.id],
            ready=ready[post.id],
            covered=ready[post.id] >= int(rule.value["ready_per_post"]),
        )
        for post in await key_posts_of(session, plan, max(today(), plan.term_from))
    ]
    return PlanDetails(
        **await _values(session, caller, plan),
        convened=plan.convened,
        present=plan.present,
        valid=plan.valid,
        minutes_reference=plan.minutes_reference,
        key_posts=sorted(posts, key=lambda post: (post.covered, post.ready, post.facility_code, post.rank == "deputy")),
        entries=[_entry(caller, plan, entry) for entry in plan.entries],
    )


async def _values(session: AsyncSession, caller: Caller, plan: Plan) -> dict[str, Any]:
    rule = PACKS.pinned(plan.rule_pack).rule("APP-12")
    posts = await key_posts_of(session, plan, max(today(), plan.term_from))
    coverage = coverage_of(plan.entries, {post.id for post in posts}, rule)
    counted = [entry for entry in plan.entries if entry.counts]
    values = {name: getattr(plan, name) for name in PlanRead.model_fields if hasattr(plan, name)}
    percent = coverage.percent
    return values | {
        "names": len(counted),
        "posts": len({entry.position_id for entry in counted}),
        "coverage": CoverageRead(posts=coverage.posts, covered=coverage.covered, percent=None if percent is None else str(percent), rule=rule.as_json()),
        "reviews": [_review(caller, plan, review) for review in plan.reviews],
        "available_actions": _actions(caller, plan),
    }


def _actions(caller: Caller, plan: Plan) -> Sequence[Action]:
    rule, prepare = PACKS.pinned(plan.rule_pack).rule("APP-12"), can_prepare(caller, plan.authority_path)
    approve = can_approve(caller, plan, plan.proposed_by)
    return [
        action("screen", prepare, lambda: PLAN.after("screen", plan.state)),
        action("vote", can_record_plan_vote(caller, plan), lambda: PLAN.after("vote", plan.state)),
        action("approve", approve, lambda: PLAN.after("approve", plan.state), lambda: plan_must_be_wide_enough(plan.entries, rule)),
        action("review", prepare, lambda: plan_must_be_approved(plan)),
    ]


def _review(caller: Caller, plan: Plan, review: Review) -> ReviewRead:
    removed = sum(outcome["outcome"] == "removed" for outcome in review.outcomes)
    promoted = sum(outcome["outcome"] == "promoted" for outcome in review.outcomes)
    added = sum(entry.added_because == f"review {review.year}" for entry in plan.entries)
    before = [entry for entry in plan.entries if entry.added_on < review.reviewed_on and (entry.removed_on is None or entry.removed_on >= review.reviewed_on)]
    values = {name: getattr(review, name) for name in ReviewRead.model_fields if hasattr(review, name)}
    return ReviewRead(
        **values,
        kept=max(len(before) - removed - promoted, 0),
        removed=removed,
        promoted=promoted,
        added=added,
        available_actions=[
            action("complete", can_prepare(caller, plan.authority_path), lambda: REVIEW.after("complete", review.state)),
            action("approve", can_approve(caller, plan, review.reviewed_by), lambda: REVIEW.after("approve", review.state)),
        ],
    )


def _entry(caller: Caller, plan: Plan, entry: Entry) -> EntryRead:
    values = {name: getattr(entry, name) for name in EntryRead.model_fields if hasattr(entry, name)}
    acts = [
        action("approve", can_approve(caller, plan, entry.added_by), lambda: entry_must_wait(plan, entry)),
        action("remove", can_prepare(caller, plan.authority_path), lambda: entry_must_count(entry)),
    ]
    return EntryRead(**values, available_actions=acts)
