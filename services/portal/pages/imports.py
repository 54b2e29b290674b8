"""The import of a file: upload, report, confirmation. Nothing is written before the good rows are confirmed."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.labels import choices
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry/imports"
COLUMNS = {
    "facilities": "code, name, type, level, ownership, area_code, authority, technical_supervisor, host, remoteness, tier, valid_from, valid_to",
    "posts": "reference, facility_code, unit, job_position, occupation_code, specialty, fte, open_from, close_to, is_management",
    "people": "worker_no, full_name, birth_date, sex, occupation_code, specialty, degree, degree_institution, degree_year, facility_code, employment_type, start_date, status",
    "assignments": "worker_no, post_reference, facility_code, kind, fte_share, start_date, end_date, decision_number",
}


async def first_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page("imports/new.html", status, kinds=choices("import_kind"), columns=COLUMNS, typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/imports")
async def imports(visit: Visit) -> Response:
    return await first_page(visit)


@pages.post("/imports")
async def upload(visit: Visit) -> Response:
    file = visit.file("file")
    errors = {}
    if visit.field("kind") not in COLUMNS:
        errors["kind"] = str(gettext(_("Choose what the file holds.")))
    if file is None:
        errors["file"] = str(gettext(_("Choose a CSV or XLSX file.")))
    if errors or file is None:
        return await first_page(visit, 422, errors=errors)
    try:
        done = await visit.api.upload(
            API, {"kind": visit.field("kind")}, file.filename or "file.csv", file.file, file.content_type or "application/octet-stream", once=visit.field("once")
        )
    except Refusal as refusal:
        if refusal.status == 422 and refusal.fields:
            return await first_page(visit, 422, errors=refusal.fields)
        if refusal.status in (403, 409, 413, 415, 422):
            return await first_page(visit, refusal.status, problem=refusal.problem)
        raise
    return visit.go(f"/imports/{done['id']}")


@pages.get("/imports/{id}")
async def report(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}")
    return visit.page("imports/report.html", report=found)


@pages.get("/imports/{id}/errors.csv")
async def errors_file(visit: Visit) -> Response:
    """The rows in error alone, with a column that says why."""
    text = await visit.api.text(f"{API}/{segment(visit.path('id'))}/errors.csv")
    return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="errors.csv"'})


@pages.post("/imports/{id}/confirmation")
async def confirm(visit: Visit) -> Response:
    path = f"{API}/{segment(visit.path('id'))}"
    try:
        await visit.api.post(f"{path}/confirmation", {}, once=visit.field("once"))
    except Refusal as refusal:
        if refusal.status in (403, 409, 422):
            return visit.page("imports/report.html", refusal.status, report=await visit.api.get(path), problem=refusal.problem)
        raise
    return visit.go(f"/imports/{visit.path('id')}", done="confirmed")
