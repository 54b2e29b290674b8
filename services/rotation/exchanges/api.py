"""Exchanges over HTTP: what an agreement promises and what became of it, and the units that host."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.rotation.agreements.queries import get_visible_agreement
from services.rotation.exchanges import use_cases
from services.rotation.exchanges.models import HostUnit
from services.rotation.exchanges.queries import lineage_of, outputs_of, places_in, units_of, units_on, units_visible_to
from services.rotation.exchanges.schemas import Before, Capacity, ExchangeRead, HostUnitCreate, HostUnitRead, OutputCreate, OutputRead
from services.rotation.fields import Code
from services.rotation.sides import STAFF_OF_A_SIDE, can_read_rotation
from shared.actions import IfMatch, etag
from shared.auth import CallerDep, allows, with_role
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Year

router = Router(prefix="/agreements/{agreement_id}", tags=["exchanges"])
units = Router(prefix="/host-units", tags=["exchanges"])
can_keep_exchanges = with_role(*STAFF_OF_A_SIDE)


@router.get("/exchange", response_model=ExchangeRead, dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 404, 422))
async def read_exchange(agreement_id: UUID, caller: CallerDep, session: SessionDep, year: Year | None = None, as_of: date | None = None) -> ExchangeRead:
    """Places used and free of a civil year, units on a day, outputs, and the agreements before and after; one of support gives no places."""
    agreement = await get_visible_agreement(session, caller, agreement_id)
    day = as_of or today()
    shown = year or min(max(day.year, agreement.starts_on.year), (agreement.ended_on or agreement.ends_on).year)
    return ExchangeRead(
        agreement_id=agreement.id,
        year=shown,
        as_of=day,
        places=await places_in(session, agreement, shown),
        units=await units_on(await units_of(session, caller, agreement), day),
        outputs=[OutputRead.model_validate(each) for each in await outputs_of(session, agreement.id)],
        lineage=[Before.model_validate(each) for each in await lineage_of(session, caller, agreement)],
    )


@router.post("/outputs", status_code=201, response_model=OutputRead, dependencies=[allows(can_keep_exchanges)], responses=problems(401, 403, 404, 409, 422))
async def create_output(agreement_id: UUID, body: OutputCreate, caller: CallerDep, session: SessionDep) -> OutputRead:
    """Write down a project, a publication, a seminar, a technique."""
    return OutputRead.model_validate(await use_cases.add_output(session, caller=caller, agreement_id=agreement_id, body=body))


@units.post("", status_code=201, response_model=HostUnitRead, dependencies=[allows(can_keep_exchanges)], responses=problems(401, 403, 409, 422))
async def create_unit(body: HostUnitCreate, response: Response, caller: CallerDep, session: SessionDep) -> HostUnitRead:
    """Open a unit to the other side."""
    unit = await use_cases.open_unit(session, caller=caller, body=body)
    etag(response, unit.version)
    return (await units_on([unit], today()))[0]


@units.get("", response_model=Page[HostUnitRead], dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 422))
async def list_units(
    caller: CallerDep, session: SessionDep, page: PageDep, facility: Code | None = None, reference: str | None = None, as_of: date | None = None
) -> Page[HostUnitRead]:
    """Units that host, with how many are there on a day."""
    statement = units_visible_to(caller)
    for column, wanted in ((HostUnit.facility_code, facility), (HostUnit.reference, reference)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[HostUnit.unit, HostUnit.id], params=page)
    return found.of(await units_on(found.items, as_of or today()))


@units.post("/{host_unit_id}/capacity", status_code=201, response_model=HostUnitRead, dependencies=[allows(can_keep_exchanges)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_capacity(host_unit_id: UUID, body: Capacity, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> HostUnitRead:
    """Say how many a unit hosts from now on, or close it."""
    unit = await use_cases.change_capacity(session, caller=caller, unit_id=host_unit_id, body=body, if_match=if_match)
    etag(response, unit.version)
    return (await units_on([unit], today()))[0]
