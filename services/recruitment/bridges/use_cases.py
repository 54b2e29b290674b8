"""A bridge is opened between two professions, somebody takes it, and arrives or gives it up."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.bridges.models import BRIDGE, Bridge, Crossing
from services.recruitment.bridges.queries import get_visible_bridge, get_visible_crossing
from services.recruitment.bridges.schemas import BridgeCreate, CrossingCreate, CrossingOutcome
from services.recruitment.pools.guards import member_that_accepted
from services.recruitment.pools.models import Pool
from services.recruitment.pools.permissions import can_coordinate
from services.recruitment.pools.queries import pools_visible_to
from services.recruitment.profiles.guards import must_be_looking, must_be_shown_to
from services.recruitment.profiles.permissions import can_keep
from services.recruitment.profiles.queries import get_visible_profile
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def open_bridge(session: AsyncSession, *, caller: Caller, body: BridgeCreate) -> Bridge:
    """Members that accepted the charter keep a way open from one profession to another."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await session.scalar(pools_visible_to(caller).where(Pool.id == body.pool_id))
    if pool is None:
        raise Malformed.field("pool_id", _("There is no pool with this identifier that you may see."))
    require(can_coordinate(caller, pool))
    if known := await by_reference(session, Bridge, authority_path=pool.authority_path, body=body, reference=body.reference):
        return known
    partners = [member_that_accepted(pool, code).facility_code for code in dict.fromkeys(body.partners)]
    said = body.model_dump(exclude={"done_on", "partners"})
    bridge = Bridge(content_hash=hash_of(body), authority_path=pool.authority_path, partners=partners, opened_by=caller.actor, opened_on=done_on, **said)
    session.add(bridge)
    await session.flush()
    await record_audit(session, caller, "bridge.opened", "bridge", bridge.id, after=body.model_dump(mode="json"), done_on=done_on)
    return bridge


async def take_bridge(session: AsyncSession, *, caller: Caller, bridge_id: UUID, body: CrossingCreate) -> Crossing:
    """Somebody of the first profession takes the bridge, towards a member of it to which they consent to be shown."""
    done_on = judge_done_on(caller, body.done_on)
    bridge = await get_visible_bridge(session, caller, bridge_id)
    profile = await get_visible_profile(session, caller, body.profile_id)
    require(can_keep(caller, profile))
    if known := await by_reference(session, Crossing, authority_path=bridge.authority_path, body=body, reference=body.reference):
        return known
    must_be_looking(profile)
    if profile.pool_id != bridge.pool_id or profile.occupation_code != bridge.from_occupation:
        raise Refused(
            "bridge-from-another-profession",
            _("This bridge leaves from {occupation}; the person is {own}."),
            rule=BRIDGE,
            possible=_("Choose a bridge that leaves from the person’s own profession."),
            occupation=bridge.from_occupation,
            own=profile.occupation_code,
        )
    if body.to_facility not in bridge.partners:
        raise Refused(
            "not-on-this-bridge",
            _("{facility} takes nobody on this bridge."),
            rule=BRIDGE,
            possible=_("Choose one of: {partners}."),
            facility=body.to_facility,
            partners=", ".join(bridge.partners),
        )
    must_be_shown_to(profile, body.to_facility)
    crossing = Crossing(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=bridge.authority_path,
        bridge_id=bridge.id,
        pool_id=bridge.pool_id,
        profile_id=profile.id,
        person_id=profile.person_id,
        to_facility=body.to_facility,
        begun_on=done_on,
        begun_by=caller.actor,
    )
    session.add(crossing)
    await session.flush()
    await record_audit(session, caller, "crossing.begun", "crossing", crossing.id, after=body.model_dump(mode="json"), done_on=done_on)
    return crossing


async def end_crossing(session: AsyncSession, *, caller: Caller, crossing_id: UUID, body: CrossingOutcome) -> Crossing:
    """The person has arrived in the other profession, or gave it up."""
    done_on = judge_done_on(caller, body.done_on)
    crossing = await get_visible_crossing(session, caller, crossing_id, lock=True)
    require(can_keep(caller, await get_visible_profile(session, caller, crossing.profile_id)))
    if (crossing.state, crossing.ended_on) == (body.outcome, done_on):
        return crossing
    if done_on < crossing.begun_on:
        raise Refused("before-it-began", _("It was begun on {day}."), rule=BRIDGE, possible=_("Date it {day} or later."), day=crossing.begun_on.isoformat())
    crossing.end(body.outcome, on=done_on)
    await session.flush()
    await record_audit(session, caller, "crossing.ended", "crossing", crossing.id, after={"state": crossing.state}, done_on=done_on)
    return crossing
