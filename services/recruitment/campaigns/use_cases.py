"""A campaign is drafted for needs, under a policy or without one, then published."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.campaigns.guards import campaign_must_be_no_contest, needs_must_be_validated, policy_must_be_in_force, window_must_be_long_enough
from services.recruitment.campaigns.models import Campaign
from services.recruitment.campaigns.permissions import can_draft_for, can_publish
from services.recruitment.campaigns.queries import get_visible_campaign
from services.recruitment.campaigns.schemas import CampaignCreate, Publication
from services.recruitment.contests.queries import contest_of_campaign
from services.recruitment.needs.models import Need
from services.recruitment.needs.queries import needs_visible_to
from services.recruitment.policies.models import AttractionPolicy
from services.recruitment.policies.queries import policies_visible_to
from services.recruitment.rules import pack_of
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.errors import Malformed
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def draft_campaign(session: AsyncSession, *, caller: Caller, body: CampaignCreate) -> Campaign:
    """A regional administrator prepares a call for some needs; nobody sees it before it is published."""
    done_on = judge_done_on(caller, body.done_on)
    policy = await _policy_of(session, caller, body.policy_id)
    authority = policy.authority if policy is not None else body.authority or ""
    path = policy.authority_path if policy is not None else path_of(authority)
    require(can_draft_for(caller, path))
    if known := await by_reference(session, Campaign, authority_path=path, body=body, reference=body.reference):
        return known
    needs = list(await session.scalars(needs_visible_to(caller).where(Need.id.in_(body.need_ids))))
    if len(needs) != len(body.need_ids):
        raise Malformed.field("need_ids", _("There is no need with one of these identifiers that you may see."))
    pack = pack_of(authority, done_on)
    campaign = Campaign(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=path,
        code=body.code,
        title=body.title,
        authority=authority,
        policy_id=body.policy_id,
        policy=policy,
        needs=needs,
        opens_on=body.opens_on,
        closes_on=body.closes_on or body.opens_on + timedelta(days=pack.rule("REC-WINDOW").value),
        rule_pack=pack.id,
        drafted_by=caller.actor,
        drafted_on=done_on,
    )
    session.add(campaign)
    await session.flush()
    await record_audit(session, caller, "campaign.drafted", "campaign", campaign.id, after=body.model_dump(mode="json"), done_on=done_on)
    return campaign


async def _policy_of(session: AsyncSession, caller: Caller, policy_id: UUID | None) -> AttractionPolicy | None:
    """The policy that the campaign names. Raises Malformed when the caller may see none."""
    if policy_id is None:
        return None
    policy = await session.scalar(policies_visible_to(caller).where(AttractionPolicy.id == policy_id))
    if policy is None:
        raise Malformed.field("policy_id", _("There is no policy with this identifier that you may see."))
    return policy


async def publish_campaign(session: AsyncSession, *, caller: Caller, campaign_id: UUID, body: Publication, if_match: str | None = None) -> Campaign:
    """The call is made public: for validated needs, with its policy in force when it has one, with the window that the law gives."""
    done_on = judge_done_on(caller, body.done_on)
    campaign = await get_visible_campaign(session, caller, campaign_id, lock=True)
    require(can_publish(caller, campaign))
    if (campaign.published_by, campaign.published_on) == (caller.actor, done_on):
        return campaign
    require_current(if_match, campaign.version)
    campaign_must_be_no_contest(await contest_of_campaign(session, campaign.id))
    await publish(session, caller, campaign, done_on)
    return campaign


async def publish(session: AsyncSession, caller: Caller, campaign: Campaign, done_on: date) -> None:
    """The call itself, of a campaign or of the contest that it carries."""
    pack = pack_of(campaign.authority, done_on)
    policy_must_be_in_force(campaign, done_on)
    needs_must_be_validated(campaign)
    window_must_be_long_enough(published_on=done_on, opens_on=campaign.opens_on, closes_on=campaign.closes_on, pack=pack)
    campaign.publish(by=caller.actor, on=done_on)
    campaign.rule_pack = pack.id
    await record_audit(
        session,
        caller,
        "campaign.published",
        "campaign",
        campaign.id,
        before={"state": "draft"},
        after={"state": "published", "rule_pack": pack.id},
        done_on=done_on,
    )
