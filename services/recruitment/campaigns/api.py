"""Campaigns over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.recruitment.campaigns.models import Campaign
from services.recruitment.campaigns.permissions import can_draft_campaigns, can_read_campaigns
from services.recruitment.campaigns.queries import campaigns_visible_to, get_visible_campaign
from services.recruitment.campaigns.schemas import CampaignCreate, CampaignRead, Publication
from services.recruitment.campaigns.use_cases import draft_campaign, publish_campaign
from services.recruitment.workflow import PUBLISHED
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/campaigns", tags=["campaigns"])


@router.post("", status_code=201, response_model=CampaignRead, dependencies=[allows(can_draft_campaigns)], responses=problems(403, 409, 422))
async def create_campaign(body: CampaignCreate, caller: CallerDep, session: SessionDep) -> CampaignRead:
    """Draft a campaign under a policy for some needs."""
    return CampaignRead.seen_by(caller, await draft_campaign(session, caller=caller, body=body))


@router.get("", response_model=Page[CampaignRead], dependencies=[allows(can_read_campaigns)], responses=problems(403, 422))
async def list_campaigns(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    policy: UUID | None = None,
    open_on: Annotated[date | None, Query(description="Only campaigns that receive applications that day.")] = None,
) -> Page[CampaignRead]:
    """Campaigns of one's authorities, and the published ones of those above, oldest first."""
    statement = campaigns_visible_to(caller)
    if state:
        statement = statement.where(Campaign.state == state)
    if policy:
        statement = statement.where(Campaign.policy_id == policy)
    if open_on:
        statement = statement.where(Campaign.state == PUBLISHED, Campaign.opens_on <= open_on, Campaign.closes_on >= open_on)
    found = await keyset_page(session, statement, keys=[Campaign.opens_on, Campaign.id], params=page)
    return Page(items=[CampaignRead.seen_by(caller, campaign) for campaign in found.items], next=found.next)


@router.get("/{campaign_id}", response_model=CampaignRead, dependencies=[allows(can_read_campaigns)], responses=problems(403, 404))
async def read_campaign(campaign_id: UUID, caller: CallerDep, session: SessionDep) -> CampaignRead:
    """One campaign."""
    return CampaignRead.seen_by(caller, await get_visible_campaign(session, caller, campaign_id))


@router.post("/{campaign_id}/publication", status_code=201, response_model=CampaignRead, dependencies=[allows(can_read_campaigns)], responses=problems(403, 404, 409))
async def create_publication(campaign_id: UUID, body: Publication, caller: CallerDep, session: SessionDep) -> CampaignRead:
    """Publish a drafted campaign."""
    return CampaignRead.seen_by(caller, await publish_campaign(session, caller=caller, campaign_id=campaign_id, body=body))
