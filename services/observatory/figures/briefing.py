"""The assembly's briefing: the figures of a period in the order of the work, with the map of the territory."""

from datetime import date
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.figures.catalogue import catalogue
from services.observatory.figures.schemas import BriefingRead, BriefingSection
from services.observatory.figures.series import read_breakdown
from services.observatory.figures.use_cases import Question, read_figures
from shared.auth import Caller

MAP_OF = "density.doctors"


async def read_briefing(session: AsyncSession, *, caller: Caller, area: str, first: date, last: date, as_of: date | None) -> BriefingRead:
    """Figures of a period for what was done, of its last day for how things stand. A policy's figures begin with the policy. Raises NotFound."""
    question = Question("", area, first, last, as_of or last)
    wanted = [figure for figure in catalogue().values() if figure.in_briefing]
    of_period = await read_figures(session, caller=caller, question=question, ids=[figure.id for figure in wanted if not figure.is_of_a_policy])
    of_policy = await read_figures(session, caller=caller, question=Question("", area, None, last, as_of or last), ids=[figure.id for figure in wanted if figure.is_of_a_policy])
    found = {figure.id: figure for figure in (*of_period, *of_policy)}
    ordered = [found[figure.id] for figure in wanted]
    sections = [BriefingSection(service=service, figures=list(figures)) for service, figures in groupby(ordered, key=lambda figure: figure.service)]
    shown = await read_breakdown(session, caller=caller, question=Question(MAP_OF, area, first, last, question.day), by="area")
    return BriefingRead(area=shown.figure.area, period_from=first, period_to=last, as_of=question.day, sections=sections, map=shown)
