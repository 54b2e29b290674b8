"""Visits over HTTP."""

from datetime import date
from uuid import UUID

from services.rotation.visits.models import Visit
from services.rotation.visits.permissions import can_read_visits, can_record_visits
from services.rotation.visits.queries import delivered, visits_visible_to
from services.rotation.visits.schemas import DeliveredRead, VisitBatch, VisitBatchRead, VisitCreate, VisitRead
from services.rotation.visits.use_cases import record_visit, record_visits
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/visits", tags=["visits"])


@router.post("", status_code=201, response_model=VisitRead, dependencies=[allows(can_record_visits)], responses=problems(401, 403, 409, 422))
async def create_visit(body: VisitCreate, caller: CallerDep, session: SessionDep) -> VisitRead:
    """Say that a visit was held, or missed with its reason."""
    return VisitRead.of(await record_visit(session, caller=caller, body=body))


@router.post("/batch", response_model=VisitBatchRead, dependencies=[allows(can_record_visits)], responses=problems(401, 403, 422))
async def create_visits(body: VisitBatch, caller: CallerDep, session: SessionDep) -> VisitBatchRead:
    """The visits of a month at once; each is answered by itself."""
    answers = await record_visits(session, caller=caller, body=body)
    recorded = sum(answer.visit is not None for answer in answers)
    return VisitBatchRead(items=answers, recorded=recorded, refused=len(answers) - recorded)


@router.get("", response_model=Page[VisitRead], dependencies=[allows(can_read_visits)], responses=problems(401, 403, 422))
async def list_visits(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    agreement: UUID | None = None,
    giver: str | None = None,
    receiver: str | None = None,
    specialty: str | None = None,
    state: str | None = None,
    month: date | None = None,
    promised: bool | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Page[VisitRead]:
    """Visits of the facilities one acts for, by month: those behind each number of what was promised and delivered."""
    statement = visits_visible_to(caller)
    for column, wanted in (
        (Visit.agreement_id, agreement),
        (Visit.giver_code, giver),
        (Visit.receiver_code, receiver),
        (Visit.specialty, specialty),
        (Visit.state, state),
        (Visit.month, month.replace(day=1) if month else None),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if promised is not None:
        statement = statement.where(Visit.promised_on.is_not(None) if promised else Visit.promised_on.is_(None))
    if first:
        statement = statement.where(Visit.month >= first.replace(day=1))
    if last:
        statement = statement.where(Visit.month <= last.replace(day=1))
    found = await keyset_page(session, statement, keys=[Visit.month, Visit.id], params=page)
    return found.of([VisitRead.of(visit) for visit in found.items])


@router.get("/delivered", response_model=DeliveredRead, dependencies=[allows(can_read_visits)], responses=problems(401, 403, 422))
async def read_delivered(
    *,
    caller: CallerDep,
    session: SessionDep,
    agreement: UUID | None = None,
    giver: str | None = None,
    receiver: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> DeliveredRead:
    """Promised against delivered, per specialty and month."""
    items = await delivered(session, caller, agreement=agreement, giver=giver, receiver=receiver, first=first, last=last)
    return DeliveredRead(items=items, promised=sum(each.promised for each in items), held=sum(each.held for each in items), missed=sum(each.missed for each in items))
