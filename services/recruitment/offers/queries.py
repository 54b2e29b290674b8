"""Reading offers: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.offers.models import Offer
from services.recruitment.workflow import ACCEPTED
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def offers_visible_to(caller: Caller) -> Select[tuple[Offer]]:
    return select(Offer).where(visible_to(caller, Offer))


async def get_visible_offer(session: AsyncSession, caller: Caller, offer_id: UUID, *, lock: bool = False) -> Offer:
    """One offer. Raises NotFound."""
    statement = offers_visible_to(caller).where(Offer.id == offer_id)
    offer = await session.scalar(statement.with_for_update(of=Offer) if lock else statement)
    if offer is None:
        raise NotFound()
    return offer


async def offers_of(session: AsyncSession, candidacy_id: UUID) -> list[Offer]:
    """Every offer to a candidate, oldest first."""
    return list(await session.scalars(select(Offer).where(Offer.candidacy_id == candidacy_id).order_by(Offer.sent_on, Offer.id)))


async def seats_accepted(session: AsyncSession, post_id: UUID) -> set[int]:
    """The seats of a post that somebody has accepted and that no hire has taken yet."""
    return {seat for seat in await session.scalars(select(Offer.seat).where(Offer.post_id == post_id, Offer.state == ACCEPTED)) if seat is not None}


async def accepted_beside(session: AsyncSession, post_id: UUID, candidacy_id: UUID) -> int:
    """How many others have accepted the post."""
    others = select(func.count()).where(Offer.post_id == post_id, Offer.state == ACCEPTED, Offer.candidacy_id != candidacy_id)
    return await session.scalar(others) or 0
