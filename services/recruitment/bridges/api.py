"""Bridges between professions over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from services.recruitment.bridges.models import Bridge, Crossing
from services.recruitment.bridges.queries import bridges_visible_to, crossings_visible_to, get_visible_bridge, get_visible_crossing
from services.recruitment.bridges.schemas import BridgeCreate, BridgeRead, CrossingCreate, CrossingOutcome, CrossingRead
from services.recruitment.bridges.use_cases import end_crossing, open_bridge, take_bridge
from services.recruitment.pools.permissions import can_coordinate_pools, can_read_pools
from services.recruitment.profiles.permissions import can_keep_profiles, can_read_profiles
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/bridges", tags=["bridges"])
crossings = Router(prefix="/crossings", tags=["bridges"])


async def _read(session: SessionDep, caller: Caller, found: Sequence[Bridge]) -> list[BridgeRead]:
    seen = crossings_visible_to(caller).where(Crossing.bridge_id.in_([bridge.id for bridge in found])).subquery()
    rows = await session.execute(select(seen.c.bridge_id, func.count(), func.count().filter(seen.c.state == "crossed")).group_by(seen.c.bridge_id))
    counts = {bridge_id: (taken, crossed) for bridge_id, taken, crossed in rows}
    read = []
    for bridge in found:
        taken, crossed = counts.get(bridge.id, (0, 0))
        values = {name: getattr(bridge, name) for name in BridgeRead.model_fields if hasattr(bridge, name)}
        read.append(BridgeRead(**values, taken=taken, crossed=crossed))
    return read


def _crossing_read(caller: Caller, crossing: Crossing) -> CrossingRead:
    return CrossingRead.seen_by(crossing, caller.manages(crossing.authority_path) and can_keep_profiles(caller))


@router.post("", status_code=201, response_model=BridgeRead, dependencies=[allows(can_coordinate_pools)], responses=problems(401, 403, 409, 422))
async def create_bridge(body: BridgeCreate, caller: CallerDep, session: SessionDep) -> BridgeRead:
    """Open a bridge between two professions."""
    return (await _read(session, caller, [await open_bridge(session, caller=caller, body=body)]))[0]


@router.get("", response_model=Page[BridgeRead], dependencies=[allows(can_read_pools)], responses=problems(401, 403, 422))
async def list_bridges(caller: CallerDep, session: SessionDep, page: PageDep, pool: UUID | None = None) -> Page[BridgeRead]:
    """Bridges of one's pools, oldest first."""
    statement = bridges_visible_to(caller)
    found = await keyset_page(session, statement.where(Bridge.pool_id == pool) if pool else statement, keys=[Bridge.opened_on, Bridge.id], params=page)
    return found.of(await _read(session, caller, found.items))


@router.get("/{bridge_id}", response_model=BridgeRead, dependencies=[allows(can_read_pools)], responses=problems(401, 403, 404))
async def read_bridge(bridge_id: UUID, caller: CallerDep, session: SessionDep) -> BridgeRead:
    """One bridge."""
    return (await _read(session, caller, [await get_visible_bridge(session, caller, bridge_id)]))[0]


@router.post("/{bridge_id}/crossings", status_code=201, response_model=CrossingRead, dependencies=[allows(can_keep_profiles)], responses=problems(401, 403, 404, 409, 422))
async def create_crossing(bridge_id: UUID, body: CrossingCreate, caller: CallerDep, session: SessionDep) -> CrossingRead:
    """Somebody takes the bridge."""
    return _crossing_read(caller, await take_bridge(session, caller=caller, bridge_id=bridge_id, body=body))


@crossings.get("", response_model=Page[CrossingRead], dependencies=[allows(can_read_profiles)], responses=problems(401, 403, 422))
async def list_crossings(
    *, caller: CallerDep, session: SessionDep, page: PageDep, pool: UUID | None = None, bridge: UUID | None = None, profile: UUID | None = None
) -> Page[CrossingRead]:
    """Bridges taken by those who are shown to one, oldest first."""
    statement = crossings_visible_to(caller)
    for column, wanted in ((Crossing.pool_id, pool), (Crossing.bridge_id, bridge), (Crossing.profile_id, profile)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Crossing.begun_on, Crossing.id], params=page)
    return found.of([_crossing_read(caller, crossing) for crossing in found.items])


@crossings.get("/{crossing_id}", response_model=CrossingRead, dependencies=[allows(can_read_profiles)], responses=problems(401, 403, 404))
async def read_crossing(crossing_id: UUID, caller: CallerDep, session: SessionDep) -> CrossingRead:
    """One bridge taken."""
    return _crossing_read(caller, await get_visible_crossing(session, caller, crossing_id))


@crossings.post("/{crossing_id}/outcome", status_code=201, response_model=CrossingRead, dependencies=[allows(can_keep_profiles)], responses=problems(401, 403, 404, 409, 422))
async def create_outcome(crossing_id: UUID, body: CrossingOutcome, caller: CallerDep, session: SessionDep) -> CrossingRead:
    """Record that the person arrived, or gave it up."""
    return _crossing_read(caller, await end_crossing(session, caller=caller, crossing_id=crossing_id, body=body))
