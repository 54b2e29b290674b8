"""Health territories over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from sqlalchemy import Text as TextType
from sqlalchemy import cast, or_
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.areas.models import Area
from services.registry.areas.permissions import can_read_directory
from services.registry.facilities.models import Facility
from services.registry.facilities.queries import facilities_on
from services.registry.facilities.schemas import FacilityRead
from services.registry.territories.models import Territory
from services.registry.territories.permissions import can_keep_territories, can_keep_territory
from services.registry.territories.queries import areas_among, get_territory, holding, members_on, territories_on
from services.registry.territories.schemas import Departure, Ending, Kind, Members, TerritoryCreate, TerritoryRead
from services.registry.territories.use_cases import add_members, end_territory, let_leave, make_territory
from shared.actions import action
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/territories", tags=["territories"])
SORTS: dict[str, list[Any]] = {"name": [Territory.sort_key], "code": [Territory.code]}
Sort = Annotated[Literal["name", "-name", "code", "-code"], Query(description="The order; from its end with a minus.")]
AsOf = Annotated[date | None, Query(description="The day for which to answer; today when left out.")]


@router.get("", response_model=Page[TerritoryRead], dependencies=[allows(can_read_directory)], responses=problems(401, 403, 422))
async def list_territories(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    kind: Kind | None = None,
    facility: Annotated[str | None, Query(max_length=60, description="Code of a facility: to which territories it belongs, itself or by its area.")] = None,
    as_of: AsOf = None,
    sort: Sort = "name",
) -> Page[TerritoryRead]:
    """Health territories that exist on a day, by name."""
    day = as_of or today()
    statement = territories_on(day)
    if kind:
        statement = statement.where(Territory.kind == kind)
    if facility:
        statement = holding(statement, facility, day)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Territory.id), params=page)
    return found.of([shown(caller, one) for one in found.items])


@router.post("", status_code=201, response_model=TerritoryRead, dependencies=[allows(can_keep_territories)], responses=problems(401, 403, 409, 422))
async def create_territory(body: TerritoryCreate, caller: CallerDep, session: SessionDep) -> TerritoryRead:
    """Name a set of areas and facilities."""
    one = await make_territory(session, caller=caller, body=body)
    return await whole(session, caller, one, body.valid_from)


@router.get("/{territory_id}", response_model=TerritoryRead, dependencies=[allows(can_read_directory)], responses=problems(401, 403, 404))
async def read_territory(territory_id: UUID, caller: CallerDep, session: SessionDep, as_of: AsOf = None) -> TerritoryRead:
    """A territory with its members of the day."""
    return await whole(session, caller, await get_territory(session, territory_id), as_of)


@router.get("/{territory_id}/facilities", response_model=Page[FacilityRead], dependencies=[allows(can_read_directory)], responses=problems(401, 403, 404, 422))
async def list_facilities_of_territory(territory_id: UUID, session: SessionDep, page: PageDep, as_of: AsOf = None) -> Page[FacilityRead]:
    """The facilities that belong to it on a day, themselves or by the area in which they stand."""
    day = as_of or today()
    await get_territory(session, territory_id)
    codes, ids = await areas_among(session, territory_id, day)
    statement = facilities_on(day).where(or_(Area.within.overlap(cast(list(codes), ARRAY(TextType))), Facility.id.in_(ids)))
    found = await keyset_page(session, statement, keys=[Facility.sort_key, Facility.row_id], params=page, scalars=False)
    return found.of([FacilityRead.of(row) for row in found.items])


@router.post("/{territory_id}/members", status_code=201, response_model=TerritoryRead, dependencies=[allows(can_keep_territories)], responses=problems(401, 403, 404, 409, 422))
async def create_members(territory_id: UUID, body: Members, caller: CallerDep, session: SessionDep) -> TerritoryRead:
    """Let areas and facilities join."""
    return await whole(session, caller, await add_members(session, caller=caller, territory_id=territory_id, body=body), body.starts_on)


@router.post("/{territory_id}/departures", status_code=201, response_model=TerritoryRead, dependencies=[allows(can_keep_territories)], responses=problems(401, 403, 404, 409, 422))
async def create_departure(territory_id: UUID, body: Departure, caller: CallerDep, session: SessionDep) -> TerritoryRead:
    """Let an area or a facility leave after its last day."""
    return await whole(session, caller, await let_leave(session, caller=caller, territory_id=territory_id, body=body), body.last_day)


@router.post("/{territory_id}/ending", status_code=201, response_model=TerritoryRead, dependencies=[allows(can_keep_territories)], responses=problems(401, 403, 404, 409, 422))
async def create_ending_of_territory(territory_id: UUID, body: Ending, caller: CallerDep, session: SessionDep) -> TerritoryRead:
    """Give a territory its last day."""
    return await whole(session, caller, await end_territory(session, caller=caller, territory_id=territory_id, body=body), body.last_day)


def shown(caller: Caller, one: Territory) -> TerritoryRead:
    permission = can_keep_territory(caller, one.authority_path)
    assert one.valid_from is not None
    return TerritoryRead(
        id=one.id, code=one.code, kind=one.kind, name=one.name, legal_basis=one.legal_basis, valid_from=one.valid_from, valid_to=one.valid_to, version=one.version,
        available_actions=[action(name, permission) for name in ("join", "leave", "end")],
    )  # fmt: skip


async def whole(session: SessionDep, caller: Caller, one: Territory, day: date | None) -> TerritoryRead:
    """With its members on the day, or on the nearest day of its own."""
    read = shown(caller, one)
    read.members = await members_on(session, one.id, min(max(day or today(), read.valid_from), read.valid_to or date.max))
    return read
