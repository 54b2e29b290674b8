"""Campaigns over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from services.recruitment.campaigns.models import Campaign
from services.recruitment.campaigns.permissions import can_draft_campaigns, can_read_campaigns
from services.recruitment.campaigns.queries import campaigns_visible_to, get_visible_campaign
from services.recruitment.campaigns.schemas import CampaignCreate, CampaignRead, Publication
from services.recruitment.campaigns.use_cases import draft_campaign, publish_campaign
from services.recruitment.workflow import PUBLISHED
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/campaigns", tags=["campaigns"])
Sort = Annotated[Literal["opens", "-opens", "closes", "-closes", "title", "-title", "state", "-state"], Query(description="The order; from its end with a minus.")]
SORTS: dict[str, list[Any]] = {"opens": [Campaign.opens_on], "closes": [Campaign.closes_on], "title": [Campaign.title], "state": [Campaign.state, Campaign.opens_on]}


def _read(response: Response, caller: Caller, campaign: Campaign) -> CampaignRead:
    etag(response, campaign.version)
    return CampaignRead.seen_by(caller, campaign)


@router.post("", status_code=201, response_model=CampaignRead, dependencies=[allows(can_draft_campaigns)], responses=problems(401, 403, 409, 422))
async def create_campaign(body: CampaignCreate, response: Response, caller: CallerDep, session: SessionDep) -> CampaignRead:
    """Draft a campaign for some needs, under a policy or without one."""
    return _read(response, caller, await draft_campaign(session, caller=caller, body=body))


@router.get("", response_model=Page[CampaignRead], dependencies=[allows(can_read_campaigns)], responses=problems(401, 403, 422))
async def list_campaigns(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    policy: UUID | None = None,
    open_on: Annotated[date | None, Query(description="Only campaigns that receive applications that day.")] = None,
    sort: Sort = "opens",
) -> Page[CampaignRead]:
    """Campaigns of one's authorities, and the published ones of those above, oldest first."""
    statement = campaigns_visible_to(caller)
    if state:
        statement = statement.where(Campaign.state == state)
    if policy:
        statement = statement.where(Campaign.policy_id == policy)
    if open_on:
        statement = statement.where(Campaign.state == PUBLISHED, Campaign.opens_on <= open_on, Campaign.closes_on >= open_on)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Campaign.id), params=page)
    return found.of([CampaignRead.seen_by(caller, campaign) for campaign in found.items])


@router.get("/{campaign_id}", response_model=CampaignRead, dependencies=[allows(can_read_campaigns)], responses=problems(401, 403, 404))
async def read_campaign(campaign_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CampaignRead:
    """One campaign."""
    return _read(response, caller, await get_visible_campaign(session, caller, campaign_id))


@router.post(
    "/{campaign_id}/publication", status_code=201, response_model=CampaignRead, dependencies=[allows(can_read_campaigns)], responses=problems(401, 403, 404, 409, 412, 422)
)
async def create_publication(campaign_id: UUID, body: Publication, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CampaignRead:
    """Publish a drafted campaign."""
    return _read(response, caller, await publish_campaign(session, caller=caller, campaign_id=campaign_id, body=body, if_match=if_match))
