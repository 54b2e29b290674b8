"""Populations over HTTP."""

from sqlalchemy import select

from services.observatory.populations.models import Population
from services.observatory.populations.permissions import can_declare_populations, can_read_populations
from services.observatory.populations.schemas import PopulationCreate, PopulationRead
from services.observatory.populations.use_cases import declare_population
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/populations", tags=["populations"])


@router.post("", status_code=201, response_model=PopulationRead, dependencies=[allows(can_declare_populations)], responses=problems(403, 409, 422))
async def create_population(body: PopulationCreate, caller: CallerDep, session: SessionDep) -> Population:
    """Declare the population of an area in a year, with its source."""
    return await declare_population(session, caller=caller, body=body)


@router.get("", response_model=Page[PopulationRead], dependencies=[allows(can_read_populations)], responses=problems(403, 422))
async def list_populations(session: SessionDep, page: PageDep, area: str | None = None, year: int | None = None) -> Page[PopulationRead]:
    """Declared populations, by area and year."""
    statement = select(Population)
    if area:
        statement = statement.where(Population.area_code == area)
    if year:
        statement = statement.where(Population.year == year)
    found = await keyset_page(session, statement, keys=[Population.area_code, Population.year, Population.id], params=page)
    return found.of([PopulationRead.model_validate(population) for population in found.items])
