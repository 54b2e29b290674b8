"""Requests over HTTP: one's own, and those that a facility answers."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Form, Query, Response, UploadFile
from fastapi.responses import FileResponse
from sqlalchemy import select

from services.registry.accounts.api import is_a_person
from services.registry.persons.own import own_person, own_row
from services.registry.persons.queries import get_visible_person
from services.registry.requests.models import OPEN, Request, State
from services.registry.requests.permissions import can_answer_requests, can_read_requests
from services.registry.requests.receipt import receipt_of
from services.registry.requests.schemas import Because, RequestCreate, RequestRead, RequestReceived, RequestsSummary, Step
from services.registry.requests.summary import summarise
from services.registry.requests.use_cases import (
    accept,
    add_file,
    ask_documents,
    get_own_request,
    get_visible_request,
    procedure_of,
    receive_request,
    refuse,
    requests_visible_to,
    submit_request,
    supply,
    take_documents,
    take_up,
    withdraw,
)
from shared.actions import IfMatch, etag, require_current
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import Malformed, NotFound, problems
from shared.files import MEDIA_TYPES, StoredFile, store
from shared.i18n import _
from shared.idempotency import Router
from shared.imports.wizard import chunks_of
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(tags=["requests"])
SORTS: dict[str, list[Any]] = {"due": [Request.due_on]}
Sort = Annotated[Literal["due", "-due"], Query(description="The order; from its end with a minus.")]

OWN: Any = {"status_code": 201, "response_model": RequestRead, "dependencies": [allows(is_a_person)], "responses": problems(401, 403, 404, 409, 422)}
ANSWER: Any = {"status_code": 201, "response_model": RequestRead, "dependencies": [allows(can_answer_requests)], "responses": problems(403, 404, 409, 412, 422)}


def _read(caller: Caller, response: Response, request: Request, *, own: bool = False) -> RequestRead:
    etag(response, request.version)
    return RequestRead.seen_by(caller, request, procedure_of(request), own=own)


async def _current(session: SessionDep, caller: Caller, request_id: UUID, if_match: str | None) -> None:
    if if_match is not None:
        require_current(if_match, (await get_visible_request(session, caller, request_id)).version)


@router.post("/persons/me/requests", **OWN)
async def create_request(body: RequestCreate, response: Response, caller: CallerDep, session: SessionDep) -> RequestRead:
    """Ask something of the administration for oneself, by the catalogue of procedures."""
    return _read(caller, response, await submit_request(session, caller=caller, body=body), own=True)


@router.get("/persons/me/requests", response_model=Page[RequestRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 422))
async def list_own_requests(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[RequestRead]:
    """What one asked, newest first, with each step and the day by which it is answered."""
    found = await keyset_page(session, select(Request).where(Request.person_id == await own_person(session, caller)), keys=[Request.id.desc()], params=page)
    return found.of([RequestRead.seen_by(caller, one, procedure_of(one), own=True) for one in found.items])


@router.get("/persons/me/requests/{request_id}", response_model=RequestRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def read_own_request(request_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> RequestRead:
    """One of one's own requests."""
    return _read(caller, response, await get_own_request(session, caller, request_id), own=True)


@router.post("/persons/me/requests/{request_id}/withdrawal", **OWN)
async def create_withdrawal(request_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep) -> RequestRead:
    """Take back what one asked."""
    return _read(caller, response, await withdraw(session, caller=caller, request_id=request_id, body=body), own=True)


@router.post("/persons/me/requests/{request_id}/supply", **OWN)
async def create_supply(request_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep) -> RequestRead:
    """Say that the documents that were missing are there: the clock goes on."""
    return _read(caller, response, await supply(session, caller=caller, request_id=request_id, body=body), own=True)


@router.post("/request-files", status_code=201, response_model=RequestRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409, 413, 422))
async def create_file(
    request_id: Annotated[UUID, Form()],
    type: Annotated[str, Form(min_length=2, max_length=60, examples=["identity"])],  # noqa: A002
    file: UploadFile,
    response: Response,
    caller: CallerDep,
    session: SessionDep,
) -> RequestRead:
    """Add a document to one's own request: a PDF or a picture of at most 10 MB."""
    await get_own_request(session, caller, request_id)
    stored = await store(chunks_of(file), file.filename or "")
    return _read(caller, response, await add_file(session, caller=caller, request_id=request_id, type_=type, file=stored), own=True)


@router.post("/requests", **ANSWER)
async def create_received_request(body: RequestReceived, response: Response, caller: CallerDep, session: SessionDep) -> RequestRead:
    """Enter what a person asked on paper; the delay runs from the day on which it came."""
    return _read(caller, response, await receive_request(session, caller=caller, body=body))


@router.get("/requests", response_model=Page[RequestRead], dependencies=[allows(can_read_requests)], responses=problems(403, 422))
async def list_requests(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: Annotated[State | None, Query()] = None,
    is_open: Annotated[bool, Query(description="Only those that wait for an answer or for documents.")] = False,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    due_by: Annotated[date | None, Query()] = None,
    sort: Sort = "due",
) -> Page[RequestRead]:
    """Requests to one's facilities, those due first at the top."""
    wanted = requests_visible_to(caller)
    for column, value in ((Request.state, state), (Request.facility_code, facility)):
        if value is not None:
            wanted = wanted.where(column == value)
    if is_open:
        wanted = wanted.where(Request.state.in_(OPEN))
    if due_by is not None:
        wanted = wanted.where(Request.due_on <= due_by)
    found = await keyset_page(session, wanted, keys=sorted_by(sort, SORTS, Request.id), params=page)
    return found.of([RequestRead.seen_by(caller, one, procedure_of(one)) for one in found.items])


@router.get("/requests/summary", response_model=RequestsSummary, dependencies=[allows(can_read_requests)], responses=problems(403, 422))
async def read_summary(
    caller: CallerDep,
    session: SessionDep,
    first: Annotated[date | None, Query(alias="from", description="First day of the period in which requests were sent; the year's first day.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day of it; the day looked at.")] = None,
    as_of: Annotated[date | None, Query(description="The day that is looked at; today.")] = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
) -> RequestsSummary:
    """By procedure: how many were answered in time, what waits and since when, and what people are spared."""
    day = as_of or last or today()
    last = min(last or day, day)
    first = first or last.replace(month=1, day=1)
    if first > last:
        raise Malformed.field("from", _("The period ends before it begins."))
    return await summarise(session, caller, first=first, last=last, day=day, facility=facility)


@router.get("/requests/{request_id}", response_model=RequestRead, dependencies=[allows(can_read_requests)], responses=problems(403, 404))
async def read_request(request_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> RequestRead:
    """One request with its steps."""
    return _read(caller, response, await get_visible_request(session, caller, request_id))


PDF: Any = {"response_class": Response, "responses": problems(403, 404) | {200: {"content": {"application/pdf": {}}, "description": "PDF/A-2b in the language asked"}}}


def _paper(content: bytes) -> Response:
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="receipt.pdf"', "Cache-Control": "private, no-store"})


@router.get("/persons/me/requests/{request_id}/receipt", dependencies=[allows(is_a_person)], **PDF)
async def read_own_receipt(request_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
    """The receipt of one's own request: what was asked, on which day, and by when it is answered."""
    request = await get_own_request(session, caller, request_id)
    return _paper(await receipt_of(session, request, name=(await own_row(session, caller))["name"]))


@router.get("/requests/{request_id}/receipt", dependencies=[allows(can_read_requests)], **PDF)
async def read_receipt(request_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
    """The receipt that whoever asked is given."""
    request = await get_visible_request(session, caller, request_id)
    person = await get_visible_person(session, caller, request.person_id)
    return _paper(await receipt_of(session, request, name=person.name))


@router.get(
    "/requests/{request_id}/files/{file_id}",
    response_class=Response,
    dependencies=[allows(can_read_requests)],
    responses=problems(403, 404) | {200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "The file as it was sent"}},
)
async def read_file(request_id: UUID, file_id: UUID, caller: CallerDep, session: SessionDep) -> FileResponse:
    """A file of a request. Whoever opens it leaves a record that the person reads."""
    request = await get_visible_request(session, caller, request_id)
    found = next((one for one in request.files if one.id == file_id), None)
    path = StoredFile(found.sha256, found.size, found.kind).path if found and found.sha256 else None
    if found is None or path is None or not path.is_file():  # noqa: ASYNC240 - one look at a local disk
        raise NotFound()
    await record_reads(session, caller, "request", [(request.id, request.person_id)], fields=["file"])
    headers = {"Content-Disposition": f'attachment; filename="{found.type}.{found.kind}"', "Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=MEDIA_TYPES[found.kind], headers=headers)


@router.post("/requests/{request_id}/taking-up", **ANSWER)
async def create_taking_up(request_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> RequestRead:
    """Begin to work on it."""
    await _current(session, caller, request_id, if_match)
    return _read(caller, response, await take_up(session, caller=caller, request_id=request_id, body=body))


@router.post("/requests/{request_id}/missing-documents", **ANSWER)
async def create_missing_documents(request_id: UUID, body: Because, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> RequestRead:
    """Say which documents are missing: the clock rests."""
    await _current(session, caller, request_id, if_match)
    return _read(caller, response, await ask_documents(session, caller=caller, request_id=request_id, body=body))


@router.post("/requests/{request_id}/supply", **ANSWER)
async def create_documents_taken(request_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> RequestRead:
    """Say that what was missing was brought to the counter: the clock goes on."""
    await _current(session, caller, request_id, if_match)
    return _read(caller, response, await take_documents(session, caller=caller, request_id=request_id, body=body))


@router.post("/requests/{request_id}/acceptance", **ANSWER)
async def create_acceptance(request_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> RequestRead:
    """Grant it; an attestation that it asks for is issued."""
    await _current(session, caller, request_id, if_match)
    return _read(caller, response, await accept(session, caller=caller, request_id=request_id, body=body))


@router.post("/requests/{request_id}/refusal", **ANSWER)
async def create_refusal(request_id: UUID, body: Because, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> RequestRead:
    """Refuse it, and say why."""
    await _current(session, caller, request_id, if_match)
    return _read(caller, response, await refuse(session, caller=caller, request_id=request_id, body=body))
