"""Figures over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query

from services.observatory.figures.briefing import read_briefing
from services.observatory.figures.catalogue import catalogue
from services.observatory.figures.permissions import can_open_records, can_read_figures
from services.observatory.figures.schemas import BreakdownRead, BriefingRead, DefinitionsRead, FigureEntry, FigureRead, RecordRead, SeriesRead
from services.observatory.figures.series import By, read_breakdown, read_series
from services.observatory.figures.use_cases import Boundaries, Question, read_definitions, read_figure, read_figures, understand
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import Malformed, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/figures", tags=["figures"])
briefing_router = Router(prefix="/briefing", tags=["figures"])

AreaQuery = Annotated[str, Query(max_length=60, description="Code of a province or commune, in the boundaries asked for.", examples=["VN-22"])]
FromQuery = Annotated[date | None, Query(alias="from", description="First day of the period; the year's first day, or for policies the start of the policy.")]
ToQuery = Annotated[date | None, Query(alias="to", description="Last day of the period; the date itself.")]
AsOfQuery = Annotated[date | None, Query(description="The day that is looked at; today.")]
BoundariesQuery = Annotated[Boundaries, Query(description="Boundaries of the day that is looked at, or those of today.")]
FacilityQuery = Annotated[str | None, Query(max_length=60, description="One facility instead of an area.", examples=["VN-22-BVT"])]


def place(
    *,
    area: AreaQuery = "",
    first: FromQuery = None,
    last: ToQuery = None,
    as_of: AsOfQuery = None,
    policy: Annotated[UUID | None, Query(description="An attraction policy; the last one that had begun.")] = None,
    facility: FacilityQuery = None,
    boundaries: BoundariesQuery = "day",
) -> Question:
    """Where and when. Raises Malformed without a place."""
    if not area and not facility:
        raise Malformed.field("area", _("Say for which area, or for which facility."))
    return Question("", area, first, last, as_of, policy, facility, boundaries)


PlaceDep = Annotated[Question, Depends(place)]


def question(figure_id: Annotated[str, Path(examples=["density.doctors"])], where: PlaceDep) -> Question:
    """The question that a figure's address asks."""
    return Question(figure_id, where.area, where.first, where.last, where.as_of, where.policy, where.facility, where.boundaries)


QuestionDep = Annotated[Question, Depends(question)]


@router.get("", response_model=Page[FigureEntry], dependencies=[allows(can_read_figures)], responses=problems(403))
async def list_figures() -> Page[FigureEntry]:
    """The catalogue: each figure with its definition, unit and source."""
    return Page(items=[FigureEntry.of(figure) for figure in catalogue().values()])


@router.get("/values", response_model=Page[FigureRead], dependencies=[allows(can_read_figures)], responses=problems(403, 404, 422))
async def list_values(
    where: PlaceDep,
    caller: CallerDep,
    session: SessionDep,
    ids: Annotated[list[str] | None, Query(alias="id", max_length=100, description="Figures of the catalogue; all of them.")] = None,
) -> Page[FigureRead]:
    """Several figures of one place and period in one request, in the order of the catalogue."""
    wanted = [figure_id for figure_id in catalogue() if ids is None or figure_id in ids]
    return Page(items=await read_figures(session, caller=caller, question=where, ids=wanted))


@router.get("/{figure_id}", response_model=FigureRead, dependencies=[allows(can_read_figures)], responses=problems(403, 404, 422))
async def get_figure(asked: QuestionDep, caller: CallerDep, session: SessionDep) -> FigureRead:
    """One figure for a place and a date, with definition, source, numerator, denominator, coverage and the way to its records."""
    return await read_figure(session, caller=caller, question=asked)


@router.get("/{figure_id}/definitions", response_model=DefinitionsRead, dependencies=[allows(can_read_figures)], responses=problems(403, 404, 422))
async def get_definitions(asked: QuestionDep, caller: CallerDep, session: SessionDep) -> DefinitionsRead:
    """The figure by each of its definitions side by side (people or full times, everybody or the public sector), each with its formula and the way to its records."""
    return await read_definitions(session, caller=caller, question=asked)


@router.get("/{figure_id}/series", response_model=SeriesRead, dependencies=[allows(can_read_figures)], responses=problems(403, 404, 422))
async def get_series(asked: QuestionDep, caller: CallerDep, session: SessionDep, months: Annotated[int, Query(ge=2, le=60)] = 12) -> SeriesRead:
    """The figure at the end of each of the last months, in the boundaries of each day or in those of today."""
    return await read_series(session, caller=caller, question=asked, months=months)


@router.get("/{figure_id}/breakdown", response_model=BreakdownRead, dependencies=[allows(can_read_figures)], responses=problems(403, 404, 422))
async def get_breakdown(asked: QuestionDep, caller: CallerDep, session: SessionDep, by: By = "facility") -> BreakdownRead:
    """The figure in its parts: the areas directly below with their centroids, the facilities, or the field that the figure distinguishes."""
    return await read_breakdown(session, caller=caller, question=asked, by=by)


@router.get("/{figure_id}/records", response_model=Page[RecordRead], dependencies=[allows(can_open_records)], responses=problems(403, 404, 422))
async def list_records(asked: QuestionDep, caller: CallerDep, session: SessionDep, page: PageDep) -> Page[RecordRead]:
    """The records of the numerator: as many as the figure says, identifiers only."""
    understood = await understand(session, caller, asked)
    if understood.statement is None:
        return Page(items=[])
    records = understood.records()
    found = await keyset_page(session, records, keys=[records.selected_columns["record_id"]], params=page, scalars=False)
    names, topic = list(records.selected_columns.keys()), understood.figure.topic
    items = [RecordRead(topic=topic, **dict(zip(names, row, strict=True))) for row in found.items]
    for item in items:
        item.hire_id = item.record_id if topic == "recruitment.hires" else None
    return found.of(items)


@briefing_router.get("", response_model=BriefingRead, dependencies=[allows(can_read_figures)], responses=problems(403, 404, 422))
async def get_briefing(
    *,
    area: AreaQuery,
    first: Annotated[date, Query(alias="from", description="First day of the period.")],
    last: Annotated[date, Query(alias="to", description="Last day of the period.")],
    as_of: AsOfQuery = None,
    caller: CallerDep,
    session: SessionDep,
) -> BriefingRead:
    """What an assembly is told about a territory and a period: the figures with definition and source, the map and its table."""
    return await read_briefing(session, caller=caller, area=area, first=first, last=last, as_of=as_of)
