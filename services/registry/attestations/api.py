"""Attestations over HTTP, and their public check."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.api import is_a_person
from services.registry.attestations.issuing import revoke
from services.registry.attestations.letter import printed
from services.registry.attestations.models import Attestation
from services.registry.attestations.schemas import AttestationRead, PublicCheck, Revocation, is_valid
from services.registry.persons.own import own_person, own_row
from services.registry.persons.permissions import can_read_people, can_write_at, can_write_people
from services.registry.persons.queries import get_visible_person
from shared.auth import Caller, CallerDep, allows, public_route, require
from shared.clock import judge_done_on
from shared.db import SessionDep, app_session
from shared.errors import NotFound, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by
from shared.papers import spelled
from shared.visibility import visible_to

router = Router(tags=["requests"])
SORTS: dict[str, list[Any]] = {"issued": [Attestation.issued_on]}
Sort = Annotated[Literal["issued", "-issued"], Query(description="The order; from its end with a minus.")]

PDF: Any = {200: {"content": {"application/pdf": {}}, "description": "PDF/A-2b in the language asked"}}
_CHECK = text("SELECT number, authority, authority_name, kind, initials, issued_on, valid_to, revoked_on FROM attestation_of_code(:code)")


async def _visible(session: AsyncSession, caller: Caller, attestation_id: UUID, *, lock: bool = False) -> Attestation:
    statement = select(Attestation).where(Attestation.id == attestation_id, visible_to(caller, Attestation))
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


def _paper(attestation: Attestation, content: bytes) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{attestation.number.replace("/", "-")}.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/attestations", response_model=Page[AttestationRead], dependencies=[allows(can_read_people)], responses=problems(403, 422))
async def list_attestations(caller: CallerDep, session: SessionDep, page: PageDep, person: UUID | None = None, sort: Sort = "-issued") -> Page[AttestationRead]:
    """Attestations that one's facilities issued, newest first."""
    statement = select(Attestation).where(visible_to(caller, Attestation))
    found = await keyset_page(session, statement.where(Attestation.person_id == person) if person else statement, keys=sorted_by(sort, SORTS, Attestation.id), params=page)
    return found.of([AttestationRead.seen_by(caller, one) for one in found.items])


@router.get("/attestations/check/{code}", response_model=PublicCheck, dependencies=[Depends(public_route)], responses=problems(404))
async def check_attestation(code: str) -> PublicCheck:
    """Whether an attestation is what it says: open to everybody, and says no more than initials, kind, dates and validity."""
    async with app_session(None) as session:
        row = (await session.execute(_CHECK, {"code": spelled(code)})).one_or_none()
    if row is None:
        raise NotFound()
    return PublicCheck(**row._mapping, valid=is_valid(row.revoked_on, row.valid_to))


@router.get("/attestations/{attestation_id}", response_model=AttestationRead, dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def read_attestation(attestation_id: UUID, caller: CallerDep, session: SessionDep) -> AttestationRead:
    """One attestation."""
    return AttestationRead.seen_by(caller, await _visible(session, caller, attestation_id))


@router.get("/attestations/{attestation_id}/document", response_class=Response, dependencies=[allows(can_read_people)], responses=problems(403, 404, 409) | PDF)
async def read_document(attestation_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
    """The attestation on paper, in the language of the request."""
    attestation = await _visible(session, caller, attestation_id)
    person = await get_visible_person(session, caller, attestation.person_id)
    return _paper(attestation, await printed(session, attestation, name=person.name))


@router.post(
    "/attestations/{attestation_id}/revocation", status_code=201, response_model=AttestationRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422)
)
async def create_revocation(attestation_id: UUID, body: Revocation, caller: CallerDep, session: SessionDep) -> AttestationRead:
    """Revoke an attestation that was wrong; whoever checks it reads so."""
    attestation = await _visible(session, caller, attestation_id, lock=True)
    require(can_write_at(caller, attestation.authority_path))
    return AttestationRead.seen_by(caller, await revoke(session, caller=caller, attestation=attestation, day=judge_done_on(caller, body.done_on), reason=body.reason))


@router.get("/persons/me/attestations", response_model=Page[AttestationRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 422))
async def list_own_attestations(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[AttestationRead]:
    """One's own attestations, newest first."""
    found = await keyset_page(session, select(Attestation).where(Attestation.person_id == await own_person(session, caller)), keys=[Attestation.id.desc()], params=page)
    return found.of([AttestationRead.seen_by(caller, one) for one in found.items])


@router.get("/persons/me/attestations/{attestation_id}/document", response_class=Response, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409) | PDF)
async def read_own_document(attestation_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
    """One's own attestation on paper."""
    person_id = await own_person(session, caller)
    attestation = await session.scalar(select(Attestation).where(Attestation.id == attestation_id, Attestation.person_id == person_id))
    if attestation is None:
        raise NotFound()
    return _paper(attestation, await printed(session, attestation, name=(await own_row(session, caller))["name"]))
