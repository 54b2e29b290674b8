"""Agreements over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import func

from services.rotation.agreements.coverage import coverage_on
from services.rotation.agreements.models import Agreement
from services.rotation.agreements.permissions import can_draft_agreements, can_read_agreements
from services.rotation.agreements.queries import agreements_visible_to, get_visible_agreement
from services.rotation.agreements.schemas import (
    AgreementBatch,
    AgreementBatchRead,
    AgreementCreate,
    AgreementRead,
    Coverage,
    FocalPoint,
    Model,
    Reason,
    Resumption,
    Signature,
    Signatures,
)
from services.rotation.agreements.use_cases import ANNOUNCED, change_agreement, draft_agreement, draft_agreements, name_focal_point, sign_agreement, sign_agreements
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/agreements", tags=["agreements"])
ACT_PROBLEMS = problems(401, 403, 404, 409, 412, 422)
Sort = Annotated[
    Literal["from", "-from", "until", "-until", "receiver", "-receiver", "giver", "-giver", "state", "-state"], Query(description="The order; from its end with a minus.")
]
SORTS: dict[str, list[Any]] = {
    "from": [Agreement.starts_on],
    "until": [func.coalesce(Agreement.ended_on, Agreement.ends_on)],
    "receiver": [Agreement.receiver_code, Agreement.starts_on],
    "giver": [Agreement.giver_code, Agreement.starts_on],
    "state": [Agreement.state, Agreement.starts_on],
}


def _read(response: Response, caller: Caller, agreement: Agreement) -> AgreementRead:
    etag(response, agreement.version)
    return AgreementRead.seen_by(caller, agreement)


@router.post("", status_code=201, response_model=AgreementRead, dependencies=[allows(can_draft_agreements)], responses=problems(401, 403, 409, 422))
async def create_agreement(body: AgreementCreate, response: Response, caller: CallerDep, session: SessionDep) -> AgreementRead:
    """Draft an agreement between two facilities, or enter one that both signed on paper."""
    return _read(response, caller, await draft_agreement(session, caller=caller, body=body))


@router.post("/batch", response_model=AgreementBatchRead, dependencies=[allows(can_draft_agreements)], responses=problems(401, 403, 422))
async def create_agreements(body: AgreementBatch, caller: CallerDep, session: SessionDep) -> AgreementBatchRead:
    """Many agreements at once, for example a centre with all its stations; each is answered by itself."""
    return AgreementBatchRead(items=await draft_agreements(session, caller=caller, body=body))


@router.post("/signatures", response_model=AgreementBatchRead, dependencies=[allows(can_read_agreements)], responses=problems(401, 403, 422))
async def create_signatures(body: Signatures, caller: CallerDep, session: SessionDep) -> AgreementBatchRead:
    """Sign many agreements for one side; each is answered by itself."""
    return AgreementBatchRead(items=await sign_agreements(session, caller=caller, body=body))


@router.get("", response_model=Page[AgreementRead], dependencies=[allows(can_read_agreements)], responses=problems(401, 403, 422))
async def list_agreements(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    giver: str | None = None,
    receiver: str | None = None,
    model: Model | None = None,
    state: str | None = None,
    reference: str | None = None,
    on: date | None = None,
    ends_before: date | None = None,
    sort: Sort = "from",
) -> Page[AgreementRead]:
    """Agreements of the facilities one acts for, oldest first; `on` keeps those whose period covers a day."""
    statement = agreements_visible_to(caller)
    for column, wanted in (
        (Agreement.giver_code, giver),
        (Agreement.receiver_code, receiver),
        (Agreement.model, model),
        (Agreement.state, state),
        (Agreement.reference, reference),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if on:
        statement = statement.where(Agreement.starts_on <= on, Agreement.ends_on >= on)
    if ends_before:
        statement = statement.where(Agreement.ends_on < ends_before)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Agreement.id), params=page)
    return found.of([AgreementRead.seen_by(caller, agreement) for agreement in found.items])


@router.get("/coverage", response_model=Coverage, dependencies=[allows(can_read_agreements)], responses=problems(401, 403, 422))
async def read_coverage(
    caller: CallerDep, session: SessionDep, as_of: date | None = None, facility_type: Annotated[str, Query(pattern=r"^[a-z_]+$", max_length=40, examples=["station"])] = "station"
) -> Coverage:
    """Posts with an agreement by model, and those without one, of the facilities that one manages."""
    return await coverage_on(session, caller, as_of or today(), facility_type)


@router.get("/{agreement_id}", response_model=AgreementRead, dependencies=[allows(can_read_agreements)], responses=problems(401, 403, 404))
async def read_agreement(agreement_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> AgreementRead:
    """One agreement with its obligations."""
    return _read(response, caller, await get_visible_agreement(session, caller, agreement_id))


@router.post("/{agreement_id}/signatures", status_code=201, response_model=AgreementRead, dependencies=[allows(can_read_agreements)], responses=ACT_PROBLEMS)
async def create_signature(agreement_id: UUID, body: Signature, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AgreementRead:
    """Sign for one side; with the second signature the agreement stands."""
    return _read(response, caller, await sign_agreement(session, caller=caller, agreement_id=agreement_id, body=body, if_match=if_match))


@router.post("/{agreement_id}/focal-points", status_code=201, response_model=AgreementRead, dependencies=[allows(can_read_agreements)], responses=ACT_PROBLEMS)
async def create_focal_point(agreement_id: UUID, body: FocalPoint, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AgreementRead:
    """Say whom the other side calls."""
    return _read(response, caller, await name_focal_point(session, caller=caller, agreement_id=agreement_id, body=body, if_match=if_match))


async def _change(agreement_id: UUID, act: str, body: Reason | Resumption, response: Response, caller: Caller, session: SessionDep, if_match: str | None) -> AgreementRead:
    changed = await change_agreement(session, caller=caller, agreement_id=agreement_id, act=act, body=body, announce=ANNOUNCED[act], if_match=if_match)
    return _read(response, caller, changed)


@router.post("/{agreement_id}/suspension", status_code=201, response_model=AgreementRead, dependencies=[allows(can_read_agreements)], responses=ACT_PROBLEMS)
async def create_suspension(agreement_id: UUID, body: Reason, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AgreementRead:
    """Suspend an agreement: nothing more is promised until it is resumed."""
    return await _change(agreement_id, "suspend", body, response, caller, session, if_match)


@router.post("/{agreement_id}/resumption", status_code=201, response_model=AgreementRead, dependencies=[allows(can_read_agreements)], responses=ACT_PROBLEMS)
async def create_resumption(agreement_id: UUID, body: Resumption, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AgreementRead:
    """Resume a suspended agreement."""
    return await _change(agreement_id, "resume", body, response, caller, session, if_match)


@router.post("/{agreement_id}/termination", status_code=201, response_model=AgreementRead, dependencies=[allows(can_read_agreements)], responses=ACT_PROBLEMS)
async def create_termination(agreement_id: UUID, body: Reason, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> AgreementRead:
    """End an agreement before its last day, with the reason."""
    return await _change(agreement_id, "terminate", body, response, caller, session, if_match)
