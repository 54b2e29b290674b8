"""Reading campaigns: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.campaigns.models import Campaign
from services.recruitment.workflow import PUBLISHED
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import published_above, visible_to


def campaigns_visible_to(caller: Caller) -> Select[tuple[Campaign]]:
    """Campaigns of the caller's authorities, and the published ones of the authorities above."""
    return select(Campaign).where(or_(visible_to(caller, Campaign), and_(Campaign.state == PUBLISHED, published_above(caller, Campaign))))


async def get_visible_campaign(session: AsyncSession, caller: Caller, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """One campaign. Raises NotFound."""
    statement = campaigns_visible_to(caller).where(Campaign.id == campaign_id)
    campaign = await session.scalar(statement.with_for_update(of=Campaign) if lock else statement)
    if campaign is None:
        raise NotFound()
    return campaign
