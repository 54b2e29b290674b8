"""Institutes, their seats and conventions over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.training.institutes import use_cases
from services.training.institutes.models import Capacity, Convention, Institute
from services.training.institutes.permissions import can_record_conventions, can_supervise_institutes
from services.training.institutes.queries import (
    capacities_visible_to,
    conventions_visible_to,
    get_visible_capacity,
    get_visible_convention,
    get_visible_institute,
    institutes_visible_to,
    seats_by_region,
)
from services.training.institutes.rules import running_year
from services.training.institutes.schemas import (
    AccreditationCreate,
    CapacityChange,
    CapacityCreate,
    CapacityRead,
    CellRead,
    ConventionCreate,
    ConventionEnding,
    ConventionRead,
    InstituteCreate,
    InstituteRead,
    SeatsRead,
)
from services.training.roles import can_read_offers
from shared.actions import IfMatch, etag
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.jurisdictions import here
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Year

CODE = Query(max_length=60)
SUPERVISE: dict[str, Any] = {"status_code": 201, "dependencies": [allows(can_supervise_institutes)], "responses": problems(401, 403, 404, 409, 412, 422)}
CONVENE: dict[str, Any] = {"status_code": 201, "dependencies": [allows(can_record_conventions)], "responses": problems(401, 403, 404, 409, 412, 422)}
READ: dict[str, Any] = {"dependencies": [allows(can_read_offers)], "responses": problems(401, 403, 404, 422)}

institutes = Router(prefix="/institutes", tags=["institutes"])
capacities = Router(prefix="/seat-capacities", tags=["institutes"])
conventions = Router(prefix="/institute-conventions", tags=["institutes"])


@institutes.post("", response_model=InstituteRead, **SUPERVISE)
async def create_institute(body: InstituteCreate, response: Response, caller: CallerDep, session: SessionDep) -> InstituteRead:
    """Register a facility as an institute."""
    institute = await use_cases.register_institute(session, caller=caller, body=body)
    etag(response, institute.version)
    return InstituteRead.seen_by(caller, institute)


@institutes.get("", response_model=Page[InstituteRead], **READ)
async def list_institutes(
    *, caller: CallerDep, session: SessionDep, page: PageDep, facility: Annotated[str | None, CODE] = None, region: Annotated[str | None, CODE] = None, ownership: str | None = None
) -> Page[InstituteRead]:
    """Institutes of one's territory, by region and name."""
    statement = institutes_visible_to(caller)
    for column, wanted in ((Institute.facility_code, facility), (Institute.region, region), (Institute.ownership, ownership)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Institute.region, Institute.name, Institute.id], params=page)
    return found.of([InstituteRead.seen_by(caller, each) for each in found.items])


@institutes.get("/{institute_id}", response_model=InstituteRead, **READ)
async def read_institute(institute_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> InstituteRead:
    """One institute."""
    institute = await get_visible_institute(session, caller, institute_id)
    etag(response, institute.version)
    return InstituteRead.seen_by(caller, institute)


@institutes.post("/{institute_id}/accreditations", response_model=InstituteRead, **SUPERVISE)
async def create_accreditation(institute_id: UUID, body: AccreditationCreate, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> InstituteRead:
    """Record an accreditation."""
    return InstituteRead.seen_by(caller, await use_cases.accredit_institute(session, caller=caller, institute_id=institute_id, body=body, if_match=if_match))


@capacities.post("", response_model=CapacityRead, **SUPERVISE)
async def create_capacity(body: CapacityCreate, response: Response, caller: CallerDep, session: SessionDep) -> CapacityRead:
    """Set the seats of a stream and year."""
    capacity = await use_cases.set_seats(session, caller=caller, body=body)
    etag(response, capacity.version)
    return CapacityRead.seen_by(caller, capacity)


@capacities.get("", response_model=Page[CapacityRead], **READ)
async def list_capacities(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    year: Year | None = None,
    facility: Annotated[str | None, CODE] = None,
    region: Annotated[str | None, CODE] = None,
    stream: Annotated[str | None, CODE] = None,
) -> Page[CapacityRead]:
    """Seats by year, region and stream."""
    statement = capacities_visible_to(caller)
    for column, wanted in ((Capacity.year, year), (Capacity.facility_code, facility), (Capacity.region, region), (Capacity.stream, stream)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Capacity.year, Capacity.region, Capacity.stream, Capacity.id], params=page)
    return found.of([CapacityRead.seen_by(caller, each) for each in found.items])


@capacities.get("/by-region", response_model=SeatsRead, **READ)
async def read_seats(caller: CallerDep, session: SessionDep, year: Year | None = None) -> SeatsRead:
    """Seats, filled and free, by region, stream and sector; and as many as there were the year before."""
    wanted = year or running_year(here().country, today())
    cells = [CellRead.of(each) for each in await seats_by_region(session, caller, wanted)]
    before: dict[str, int] = {}
    for cell in await seats_by_region(session, caller, wanted - 1):
        before[cell.ownership] = before.get(cell.ownership, 0) + cell.seats
    return SeatsRead(
        year=wanted,
        items=cells,
        seats=sum(each.seats for each in cells),
        filled=sum(each.filled for each in cells),
        free=sum(each.free for each in cells),
        before=before,
    )


@capacities.get("/{seat_capacity_id}", response_model=CapacityRead, **READ)
async def read_capacity(seat_capacity_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CapacityRead:
    """The seats of one stream and year."""
    capacity = await get_visible_capacity(session, caller, seat_capacity_id)
    etag(response, capacity.version)
    return CapacityRead.seen_by(caller, capacity)


@capacities.post("/{seat_capacity_id}/change", response_model=CapacityRead, **SUPERVISE)
async def create_capacity_change(seat_capacity_id: UUID, body: CapacityChange, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CapacityRead:
    """Change how many seats there are, by the decision that says so."""
    return CapacityRead.seen_by(caller, await use_cases.change_seats(session, caller=caller, capacity_id=seat_capacity_id, body=body, if_match=if_match))


@conventions.post("", response_model=ConventionRead, **CONVENE)
async def create_convention(body: ConventionCreate, response: Response, caller: CallerDep, session: SessionDep) -> ConventionRead:
    """Record a convention between an institute and a party of the other sector."""
    convention = await use_cases.sign_convention(session, caller=caller, body=body)
    etag(response, convention.version)
    return ConventionRead.seen_by(caller, convention)


@conventions.get("", response_model=Page[ConventionRead], **READ)
async def list_conventions(
    *, caller: CallerDep, session: SessionDep, page: PageDep, facility: Annotated[str | None, CODE] = None, state: str | None = None
) -> Page[ConventionRead]:
    """Conventions to which one is party, by first day; `facility` is the institute's or the partner's."""
    statement = conventions_visible_to(caller)
    if facility:
        statement = statement.where((Convention.institute_code == facility) | (Convention.partner_code == facility))
    if state:
        statement = statement.where(Convention.state == state)
    found = await keyset_page(session, statement, keys=[Convention.starts_on, Convention.id], params=page)
    return found.of([ConventionRead.seen_by(caller, each) for each in found.items])


@conventions.get("/{institute_convention_id}", response_model=ConventionRead, **READ)
async def read_convention(institute_convention_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> ConventionRead:
    """One convention."""
    convention = await get_visible_convention(session, caller, institute_convention_id)
    etag(response, convention.version)
    return ConventionRead.seen_by(caller, convention)


@conventions.post("/{institute_convention_id}/end", response_model=ConventionRead, **CONVENE)
async def create_convention_end(institute_convention_id: UUID, body: ConventionEnding, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> ConventionRead:
    """End a convention before its last day."""
    return ConventionRead.seen_by(caller, await use_cases.end_convention(session, caller=caller, convention_id=institute_convention_id, body=body, if_match=if_match))
