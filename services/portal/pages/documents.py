"""The papers of a person: what is kept, until when it is good, who checked it; a new version beside the earlier ones."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.forms import actions_of, send
from services.portal.labels import choices
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit, not_found

pages = Pages()

API = "/api/v1/registry/documents"
SHOWN = (403, 409, 413, 415, 422)
TYPES = ("identity", "degree", "licence", "health_certificate", "criminal_record", "contract", "decision", "language_certificate", "insurance", "other")
FIELDS = ("issuer", "issued_on", "expires_on", "source", "done_on")


async def of_person(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    person_id = visit.field("person_id") or visit.query("person")
    if not person_id:
        return not_found(visit)
    names = await visit.api.names([person_id])
    found = await visit.api.get(API, person=person_id, limit=200)
    may_add = visit.has_role("regional-administrator", "facility-hr-officer", "licensing-officer")
    return visit.page(
        "documents/list.html",
        status,
        person_id=person_id,
        names=names,
        documents=found["items"],
        types=choices("document_type", *TYPES),
        may_add=may_add,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/documents")
async def documents(visit: Visit) -> Response:
    return await of_person(visit)


async def upload(visit: Visit, path: str, fields: dict[str, str], again: Any) -> Any:
    """Send the file with what is said of it; the page again when it is refused."""
    file = visit.file("file")
    if file is None:
        return await again(visit, 422, errors={"file": gettext(_("Choose a PDF or a picture."))})
    said = {name: value for name, value in fields.items() if value}
    try:
        return await visit.api.upload(path, said, file.filename or "", file.file, file.content_type or "application/octet-stream", once=visit.field("once"))
    except Refusal as refusal:
        if refusal.status not in SHOWN:
            raise
        if refusal.status == 422 and refusal.fields:
            return await again(visit, 422, errors=refusal.fields)
        return await again(visit, refusal.status, problem=refusal.problem)


@pages.post("/documents")
async def keep(visit: Visit) -> Response:
    answer = await upload(visit, API, {name: visit.field(name) for name in ("person_id", "type", "title", *FIELDS)}, of_person)
    return answer if isinstance(answer, Response) else visit.go(f"/documents/{answer['id']}", done="kept")


async def document_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}")
    names = await visit.api.names([found["person_id"]])
    return visit.page(
        "documents/page.html",
        status,
        document=found,
        newest=found["versions"][0],
        names=names,
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/documents/{id}")
async def document(visit: Visit) -> Response:
    return await document_page(visit)


@pages.post("/documents/{id}/versions")
async def new_version(visit: Visit) -> Response:
    answer = await upload(visit, f"{API}/{segment(visit.path('id'))}/versions", {name: visit.field(name) for name in FIELDS}, document_page)
    return answer if isinstance(answer, Response) else visit.go(f"/documents/{answer['id']}", done="version")


@pages.post("/documents/{id}/check")
async def check(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await document_page(visit, **shown)

    body = {name: visit.field(name) for name in ("outcome", "method", "evidence", "done_on")}
    answer = await send(visit, f"{API}/{segment(visit.path('id'))}/check", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/documents/{answer['id']}", done="checked")


@pages.get("/documents/{id}/versions/{number}/file")
async def file_of_version(visit: Visit) -> Response:
    return await file_of(visit, f"{API}/{segment(visit.path('id'))}")


async def file_of(visit: Visit, document: str) -> Response:
    """The file of a version of a document, as it was handed in."""
    number = segment(visit.path("number"))
    content, kind = await visit.api.file(f"{document}/versions/{number}/file")
    ending = {"application/pdf": "pdf", "image/png": "png"}.get(kind, "jpg")
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="document-{number}.{ending}"', "Cache-Control": "private, no-store"})
