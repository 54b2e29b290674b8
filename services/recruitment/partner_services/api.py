"""Partner services over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.params import Depends

from services.recruitment.partner_services.models import ServiceOffer, ServiceRequest
from services.recruitment.partner_services.permissions import can_answer_services, can_ask_services, can_offer_services, can_read_offers, can_read_requests
from services.recruitment.partner_services.queries import ended_since, get_visible_request, offers_visible_to, requests_visible_to, summed, taken_of
from services.recruitment.partner_services.schemas import AnswerCreate, Ending, Kind, OfferCreate, OfferRead, RequestCreate, RequestRead, Sums
from services.recruitment.partner_services.use_cases import answer_request, ask_service, end_offer, offer_service
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

offers = Router(prefix="/service-offers", tags=["partner services"])
router = Router(prefix="/service-requests", tags=["partner services"])
READ: list[Depends] = [allows(can_read_requests)]


@offers.post("", status_code=201, response_model=OfferRead, dependencies=[allows(can_offer_services)], responses=problems(401, 403, 404, 409, 422))
async def create_offer(body: OfferCreate, caller: CallerDep, session: SessionDep) -> OfferRead:
    """Offer places for housing, childcare or mobility to those who come to the territory."""
    return OfferRead.seen_by(caller, await offer_service(session, caller=caller, body=body), 0)


@offers.get("", response_model=Page[OfferRead], dependencies=[allows(can_read_offers)], responses=problems(401, 403, 422))
async def list_offers(*, caller: CallerDep, session: SessionDep, page: PageDep, kind: Kind | None = None, partner: str | None = None, state: str | None = None) -> Page[OfferRead]:
    """What the partners of one's pools offer, newest first."""
    statement = offers_visible_to(caller)
    for column, wanted in ((ServiceOffer.kind, kind), (ServiceOffer.facility_code, partner), (ServiceOffer.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[ServiceOffer.offered_on.desc(), ServiceOffer.id.desc()], params=page)
    taken = await taken_of(session, [offer.id for offer in found.items])
    return found.of([OfferRead.seen_by(caller, offer, taken.get(offer.id, 0)) for offer in found.items])


@offers.post("/{offer_id}/ending", status_code=201, response_model=OfferRead, dependencies=[allows(can_offer_services)], responses=problems(401, 403, 404, 409, 422))
async def create_ending(offer_id: UUID, body: Ending, caller: CallerDep, session: SessionDep) -> OfferRead:
    """Say that nothing is given of an offer any more."""
    offer = await end_offer(session, caller=caller, offer_id=offer_id, body=body)
    return OfferRead.seen_by(caller, offer, (await taken_of(session, [offer.id])).get(offer.id, 0))


@router.post("", status_code=201, response_model=RequestRead, dependencies=[allows(can_ask_services)], responses=problems(401, 403, 404, 409, 422))
async def create_request(body: RequestCreate, caller: CallerDep, session: SessionDep) -> RequestRead:
    """Ask a partner for what somebody who is accompanied needs."""
    return RequestRead.seen_by(caller, await ask_service(session, caller=caller, body=body))


@router.get("", response_model=Page[RequestRead], dependencies=READ, responses=problems(401, 403, 422))
async def list_requests(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    kind: Kind | None = None,
    state: str | None = None,
    partner: str | None = None,
    accompaniment: UUID | None = None,
) -> Page[RequestRead]:
    """Requests to partners, newest first; a partner reads those that were put to it, without who they are for."""
    statement = requests_visible_to(caller)
    for column, wanted in ((ServiceRequest.kind, kind), (ServiceRequest.state, state), (ServiceRequest.partner_code, partner), (ServiceRequest.accompaniment_id, accompaniment)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[ServiceRequest.asked_on.desc(), ServiceRequest.id.desc()], params=page)
    ended = await ended_since(session, caller, found.items)
    return found.of([RequestRead.seen_by(caller, one, ended.get(one.id, ())) for one in found.items])


@router.get("/sums", response_model=Sums, dependencies=READ, responses=problems(401, 403, 422))
async def read_sums(
    caller: CallerDep, session: SessionDep, from_: Annotated[date | None, Query(alias="from", description="First day on which they were asked.")] = None, to: date | None = None
) -> Sums:
    """How many requests were asked, solved and refused, by kind, and why they were refused."""
    return Sums.model_validate({"items": await summed(session, caller, from_, to)})


@router.get("/{request_id}", response_model=RequestRead, dependencies=READ, responses=problems(401, 403, 404))
async def read_request(request_id: UUID, caller: CallerDep, session: SessionDep) -> RequestRead:
    """One request."""
    request = await get_visible_request(session, caller, request_id)
    return RequestRead.seen_by(caller, request, (await ended_since(session, caller, [request])).get(request.id, ()))


@router.post("/{request_id}/answer", status_code=201, response_model=RequestRead, dependencies=[allows(can_answer_services)], responses=problems(401, 403, 404, 409, 422))
async def create_answer(request_id: UUID, body: AnswerCreate, caller: CallerDep, session: SessionDep) -> RequestRead:
    """Say the outcome: solved, refused and why, or taken back."""
    return RequestRead.seen_by(caller, await answer_request(session, caller=caller, request_id=request_id, body=body))
