"""Documents over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Path, Query, Response, UploadFile
from fastapi.responses import FileResponse
from sqlalchemy import exists, select

from services.registry.accounts.api import is_a_person
from services.registry.accounts.links import person_of
from services.registry.documents.models import Document, DocumentVersion, Type
from services.registry.documents.permissions import can_add_documents, can_check_documents, can_read_documents
from services.registry.documents.schemas import CheckCreate, DocumentRead
from services.registry.documents.use_cases import Said, add_version, check_document, document_rule, get_visible_document, keep_document
from services.registry.persons.own import own_person
from shared.actions import etag
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.files import MEDIA_TYPES, PAPERS, StoredFile, store
from shared.idempotency import Router
from shared.imports.wizard import chunks_of
from shared.pagination import Page, PageDep, keyset_page
from shared.visibility import visible_to

router = Router(prefix="/documents", tags=["documents"])
own_router = Router(prefix="/persons/me/documents", tags=["documents"])

FILE: Any = {200: {"content": {MEDIA_TYPES[kind]: {} for kind in sorted(PAPERS)}, "description": "The file as it was handed in"}}
WRITE: Any = {"status_code": 201, "response_model": DocumentRead, "responses": problems(403, 404, 409, 413, 422)}

Title = Annotated[str, Form(min_length=2, max_length=200, examples=["Giấy khám sức khỏe"])]
Line = Annotated[str | None, Form(max_length=200)]
Day = Annotated[date | None, Form()]
Source = Annotated[str, Form(min_length=2, max_length=200, description="Where the file comes from: handed in by the person, the issuer’s register …")]


async def _read(session: SessionDep, caller: Caller, response: Response, document: Document) -> DocumentRead:
    etag(response, document.version)
    return DocumentRead.seen_by(caller, document, document_rule(document.authority_path, today()), await person_of(session, caller))


@router.post("", dependencies=[allows(can_add_documents)], **WRITE)
async def create_document(
    *,
    person_id: Annotated[UUID, Form()],
    type: Annotated[Type, Form()],  # noqa: A002
    title: Title,
    file: UploadFile,
    source: Source,
    issuer: Line = None,
    issued_on: Day = None,
    expires_on: Day = None,
    done_on: Day = None,
    response: Response,
    caller: CallerDep,
    session: SessionDep,
) -> DocumentRead:
    """Keep a paper of a person: a PDF or a picture of at most 10 MB, which is what its name says."""
    stored = await store(chunks_of(file), file.filename or "")
    said = Said(issuer or None, issued_on, expires_on, source, done_on)
    return await _read(session, caller, response, await keep_document(session, caller=caller, person_id=person_id, type_=type, title=title, file=stored, said=said))


@router.get("", response_model=Page[DocumentRead], dependencies=[allows(can_read_documents)], responses=problems(403, 422))
async def list_documents(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    person: UUID | None = None,
    type: Type | None = None,  # noqa: A002
    expires_by: Annotated[date | None, Query(description="Only those with a version that ends by this day.")] = None,
) -> Page[DocumentRead]:
    """Documents that the caller may see, with their versions but not their content."""
    wanted = select(Document).where(visible_to(caller, Document))
    for column, value in ((Document.person_id, person), (Document.type, type)):
        if value is not None:
            wanted = wanted.where(column == value)
    if expires_by is not None:
        wanted = wanted.where(exists().where(DocumentVersion.document_id == Document.id, DocumentVersion.expires_on <= expires_by))
    found = await keyset_page(session, wanted, keys=[Document.id], params=page)
    own, day = await person_of(session, caller), today()
    return found.of([DocumentRead.seen_by(caller, one, document_rule(one.authority_path, day), own) for one in found.items])


@router.get("/{document_id}", response_model=DocumentRead, dependencies=[allows(can_read_documents)], responses=problems(403, 404))
async def read_document(document_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> DocumentRead:
    """One document with its versions."""
    return await _read(session, caller, response, await get_visible_document(session, caller, document_id))


@router.post("/{document_id}/versions", dependencies=[allows(can_add_documents)], **WRITE)
async def create_version(
    *,
    document_id: UUID,
    file: UploadFile,
    source: Source,
    issuer: Line = None,
    issued_on: Day = None,
    expires_on: Day = None,
    done_on: Day = None,
    response: Response,
    caller: CallerDep,
    session: SessionDep,
) -> DocumentRead:
    """Add a version: the earlier ones stay."""
    await get_visible_document(session, caller, document_id)
    stored = await store(chunks_of(file), file.filename or "")
    said = Said(issuer or None, issued_on, expires_on, source, done_on)
    return await _read(session, caller, response, await add_version(session, caller=caller, document_id=document_id, file=stored, said=said))


@router.post("/{document_id}/check", dependencies=[allows(can_check_documents)], **WRITE)
async def create_check(document_id: UUID, body: CheckCreate, response: Response, caller: CallerDep, session: SessionDep) -> DocumentRead:
    """Say whether the newest version is genuine, and how it was checked."""
    return await _read(session, caller, response, await check_document(session, caller=caller, document_id=document_id, body=body))


Number = Annotated[int, Path(ge=1, le=10_000, description="The number of the version.")]


@router.get("/{document_id}/versions/{number}/file", dependencies=[allows(can_read_documents)], response_class=Response, responses=problems(403, 404, 422) | FILE)
async def read_file(document_id: UUID, number: Number, caller: CallerDep, session: SessionDep) -> FileResponse:
    """The file of a version. Whoever opens it leaves a record that the person reads."""
    document = await get_visible_document(session, caller, document_id)
    file = _file(document, number)
    await record_reads(session, caller, "document", [(document.id, document.person_id)], fields=["file"])
    return file


def _file(document: Document, number: int) -> FileResponse:
    """The file of a version as it was handed in. Raises NotFound, also when its time was over."""
    version = next((one for one in document.versions if one.number == number), None)
    if version is None or version.sha256 is None:
        raise NotFound()
    path = StoredFile(version.sha256, version.size, version.kind).path
    if not path.is_file():
        raise NotFound()
    headers = {"Content-Disposition": f'attachment; filename="{document.type}-{number}.{version.kind}"', "Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=MEDIA_TYPES[version.kind], headers=headers)


# ---- One's own -----------------------------------------------------------------------------------------------------


@own_router.get("", response_model=Page[DocumentRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 422))
async def list_own_documents(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[DocumentRead]:
    """The caller's own papers, newest first, with what was checked of them."""
    person = await own_person(session, caller)
    found = await keyset_page(session, select(Document).where(Document.person_id == person), keys=[Document.id.desc()], params=page)
    return found.of([DocumentRead.seen_by(caller, one, document_rule(one.authority_path, today()), person) for one in found.items])


@own_router.get("/{document_id}/versions/{number}/file", dependencies=[allows(is_a_person)], response_class=Response, responses=problems(401, 403, 404, 422) | FILE)
async def read_own_document(document_id: UUID, number: Number, caller: CallerDep, session: SessionDep) -> FileResponse:
    """The file of one of the caller's own papers."""
    person = await own_person(session, caller)
    document = await session.scalar(select(Document).where(Document.id == document_id, Document.person_id == person))
    if document is None:
        raise NotFound()
    return _file(document, number)
