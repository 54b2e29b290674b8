"""A facility identifies a need; another person validates it."""

from datetime import date
from math import ceil
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.needs.events import NeedClosed, NeedValidated
from services.recruitment.needs.models import Need
from services.recruitment.needs.permissions import can_close, can_identify_at, can_validate
from services.recruitment.needs.queries import get_visible_need
from services.recruitment.needs.schemas import Closing, NeedCreate, Validation
from services.recruitment.pools.guards import employer_of
from services.recruitment.pools.models import Pool, Round
from services.recruitment.pools.queries import pools_visible_to, rounds_visible_to
from services.recruitment.replicas.models import Post
from services.recruitment.replicas.queries import known_post
from services.recruitment.rules import pack_of
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed, Refused
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def identify_need(session: AsyncSession, *, caller: Caller, body: NeedCreate) -> Need:
    """A facility says which seats it must fill and why; a post given is checked against the establishment."""
    done_on = judge_done_on(caller, body.done_on)
    facility = await place_on(session, body.facility_code, done_on)
    path = facility.authority_path
    require(can_identify_at(caller, path))
    if known := await by_reference(session, Need, authority_path=path, body=body, reference=body.reference):
        return known
    if body.post_id is not None:
        _answers_post(body, await known_post(session, caller, body.post_id), done_on)
    await _asked_by_the_pool(session, caller, body, facility.code)
    need = Need(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=path,
        facility_code=facility.code,
        occupation_code=body.occupation_code,
        specialty=body.specialty,
        quantity=body.quantity,
        reason=body.reason,
        post_id=body.post_id,
        pool_id=body.pool_id,
        round_id=body.round_id,
        wanted_from=body.wanted_from,
        difficulty=body.difficulty,
        identified_by=caller.actor,
        identified_on=done_on,
    )
    session.add(need)
    await session.flush()
    await record_audit(session, caller, "need.identified", "need", need.id, after=body.model_dump(mode="json"), done_on=done_on)
    return need


async def _asked_by_the_pool(session: AsyncSession, caller: Caller, body: NeedCreate, facility_code: str) -> None:
    """An employer of a pool puts needs before it, in one of its rounds or between two of them."""
    if body.pool_id is not None:
        pool = await session.scalar(pools_visible_to(caller).where(Pool.id == body.pool_id))
        if pool is None:
            raise Malformed.field("pool_id", _("There is no pool with this identifier that you may see."))
        employer_of(pool, facility_code)
    if body.round_id is not None:
        asked = await session.scalar(rounds_visible_to(caller).where(Round.id == body.round_id))
        if asked is None or asked.pool_id != body.pool_id or facility_code not in asked.asked:
            raise Malformed.field("round_id", _("This pool did not ask {facility} in a round with this identifier."), facility=facility_code)


def _answers_post(body: NeedCreate, post: Post, done_on: date) -> None:
    """A need for a post repeats the post's place and title, and asks no more seats than it has."""
    if post.facility_code != body.facility_code:
        raise Malformed.field("post_id", _("There is no post with this identifier at {facility}."), facility=body.facility_code)
    if post.occupation_code != body.occupation_code:
        raise Malformed.field("occupation_code", _("The post is for the title {occupation}."), occupation=post.occupation_code)
    if body.quantity > ceil(post.fte):
        raise Refused(
            "more-than-the-post",
            _("The need asks {quantity} people, the post has {seats}."),
            rule=pack_of(body.facility_code, done_on).rule("REC-NEED"),
            possible=_("Ask at most {seats}, or open another post in the registry."),
            quantity=body.quantity,
            seats=str(post.fte),
        )


async def validate_need(session: AsyncSession, *, caller: Caller, need_id: UUID, body: Validation, if_match: str | None = None) -> Need:
    """Another person confirms the need; campaigns, training and missions may answer it from then on."""
    done_on = judge_done_on(caller, body.done_on)
    require(can_validate(caller, await get_visible_need(session, caller, need_id)))
    need = await get_visible_need(session, caller, need_id, lock=True)
    if (need.validated_by, need.validated_on) == (caller.actor, done_on):
        return need
    require_current(if_match, need.version)
    need.validate(by=caller.actor, on=done_on)
    await record_audit(session, caller, "need.validated", "need", need.id, before={"state": "identified"}, after={"state": "validated"}, done_on=done_on)
    record_event(session, NeedValidated.about(need))
    return need


async def close_need(session: AsyncSession, *, caller: Caller, need_id: UUID, body: Closing, if_match: str | None = None) -> Need:
    """Nobody is looked for any more: the need was met otherwise, or it is given up."""
    done_on = judge_done_on(caller, body.done_on)
    require(can_close(caller, await get_visible_need(session, caller, need_id)))  # a member of the pool reads it, and may lock what it may write alone
    need = await get_visible_need(session, caller, need_id, lock=True)
    if (need.closed_by, need.closed_on, need.closing_reason) == (caller.actor, done_on, body.reason):
        return need
    require_current(if_match, need.version)
    before = need.state
    need.close(by=caller.actor, on=done_on, reason=body.reason)
    await session.flush()
    await record_audit(session, caller, "need.closed", "need", need.id, before={"state": before}, after={"state": need.state, "reason": body.reason}, done_on=done_on)
    record_event(session, NeedClosed.about(need))
    return need
