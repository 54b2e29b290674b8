"""Qualifications over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import exists, select

from services.registry.accounts.links import person_of
from services.registry.persons.permissions import can_read_people
from services.registry.persons.queries import get_visible_person
from services.registry.qualifications.models import Qualification, QualificationAct
from services.registry.qualifications.permissions import can_declare_qualifications, can_verify_qualifications
from services.registry.qualifications.schemas import QualificationCreate, QualificationRead, VerificationCreate
from services.registry.qualifications.use_cases import declare_qualification, verify_qualification
from shared.actions import etag
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.visibility import visible_to

router = Router(tags=["qualifications"])


@router.post(
    "/persons/{person_id}/qualifications",
    status_code=201,
    response_model=QualificationRead,
    dependencies=[allows(can_declare_qualifications)],
    responses=problems(403, 404, 409, 422),
)
async def create_qualification(person_id: UUID, body: QualificationCreate, response: Response, caller: CallerDep, session: SessionDep) -> QualificationRead:
    """Declare a degree or certificate."""
    qualification = await declare_qualification(session, caller=caller, person_id=person_id, body=body)
    etag(response, qualification.version)
    return QualificationRead.seen_by(caller, qualification)


@router.get("/persons/{person_id}/qualifications", response_model=Page[QualificationRead], dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def list_qualifications(
    person_id: UUID,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    as_of: Annotated[date | None, Query(description="What had been declared and answered by this day; today when not said.")] = None,
    known_at: Annotated[datetime | None, Query(description="What had been entered at this instant.")] = None,
) -> Page[QualificationRead]:
    """A person's degrees and certificates, as they were declared and checked."""
    await get_visible_person(session, caller, person_id)
    statement = select(Qualification).where(Qualification.person_id == person_id, visible_to(caller, Qualification))
    if as_of is not None or known_at is not None:
        known = exists().where(QualificationAct.qualification_id == Qualification.id)
        known = known.where(QualificationAct.day <= as_of) if as_of is not None else known
        statement = statement.where(known.where(QualificationAct.recorded_at <= known_at) if known_at is not None else known)
    found = await keyset_page(session, statement, keys=[Qualification.id], params=page)
    own = await person_of(session, caller)
    return found.of([QualificationRead.seen_by(caller, one, own, as_of=as_of, known_at=known_at) for one in found.items])


@router.post(
    "/qualifications/{qualification_id}/verification",
    status_code=201,
    response_model=QualificationRead,
    dependencies=[allows(can_verify_qualifications)],
    responses=problems(403, 404, 409, 422),
)
async def create_verification(qualification_id: UUID, body: VerificationCreate, response: Response, caller: CallerDep, session: SessionDep) -> QualificationRead:
    """Write what the issuer answered; another person than the declarer."""
    qualification = await verify_qualification(session, caller=caller, qualification_id=qualification_id, body=body)
    etag(response, qualification.version)
    return QualificationRead.seen_by(caller, qualification)
