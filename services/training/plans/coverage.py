"""Which facilities have an approved plan that covers a year."""

from datetime import date

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from services.training.plans.models import Plan
from services.training.plans.queries import IN_FORCE, plans_visible_to
from services.training.plans.schemas import Coverage, percent
from shared.auth import Caller
from shared.clock import today

# A station is planned for by the centre that supports it, so that it needs no plan of its own.
_PLANNING = text(
    "SELECT code FROM facilities WHERE valid @> CAST(:day AS date) AND ownership = 'public' AND facility_type NOT IN ('station', 'clinic', 'pharmacy') "
    "AND authority_path <@ ANY (CAST(CAST(:scope AS text[]) AS ltree[])) ORDER BY code"
).bindparams(bindparam("scope", type_=ARRAY(Text)))


async def coverage_of(session: AsyncSession, caller: Caller, year: int) -> Coverage:
    """Facilities of the caller on the last day of the year that is known, and those of them with a plan."""
    day = min(date(year, 12, 31), today()) if year <= today().year else date(year, 1, 1)
    codes = list(await session.scalars(_PLANNING, {"day": day, "scope": list(caller.scope)}))
    plans = await session.execute(
        plans_visible_to(caller).where(Plan.facility_code.in_(codes), Plan.year_from <= year, Plan.year_to >= year).with_only_columns(Plan.facility_code, Plan.state)
    )
    states = plans.tuples().all()
    approved = {code for code, state in states if state in IN_FORCE}
    drafted = {code for code, _state in states} - approved
    return Coverage(
        year=year,
        facilities=codes,
        with_plan=[code for code in codes if code in approved],
        with_draft=[code for code in codes if code in drafted],
        share=percent(len(approved), len(codes)),
    )
