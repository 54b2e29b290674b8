"""Facilities over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.permissions import can_read_directory
from services.registry.facilities.changes import change_facility, close_facility
from services.registry.facilities.models import Facility
from services.registry.facilities.permissions import can_write_facilities, can_write_facility_of
from services.registry.facilities.queries import Filters, facilities_on, facility_on, narrowed
from services.registry.facilities.schemas import FacilityChange, FacilityClosure, FacilityCreate, FacilityRead
from services.registry.facilities.use_cases import open_facility
from shared.actions import action
from shared.auth import Caller, CallerDep, allows
from shared.clock import judge_done_on, today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/facilities", tags=["facilities"])

AsOf = Annotated[date | None, Query(description="The day for which to answer; today when left out.")]
Sort = Annotated[Literal["name", "-name", "code", "-code", "type", "-type"], Query(description="The order; from its end with a minus.")]
SORTS: dict[str, list[Any]] = {"name": [Facility.sort_key], "code": [Facility.code], "type": [Facility.type, Facility.sort_key]}


@router.get("", response_model=Page[FacilityRead], responses=problems(401, 403, 422), dependencies=[allows(can_read_directory)])
async def list_facilities(
    session: SessionDep,
    page: PageDep,
    area: Annotated[str | None, Query(max_length=40, description="Code of an area at any level: what stands in it on the day.")] = None,
    authority: Annotated[str | None, Query(max_length=60, description="Code of the managing authority.")] = None,
    supervisor: Annotated[str | None, Query(max_length=60, description="Code of the technical supervisor.")] = None,
    facility_type: Annotated[str | None, Query(alias="type", max_length=40)] = None,
    code: Annotated[str | None, Query(max_length=60)] = None,
    q: Annotated[str | None, Query(max_length=100, description="Beginnings of words of the name or code, with or without accents.")] = None,
    as_of: AsOf = None,
    sort: Sort = "name",
) -> Page[FacilityRead]:
    """Facilities that exist on a day, by name unless asked otherwise."""
    filters = Filters(area=area, authority=authority, supervisor=supervisor, code=code, type=facility_type, q=q)
    statement = narrowed(facilities_on(as_of or today()), filters)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Facility.row_id), params=page, scalars=False)
    return found.of([FacilityRead.of(row) for row in found.items])


@router.post("", status_code=201, response_model=FacilityRead, responses=problems(401, 403, 409, 422), dependencies=[allows(can_write_facilities)])
async def create_facility(body: FacilityCreate, caller: CallerDep, session: SessionDep) -> FacilityRead:
    """Enter a facility; sending the same again answers the same."""
    done_on = judge_done_on(caller, body.done_on)
    facility_id = await open_facility(session, caller, body.line(), reference=body.reference, done_on=done_on)
    return await shown(session, caller, facility_id, today())


@router.get("/{facility_id}", response_model=FacilityRead, responses=problems(401, 403, 404), dependencies=[allows(can_read_directory)])
async def read_facility(facility_id: UUID, caller: CallerDep, session: SessionDep, as_of: AsOf = None) -> FacilityRead:
    """A facility as it is on a day; one that has closed, on its last day."""
    return await shown(session, caller, facility_id, as_of or today())


@router.post("/{facility_id}/changes", status_code=201, response_model=FacilityRead, responses=problems(401, 403, 404, 409, 422), dependencies=[allows(can_write_facilities)])
async def create_change(facility_id: UUID, body: FacilityChange, caller: CallerDep, session: SessionDep) -> FacilityRead:
    """Describe a facility anew from a day on; a new period opens and the earlier ones stay."""
    await change_facility(session, caller, facility_id, starts_on=body.starts_on, said=body.said(), done_on=judge_done_on(caller, body.done_on))
    return await shown(session, caller, facility_id, body.starts_on)


@router.post("/{facility_id}/closure", status_code=201, response_model=FacilityRead, responses=problems(401, 403, 404, 409, 422), dependencies=[allows(can_write_facilities)])
async def create_closure(facility_id: UUID, body: FacilityClosure, caller: CallerDep, session: SessionDep) -> FacilityRead:
    """Close a facility after its last day; it leaves lists and figures from the day after."""
    await close_facility(session, caller, facility_id, last=body.last_day, done_on=judge_done_on(caller, body.done_on))
    return await shown(session, caller, facility_id, body.last_day)


@router.get("/{facility_id}/periods", response_model=Page[FacilityRead], responses=problems(401, 403, 404), dependencies=[allows(can_read_directory)])
async def list_periods(facility_id: UUID, session: SessionDep) -> Page[FacilityRead]:
    """How the facility stood through time: its area and its description, oldest first."""
    await facility_on(session, facility_id, today())
    days = (await session.scalars(select(Facility.valid).where(Facility.id == facility_id).order_by(Facility.valid))).all()
    return Page(items=[FacilityRead.of(await facility_on(session, facility_id, valid.lower or today())) for valid in days])


async def shown(session: AsyncSession, caller: Caller, facility_id: UUID, day: date) -> FacilityRead:
    row = await facility_on(session, facility_id, day)
    permission = can_write_facility_of(caller, row.authority)
    return FacilityRead.of(row, [action("change", permission), action("close", permission)])
