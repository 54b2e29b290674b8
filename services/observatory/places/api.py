"""Situations over HTTP."""

from services.observatory.figures.api import AsOfQuery, BoundariesQuery, FromQuery, ToQuery
from services.observatory.places.permissions import can_read_situations
from services.observatory.places.schemas import AreaSituationRead, SituationRead
from services.observatory.places.use_cases import read_area_situation, read_situation
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router

router = Router(tags=["places"])


@router.get("/places/{facility_code}/situation", response_model=SituationRead, dependencies=[allows(can_read_situations)], responses=problems(403, 404, 422))
async def get_situation(facility_code: str, *, caller: CallerDep, session: SessionDep, first: FromQuery = None, last: ToQuery = None, as_of: AsOfQuery = None) -> SituationRead:
    """One facility on a day: staff, vacant and hard posts, support received and given, the training plan, mandates and licences that run out."""
    return await read_situation(session, caller=caller, facility_code=facility_code, first=first, last=last, as_of=as_of)


@router.get("/areas/{code}/situation", response_model=AreaSituationRead, dependencies=[allows(can_read_situations)], responses=problems(403, 404, 422))
async def get_area_situation(
    code: str, *, caller: CallerDep, session: SessionDep, first: FromQuery = None, last: ToQuery = None, as_of: AsOfQuery = None, boundaries: BoundariesQuery = "day"
) -> AreaSituationRead:
    """One area on a day: its figures and its facilities, line by line."""
    return await read_area_situation(session, caller=caller, area=code, first=first, last=last, as_of=as_of, boundaries=boundaries)
