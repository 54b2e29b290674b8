"""Offers over HTTP."""

from uuid import UUID

from fastapi import Response

from services.recruitment.offers.models import Offer
from services.recruitment.offers.permissions import can_read_offers, can_send_offers
from services.recruitment.offers.queries import get_visible_offer, offers_visible_to
from services.recruitment.offers.schemas import Answer, Declination, OfferCreate, OfferRead
from services.recruitment.offers.use_cases import accept_offer, decline_offer, lapse_offer, send_offer
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/offers", tags=["offers"])


def _read(response: Response, caller: Caller, offer: Offer) -> OfferRead:
    etag(response, offer.version)
    return OfferRead.seen_by(caller, offer)


@router.post("", status_code=201, response_model=OfferRead, dependencies=[allows(can_send_offers)], responses=problems(401, 403, 409, 422, 503))
async def create_offer(body: OfferCreate, response: Response, caller: CallerDep, session: SessionDep) -> OfferRead:
    """Offer a post to an eligible person, until a last day."""
    return _read(response, caller, await send_offer(session, caller=caller, body=body))


@router.get("", response_model=Page[OfferRead], dependencies=[allows(can_read_offers)], responses=problems(401, 403, 422))
async def list_offers(
    *, caller: CallerDep, session: SessionDep, page: PageDep, state: str | None = None, candidacy: UUID | None = None, post: UUID | None = None, facility: str | None = None
) -> Page[OfferRead]:
    """Offers at the facilities one acts for, oldest first."""
    statement = offers_visible_to(caller)
    for column, wanted in ((Offer.state, state), (Offer.candidacy_id, candidacy), (Offer.post_id, post), (Offer.facility_code, facility)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Offer.sent_on, Offer.id], params=page)
    return found.of([OfferRead.seen_by(caller, offer) for offer in found.items])


@router.get("/{offer_id}", response_model=OfferRead, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 404))
async def read_offer(offer_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> OfferRead:
    """One offer."""
    return _read(response, caller, await get_visible_offer(session, caller, offer_id))


@router.post("/{offer_id}/acceptance", status_code=201, response_model=OfferRead, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 404, 409, 412, 422, 503))
async def create_acceptance(offer_id: UUID, body: Answer, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> OfferRead:
    """Record that the person accepts: of two for one seat, one is refused."""
    return _read(response, caller, await accept_offer(session, caller=caller, offer_id=offer_id, body=body, if_match=if_match))


@router.post("/{offer_id}/declination", status_code=201, response_model=OfferRead, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_declination(offer_id: UUID, body: Declination, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> OfferRead:
    """Record that the person declines, and why; the next of a contest is called."""
    return _read(response, caller, await decline_offer(session, caller=caller, offer_id=offer_id, body=body, if_match=if_match))


@router.post("/{offer_id}/lapse", status_code=201, response_model=OfferRead, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_lapse(offer_id: UUID, body: Answer, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> OfferRead:
    """Record that the last day passed without an answer; the next of a contest is called."""
    return _read(response, caller, await lapse_offer(session, caller=caller, offer_id=offer_id, body=body, if_match=if_match))
