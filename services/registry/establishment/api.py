"""The establishment over HTTP: one facility's posts and people on a day, and the yearly round of ceilings."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.registry.directory import get_place
from services.registry.establishment.models import EstablishmentRound
from services.registry.establishment.overview import FacilityEstablishment, establishment_of
from services.registry.establishment.permissions import can_run_rounds
from services.registry.establishment.rounds import (
    arbitrate_ceiling,
    ask_ceiling,
    get_visible_ceiling,
    get_visible_round,
    notify_round,
    open_round,
    read_ceilings,
    read_rounds,
    rounds_visible_to,
)
from services.registry.establishment.schemas import Arbitration, CeilingCreate, CeilingRead, Notification, RoundCreate, RoundRead
from services.registry.persons.permissions import can_read_posts, can_write_people
from shared.actions import IfMatch, etag, require_current
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

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


@router.get("/rounds", response_model=Page[RoundRead], dependencies=[allows(can_read_posts)], responses=problems(403, 422))
async def list_rounds(caller: CallerDep, session: SessionDep, page: PageDep, year: Annotated[int | None, Query(ge=2000, le=2100)] = None) -> Page[RoundRead]:
    """Yearly rounds, the newest first."""
    statement = rounds_visible_to(caller)
    if year is not None:
        statement = statement.where(EstablishmentRound.year == year)
    found = await keyset_page(session, statement, keys=[EstablishmentRound.year.desc(), EstablishmentRound.id], params=page)
    return found.of(await read_rounds(caller, found.items))


@router.post("/rounds", status_code=201, response_model=RoundRead, dependencies=[allows(can_run_rounds)], responses=problems(403, 409, 422))
async def create_round(body: RoundCreate, response: Response, caller: CallerDep, session: SessionDep) -> RoundRead:
    """Open the round of a year."""
    return await _answer(session, caller, response, await open_round(session, caller=caller, body=body))


@router.get("/rounds/{establishment_round_id}", response_model=RoundRead, dependencies=[allows(can_read_posts)], responses=problems(403, 404))
async def read_round(establishment_round_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> RoundRead:
    """One round with its ceilings, as far as the caller may see them."""
    return await _answer(session, caller, response, await get_visible_round(session, caller, establishment_round_id))


@router.post(
    "/rounds/{establishment_round_id}/ceilings", status_code=201, response_model=CeilingRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422)
)
async def create_ceiling(establishment_round_id: UUID, body: CeilingCreate, response: Response, caller: CallerDep, session: SessionDep) -> CeilingRead:
    """Ask for a facility's ceiling."""
    asked = await ask_ceiling(session, caller=caller, round_id=establishment_round_id, body=body)
    return await _ceiling(session, caller, response, asked.round_id, asked.id)


@router.post(
    "/rounds/{establishment_round_id}/notification", status_code=201, response_model=RoundRead, dependencies=[allows(can_run_rounds)], responses=problems(403, 404, 409, 412, 422)
)
async def create_notification(establishment_round_id: UUID, body: Notification, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> RoundRead:
    """Notify the ceilings: from now on no post goes above them."""
    if if_match is not None:
        require_current(if_match, (await get_visible_round(session, caller, establishment_round_id)).version)
    return await _answer(session, caller, response, await notify_round(session, caller=caller, round_id=establishment_round_id, body=body))


@router.get("/ceilings/{establishment_ceiling_id}", response_model=CeilingRead, dependencies=[allows(can_read_posts)], responses=problems(403, 404))
async def read_ceiling(establishment_ceiling_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CeilingRead:
    """One ceiling, with what stands in posts."""
    found = await get_visible_ceiling(session, caller, establishment_ceiling_id)
    return await _ceiling(session, caller, response, found.round_id, found.id)


@router.post(
    "/ceilings/{establishment_ceiling_id}/arbitration",
    status_code=201,
    response_model=CeilingRead,
    dependencies=[allows(can_run_rounds)],
    responses=problems(403, 404, 409, 412, 422),
)
async def create_arbitration(
    establishment_ceiling_id: UUID, body: Arbitration, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> CeilingRead:
    """Grant what was asked, or less."""
    if if_match is not None:
        require_current(if_match, (await get_visible_ceiling(session, caller, establishment_ceiling_id)).version)
    ceiling = await arbitrate_ceiling(session, caller=caller, ceiling_id=establishment_ceiling_id, body=body)
    return await _ceiling(session, caller, response, ceiling.round_id, ceiling.id)


async def _answer(session: SessionDep, caller: Caller, response: Response, of_round: EstablishmentRound) -> RoundRead:
    etag(response, of_round.version)
    answer = (await read_rounds(caller, [of_round]))[0]
    answer.ceilings = await read_ceilings(session, caller, of_round)
    return answer


async def _ceiling(session: SessionDep, caller: Caller, response: Response, round_id: UUID, ceiling_id: UUID) -> CeilingRead:
    found = await read_ceilings(session, caller, await get_visible_round(session, caller, round_id))
    shown = next(one for one in found if one.id == ceiling_id)
    etag(response, shown.version)
    return shown
