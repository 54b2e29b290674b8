"""The establishment over HTTP: one facility's posts and people on a day."""

from datetime import date
from typing import Annotated

from fastapi import Query

from services.registry.directory import get_place
from services.registry.establishment.overview import FacilityEstablishment, establishment_of
from services.registry.persons.permissions import can_read_posts
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.idempotency import Router

router = Router(prefix="/establishment", tags=["establishment"])


@router.get("", response_model=FacilityEstablishment, dependencies=[allows(can_read_posts)], responses=problems(403, 404, 422))
async def read_establishment(
    caller: CallerDep,
    session: SessionDep,
    facility: Annotated[str, Query(max_length=60)],
    as_of: Annotated[date | None, Query(description="The day for which to answer; today when left out.")] = None,
) -> FacilityEstablishment:
    """A facility's posts by state, those in which nobody works, and who leaves within twelve months."""
    day = as_of or today()
    place = await get_place(session, facility, day, field="facility")
    if not caller.manages(place.authority_path):
        raise NotFound()
    return await establishment_of(session, caller, place.code, day)
