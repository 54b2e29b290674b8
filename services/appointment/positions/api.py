"""Leadership positions over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import case
from sqlalchemy.exc import DBAPIError

from services.appointment.positions.caps import cap_of
from services.appointment.positions.models import HEAD, LeadershipPosition
from services.appointment.positions.permissions import can_open_positions, can_read_leaders
from services.appointment.positions.queries import deputies_at, get_visible_position, positions_visible_to
from services.appointment.positions.reading import positions_read, vacancies_of
from services.appointment.positions.schemas import CapRead, PositionBatch, PositionClosure, PositionCreate, PositionItem, PositionItems, PositionRead, Rank, Vacancies
from services.appointment.positions.use_cases import close_position, open_position
from services.appointment.rules import pack_of
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.directory import place_on, staff_at
from shared.errors import Malformed, Problem, problem_of_database_error, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/positions", tags=["positions"])

HEADS_FIRST = case((LeadershipPosition.rank == HEAD, 0), else_=1)


async def _read(session: SessionDep, response: Response, caller: Caller, position: LeadershipPosition) -> PositionRead:
    etag(response, position.version)
    return (await positions_read(session, caller, [position], today()))[0]


@router.post("", status_code=201, response_model=PositionRead, dependencies=[allows(can_open_positions)], responses=problems(401, 403, 409, 422))
async def create_position(body: PositionCreate, response: Response, caller: CallerDep, session: SessionDep) -> PositionRead:
    """Open a seat of head or deputy; a deputy beyond the cap is refused with the staff counted."""
    return await _read(session, response, caller, await open_position(session, caller=caller, body=body))


@router.post("/batch", response_model=PositionItems, dependencies=[allows(can_open_positions)], responses=problems(401, 403, 422))
async def create_positions(body: PositionBatch, caller: CallerDep, session: SessionDep) -> PositionItems:
    """Open many seats at once; one refusal stops no other."""
    items = []
    for each in body.positions:
        try:
            async with session.begin_nested():
                position = await open_position(session, caller=caller, body=each)
            items.append(PositionItem(reference=each.reference, position=(await positions_read(session, caller, [position], today()))[0], problem=None))
        except Problem as refused:
            items.append(PositionItem(reference=each.reference, position=None, problem=refused.as_json()))
        except DBAPIError as error:
            refusal = problem_of_database_error(error)
            if refusal is None:
                raise
            items.append(PositionItem(reference=each.reference, position=None, problem=refusal.as_json()))
    return PositionItems(items=items)


@router.get("", response_model=Page[PositionRead], dependencies=[allows(can_read_leaders)], responses=problems(401, 403, 422))
async def list_positions(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    facility: str | None = None,
    rank: Rank | None = None,
    reference: str | None = None,
    as_of: date | None = None,
) -> Page[PositionRead]:
    """Positions by facility, heads before deputies, with who holds each on the day asked."""
    day = as_of or today()
    statement = positions_visible_to(caller)
    for column, wanted in ((LeadershipPosition.facility_code, facility), (LeadershipPosition.rank, rank), (LeadershipPosition.reference, reference)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[LeadershipPosition.facility_code, HEADS_FIRST, LeadershipPosition.id], params=page)
    return found.of(await positions_read(session, caller, found.items, day))


@router.get("/caps", response_model=CapRead, dependencies=[allows(can_read_leaders)], responses=problems(401, 403, 422))
async def read_cap(caller: CallerDep, session: SessionDep, facility: str, unit: str | None = None, on: date | None = None) -> CapRead:
    """How many deputies a facility or one of its departments may have on a day, and from which staff."""
    day = on or today()
    place = await place_on(session, facility, day, field="facility")
    cap = cap_of(pack_of(place.code, day).rule("APP-11"), place, await staff_at(session, place.code, day), unit)
    seats = await deputies_at(session, place.code, unit, day)
    return CapRead(facility_code=place.code, unit=unit, deputies=cap.deputies, seats=seats, staff=cap.staff, rule=cap.rule.as_json())


@router.get("/vacancies", response_model=Vacancies, dependencies=[allows(can_read_leaders)], responses=problems(401, 403, 422))
async def list_vacancies(
    caller: CallerDep,
    session: SessionDep,
    first_day: Annotated[date, Query(alias="from")],
    last_day: Annotated[date, Query(alias="to")],
    facility: str | None = None,
    rank: Rank = "head",
) -> Vacancies:
    """Days without a head (or deputy) in a period, the longest first."""
    if last_day < first_day:
        raise Malformed.field("to", _("The last day comes before the first one."))
    statement = positions_visible_to(caller).where(LeadershipPosition.rank == rank)
    if facility:
        statement = statement.where(LeadershipPosition.facility_code == facility)
    positions = (await session.scalars(statement)).all()
    return Vacancies(from_day=first_day, to_day=last_day, items=await vacancies_of(session, positions, first_day, last_day))


@router.get("/{position_id}", response_model=PositionRead, dependencies=[allows(can_read_leaders)], responses=problems(401, 403, 404))
async def read_position(position_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PositionRead:
    """One position with its holder."""
    return await _read(session, response, caller, await get_visible_position(session, caller, position_id))


@router.post("/{position_id}/closure", status_code=201, response_model=PositionRead, dependencies=[allows(can_open_positions)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_closure(position_id: UUID, body: PositionClosure, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PositionRead:
    """Close a seat after its last day."""
    return await _read(session, response, caller, await close_position(session, caller=caller, position_id=position_id, body=body, if_match=if_match))
