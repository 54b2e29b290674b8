"""A hire is proposed for an eligible person on a free post, then signed by another person."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.candidacies.guards import criteria_must_be_met, criteria_on
from services.recruitment.candidacies.models import Candidacy
from services.recruitment.candidacies.queries import candidacies_visible_to
from services.recruitment.hires.events import HireDecided
from services.recruitment.hires.guards import (
    candidacy_must_be_eligible,
    need_must_have_room,
    post_must_fit,
    post_must_have_room,
    signature_must_follow_proposal,
)
from services.recruitment.hires.models import Hire
from services.recruitment.hires.permissions import can_decide, can_propose
from services.recruitment.hires.queries import get_visible_hire
from services.recruitment.hires.schemas import Decision, HireCreate
from services.recruitment.needs.queries import get_visible_need, hires_per_need
from services.recruitment.policies.grants import compute_grant
from services.recruitment.policies.models import AttractionPolicy
from services.recruitment.policies.queries import get_visible_policy
from services.recruitment.replicas.queries import facility_on, hires_on_their_way, known_post
from services.recruitment.rules import PACKS
from services.recruitment.workflow import HIRE
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def propose_hire(session: AsyncSession, *, caller: Caller, body: HireCreate) -> Hire:
    """The officer proposes an eligible person for a free post; the grant shown is the policy's for this place and degree."""
    done_on = judge_done_on(caller, body.done_on)
    candidacy = await session.scalar(candidacies_visible_to(caller).where(Candidacy.id == body.candidacy_id))
    if candidacy is None:
        raise Malformed.field("candidacy_id", _("There is no candidacy with this identifier that you may see."))
    require(can_propose(caller, candidacy))
    if known := await by_reference(session, Hire, authority_path=candidacy.authority_path, body=body, reference=body.reference):
        return known
    candidacy_must_be_eligible(candidacy)
    facility, _path = await facility_on(session, candidacy.facility_code, done_on)
    group = facility.group(done_on)
    criteria_must_be_met(criteria_on(candidacy, done_on, facility_group=group))
    pack = PACKS.pinned(candidacy.campaign.rule_pack)
    post = await known_post(session, caller, body.post_id)
    post_must_fit(post, candidacy, body.starts_on, pack)
    need = await get_visible_need(session, caller, candidacy.need_id, lock=True)
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:post, 0))"), {"post": str(post.id)})
    need_must_have_room(need, (await hires_per_need(session, [need.id])).get(need.id, 0), pack)
    post_must_have_room(post, await hires_on_their_way(session, post.id), pack)
    policy: AttractionPolicy = candidacy.campaign.policy
    hire = Hire(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=candidacy.authority_path,
        candidacy_id=candidacy.id,
        need_id=need.id,
        policy_id=policy.id,
        person_id=candidacy.person_id,
        occupation_code=candidacy.occupation_code,
        degree=candidacy.degree,
        experience=candidacy.experience,
        post_id=post.id,
        facility_code=facility.code,
        starts_on=body.starts_on,
        proposed_by=caller.actor,
        proposed_on=done_on,
    )
    hire.set_grant(compute_grant(policy, facility_group=group, degree=candidacy.degree, experience=candidacy.experience, starts_on=body.starts_on))
    session.add(hire)
    await session.flush()
    await record_audit(session, caller, "hire.proposed", "hire", hire.id, after=body.model_dump(mode="json"), done_on=done_on)
    return hire


async def decide_hire(session: AsyncSession, *, caller: Caller, hire_id: UUID, body: Decision, if_match: str | None = None) -> Hire:
    """The signatory signs; the group of the facility is frozen that day and the registry is told by event."""
    signed_on = judge_done_on(caller, body.day)
    hire = await get_visible_hire(session, caller, hire_id, lock=True)
    require(can_decide(caller, hire))
    if (hire.decided_by, hire.signed_on, hire.decision_number) == (caller.actor, signed_on, body.decision_number):
        return hire
    require_current(if_match, hire.version)
    HIRE.after("decide", hire.state)
    signature_must_follow_proposal(hire, signed_on)
    facility, _path = await facility_on(session, hire.facility_code, signed_on)
    policy = await get_visible_policy(session, caller, hire.policy_id)
    grant = compute_grant(policy, facility_group=facility.group(signed_on), degree=hire.degree, experience=hire.experience, starts_on=hire.starts_on)
    hire.decide(grant, by=caller.actor, on=signed_on, decision_number=body.decision_number)
    await record_audit(
        session,
        caller,
        "hire.decided",
        "hire",
        hire.id,
        before={"state": "proposed"},
        after={"state": "decided", "decision": hire.decision, "amount": hire.amount, "facility_group": hire.facility_group},
        done_on=signed_on,
    )
    record_event(session, HireDecided.about(hire))
    return hire
