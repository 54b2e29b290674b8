"""The import of a file: upload, report, confirmation. Nothing is written before the good rows are confirmed."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.labels import choices
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from services.portal.vocabulary.imports import IMPORTS, NOTES

pages = Pages()

SERVICES = frozenset(service for service, _columns in IMPORTS.values())


def api_of(service: str) -> str:
    """The imports of one service; only of those that load files."""
    if service not in SERVICES:
        raise Refusal(404, {})
    return f"/api/v1/{service}/imports"


async def first_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "imports/new.html",
        status,
        kinds=choices("import_kind", *IMPORTS),
        columns={kind: columns for kind, (_service, columns) in IMPORTS.items()},
        notes={kind: gettext(note) for kind, note in NOTES.items()},
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/imports")
async def imports(visit: Visit) -> Response:
    return await first_page(visit)


@pages.post("/imports")
async def upload(visit: Visit) -> Response:
    file = visit.file("file")
    errors = {}
    if visit.field("kind") not in IMPORTS:
        errors["kind"] = str(gettext(_("Choose what the file holds.")))
    if file is None:
        errors["file"] = str(gettext(_("Choose a CSV or XLSX file.")))
    if errors or file is None:
        return await first_page(visit, 422, errors=errors)
    service = IMPORTS[visit.field("kind")][0]
    try:
        done = await visit.api.upload(
            api_of(service), {"kind": visit.field("kind")}, file.filename or "file.csv", file.file, file.content_type or "application/octet-stream", once=visit.field("once")
        )
    except Refusal as refusal:
        if refusal.status == 422 and refusal.fields:
            return await first_page(visit, 422, errors=refusal.fields)
        if refusal.status in (403, 409, 413, 415, 422):
            return await first_page(visit, refusal.status, problem=refusal.problem)
        raise
    return visit.go(f"/imports/{service}/{done['id']}")


@pages.get("/imports/templates/{kind}.csv")
async def template(visit: Visit) -> Response:
    """An empty file with the headings of a kind."""
    kind = visit.path("kind")
    if kind not in IMPORTS:
        raise Refusal(404, {})
    text = await visit.api.text(f"{api_of(IMPORTS[kind][0])}/templates/{kind}.csv")
    return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{kind}.csv"'})


@pages.get("/imports/{service}/{id}")
async def report(visit: Visit) -> Response:
    found = await visit.api.get(f"{api_of(visit.path('service'))}/{segment(visit.path('id'))}")
    return visit.page("imports/report.html", report=found, service=visit.path("service"))


@pages.get("/imports/{service}/{id}/errors.csv")
async def errors_file(visit: Visit) -> Response:
    """The rows in error alone, with a column that says why."""
    text = await visit.api.text(f"{api_of(visit.path('service'))}/{segment(visit.path('id'))}/errors.csv")
    return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="errors.csv"'})


@pages.post("/imports/{service}/{id}/confirmation")
async def confirm(visit: Visit) -> Response:
    path = f"{api_of(visit.path('service'))}/{segment(visit.path('id'))}"
    try:
        await visit.api.post(f"{path}/confirmation", {}, once=visit.field("once"))
    except Refusal as refusal:
        if refusal.status in (403, 409, 422):
            return visit.page("imports/report.html", refusal.status, report=await visit.api.get(path), service=visit.path("service"), problem=refusal.problem)
        raise
    return visit.go(f"/imports/{visit.path('service')}/{visit.path('id')}", done="confirmed")
