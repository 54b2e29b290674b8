"""A pool is opened, its charter published, members join and accept it; rounds ask in the field what each needs and can spare."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.pools.events import PartnerAccepted, PartnerJoined, PartnerLeft
from services.recruitment.pools.guards import charter_of, member_of
from services.recruitment.pools.models import MEMBERS, Acceptance, Answer, Charter, Partner, Pool, Round
from services.recruitment.pools.permissions import can_coordinate, can_coordinate_at, can_speak_for
from services.recruitment.pools.queries import get_visible_pool, get_visible_round
from services.recruitment.pools.schemas import AcceptanceCreate, AnswerCreate, CharterCreate, Leaving, PartnerCreate, PoolCreate, RoundCreate
from services.recruitment.profiles.sharing import tell_who_sees
from services.recruitment.workflow import MEMBER
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed, NotFound, Refused
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def open_pool(session: AsyncSession, *, caller: Caller, body: PoolCreate) -> Pool:
    """Employers of a territory recruit together: somebody coordinates, everybody accepts one charter."""
    done_on = judge_done_on(caller, body.done_on)
    path = path_of(body.authority)
    require(can_coordinate_at(caller, path))
    if known := await by_reference(session, Pool, authority_path=path, body=body, reference=body.reference):
        return known
    said = {"code": body.code, "title": body.title, "authority": body.authority, "purpose": body.purpose}
    pool = Pool(reference=body.reference, content_hash=hash_of(body), authority_path=path, opened_by=caller.actor, opened_on=done_on, charters=[], partners=[], **said)
    session.add(pool)
    await session.flush()
    await record_audit(session, caller, "pool.opened", "pool", pool.id, after=said, done_on=done_on)
    return pool


async def publish_charter(session: AsyncSession, *, caller: Caller, pool_id: UUID, body: CharterCreate) -> Pool:
    """A new edition of the charter; members are asked to accept it, and see what they saw until they do."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await get_visible_pool(session, caller, pool_id, lock=True)
    require(can_coordinate(caller, pool))
    if pool.charter is not None and pool.charter.words == body.words:
        return pool
    edition = pool.charter.edition + 1 if pool.charter else 1
    pool.charters.append(Charter(authority_path=pool.authority_path, edition=edition, words=body.words, published_by=caller.actor, published_on=done_on))
    pool.version += 1
    await session.flush()
    await record_audit(session, caller, "pool.charter_published", "pool", pool.id, after={"edition": edition}, done_on=done_on)
    return pool


async def add_partner(session: AsyncSession, *, caller: Caller, pool_id: UUID, body: PartnerCreate) -> Pool:
    """A facility joins the pool; it sees the charter at once, and the rest when it has accepted it."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await get_visible_pool(session, caller, pool_id, lock=True)
    require(can_coordinate(caller, pool))
    place = await place_on(session, body.facility_code, done_on)
    known = pool.member(place.code)
    if known is not None and known.content_hash == hash_of(body):
        return pool
    partner = Partner(
        content_hash=hash_of(body),
        authority_path=pool.authority_path,
        facility_code=place.code,
        takes_part_as=body.takes_part_as,
        kind=place.facility_type,
        joined_on=done_on,
        added_by=caller.actor,
        state=MEMBER,
        acceptances=[],
    )
    pool.partners.append(partner)
    pool.share()
    await session.flush()
    record_event(session, PartnerJoined.about(partner))
    await record_audit(session, caller, "pool.partner_added", "pool", pool.id, after=body.model_dump(mode="json"), done_on=done_on)
    return pool


async def accept_charter(session: AsyncSession, *, caller: Caller, pool_id: UUID, partner_id: UUID, body: AcceptanceCreate) -> Pool:
    """A member accepts the edition in force: from then on the pool is open to it."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await get_visible_pool(session, caller, pool_id)
    partner = _partner(pool, partner_id)
    place = await place_on(session, partner.facility_code, done_on)
    require(can_speak_for(caller, pool, place.authority_path))
    member_of(pool, partner.facility_code)
    charter = charter_of(pool)
    known = partner.accepted(charter)
    if known is not None and (known.signed_as, known.accepted_on) == (body.signed_as, done_on):
        return pool
    _in_order(done_on >= max(charter.published_on, partner.joined_on), charter.published_on.isoformat())
    partner.acceptances.append(
        Acceptance(pool_id=pool.id, charter_id=charter.id, authority_path=place.authority_path, signed_as=body.signed_as, accepted_on=done_on, recorded_by=caller.actor)
    )
    await session.flush()
    record_event(session, PartnerAccepted.about(partner))
    after = {"facility_code": partner.facility_code, "edition": charter.edition, "signed_as": body.signed_as}
    await record_audit(session, caller, "pool.charter_accepted", "pool", pool.id, after=after, done_on=done_on)
    return pool


async def remove_partner(session: AsyncSession, *, caller: Caller, pool_id: UUID, partner_id: UUID, body: Leaving) -> Pool:
    """A member leaves: what the pool shares is hidden from it at once."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await get_visible_pool(session, caller, pool_id, lock=True)
    require(can_coordinate(caller, pool))
    partner = _partner(pool, partner_id)
    if (partner.left_on, partner.leaving_reason) == (done_on, body.reason):
        return pool
    _in_order(done_on >= partner.joined_on, partner.joined_on.isoformat())
    partner.leave(on=done_on, reason=body.reason)
    pool.share()
    await session.flush()
    await tell_who_sees(session, pool_id=pool.id, was_shown_to=partner.facility_code)
    record_event(session, PartnerLeft.about(partner))
    await record_audit(session, caller, "pool.partner_left", "pool", pool.id, after={"facility_code": partner.facility_code, "reason": body.reason}, done_on=done_on)
    return pool


def _partner(pool: Pool, partner_id: UUID) -> Partner:
    found = next((partner for partner in pool.partners if partner.id == partner_id), None)
    if found is None:
        raise NotFound()
    return found


def _in_order(is_so: bool, day: str) -> None:
    """Raises Refused for an act dated before what it follows."""
    if not is_so:
        raise Refused("before-its-time", _("This act is dated before what it follows, which is of {day}."), rule=MEMBERS, possible=_("Date it {day} or later."), day=day)


async def ask_round(session: AsyncSession, *, caller: Caller, pool_id: UUID, body: RoundCreate) -> Round:
    """Members are asked what they need and can spare, until a day."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await get_visible_pool(session, caller, pool_id)
    require(can_coordinate(caller, pool))
    if known := await by_reference(session, Round, authority_path=pool.authority_path, body=body, reference=body.reference):
        return known
    if body.due_on < done_on:
        raise Malformed.field("due_on", _("The last day comes before the first one."))
    asked = [member_of(pool, code).facility_code for code in dict.fromkeys(body.facility_codes)] or [member.facility_code for member in pool.members]
    if not asked:
        raise Refused("nobody-to-ask", _("This pool has no member yet."), rule=MEMBERS, possible=_("The coordinator adds it to the pool first."))
    found = Round(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=pool.authority_path,
        pool_id=pool.id,
        title=body.title,
        asked_on=done_on,
        due_on=body.due_on,
        asked_by=caller.actor,
        asked=asked,
        answers=[],
    )
    session.add(found)
    await session.flush()
    await session.refresh(found, ["recorded_at"])
    await record_audit(session, caller, "pool_round.asked", "pool_round", found.id, after=body.model_dump(mode="json") | {"asked": asked}, done_on=done_on)
    return found


async def answer_round(session: AsyncSession, *, caller: Caller, round_id: UUID, body: AnswerCreate) -> Round:
    """A member has said what it needs and can spare, or the coordinator went to see it and writes it down."""
    done_on = judge_done_on(caller, body.done_on)
    found = await get_visible_round(session, caller, round_id)
    pool = await get_visible_pool(session, caller, found.pool_id)
    place = await place_on(session, body.facility_code, done_on)
    require(can_speak_for(caller, pool, place.authority_path))
    _in_order(done_on >= found.asked_on, found.asked_on.isoformat())
    said = {"facility_code": place.code, "comment": body.comment, "answered_on": done_on}
    if any({name: getattr(answer, name) for name in said} == said for answer in found.answers):
        return found
    found.answers.append(Answer(pool_id=pool.id, authority_path=place.authority_path, answered_by=caller.actor, **said))
    await session.flush()
    await record_audit(session, caller, "pool_round.answered", "pool_round", found.id, after=body.model_dump(mode="json"), done_on=done_on)
    return found
