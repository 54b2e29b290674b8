"""Areas over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from sqlalchemy import func, select

from services.registry.areas.models import Area, AreaLevel, PackagedData
from services.registry.areas.permissions import can_read_directory
from services.registry.areas.queries import area_on, areas_on, changes_of, named
from services.registry.areas.schemas import AreaChangeRead, AreaLevelRead, AreaNamed, AreaRead, PackagedDataRead
from shared.auth import allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import Malformed, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/areas", tags=["areas"], dependencies=[allows(can_read_directory)])
SORTS: dict[str, list[Any]] = {"name": [Area.sort_key], "code": [Area.code]}
Sort = Annotated[Literal["name", "-name", "code", "-code"], Query(description="The order; from its end with a minus.")]

AsOf = Annotated[date | None, Query(description="The day for which to answer; today when left out.")]


@router.get("", response_model=Page[AreaRead], responses=problems(401, 403, 422))
async def list_areas(
    session: SessionDep,
    page: PageDep,
    country: Annotated[str | None, Query(max_length=2)] = None,
    level: Annotated[str | None, Query(max_length=40, description="A level of the country: see /areas/levels.")] = None,
    parent: Annotated[str | None, Query(max_length=40, description="Code of the area directly above.")] = None,
    within: Annotated[str | None, Query(max_length=40, description="Code of an area above, at any level.")] = None,
    code: Annotated[str | None, Query(max_length=40)] = None,
    q: Annotated[str | None, Query(max_length=100, description="Beginnings of words of the name, with or without accents.")] = None,
    as_of: AsOf = None,
    sort: Sort = "name",
) -> Page[AreaRead]:
    """Areas that exist on a day, in the order of the Vietnamese alphabet."""
    if level and await session.scalar(select(AreaLevel.level).where(AreaLevel.level == level).limit(1)) is None:
        raise Malformed.field("level", _("No country has this level of areas."))
    statement = areas_on(as_of or today())
    if country:
        statement = statement.where(Area.country == country)
    if level:
        statement = statement.where(Area.level == level)
    if parent:
        # `within` ends with the area itself, so its parent is the one before.
        statement = statement.where(Area.within[func.cardinality(Area.within) - 1] == parent)
    if within:
        statement = statement.where(Area.within.contains([within]))
    if code:
        statement = statement.where(Area.code == code)
    if q:
        statement = named(statement, q)
    return await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Area.row_id), params=page)


@router.get("/levels", response_model=Page[AreaLevelRead], responses=problems(401, 403))
async def list_levels(session: SessionDep) -> Page[AreaLevelRead]:
    """The levels of each country, from the country down."""
    found = await session.scalars(select(AreaLevel).order_by(AreaLevel.country, AreaLevel.position))
    return Page(items=[AreaLevelRead.model_validate(level) for level in found])


@router.get("/sources", response_model=Page[PackagedDataRead], responses=problems(401, 403))
async def list_sources(session: SessionDep) -> Page[PackagedDataRead]:
    """Where the packaged areas come from, with the licences that oblige us to say so."""
    found = await session.scalars(select(PackagedData).where(PackagedData.about.is_not(None)).order_by(PackagedData.name))
    return Page(items=[PackagedDataRead(loaded_at=one.loaded_at, **one.about) for one in found if one.about])


@router.get("/{area_id}", response_model=AreaRead, responses=problems(401, 403, 404))
async def read_area(session: SessionDep, area_id: UUID, as_of: AsOf = None) -> Area:
    """An area as it is on a day; one that has ended, in its last period."""
    return await area_on(session, area_id, as_of or today())


@router.get("/{area_id}/periods", response_model=Page[AreaRead], responses=problems(401, 403, 404))
async def list_periods(session: SessionDep, area_id: UUID) -> Page[AreaRead]:
    """How the area was called, coded and placed through time, oldest first."""
    await area_on(session, area_id, today())
    found = await session.scalars(select(Area).where(Area.id == area_id).order_by(Area.valid))
    return Page(items=[AreaRead.model_validate(area) for area in found])


@router.get("/{area_id}/changes", response_model=Page[AreaChangeRead], responses=problems(401, 403, 404))
async def list_changes(session: SessionDep, area_id: UUID) -> Page[AreaChangeRead]:
    """The crosswalk: what the area came from and what became of it."""
    found = [
        AreaChangeRead(
            from_area=AreaNamed.model_validate(before),
            to_area=AreaNamed.model_validate(after),
            kind=change.kind,
            effective_on=change.effective_on,
            share=change.share,
            is_main=change.is_main,
            is_estimated=change.is_estimated,
            legal_basis=change.legal_basis,
        )
        for change, before, after in await changes_of(session, area_id)
    ]
    return Page(items=found)
