"""The register of those who were trained, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.rotation.alumni import use_cases
from services.rotation.alumni.schemas import AlumniSummary, AlumnusRead, Informed, News, OptOut, Outcome
from services.rotation.fields import Word
from services.rotation.placements.models import Placement
from services.rotation.placements.permissions import can_keep_placements, can_read_placements
from shared.actions import etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/alumni", tags=["alumni"])
ACT: dict[str, Any] = {
    "status_code": 201,
    "response_model": AlumnusRead,
    "dependencies": [allows(can_keep_placements)],
    "responses": problems(401, 403, 404, 409, 422),
}
DecadeAsked = Annotated[int, Query(ge=1950, le=2990, multiple_of=10)]


def _read(response: Response, caller: Caller, alumnus: Placement) -> AlumnusRead:
    etag(response, alumnus.version)
    return AlumnusRead.seen_by(caller, alumnus)


@router.get("", response_model=Page[AlumnusRead], dependencies=[allows(can_read_placements)], responses=problems(401, 403, 422))
async def list_alumni(
    *, caller: CallerDep, session: SessionDep, page: PageDep, field: Word | None = None, decade: DecadeAsked | None = None, back: bool | None = None, reference: str | None = None
) -> Page[AlumnusRead]:
    """Those whose stay is over, by its first day."""
    statement = use_cases.alumni_visible_to(caller)
    if field:
        statement = statement.where(Placement.field == field)
    if decade:
        statement = use_cases.of_decade(statement, decade)
    if back is not None:
        statement = statement.where(Placement.state.in_(use_cases.BACK) if back else Placement.state.not_in(use_cases.BACK))
    if reference:
        statement = statement.where(Placement.reference == reference)
    found = await keyset_page(session, statement, keys=[Placement.starts_on, Placement.id], params=page)
    return found.of([AlumnusRead.seen_by(caller, alumnus) for alumnus in found.items])


@router.get("/summary", response_model=AlumniSummary, dependencies=[allows(can_read_placements)], responses=problems(401, 403, 422))
async def read_summary(caller: CallerDep, session: SessionDep) -> AlumniSummary:
    """The register in numbers: by field and decade, and how many are back."""
    return await use_cases.summary_of(session, caller)


@router.post("/{placement_id}/informing", **ACT)
async def create_informing(placement_id: UUID, body: Informed, response: Response, caller: CallerDep, session: SessionDep) -> AlumnusRead:
    """The person was told of the register."""
    return _read(response, caller, await use_cases.inform(session, caller=caller, placement_id=placement_id, done_on=body.done_on))


@router.post("/{placement_id}/opting-out", **ACT)
async def create_opting_out(placement_id: UUID, body: OptOut, response: Response, caller: CallerDep, session: SessionDep) -> AlumnusRead:
    """The person leaves the register; the stay stays counted."""
    return _read(response, caller, await use_cases.opt_out(session, caller=caller, placement_id=placement_id, done_on=body.done_on))


@router.post("/{placement_id}/news", **ACT)
async def create_news(placement_id: UUID, body: News, response: Response, caller: CallerDep, session: SessionDep) -> AlumnusRead:
    """What the person does today."""
    return _read(response, caller, await use_cases.tell_news(session, caller=caller, placement_id=placement_id, body=body))


@router.post("/{placement_id}/outcome", **ACT)
async def create_outcome(placement_id: UUID, body: Outcome, response: Response, caller: CallerDep, session: SessionDep) -> AlumnusRead:
    """Say of somebody of an old register whether they came back."""
    return _read(response, caller, await use_cases.say_outcome(session, caller=caller, placement_id=placement_id, body=body))
