"""Mandates over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy.exc import DBAPIError

from services.appointment.mandates.models import Mandate
from services.appointment.mandates.permissions import can_read_mandates, can_record_mandates
from services.appointment.mandates.queries import LAST_DAY, get_visible_mandate, mandates_visible_to
from services.appointment.mandates.reading import mandates_read
from services.appointment.mandates.schemas import MandateBatch, MandateCreate, MandateItem, MandateItems, MandateRead
from services.appointment.mandates.use_cases import record_mandate
from services.appointment.mandates.workflow import PLANNED, REVOKED, RUNNING
from shared.actions import etag
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import Problem, problem_of_database_error, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/mandates", tags=["mandates"])
Sort = Annotated[Literal["ends", "-ends", "starts", "-starts", "facility", "-facility", "state", "-state"], Query(description="The order; from its end with a minus.")]
SORTS: dict[str, list[Any]] = {"ends": [LAST_DAY], "starts": [Mandate.starts_on], "facility": [Mandate.facility_code, LAST_DAY], "state": [Mandate.state, LAST_DAY]}


@router.post("", status_code=201, response_model=MandateRead, dependencies=[allows(can_record_mandates)], responses=problems(401, 403, 409, 422, 503))
async def create_mandate(body: MandateCreate, response: Response, caller: CallerDep, session: SessionDep) -> MandateRead:
    """Record a mandate that runs already; a new one follows from a case and its decision."""
    mandate = await record_mandate(session, caller=caller, body=body)
    etag(response, mandate.version)
    return (await mandates_read(session, [mandate], today()))[0]


@router.post("/batch", response_model=MandateItems, dependencies=[allows(can_record_mandates)], responses=problems(401, 403, 422, 503))
async def create_mandates(body: MandateBatch, caller: CallerDep, session: SessionDep) -> MandateItems:
    """Record many mandates that run already; one refusal stops no other."""
    items = []
    for each in body.mandates:
        try:
            async with session.begin_nested():
                mandate = await record_mandate(session, caller=caller, body=each)
                await session.flush()
            items.append(MandateItem(reference=each.reference, mandate=(await mandates_read(session, [mandate], today()))[0], problem=None))
        except Problem as refused:
            items.append(MandateItem(reference=each.reference, mandate=None, problem=refused.as_json()))
        except DBAPIError as error:
            refusal = problem_of_database_error(error)
            if refusal is None:
                raise
            items.append(MandateItem(reference=each.reference, mandate=None, problem=refusal.as_json()))
    return MandateItems(items=items)


@router.get("", response_model=Page[MandateRead], dependencies=[allows(can_read_mandates)], responses=problems(401, 403, 422))
async def list_mandates(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    ending_before: date | None = None,
    state: str | None = None,
    kind: str | None = None,
    facility: str | None = None,
    person: UUID | None = None,
    position: UUID | None = None,
    rank: str | None = None,
    reference: str | None = None,
    sort: Sort = "ends",
) -> Page[MandateRead]:
    """Mandates, those that end first at the top. `ending_before` keeps those that run and end before that day."""
    statement = mandates_visible_to(caller)
    if ending_before is not None:
        statement = statement.where(ending_before > LAST_DAY, Mandate.state.in_((PLANNED, RUNNING)))
    if state is None:
        statement = statement.where(Mandate.state != REVOKED)
    for column, wanted in (
        (Mandate.state, state),
        (Mandate.kind, kind),
        (Mandate.facility_code, facility),
        (Mandate.person_id, person),
        (Mandate.position_id, position),
        (Mandate.rank, rank),
        (Mandate.reference, reference),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Mandate.id), params=page)
    return found.of(await mandates_read(session, found.items, today()))


@router.get("/{mandate_id}", response_model=MandateRead, dependencies=[allows(can_read_mandates)], responses=problems(401, 403, 404))
async def read_mandate(mandate_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> MandateRead:
    """One mandate with what the rules offer when it ends."""
    mandate = await get_visible_mandate(session, caller, mandate_id)
    etag(response, mandate.version)
    return (await mandates_read(session, [mandate], today()))[0]
