"""An administrator declares a population; it is restated, never overwritten."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.areas import area_on
from services.observatory.populations.models import Population
from services.observatory.populations.permissions import can_declare_for
from services.observatory.populations.schemas import PopulationCreate
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed
from shared.i18n import _
from shared.references import hash_of, named_already


async def declare_population(session: AsyncSession, *, caller: Caller, body: PopulationCreate) -> Population:
    """The administrator of a territory says how many people live in one of its areas in a year, and who says so."""
    done_on = judge_done_on(caller, body.done_on)
    area = await area_on(session, body.area_code, done_on.replace(year=body.year, month=12, day=31))
    if area is None:
        raise Malformed.field("area_code", _("No area {code} exists in {year}."), code=body.area_code, year=body.year)
    require(can_declare_for(caller, area))
    named = select(Population).where(Population.authority_path == area.authority_path, Population.reference == body.reference)
    if known := await named_already(session, named, reference=body.reference, body=body):
        return known
    population = Population(content_hash=hash_of(body), authority_path=area.authority_path, declared_by=caller.actor, declared_on=done_on, **body.model_dump(exclude={"done_on"}))
    session.add(population)
    await session.flush()
    await record_audit(session, caller, "population.declared", "population", population.id, after=body.model_dump(mode="json"), done_on=done_on)
    return population
