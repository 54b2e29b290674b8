"""An attraction policy is proposed by one person and approved by another."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.policies.events import PolicyApproved
from services.recruitment.policies.models import AttractionPolicy, PolicyAmount
from services.recruitment.policies.permissions import can_approve, can_propose_for
from services.recruitment.policies.queries import get_visible_policy
from services.recruitment.policies.schemas import Approval, PolicyCreate
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.events import record_event
from shared.records import by_reference
from shared.references import hash_of


async def propose_policy(session: AsyncSession, *, caller: Caller, body: PolicyCreate) -> AttractionPolicy:
    """A regional administrator enters a resolution; nothing rests on it until it is approved."""
    done_on = judge_done_on(caller, body.done_on)
    path = path_of(body.authority)
    require(can_propose_for(caller, path))
    if known := await by_reference(session, AttractionPolicy, authority_path=path, body=body, reference=body.reference):
        return known
    policy = AttractionPolicy(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=path,
        resolution_no=body.resolution_no,
        title=body.title,
        authority=body.authority,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        target_hires=body.target_hires,
        currency=body.currency,
        eligible_occupations=body.eligible.occupations,
        excluded_occupations=body.eligible.excluded_occupations,
        excludes_former_public_staff=body.eligible.excludes_former_public_staff,
        years_experienced=body.commitment_years.experienced,
        years_new_graduate=body.commitment_years.new_graduate,
        payment_schedule=[part.model_dump() for part in body.payment_schedule],
        breach_policy=body.breach_policy.model_dump(mode="json"),
        citation=body.citation,
        proposed_by=caller.actor,
        proposed_on=done_on,
        amounts=[PolicyAmount(facility_group=tier.facility_group, degree=tier.degree, amount=tier.amount) for tier in body.tiers],
    )
    session.add(policy)
    await session.flush()
    await record_audit(session, caller, "policy.proposed", "policy", policy.id, after=body.model_dump(mode="json"), done_on=done_on)
    return policy


async def approve_policy(session: AsyncSession, *, caller: Caller, policy_id: UUID, body: Approval, if_match: str | None = None) -> AttractionPolicy:
    """Another person approves the policy; the observatory learns its target by event."""
    done_on = judge_done_on(caller, body.done_on)
    policy = await get_visible_policy(session, caller, policy_id, lock=True)
    require(can_approve(caller, policy))
    if (policy.approved_by, policy.approved_on) == (caller.actor, done_on):
        return policy
    require_current(if_match, policy.version)
    policy.approve(by=caller.actor, on=done_on)
    await record_audit(session, caller, "policy.approved", "policy", policy.id, before={"state": "proposed"}, after={"state": "approved"}, done_on=done_on)
    record_event(session, PolicyApproved.about(policy))
    return policy
