"""A figure is computed from records, says what it is made of, and opens them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.areas import Area, area_on
from services.observatory.figures.catalogue import Definition, Part, catalogue, definitions_of
from services.observatory.figures.permissions import can_open_records
from services.observatory.figures.queries import Counted, Policy, Where, counted, is_open, places_of, policy_of, population_for, records_select
from services.observatory.figures.rounding import ratio
from services.observatory.figures.schemas import AmountRead, AreaRead, Beside, Coverage, DefinitionsRead, FigureRead, PolicyUsed, PopulationUsed
from services.observatory.figures.sources import records_of
from services.observatory.populations.models import Population
from services.observatory.rules import pack_of
from shared.auth import Caller
from shared.clock import today
from shared.errors import Malformed, NotFound
from shared.i18n import _, translate
from shared.rulepacks import Rule

Boundaries = Literal["day", "today"]
THOUSAND = 1000


@dataclass(frozen=True)
class Question:
    """Which figure, where, and when. Without a date it is today; a period ends on the date at the latest and begins with its year unless said."""

    figure_id: str
    area: str
    first: date | None = None
    last: date | None = None
    as_of: date | None = None
    policy: UUID | None = None
    facility: str | None = None
    boundaries: Boundaries = "day"

    @property
    def day(self) -> date:
        return self.as_of or self.last or today()

    @property
    def drawn_on(self) -> date:
        """The day whose boundaries are used."""
        return today() if self.boundaries == "today" else self.day


@dataclass
class Asked:
    """A question whose place is open to the caller. `statement` is None when nothing can be counted."""

    figure: Definition
    area: Area
    where: Where
    statement: str | None = None
    policy: Policy | None = None

    @property
    def has_period(self) -> bool:
        return self.figure.dated == "period" and self.statement is not None

    def records(self) -> Select[Any]:
        assert self.statement is not None
        return records_select(self.statement, self.where)


async def place_asked(session: AsyncSession, caller: Caller, question: Question) -> Area:
    """The area, or the facility, that is asked about. Raises NotFound outside the caller's relations."""
    if question.facility:
        place = f"facility:{question.facility}"
        if not await is_open(session, place, question.drawn_on):
            raise NotFound()
        return Area(place, question.facility, "facility", (question.facility,))
    area = await area_on(session, question.area, question.drawn_on)
    if area is None or not area.is_open_to(caller):
        raise NotFound()
    return area


async def understand(session: AsyncSession, caller: Caller, question: Question) -> Asked:
    """Find the figure and the place. Raises NotFound for an unknown figure and for a place outside the caller's relations."""
    figure = catalogue().get(question.figure_id)
    if figure is None:
        raise NotFound()
    return await ask(session, figure, await place_asked(session, caller, question), question)


async def ask(session: AsyncSession, figure: Definition, area: Area, question: Question) -> Asked:
    """What a figure counts in a place that is open."""
    if question.first and question.last and question.last < question.first:
        raise Malformed.field("to", _("The period ends before it begins."))
    last = min(question.last or question.day, question.day)
    where = Where(area.code, question.drawn_on, question.day, question.first or date(last.year, 1, 1), last)
    asked = Asked(figure, area, where)
    if figure.is_of_a_policy:
        asked.policy = await policy_of(session, area.code, question.day, question.policy)
        if asked.policy is None:
            return asked
        asked.where = replace(where, first=question.first or asked.policy.valid_from, policy=asked.policy.id)
    asked.statement = records_of(figure.part)
    return asked


async def read_figure(session: AsyncSession, *, caller: Caller, question: Question) -> FigureRead:
    """Count the records, divide once, round once for display; say why when there is no value."""
    return await measure(session, caller, await understand(session, caller, question), question)


async def read_figures(session: AsyncSession, *, caller: Caller, question: Question, ids: Sequence[str]) -> list[FigureRead]:
    """Several figures of one place and period. Raises NotFound for a place outside the caller's relations."""
    area = await place_asked(session, caller, question)
    return [await measure(session, caller, await ask(session, catalogue()[figure_id], area, question), question) for figure_id in ids]


async def read_definitions(session: AsyncSession, *, caller: Caller, question: Question) -> DefinitionsRead:
    """The figure as each of its definitions counts it, for the same place and date. Raises NotFound."""
    if question.figure_id not in catalogue():
        raise NotFound()
    items = await read_figures(session, caller=caller, question=question, ids=[figure.id for figure in definitions_of(question.figure_id)])
    first = items[0].value
    return DefinitionsRead(items=items, differences=[round(100 * (item.value - first) / first, 1) if first and item.value is not None else None for item in items])


async def measure(session: AsyncSession, caller: Caller, asked: Asked, question: Question) -> FigureRead:
    """The figure with everything that it says."""
    found = await counted(session, asked.statement, asked.where) if asked.statement is not None else None
    answer = frame(asked, question, found, caller)
    match asked.figure.kind:
        case "density":
            await _measure_density(session, asked, answer)
        case "policy_hires" | "policy_attainment":
            _measure_policy(asked, answer)
        case "ratio":
            await _measure_ratio(session, asked, answer)
        case "sum":
            assert found is not None
            add_up(asked.figure, found, answer)
        case "least" | "most" | "median":
            assert found is not None
            answer.value = getattr(found, asked.figure.kind)
            answer.why = translate(_("There is no record to look at.")) if answer.value is None else None
        case "count":
            answer.value = answer.numerator
    if asked.figure.beside is not None and not asked.figure.beside.isco:
        lines = await counted(session, records_of(asked.figure.part, once=False), asked.where)
        answer.beside = Beside(title=str(asked.figure.beside.title), isco=[], numerator=lines.records, value=lines.records)
    if can_open_records(caller) is not True and asked.figure.people:
        _hide_small_cells(answer, fewest(asked, question))
    return answer


def fewest(asked: Asked, question: Question) -> Rule:
    """The rule on small cells, of the country of the place."""
    return pack_of(question.facility or asked.area.code, asked.where.day).rule("OBS-02")


def frame(asked: Asked, question: Question, found: Counted | None, caller: Caller) -> FigureRead:
    """The figure's words, before its value."""
    figure, where = asked.figure, asked.where
    period = (where.first, where.last) if asked.has_period else (None, None)
    named = {
        "area": None if question.facility else asked.area.code,
        "facility": question.facility,
        "from": period[0],
        "to": period[1],
        "as_of": where.day,
        "policy": question.policy,
    }
    if question.boundaries == "today":
        named["boundaries"] = "today"
    link = f"/api/v1/observatory/figures/{figure.id}/records?{urlencode({name: value for name, value in named.items() if value})}"
    return FigureRead(
        id=figure.id,
        service=figure.service,
        title=str(figure.title),
        definition=str(figure.definition),
        unit=str(figure.unit),
        value=None,
        decimals=figure.decimals,
        numerator=numerator_of(figure, found) if found is not None else None,
        numerator_text=str(figure.numerator),
        denominator=None,
        denominator_text=str(figure.denominator),
        source=str(figure.source),
        as_of=where.day,
        boundaries_of=where.boundaries,
        period_from=period[0],
        period_to=period[1],
        area=AreaRead(code=question.facility or asked.area.code, name=asked.area.name, level=asked.area.level),
        complete=True,
        definitions=len(definitions_of(figure.id)),
        records=link if asked.statement is not None and can_open_records(caller) is True else None,
    )


def numerator_of(figure: Definition, found: Counted) -> int | float:
    """People, or what they hold in full times when the figure weighs them."""
    return found.total / THOUSAND if figure.weighed else found.records


def density_of(figure: Definition, numerator: int | float, population: int) -> float:
    """Shares have three decimals: in thousandths the division is one of whole numbers again."""
    return ratio(round(numerator * THOUSAND), population * THOUSAND, per=figure.per, decimals=figure.decimals)


async def _measure_density(session: AsyncSession, asked: Asked, answer: FigureRead) -> None:
    """Numerator as reported over the whole population, with its coverage; no facility, or no population: no value (R-PARTIAL)."""
    figure, area = asked.figure, asked.area.code
    places = await places_of(session, asked.where)
    answer.complete = 0 < places.facilities == places.reporting
    answer.coverage = Coverage(
        facilities=places.facilities,
        reporting=places.reporting,
        estimated=places.estimated,
        text=translate(_("{reporting} of {facilities} facilities reported"), reporting=places.reporting, facilities=places.facilities),
    )
    population = await population_for(session, area, asked.where.day)
    if population is not None:
        answer.denominator = population.value
        answer.population = population_used(population)
    if places.reporting == 0:
        answer.numerator, answer.why = None, translate(_("No facility of this area has anybody assigned on this date."))
        return
    if population is None:
        answer.why = translate(_("No population is declared for {area} in {year} or before."), area=answer.area.code, year=asked.where.day.year)
    else:
        answer.value = density_of(figure, answer.numerator or 0, population.value)
    if figure.beside is not None:
        part = Part(rows="isco " + " ".join(figure.beside.isco))
        found = (await counted(session, records_of(part), asked.where)).records
        value = ratio(found, population.value, per=figure.per, decimals=figure.decimals) if population else None
        answer.beside = Beside(title=str(figure.beside.title), isco=figure.beside.isco, numerator=found, value=value)


def population_used(population: Population) -> PopulationUsed:
    return PopulationUsed(year=population.year, value=population.value, source=population.source, kind=population.kind)


def _measure_policy(asked: Asked, answer: FigureRead) -> None:
    policy = asked.policy
    if policy is None:
        answer.why = translate(_("No attraction policy of {area} had begun on this date."), area=answer.area.code)
        return
    answer.policy = PolicyUsed.model_validate(policy, from_attributes=True)
    if asked.figure.kind == "policy_hires":
        answer.value = answer.numerator
        return
    answer.denominator = policy.target_hires
    answer.value = ratio(int(answer.numerator or 0), policy.target_hires, per=asked.figure.per, decimals=asked.figure.decimals)


async def _measure_ratio(session: AsyncSession, asked: Asked, answer: FigureRead) -> None:
    """The count over another one; over nothing there is no value."""
    figure = asked.figure
    assert figure.over is not None
    answer.denominator = (await counted(session, records_of(figure.over), asked.where)).records
    if answer.denominator == 0:
        answer.why = translate(_("There is nothing to divide by: {what}."), what=str(figure.denominator))
        return
    answer.value = ratio(int(answer.numerator or 0), answer.denominator, per=figure.per, decimals=figure.decimals)


def add_up(figure: Definition, found: Counted, answer: FigureRead) -> None:
    """The sum of the amounts; money of several currencies is never added."""
    monies = {currency: amount for currency, amount in found.amounts.items() if currency}
    answer.amounts = [AmountRead(currency=currency, amount=amount) for currency, amount in sorted(monies.items())]
    if len(monies) > 1:
        answer.why = translate(_("Several currencies are not added up."))
        return
    answer.currency = next(iter(monies), None)
    answer.value = found.total


def _hide_small_cells(answer: FigureRead, rule: Rule) -> None:
    """Cells of 1 to 4 people are banded for those who see figures only; 0 is shown (OBS-02, R-ZERO)."""
    if answer.beside is not None and (is_small(answer.beside.numerator, rule) or is_small(answer.numerator, rule)):
        answer.beside.numerator, answer.beside.value = None, None
    if is_small(answer.numerator, rule):
        answer.band = band(rule)
        answer.numerator, answer.value, answer.amounts, answer.currency = None, None, [], None
        answer.why = translate(_("Fewer than {fewest} people: the exact number is not shown outside human resources."), fewest=rule.value)
        answer.rule = rule.as_json()


def band(rule: Rule) -> str:
    return f"1–{rule.value - 1}"


def is_small(count: int | float | None, rule: Rule) -> bool:
    return count is not None and 0 < count < rule.value
