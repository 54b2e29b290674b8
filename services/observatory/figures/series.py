"""A figure through time, and a figure in its parts: by area, by facility, by field."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.areas import Area, areas_below, forerunners_of
from services.observatory.figures.permissions import can_open_records
from services.observatory.figures.queries import Counted, Where, bound, counted_at, counted_by, population_for, populations_for
from services.observatory.figures.rounding import ratio
from services.observatory.figures.schemas import AreaRead, BreakdownRead, Cell, Line, Point, SeriesRead
from services.observatory.figures.sources import records_of
from services.observatory.figures.use_cases import Asked, Question, band, density_of, fewest, is_small, measure, numerator_of, understand
from shared.auth import Caller
from shared.errors import Malformed
from shared.i18n import _
from shared.rulepacks import Rule

By = Literal["area", "facility", "field"]


def ends_of_months(last: date, months: int) -> list[date]:
    """The last days of the months before a day, and the day itself, oldest first."""
    days = [last]
    while len(days) < months:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


async def read_series(session: AsyncSession, *, caller: Caller, question: Question, months: int) -> SeriesRead:
    """The figure at the end of each month, in one request (A26).

    In the boundaries of the day, an area that was formed meanwhile is preceded by those that became it, each on its own
    line. In those of today there is one line, and it sums them.
    """
    asked = await understand(session, caller, question)
    days = ends_of_months(question.day, months)
    lines = [(asked.area, days)]
    if question.boundaries == "day" and not question.facility:
        known = await forerunners_of(session, asked.area.code, asked.where.day)
        lines = [(area, [day for day in days if existed_from <= day <= existed_to]) for area, existed_from, existed_to in known if area.is_open_to(caller)]
    found = [await _line(session, caller, asked, question, area, own) for area, own in lines if own]
    return SeriesRead(id=asked.figure.id, title=str(asked.figure.title), unit=str(asked.figure.unit), decimals=asked.figure.decimals, boundaries=question.boundaries, lines=found)


async def _line(session: AsyncSession, caller: Caller, asked: Asked, question: Question, area: Area, days: Sequence[date]) -> Line:
    wheres = [_where_on(asked, question, area, day) for day in days]
    parts: list[Counted] = []
    wholes: list[Counted] = []
    if asked.statement is not None:
        parts = await counted_at(session, asked.statement, wheres)
        if asked.figure.over is not None:
            wholes = await counted_at(session, records_of(asked.figure.over), wheres)
    points = []
    for n, where in enumerate(wheres):
        if (asked.policy is not None and where.day < asked.policy.valid_from) or not parts:
            continue
        denominator = wholes[n].records if wholes else await _denominator(session, asked, area, where.day)
        points.append(Point(as_of=where.day, value=_value(asked, parts[n], denominator), numerator=numerator_of(asked.figure, parts[n]), denominator=denominator))
    if can_open_records(caller) is not True and asked.figure.people:
        rule = fewest(asked, question)
        points = [_hidden(point, rule) if is_small(point.numerator, rule) else point for point in points]
    return Line(area=AreaRead(code=area.code.removeprefix("facility:"), name=area.name, level=area.level), points=points)


def _where_on(asked: Asked, question: Question, area: Area, day: date) -> Where:
    """The same question on another day: a period begins where it was said to, or with the year."""
    first = asked.where.first if asked.policy is not None or (question.first and question.first <= day) else date(day.year, 1, 1)
    boundaries = asked.where.boundaries if question.boundaries == "today" else day
    return replace(asked.where, area=area.code, boundaries=boundaries, day=day, first=first, last=day)


async def _denominator(session: AsyncSession, asked: Asked, area: Area, day: date) -> int | None:
    if asked.figure.kind == "policy_attainment" and asked.policy is not None:
        return asked.policy.target_hires
    if not asked.figure.is_density:
        return None
    population = await population_for(session, area.code, day)
    return population.value if population else None


def _value(asked: Asked, part: Counted, denominator: int | None) -> int | float | None:
    figure = asked.figure
    match figure.kind:
        case "sum":
            return part.total if len([currency for currency in part.amounts if currency]) < 2 else None
        case "least":
            return part.least
        case "most":
            return part.most
        case "median":
            return part.median
        case "count" | "policy_hires":
            return part.records
    if figure.is_density:
        return density_of(figure, numerator_of(figure, part), denominator) if denominator else None
    return ratio(part.records, denominator, per=figure.per, decimals=figure.decimals) if denominator else None


def _hidden(point: Point, rule: Rule) -> Point:
    return point.model_copy(update={"value": None, "numerator": None, "band": band(rule)})


async def read_breakdown(session: AsyncSession, *, caller: Caller, question: Question, by: By) -> BreakdownRead:
    """The figure in its parts; every area or facility of the place has its line, also with nothing in it."""
    asked = await understand(session, caller, question)
    if by == "area" and question.facility:
        raise Malformed.field("by", _("A facility has no areas below it."))
    figure = await measure(session, caller, asked, question)
    parts = await counted_by(session, asked.statement, asked.where, by) if asked.statement is not None else {}
    wholes = await counted_by(session, records_of(asked.figure.over), asked.where, by) if asked.figure.over is not None and by != "field" else {}
    cells = {code: Cell(code=code, value=None, numerator=numerator_of(asked.figure, part)) for code, part in parts.items()}
    if by == "area":
        await _add_areas(session, asked, cells)
    if by == "facility":
        await _add_facilities(session, asked, cells)
    for code, cell in cells.items():
        part = parts.get(code, Counted(0, {}))
        cell.numerator = numerator_of(asked.figure, part)
        if asked.figure.over is not None:
            cell.denominator = wholes[code].records if code in wholes else None
        if not asked.figure.is_density or by == "area":
            cell.value = _value(asked, part, cell.denominator)
        if asked.figure.is_density and by != "area":
            cell.value = cell.numerator
    if can_open_records(caller) is not True and asked.figure.people:
        hide(list(cells.values()), fewest(asked, question), total_is_shown=figure.band is None)
    return BreakdownRead(by=by, figure=figure, cells=sorted(cells.values(), key=lambda cell: (-(cell.numerator or 0), cell.code)))


async def _add_areas(session: AsyncSession, asked: Asked, cells: dict[str, Cell]) -> None:
    """Names, centroids and populations of the areas directly below, and how many of their facilities were placed by an estimate."""
    below = await areas_below(session, asked.area.code, asked.where.boundaries)
    populations = await populations_for(session, [area.code for area in below], asked.where.day) if asked.figure.is_density else {}
    for area in below:
        cell = cells.setdefault(area.code, Cell(code=area.code, value=None, numerator=0))
        cell.name, cell.latitude, cell.longitude = area.name, area.latitude, area.longitude
        if area.code in populations:
            cell.denominator = populations[area.code].value
    places = bound(
        "SELECT area_code, bool_or(is_estimated) AS is_estimated, max(remoteness) FILTER (WHERE remoteness <> 'none') AS remoteness FROM facilities_in(:area, :boundaries, :day) GROUP BY 1",
        vars(asked.where),
    )
    for row in await session.execute(places):
        if row.area_code in cells:
            cells[row.area_code].is_estimated, cells[row.area_code].remoteness = row.is_estimated, row.remoteness


async def _add_facilities(session: AsyncSession, asked: Asked, cells: dict[str, Cell]) -> None:
    places = bound("SELECT facility_code, facility_type, remoteness, is_estimated FROM facilities_in(:area, :boundaries, :day)", vars(asked.where))
    for row in await session.execute(places):
        cell = cells.setdefault(row.facility_code, Cell(code=row.facility_code, value=None, numerator=0))
        cell.facility_type, cell.remoteness, cell.is_estimated = row.facility_type, row.remoteness, row.is_estimated


def hide(cells: list[Cell], rule: Rule, *, total_is_shown: bool) -> None:
    """Small cells are banded; when the total would give a single hidden one away, the next smallest is hidden too (OBS-02, R-ZERO)."""
    small = [cell for cell in cells if is_small(cell.numerator, rule)]
    if len(small) == 1 and total_is_shown:
        others = sorted((cell for cell in cells if cell.numerator and cell not in small), key=lambda cell: cell.numerator or 0)
        small += others[:1]
    for cell in small:
        cell.band = band(rule) if is_small(cell.numerator, rule) else "…"
        cell.value, cell.numerator = None, None
