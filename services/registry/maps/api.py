"""The map of facilities over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.registry.areas.models import Area
from services.registry.areas.permissions import can_read_directory
from services.registry.areas.queries import areas_on
from services.registry.maps.queries import below
from services.registry.persons.permissions import can_read_posts
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.idempotency import Router

router = Router(prefix="/maps", tags=["facilities"])


class MapCell(BaseModel):
    """An area with its centroid and what stands in it."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    latitude: float | None
    longitude: float | None
    facilities: int
    offered: float | None = Field(description="Full-time posts that are open and not frozen; none for whoever may not read posts.")
    vacant: float | None = Field(description="The part of them that nobody holds.")


class FacilityMap(BaseModel):
    """The areas directly below one."""

    area: str
    name: str
    as_of: date
    items: Sequence[MapCell]


@router.get("/facilities", response_model=FacilityMap, dependencies=[allows(can_read_directory)], responses=problems(401, 403, 404, 422))
async def read_facility_map(
    caller: CallerDep,
    session: SessionDep,
    area: Annotated[str, Query(max_length=60, description="Code of an area: what stands in each of those directly below it.")],
    facility_type: Annotated[str | None, Query(alias="type", max_length=40)] = None,
    as_of: Annotated[date | None, Query(description="The day; today when not said.")] = None,
) -> FacilityMap:
    """Facilities and vacant posts by area, in the boundaries of the day. Posts are those that the caller may read."""
    day = as_of or today()
    whole = (await session.scalars(areas_on(day).where(Area.code == area))).first()
    if whole is None:
        raise NotFound()
    cells = await below(session, area, day, of_type=facility_type, with_posts=can_read_posts(caller) is True)
    return FacilityMap(area=whole.code, name=whole.name, as_of=day, items=[MapCell.model_validate(cell) for cell in cells])
