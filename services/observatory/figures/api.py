"""Figures over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.observatory.figures.catalogue import catalogue
from services.observatory.figures.permissions import can_open_records, can_read_figures
from services.observatory.figures.schemas import FigureEntry, FigureRead, RecordRead
from services.observatory.figures.use_cases import Question, read_figure, understand
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/figures", tags=["figures"])


def question(
    figure_id: str,
    *,
    area: Annotated[str, Query(max_length=60, description="Code of a province or commune, with its boundaries of the date.", examples=["VN-22"])],
    first: Annotated[date | None, Query(alias="from", description="First day of the period; for policies, the start of the policy.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day of the period; the date itself.")] = None,
    as_of: Annotated[date | None, Query(description="The day that is looked at; today.")] = None,
    policy: Annotated[UUID | None, Query(description="An attraction policy; the last one that had begun.")] = None,
) -> Question:
    """The question that a figure's address asks."""
    return Question(figure_id, area, first, last, as_of, policy)


QuestionDep = Annotated[Question, Depends(question)]


@router.get("", response_model=Page[FigureEntry], dependencies=[allows(can_read_figures)], responses=problems(403))
async def list_figures() -> Page[FigureEntry]:
    """The catalogue: each figure with its definition, unit and source."""
    return Page(items=[FigureEntry.of(figure) for figure in catalogue().values()])


@router.get("/{figure_id}", response_model=FigureRead, dependencies=[allows(can_read_figures)], responses=problems(403, 404, 422))
async def get_figure(asked: QuestionDep, caller: CallerDep, session: SessionDep) -> FigureRead:
    """One figure for an area and a date, with definition, source, numerator, denominator, coverage and the way to its records."""
    return await read_figure(session, caller=caller, question=asked)


@router.get("/{figure_id}/records", response_model=Page[RecordRead], dependencies=[allows(can_open_records)], responses=problems(403, 404, 422))
async def list_records(asked: QuestionDep, caller: CallerDep, session: SessionDep, page: PageDep) -> Page[RecordRead]:
    """The records of the numerator: as many as the figure says, identifiers only."""
    understood = await understand(session, caller, asked)
    if understood.records is None:
        return Page(items=[])
    columns = understood.records.selected_columns
    keys = [columns["person_id"]] if understood.figure.is_density else [columns["done_on"], columns["hire_id"]]
    found = await keyset_page(session, understood.records, keys=keys, params=page, scalars=False)
    names = list(columns.keys())
    return Page(items=[RecordRead(**dict(zip(names, row, strict=True))) for row in found.items], next=found.next)
