"""Resources of a pool over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from services.recruitment.pools.models import Pool
from services.recruitment.pools.permissions import can_read_pools, can_speak_for, can_speak_in_pools
from services.recruitment.pools.queries import pools_visible_to
from services.recruitment.resources.models import Resource
from services.recruitment.resources.queries import get_visible_resource, resources_visible_to
from services.recruitment.resources.schemas import ResourceCreate, ResourceEnding, ResourceRead
from services.recruitment.resources.use_cases import end_resource, offer_resource
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/pool-resources", tags=["pools"])


async def _read(session: SessionDep, caller: Caller, found: Sequence[Resource]) -> list[ResourceRead]:
    pools = {pool.id: pool for pool in await session.scalars(pools_visible_to(caller).where(Pool.id.in_({one.pool_id for one in found})))}
    return [ResourceRead.seen_by(one, can_speak_for(caller, pools[one.pool_id], one.authority_path) if one.pool_id in pools else False) for one in found]


@router.post("", status_code=201, response_model=ResourceRead, dependencies=[allows(can_speak_in_pools)], responses=problems(401, 403, 409, 422))
async def create_resource(body: ResourceCreate, caller: CallerDep, session: SessionDep) -> ResourceRead:
    """Say what a member of a pool can spare."""
    return (await _read(session, caller, [await offer_resource(session, caller=caller, body=body)]))[0]


@router.get("", response_model=Page[ResourceRead], dependencies=[allows(can_read_pools)], responses=problems(401, 403, 422))
async def list_resources(
    *, caller: CallerDep, session: SessionDep, page: PageDep, pool: UUID | None = None, facility: str | None = None, kind: str | None = None, state: str | None = None
) -> Page[ResourceRead]:
    """What members of one's pools can spare, newest first."""
    statement = resources_visible_to(caller)
    for column, wanted in ((Resource.pool_id, pool), (Resource.facility_code, facility), (Resource.kind, kind), (Resource.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Resource.offered_on.desc(), Resource.id.desc()], params=page)
    return found.of(await _read(session, caller, found.items))


@router.get("/{resource_id}", response_model=ResourceRead, dependencies=[allows(can_read_pools)], responses=problems(401, 403, 404))
async def read_resource(resource_id: UUID, caller: CallerDep, session: SessionDep) -> ResourceRead:
    """One resource."""
    return (await _read(session, caller, [await get_visible_resource(session, caller, resource_id)]))[0]


@router.post("/{resource_id}/ending", status_code=201, response_model=ResourceRead, dependencies=[allows(can_speak_in_pools)], responses=problems(401, 403, 404, 409, 422))
async def create_resource_ending(resource_id: UUID, body: ResourceEnding, caller: CallerDep, session: SessionDep) -> ResourceRead:
    """Say that it cannot be had any more."""
    return (await _read(session, caller, [await end_resource(session, caller=caller, resource_id=resource_id, body=body)]))[0]
