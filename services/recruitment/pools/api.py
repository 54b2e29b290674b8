"""Pools over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Response
from sqlalchemy import func, select

from services.recruitment.needs.models import Need
from services.recruitment.needs.queries import needs_visible_to
from services.recruitment.pools.models import Pool, Round
from services.recruitment.pools.overview import Overview, overview_of
from services.recruitment.pools.permissions import can_coordinate_pools, can_read_pools, can_speak_in_pools
from services.recruitment.pools.queries import get_visible_pool, get_visible_round, pools_visible_to, rounds_visible_to
from services.recruitment.pools.schemas import AcceptanceCreate, AnswerCreate, CharterCreate, Leaving, PartnerCreate, PoolCreate, PoolRead, RoundCreate, RoundRead
from services.recruitment.pools.use_cases import accept_charter, add_partner, answer_round, ask_round, open_pool, publish_charter, remove_partner
from services.recruitment.resources.models import Resource
from services.recruitment.resources.queries import resources_visible_to
from shared.actions import etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/pools", tags=["pools"])
rounds = Router(prefix="/pool-rounds", tags=["pools"])
ACT = problems(401, 403, 404, 409, 422)


def _read(response: Response, caller: Caller, pool: Pool) -> PoolRead:
    etag(response, pool.version)
    return PoolRead.seen_by(caller, pool)


@router.post("", status_code=201, response_model=PoolRead, dependencies=[allows(can_coordinate_pools)], responses=problems(401, 403, 409, 422))
async def create_pool(body: PoolCreate, response: Response, caller: CallerDep, session: SessionDep) -> PoolRead:
    """Open a pool of employers and partners."""
    return _read(response, caller, await open_pool(session, caller=caller, body=body))


@router.get("", response_model=Page[PoolRead], dependencies=[allows(can_read_pools)], responses=problems(401, 403, 422))
async def list_pools(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[PoolRead]:
    """Pools that one coordinates or is a member of, oldest first."""
    found = await keyset_page(session, pools_visible_to(caller), keys=[Pool.opened_on, Pool.id], params=page)
    return found.of([PoolRead.seen_by(caller, pool) for pool in found.items])


@router.get("/{pool_id}", response_model=PoolRead, dependencies=[allows(can_read_pools)], responses=problems(401, 403, 404))
async def read_pool(pool_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PoolRead:
    """One pool with its members and its charter."""
    return _read(response, caller, await get_visible_pool(session, caller, pool_id))


@router.get("/{pool_id}/overview", response_model=Overview, dependencies=[allows(can_read_pools)], responses=problems(401, 403, 404))
async def read_overview(pool_id: UUID, caller: CallerDep, session: SessionDep) -> Overview:
    """Where people are needed, when, and in which professions, with the tension of each."""
    return await overview_of(session, caller, await get_visible_pool(session, caller, pool_id))


@router.post("/{pool_id}/charters", status_code=201, response_model=PoolRead, dependencies=[allows(can_coordinate_pools)], responses=ACT)
async def create_charter(pool_id: UUID, body: CharterCreate, response: Response, caller: CallerDep, session: SessionDep) -> PoolRead:
    """Publish the charter, or its next edition."""
    return _read(response, caller, await publish_charter(session, caller=caller, pool_id=pool_id, body=body))


@router.post("/{pool_id}/partners", status_code=201, response_model=PoolRead, dependencies=[allows(can_coordinate_pools)], responses=ACT)
async def create_partner(pool_id: UUID, body: PartnerCreate, response: Response, caller: CallerDep, session: SessionDep) -> PoolRead:
    """A facility joins the pool."""
    return _read(response, caller, await add_partner(session, caller=caller, pool_id=pool_id, body=body))


@router.post("/{pool_id}/partners/{partner_id}/acceptance", status_code=201, response_model=PoolRead, dependencies=[allows(can_speak_in_pools)], responses=ACT)
async def create_acceptance(pool_id: UUID, partner_id: UUID, body: AcceptanceCreate, response: Response, caller: CallerDep, session: SessionDep) -> PoolRead:
    """A member accepts the charter in force."""
    return _read(response, caller, await accept_charter(session, caller=caller, pool_id=pool_id, partner_id=partner_id, body=body))


@router.post("/{pool_id}/partners/{partner_id}/leaving", status_code=201, response_model=PoolRead, dependencies=[allows(can_coordinate_pools)], responses=ACT)
async def create_leaving(pool_id: UUID, partner_id: UUID, body: Leaving, response: Response, caller: CallerDep, session: SessionDep) -> PoolRead:
    """A member leaves the pool."""
    return _read(response, caller, await remove_partner(session, caller=caller, pool_id=pool_id, partner_id=partner_id, body=body))


@router.post("/{pool_id}/rounds", status_code=201, response_model=RoundRead, dependencies=[allows(can_coordinate_pools)], responses=ACT)
async def create_round(pool_id: UUID, body: RoundCreate, caller: CallerDep, session: SessionDep) -> RoundRead:
    """Ask members what they need and can spare."""
    return (await _rounds_read(session, caller, [await ask_round(session, caller=caller, pool_id=pool_id, body=body)]))[0]


@router.get("/{pool_id}/rounds", response_model=Page[RoundRead], dependencies=[allows(can_read_pools)], responses=problems(401, 403, 404, 422))
async def list_rounds(pool_id: UUID, caller: CallerDep, session: SessionDep, page: PageDep) -> Page[RoundRead]:
    """Rounds of a pool, newest first."""
    await get_visible_pool(session, caller, pool_id)
    found = await keyset_page(session, rounds_visible_to(caller).where(Round.pool_id == pool_id), keys=[Round.asked_on.desc(), Round.id.desc()], params=page)
    return found.of(await _rounds_read(session, caller, found.items))


@rounds.get("/{round_id}", response_model=RoundRead, dependencies=[allows(can_read_pools)], responses=problems(401, 403, 404))
async def read_round(round_id: UUID, caller: CallerDep, session: SessionDep) -> RoundRead:
    """One round: asked of whom and when, who answered."""
    return (await _rounds_read(session, caller, [await get_visible_round(session, caller, round_id)]))[0]


@rounds.post("/{round_id}/answers", status_code=201, response_model=RoundRead, dependencies=[allows(can_speak_in_pools)], responses=ACT)
async def create_answer(round_id: UUID, body: AnswerCreate, caller: CallerDep, session: SessionDep) -> RoundRead:
    """A member has answered a round."""
    return (await _rounds_read(session, caller, [await answer_round(session, caller=caller, round_id=round_id, body=body)]))[0]


async def _rounds_read(session: SessionDep, caller: Caller, found: Sequence[Round]) -> list[RoundRead]:
    """Rounds with how much was stated in each, as far as the caller sees it."""
    ids = [one.id for one in found]
    counts: list[dict[UUID | None, int]] = []
    for visible, column in ((needs_visible_to(caller).subquery(), Need.round_id), (resources_visible_to(caller).subquery(), Resource.round_id)):
        rows = await session.execute(select(visible.c[column.key], func.count()).where(visible.c[column.key].in_(ids)).group_by(visible.c[column.key]))
        counts.append(dict(rows.tuples().all()))
    return [RoundRead.of(one, counts[0].get(one.id, 0), counts[1].get(one.id, 0)) for one in found]
