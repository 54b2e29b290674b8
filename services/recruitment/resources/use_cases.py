"""A member says what it can spare, and when it cannot any more."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.pools.guards import member_that_accepted
from services.recruitment.pools.models import Pool, Round
from services.recruitment.pools.permissions import can_speak_for
from services.recruitment.pools.queries import get_visible_pool, pools_visible_to, rounds_visible_to
from services.recruitment.resources.models import Resource
from services.recruitment.resources.queries import get_visible_resource
from services.recruitment.resources.schemas import ResourceCreate, ResourceEnding
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def offer_resource(session: AsyncSession, *, caller: Caller, body: ResourceCreate) -> Resource:
    """A member that accepted the charter says what others of the pool may use."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await session.scalar(pools_visible_to(caller).where(Pool.id == body.pool_id))
    if pool is None:
        raise Malformed.field("pool_id", _("There is no pool with this identifier that you may see."))
    place = await place_on(session, body.facility_code, done_on)
    require(can_speak_for(caller, pool, place.authority_path))
    if known := await by_reference(session, Resource, authority_path=place.authority_path, body=body, reference=body.reference):
        return known
    member_that_accepted(pool, place.code)
    if body.round_id is not None:
        asked = await session.scalar(rounds_visible_to(caller).where(Round.id == body.round_id))
        if asked is None or asked.pool_id != pool.id or place.code not in asked.asked:
            raise Malformed.field("round_id", _("This pool did not ask {facility} in a round with this identifier."), facility=place.code)
    said = body.model_dump(exclude={"done_on"})
    resource = Resource(content_hash=hash_of(body), authority_path=place.authority_path, offered_by=caller.actor, offered_on=done_on, **said)
    session.add(resource)
    await session.flush()
    await record_audit(session, caller, "pool_resource.offered", "pool_resource", resource.id, after=body.model_dump(mode="json"), done_on=done_on)
    return resource


async def end_resource(session: AsyncSession, *, caller: Caller, resource_id: UUID, body: ResourceEnding) -> Resource:
    """It cannot be had any more: it is used, or needed at home again."""
    done_on = judge_done_on(caller, body.done_on)
    seen = await get_visible_resource(session, caller, resource_id)
    require(can_speak_for(caller, await get_visible_pool(session, caller, seen.pool_id), seen.authority_path))
    resource = await get_visible_resource(session, caller, resource_id, lock=True)
    if (resource.ended_on, resource.ending_reason) == (done_on, body.reason):
        return resource
    resource.end(on=done_on, reason=body.reason)
    await session.flush()
    await record_audit(session, caller, "pool_resource.ended", "pool_resource", resource.id, after={"reason": body.reason}, done_on=done_on)
    return resource
