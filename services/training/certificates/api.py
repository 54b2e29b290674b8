"""Certificates over HTTP, and their public check."""

from uuid import UUID

from fastapi import Depends, Response

from services.training.certificates.letter import printed
from services.training.certificates.models import Certificate
from services.training.certificates.queries import certificates_visible_to, checked, get_visible_certificate
from services.training.certificates.schemas import CertificateRead, CertificatesCreate, CertificatesRead, PublicCheck, Revocation
from services.training.certificates.use_cases import issue_certificates, revoke_certificate
from services.training.roles import can_organise_training, can_read_training
from shared.auth import CallerDep, allows, public_route
from shared.db import SessionDep, app_session
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.people import names_of

router = Router(tags=["certificates"])


@router.post(
    "/sessions/{session_id}/certificates",
    status_code=201,
    response_model=CertificatesRead,
    dependencies=[allows(can_organise_training)],
    responses=problems(401, 403, 404, 409, 422, 503),
)
async def create_certificates(session_id: UUID, body: CertificatesCreate, caller: CallerDep, session: SessionDep) -> CertificatesRead:
    """Give their certificate and their hours to all who passed; who has one keeps it."""
    issued = await issue_certificates(session, caller=caller, session_id=session_id, body=body)
    return CertificatesRead(issued=len(issued), items=[CertificateRead.seen_by(caller, each) for each in issued])


@router.get("/certificates", response_model=Page[CertificateRead], dependencies=[allows(can_read_training)], responses=problems(401, 403, 422))
async def list_certificates(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    training_session: UUID | None = None,
    person: UUID | None = None,
    facility: str | None = None,
    state: str | None = None,
) -> Page[CertificateRead]:
    """Certificates of one's own people and those that one gave; `training_session` is the session's id."""
    statement = certificates_visible_to(caller)
    for column, wanted in ((Certificate.session_id, training_session), (Certificate.person_id, person), (Certificate.facility_code, facility), (Certificate.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Certificate.issued_on, Certificate.id], params=page)
    return found.of([CertificateRead.seen_by(caller, each) for each in found.items])


@router.get("/certificates/check/{code}", response_model=PublicCheck, dependencies=[Depends(public_route)], responses=problems(404))
async def check_certificate(code: str) -> PublicCheck:
    """Whether a certificate is what it says: open to everybody, and says no more than initials, title, dates and validity (TRN-04)."""
    async with app_session(None) as session:
        return await checked(session, code)


@router.get("/certificates/{certificate_id}", response_model=CertificateRead, dependencies=[allows(can_read_training)], responses=problems(401, 403, 404))
async def read_certificate(certificate_id: UUID, caller: CallerDep, session: SessionDep) -> CertificateRead:
    """One certificate."""
    return CertificateRead.seen_by(caller, await get_visible_certificate(session, caller, certificate_id))


@router.get(
    "/certificates/{certificate_id}/document",
    response_class=Response,
    dependencies=[allows(can_read_training)],
    responses=problems(401, 403, 404, 503) | {200: {"content": {"application/pdf": {}}, "description": "PDF/A-2b in the language asked"}},
)
async def read_document(certificate_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
    """The certificate on paper, in the language of the request."""
    certificate = await get_visible_certificate(session, caller, certificate_id)
    name = (await names_of(caller, [certificate.person_id]))[certificate.person_id]
    content = await printed(caller, certificate, name=name)
    headers = {"Content-Disposition": f'inline; filename="{certificate.number.replace("/", "-")}.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


@router.post(
    "/certificates/{certificate_id}/revocation",
    status_code=201,
    response_model=CertificateRead,
    dependencies=[allows(can_organise_training)],
    responses=problems(401, 403, 404, 409, 422),
)
async def create_revocation(certificate_id: UUID, body: Revocation, caller: CallerDep, session: SessionDep) -> CertificateRead:
    """Revoke a certificate that was wrong."""
    return CertificateRead.seen_by(caller, await revoke_certificate(session, caller=caller, certificate_id=certificate_id, body=body))
