"""A hire is proposed for an eligible person on a free post, and may be withdrawn; the register of decisions signs it."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.candidacies.guards import criteria_must_be_met, criteria_on
from services.recruitment.candidacies.models import Candidacy
from services.recruitment.candidacies.queries import candidacies_visible_to
from services.recruitment.hires.decisions import ask_for_signature, grounds_of, settle
from services.recruitment.hires.guards import candidacy_must_be_eligible, need_must_have_room, post_must_fit, post_must_have_room, signature_to_settle
from services.recruitment.hires.models import Hire
from services.recruitment.hires.permissions import can_propose, can_settle, can_withdraw
from services.recruitment.hires.queries import get_visible_hire
from services.recruitment.hires.schemas import HireCreate, Withdrawal
from services.recruitment.needs.queries import get_visible_need, hires_per_need
from services.recruitment.offers.guards import post_must_be_accepted
from services.recruitment.offers.queries import accepted_beside, offers_of
from services.recruitment.policies.grants import grant_of
from services.recruitment.policies.queries import get_visible_policy
from services.recruitment.replicas.queries import hires_on_their_way, known_post
from services.recruitment.rules import PACKS
from services.recruitment.workflow import DECIDED, OFFER
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed
from shared.i18n import _
from shared.practice import must_not_have_lost_the_right, practice_of
from shared.records import by_reference
from shared.references import hash_of


async def propose_hire(session: AsyncSession, *, caller: Caller, body: HireCreate) -> Hire:
    """The officer proposes an eligible person for a free post; the grant shown is the policy's for this place and degree, if there is one."""
    done_on = judge_done_on(caller, body.done_on)
    candidacy = await session.scalar(candidacies_visible_to(caller).where(Candidacy.id == body.candidacy_id))
    if candidacy is None:
        raise Malformed.field("candidacy_id", _("There is no candidacy with this identifier that you may see."))
    require(can_propose(caller, candidacy))
    if known := await by_reference(session, Hire, authority_path=candidacy.authority_path, body=body, reference=body.reference):
        return known
    candidacy_must_be_eligible(candidacy)
    facility = await place_on(session, candidacy.facility_code, done_on)
    group = facility.tier
    criteria_must_be_met(criteria_on(candidacy, done_on, facility_group=group))
    pack = PACKS.pinned(candidacy.campaign.rule_pack)
    post = await known_post(session, caller, body.post_id)
    post_must_fit(post, candidacy, body.starts_on, pack)
    must_not_have_lost_the_right(await practice_of(session, candidacy.person_id, body.starts_on), candidacy.occupation_code, pack)
    need = await get_visible_need(session, caller, candidacy.need_id, lock=True)
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:post, 0))"), {"post": str(post.id)})
    need_must_have_room(need, (await hires_per_need(session, [need.id])).get(need.id, 0), pack)
    offer = post_must_be_accepted(await offers_of(session, candidacy.id), post.id, pack)
    post_must_have_room(post, await hires_on_their_way(session, post.id) + await accepted_beside(session, post.id, candidacy.id), pack)
    policy = candidacy.campaign.policy
    hire = Hire(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=candidacy.authority_path,
        candidacy_id=candidacy.id,
        need_id=need.id,
        policy_id=candidacy.campaign.policy_id,
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
    hire.set_grant(grant_of(policy, facility_group=group, degree=candidacy.degree, experience=candidacy.experience, starts_on=body.starts_on))
    session.add(hire)
    await session.flush()
    if offer is not None:
        offer.move("hire", OFFER)
    ask_for_signature(session, hire, policy, await grounds_of(session, candidacy))
    await record_audit(session, caller, "hire.proposed", "hire", hire.id, after=body.model_dump(mode="json"), done_on=done_on)
    return hire


async def withdraw_hire(session: AsyncSession, *, caller: Caller, hire_id: UUID, body: Withdrawal, if_match: str | None = None) -> Hire:
    """A proposal is taken back before its signature: the need and the post have their seat again, and the register is told."""
    done_on = judge_done_on(caller, body.done_on)
    hire = await get_visible_hire(session, caller, hire_id, lock=True)
    require(can_withdraw(caller, hire))
    if (hire.withdrawn_by, hire.withdrawn_on, hire.withdrawal_reason) == (caller.actor, done_on, body.reason):
        return hire
    require_current(if_match, hire.version)
    hire.withdraw(by=caller.actor, on=done_on, reason=body.reason)
    ask_for_signature(
        session,
        hire,
        await get_visible_policy(session, caller, hire.policy_id) if hire.policy_id else None,
        await grounds_of(session, await session.get_one(Candidacy, hire.candidacy_id)),
    )
    await record_audit(session, caller, "hire.withdrawn", "hire", hire.id, before={"state": "proposed"}, after={"state": "withdrawn", "reason": body.reason}, done_on=done_on)
    return hire


async def settle_hire(session: AsyncSession, *, caller: Caller, hire_id: UUID, if_match: str | None = None) -> Hire:
    """A signed hire that did not fit is judged again, once what stood against it is gone."""
    hire = await get_visible_hire(session, caller, hire_id, lock=True)
    require(can_settle(caller, hire))
    if hire.state == DECIDED:
        return hire
    require_current(if_match, hire.version)
    await settle(session, hire, signature_to_settle(hire), by=caller)
    return hire
