"""A partner offers places; an adviser asks; the partner answers, and a refusal says why."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.accompaniments.permissions import can_keep
from services.recruitment.accompaniments.queries import get_visible_accompaniment
from services.recruitment.partner_services.events import ServiceAsked, ServiceSettled
from services.recruitment.partner_services.models import ServiceOffer, ServiceRequest
from services.recruitment.partner_services.permissions import can_answer, can_end, can_offer_at
from services.recruitment.partner_services.queries import get_visible_offer, get_visible_request
from services.recruitment.partner_services.schemas import AnswerCreate, Ending, OfferCreate, RequestCreate
from services.recruitment.pools.guards import member_that_accepted
from services.recruitment.pools.queries import get_visible_pool
from services.recruitment.workflow import ACCOMPANIMENT, SERVICE_OFFER, SERVICE_REQUEST
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def offer_service(session: AsyncSession, *, caller: Caller, body: OfferCreate) -> ServiceOffer:
    """A member of the pool says what it has, how much of it, and on which conditions."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await get_visible_pool(session, caller, body.pool_id)
    facility = await place_on(session, body.facility_code, done_on)
    require(can_offer_at(caller, facility.authority_path))
    member_that_accepted(pool, body.facility_code)
    if known := await by_reference(session, ServiceOffer, authority_path=facility.authority_path, body=body, reference=body.reference):
        return known
    if body.available_to is not None and body.available_to < body.available_from:
        raise Malformed.field("available_to", _("The last day comes before the first one."))
    offer = ServiceOffer(
        content_hash=hash_of(body), authority_path=facility.authority_path, shared_with=[], offered_by=caller.actor, offered_on=done_on, **body.model_dump(exclude={"done_on"})
    )
    session.add(offer)
    await session.flush()
    await record_audit(session, caller, "service_offer.offered", "service_offer", offer.id, after=body.model_dump(mode="json"), done_on=done_on)
    return offer


async def end_offer(session: AsyncSession, *, caller: Caller, offer_id: UUID, body: Ending) -> ServiceOffer:
    """Nothing is given of it any more; what was given stays, and requests that wait for this kind say so to those who follow them."""
    done_on = judge_done_on(caller, body.done_on)
    offer = await get_visible_offer(session, caller, offer_id, lock=True)
    require(can_end(caller, offer))
    if offer.ended_on == done_on:
        return offer
    offer.move("end", SERVICE_OFFER)
    offer.ended_on = done_on
    await session.flush()
    await record_audit(session, caller, "service_offer.ended", "service_offer", offer.id, done_on=done_on)
    return offer


async def ask_service(session: AsyncSession, *, caller: Caller, body: RequestCreate) -> ServiceRequest:
    """What somebody who is accompanied needs is asked of a member of the pool, who sees it at once."""
    done_on = judge_done_on(caller, body.done_on)
    dossier = await get_visible_accompaniment(session, caller, body.accompaniment_id)
    require(can_keep(caller, dossier))
    pool = await get_visible_pool(session, caller, body.pool_id)
    member_that_accepted(pool, body.partner_code)
    if known := await by_reference(session, ServiceRequest, authority_path=dossier.authority_path, body=body, reference=body.reference):
        return known
    ACCOMPANIMENT.after("ask_service", dossier.state)
    request = ServiceRequest(
        content_hash=hash_of(body),
        authority_path=dossier.authority_path,
        shared_with=[body.partner_code],
        person_id=dossier.person_id,
        asked_by=caller.actor,
        asked_on=done_on,
        **body.model_dump(exclude={"done_on"}),
    )
    session.add(request)
    await session.flush()
    await record_audit(session, caller, "service_request.asked", "service_request", request.id, after={"kind": body.kind, "partner_code": body.partner_code}, done_on=done_on)
    record_event(session, ServiceAsked.about(request))
    return request


async def answer_request(session: AsyncSession, *, caller: Caller, request_id: UUID, body: AnswerCreate) -> ServiceRequest:
    """The outcome is said once; of two who are given the last place of an offer one has it."""
    done_on = judge_done_on(caller, body.done_on)
    request = await get_visible_request(session, caller, request_id, lock=True)
    require(can_answer(caller, request))
    said = (body.outcome, body.offer_id, body.refused_by, body.reason, body.words)
    if (request.state, request.offer_id, request.refused_by, request.reason, request.words) == said:
        return request
    if body.offer_id is not None:
        offer = await get_visible_offer(session, caller, body.offer_id)
        SERVICE_OFFER.after("end", offer.state)
    request.move({"solved": "solve", "refused": "refuse", "withdrawn": "withdraw"}[body.outcome], SERVICE_REQUEST)
    request.offer_id, request.refused_by, request.reason, request.words = body.offer_id, body.refused_by, body.reason, body.words
    request.settled_by, request.settled_on = caller.actor, done_on
    await session.flush()
    after = {"outcome": body.outcome, "refused_by": body.refused_by, "reason": body.reason}
    await record_audit(session, caller, f"service_request.{request.state}", "service_request", request.id, before={"state": "asked"}, after=after, done_on=done_on)
    record_event(session, ServiceSettled.about(request))
    return request
