"""A figure is computed from records, says what it is made of, and opens them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.areas import Area, area_on
from services.observatory.figures.catalogue import Definition, catalogue
from services.observatory.figures.permissions import can_open_records
from services.observatory.figures.queries import Policy, hires_counted, how_many, places_of, policy_of, population_for, workers_counted
from services.observatory.figures.rounding import ratio
from services.observatory.figures.schemas import AreaRead, Beside, Coverage, FigureRead, PolicyUsed, PopulationUsed
from services.observatory.populations.models import Population
from services.observatory.rules import pack_of
from shared.auth import Caller
from shared.clock import today
from shared.errors import Malformed, NotFound
from shared.i18n import _, translate
from shared.rulepacks import Rule


@dataclass(frozen=True)
class Question:
    """Which figure, where, and when. Without a date it is today; a period ends on the date at the latest."""

    figure_id: str
    area: str
    first: date | None = None
    last: date | None = None
    as_of: date | None = None
    policy: UUID | None = None

    @property
    def day(self) -> date:
        return self.as_of or self.last or today()


@dataclass
class Asked:
    """A question whose area is open to the caller, with what it is counted from. `records` is None when nothing can be counted."""

    figure: Definition
    area: Area
    day: date
    records: Select[Any] | None = None
    policy: Policy | None = None
    first: date | None = None
    last: date | None = None


async def understand(session: AsyncSession, caller: Caller, question: Question) -> Asked:
    """Find the figure and the area. Raises NotFound for an unknown figure and for an area outside the caller's territory."""
    figure = catalogue().get(question.figure_id)
    area = await area_on(session, question.area, question.day)
    if figure is None or area is None or not area.is_open_to(caller):
        raise NotFound()
    if question.first and question.last and question.last < question.first:
        raise Malformed.field("to", _("The period ends before it begins."))
    asked = Asked(figure, area, question.day)
    if figure.is_density:
        asked.records = workers_counted(area.code, asked.day, groups=figure.groups)
        return asked
    asked.policy = await policy_of(session, area.code, asked.day, question.policy)
    if asked.policy is not None:
        asked.first = question.first or asked.policy.valid_from
        asked.last = min(question.last or asked.day, asked.day)
        asked.records = hires_counted(area.code, asked.day, policy_id=asked.policy.id, first=asked.first, last=asked.last)
    return asked


async def read_figure(session: AsyncSession, *, caller: Caller, question: Question) -> FigureRead:
    """Count the records, divide once, round once for display; say why when there is no value."""
    asked = await understand(session, caller, question)
    numerator = await how_many(session, asked.records) if asked.records is not None else None
    answer = _frame(asked, question, numerator, caller)
    if asked.figure.is_density:
        await _measure_density(session, asked, answer)
    else:
        _measure_policy(asked, answer)
    if not can_open_records(caller):
        _hide_small_cells(answer, pack_of(asked.area.code, asked.day).rule("OBS-02"))
    return answer


def _frame(asked: Asked, question: Question, numerator: int | None, caller: Caller) -> FigureRead:
    figure = asked.figure
    named = {"area": asked.area.code, "from": asked.first, "to": asked.last, "as_of": asked.day, "policy": question.policy}
    link = f"/api/v1/observatory/figures/{figure.id}/records?{urlencode({name: value for name, value in named.items() if value})}"
    return FigureRead(
        id=figure.id,
        title=str(figure.title),
        definition=str(figure.definition),
        unit=str(figure.unit),
        value=None,
        decimals=figure.decimals,
        numerator=numerator,
        numerator_text=str(figure.numerator),
        denominator=None,
        denominator_text=str(figure.denominator),
        source=str(figure.source),
        as_of=asked.day,
        period_from=asked.first,
        period_to=asked.last,
        area=AreaRead(code=asked.area.code, name=asked.area.name, level=asked.area.level),
        complete=True,
        records=link if asked.records is not None and can_open_records(caller) is True else None,
    )


async def _measure_density(session: AsyncSession, asked: Asked, answer: FigureRead) -> None:
    """Numerator as reported over the whole population, with its coverage; no facility, or no population: no value (R-PARTIAL)."""
    figure, area = asked.figure, asked.area.code
    places = await places_of(session, area, asked.day)
    answer.complete = 0 < places.facilities == places.reporting
    answer.coverage = Coverage(
        facilities=places.facilities,
        reporting=places.reporting,
        estimated=places.estimated,
        text=translate(_("{reporting} of {facilities} facilities reported"), reporting=places.reporting, facilities=places.facilities),
    )
    population = await population_for(session, area, asked.day)
    if population is not None:
        answer.denominator = population.value
        answer.population = _population_used(population)
    if places.reporting == 0:
        answer.numerator, answer.why = None, translate(_("No facility of this area has anybody assigned on this date."))
        return
    if population is None:
        answer.why = translate(_("No population is declared for {area} in {year} or before."), area=area, year=asked.day.year)
    else:
        answer.value = ratio(answer.numerator or 0, population.value, per=figure.per, decimals=figure.decimals)
    if figure.beside is not None:
        counted = await how_many(session, workers_counted(area, asked.day, isco=figure.beside.isco))
        value = ratio(counted, population.value, per=figure.per, decimals=figure.decimals) if population else None
        answer.beside = Beside(title=str(figure.beside.title), isco=figure.beside.isco, numerator=counted, value=value)


def _population_used(population: Population) -> PopulationUsed:
    return PopulationUsed(year=population.year, value=population.value, source=population.source, kind=population.kind)


def _measure_policy(asked: Asked, answer: FigureRead) -> None:
    policy = asked.policy
    if policy is None:
        answer.why = translate(_("No attraction policy of {area} had begun on this date."), area=asked.area.code)
        return
    answer.policy = PolicyUsed.model_validate(policy, from_attributes=True)
    if asked.figure.kind == "policy_hires":
        answer.value = answer.numerator
        return
    answer.denominator = policy.target_hires
    answer.value = ratio(answer.numerator or 0, policy.target_hires, per=asked.figure.per, decimals=asked.figure.decimals)


def _hide_small_cells(answer: FigureRead, rule: Rule) -> None:
    """Cells of 1 to 4 people are banded for those who see figures only; 0 is shown (OBS-02, R-ZERO)."""
    if answer.beside is not None and (_is_small(answer.beside.numerator, rule) or _is_small(answer.numerator, rule)):
        answer.beside.numerator, answer.beside.value = None, None
    if _is_small(answer.numerator, rule):
        answer.band = f"1–{rule.value - 1}"
        answer.numerator, answer.value = None, None
        answer.why = translate(_("Fewer than {fewest} people: the exact number is not shown outside human resources."), fewest=rule.value)
        answer.rule = rule.as_json()


def _is_small(count: int | None, rule: Rule) -> bool:
    return count is not None and 0 < count < rule.value
