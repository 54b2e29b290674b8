"""Series of meetings over HTTP."""

from typing import Any
from uuid import UUID

from services.rotation.series import use_cases
from services.rotation.series.models import Series
from services.rotation.series.schemas import MeetingsAdded, Outcome, SeriesCreate, SeriesRead
from services.rotation.sides import STAFF_OF_A_SIDE, can_read_rotation
from shared.auth import CallerDep, allows, with_role
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/series", tags=["series"])
can_plan_series = with_role(*STAFF_OF_A_SIDE)
ACT: dict[str, Any] = {"status_code": 201, "response_model": SeriesRead, "dependencies": [allows(can_plan_series)], "responses": problems(401, 403, 404, 409, 422)}


@router.post("", **ACT)
async def create_series(body: SeriesCreate, caller: CallerDep, session: SessionDep) -> SeriesRead:
    """Plan a series of meetings under an agreement."""
    return SeriesRead.of(await use_cases.plan_series(session, caller=caller, body=body))


@router.get("", response_model=Page[SeriesRead], dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 422))
async def list_series(caller: CallerDep, session: SessionDep, page: PageDep, agreement: UUID | None = None) -> Page[SeriesRead]:
    """Series of the facilities one acts for, held against planned."""
    statement = use_cases.series_visible_to(caller)
    if agreement:
        statement = statement.where(Series.agreement_id == agreement)
    found = await keyset_page(session, statement, keys=[Series.title, Series.id], params=page)
    return found.of([SeriesRead.of(series) for series in found.items])


@router.get("/{series_id}", response_model=SeriesRead, dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 404))
async def read_series(series_id: UUID, caller: CallerDep, session: SessionDep) -> SeriesRead:
    """One series with its meetings."""
    return SeriesRead.of(await use_cases.get_visible_series(session, caller, series_id))


@router.post("/{series_id}/meetings", **ACT)
async def create_meetings(series_id: UUID, body: MeetingsAdded, caller: CallerDep, session: SessionDep) -> SeriesRead:
    """Plan more meetings of a series."""
    return SeriesRead.of(await use_cases.add_meetings(session, caller=caller, series_id=series_id, body=body))


@router.post("/{series_id}/meetings/{number}/outcome", **ACT)
async def create_outcome(series_id: UUID, number: int, body: Outcome, caller: CallerDep, session: SessionDep) -> SeriesRead:
    """Say that a meeting was held, or cancelled with its reason."""
    return SeriesRead.of(await use_cases.say_outcome(session, caller=caller, series_id=series_id, number=number, body=body))
