"""A post is offered, and the person accepts, declines or lets the time pass; the next in a contest moves up."""

from datetime import date
from itertools import count
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.candidacies.queries import candidacies_visible_to
from services.recruitment.contests.calendar import offer_until
from services.recruitment.contests.moving_up import leave_seat
from services.recruitment.hires.guards import candidacy_must_be_eligible, post_must_fit, post_must_have_room
from services.recruitment.hires.permissions import can_propose
from services.recruitment.offers.guards import answer_must_be_in_time, time_must_be_over
from services.recruitment.offers.models import Offer
from services.recruitment.offers.permissions import can_answer
from services.recruitment.offers.queries import get_visible_offer, seats_accepted
from services.recruitment.offers.schemas import Answer, Declination, OfferCreate
from services.recruitment.replicas.models import Post
from services.recruitment.replicas.queries import hires_on_their_way, known_post
from services.recruitment.rules import PACKS, pack_of
from services.recruitment.workflow import OFFER
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import RulePack


async def send_offer(session: AsyncSession, *, caller: Caller, body: OfferCreate) -> Offer:
    """The officer offers a post with room to an eligible person, until a last day."""
    done_on = judge_done_on(caller, body.done_on)
    candidacy = await session.scalar(candidacies_visible_to(caller).where(Candidacy.id == body.candidacy_id))
    if candidacy is None:
        raise Malformed.field("candidacy_id", _("There is no candidacy with this identifier that you may see."))
    require(can_propose(caller, candidacy))
    if known := await by_reference(session, Offer, authority_path=candidacy.authority_path, body=body, reference=body.reference):
        return known
    candidacy_must_be_eligible(candidacy)
    pack = PACKS.pinned(candidacy.campaign.rule_pack)
    post = await known_post(session, caller, body.post_id)
    post_must_fit(post, candidacy, max(done_on, post.open_from), pack)
    expires_on = body.expires_on or offer_until(done_on, pack)
    if expires_on < done_on:
        raise Malformed.field("expires_on", _("The last day comes before the first one."))
    await _must_have_room(session, post, pack)
    return await make_offer(session, caller, candidacy, post_id=post.id, on=done_on, expires_on=expires_on, reference=body.reference, content_hash=hash_of(body))


async def make_offer(
    session: AsyncSession, caller: Caller, candidacy: Candidacy, *, post_id: UUID, on: date, expires_on: date, reference: str | None, content_hash: bytes
) -> Offer:
    """The offer leaves; its clock starts that day."""
    offer = Offer(
        reference=reference,
        content_hash=content_hash,
        authority_path=candidacy.authority_path,
        candidacy_id=candidacy.id,
        candidacy=candidacy,
        need_id=candidacy.need_id,
        post_id=post_id,
        person_id=candidacy.person_id,
        facility_code=candidacy.facility_code,
        sent_by=caller.actor,
        sent_on=on,
        expires_on=expires_on,
    )
    session.add(offer)
    await session.flush()
    await record_audit(session, caller, "offer.sent", "offer", offer.id, after={"post_id": str(post_id), "expires_on": expires_on.isoformat()}, done_on=on)
    return offer


async def _must_have_room(session: AsyncSession, post: Post, pack: RulePack) -> int:
    """The first free seat, while nobody else takes one. Raises Refused."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:post, 0))"), {"post": str(post.id)})
    taken = await seats_accepted(session, post.id)
    post_must_have_room(post, await hires_on_their_way(session, post.id) + len(taken), pack)
    return next(seat for seat in count(1) if seat not in taken)


async def accept_offer(session: AsyncSession, *, caller: Caller, offer_id: UUID, body: Answer, if_match: str | None = None) -> Offer:
    """The person accepts in time: the seat is theirs, and nobody else's."""
    done_on = judge_done_on(caller, body.done_on)
    offer = await get_visible_offer(session, caller, offer_id, lock=True)
    require(can_answer(caller, offer))
    require_current(if_match, offer.version)
    OFFER.after("accept", offer.state)
    pack = pack_of(offer.facility_code, offer.sent_on)
    answer_must_be_in_time(offer, done_on, pack)
    offer.seat = await _must_have_room(session, await known_post(session, caller, offer.post_id), pack)
    return await _answered(session, caller, offer, "accept", done_on, None)


async def decline_offer(session: AsyncSession, *, caller: Caller, offer_id: UUID, body: Declination, if_match: str | None = None) -> Offer:
    """The person declines, with their reason: the next of a contest is called."""
    done_on = judge_done_on(caller, body.done_on)
    offer = await get_visible_offer(session, caller, offer_id, lock=True)
    require(can_answer(caller, offer))
    require_current(if_match, offer.version)
    offer.seat = None
    await _answered(session, caller, offer, "decline", done_on, body.reason)
    await leave_seat(session, caller, offer.candidacy_id, why="declined", on=done_on)
    return offer


async def lapse_offer(session: AsyncSession, *, caller: Caller, offer_id: UUID, body: Answer, if_match: str | None = None) -> Offer:
    """The last day is over without an answer or a complete file: the next of a contest is called (A5)."""
    done_on = judge_done_on(caller, body.done_on)
    offer = await get_visible_offer(session, caller, offer_id, lock=True)
    require(can_answer(caller, offer))
    require_current(if_match, offer.version)
    OFFER.after("lapse", offer.state)
    time_must_be_over(offer, done_on, pack_of(offer.facility_code, offer.sent_on))
    await _answered(session, caller, offer, "lapse", done_on, None)
    await leave_seat(session, caller, offer.candidacy_id, why="lapsed", on=done_on)
    return offer


async def _answered(session: AsyncSession, caller: Caller, offer: Offer, act: str, on: date, reason: str | None) -> Offer:
    before = offer.state
    offer.answer(act, by=caller.actor, on=on, reason=reason)
    await session.flush()
    await record_audit(session, caller, f"offer.{offer.state}", "offer", offer.id, before={"state": before}, after={"state": offer.state, "reason": reason}, done_on=on)
    return offer
