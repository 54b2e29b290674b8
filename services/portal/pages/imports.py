"""The import of a file: upload, questions about its headings, report and preview, confirmation. Nothing is written before the good rows are confirmed."""

import asyncio
import re
from typing import Any

from starlette.responses import Response, StreamingResponse

from services.portal import formats
from services.portal.clients import Refusal, ServiceAway, segment
from services.portal.labels import choices, label
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from services.portal.vocabulary.imports import ENCODINGS, IMPORTS, NOTES

pages = Pages()

SERVICES = frozenset(service for service, _columns in IMPORTS.values())
PASSED_ON = ("content-type", "content-disposition", "content-length")
SHOWN_CHANGES, SHOWN_NEW, SHOWN_OWN = 20, 5, 10
AT_ONCE_BYTES, AT_ONCE_ROWS = 256 << 10, 3_000
"""What is larger shows its progress instead of a page that does not come."""
ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
LABELS_OF = {"status": "employment_status"}


def api_of(service: str) -> str:
    """The imports of one service; only of those that load files."""
    if service not in SERVICES:
        raise Refusal(404, {})
    return f"/api/v1/{service}/imports"


def path_of(visit: Visit) -> str:
    return f"{api_of(visit.path('service'))}/{segment(visit.path('id'))}"


async def first_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "imports/new.html",
        status,
        kinds=choices("import_kind", *IMPORTS),
        modes=choices("import_mode", "add", "update"),
        columns={kind: columns for kind, (_service, columns) in IMPORTS.items()},
        notes={kind: gettext(note) for kind, note in NOTES.items()},
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        mine=await own_imports(visit),
    )


async def own_imports(visit: Visit) -> list[dict[str, Any]]:
    """What this account sent lately, to any service; one that is away or closed to the account leaves nothing out of the others."""

    async def of(service: str) -> list[dict[str, Any]]:
        try:
            found = await visit.api.get_or_none(api_of(service), mine="true", sort="-created_at", limit=SHOWN_OWN)
        except ServiceAway:
            return []
        return [one | {"service": service} for one in found["items"]] if found else []

    lists = await asyncio.gather(*(of(service) for service in sorted(SERVICES)))
    return sorted((one for found in lists for one in found), key=lambda one: str(one["created_at"]), reverse=True)[:SHOWN_OWN]


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
        errors["file"] = str(gettext(_("Choose a CSV, XLSX or ODS file.")))
    if errors or file is None:
        return await first_page(visit, 422, errors=errors)
    service = IMPORTS[visit.field("kind")][0]
    told = {"kind": visit.field("kind"), "mode": visit.field("mode") or "add"}
    kept, media_type, is_long = file.filename or "file.csv", file.content_type or "application/octet-stream", (file.size or 0) > AT_ONCE_BYTES
    try:
        done = await visit.api.upload(api_of(service), told, kept, file.file, media_type, once=visit.field("once"), in_background=is_long)
    except Refusal as refusal:
        if refusal.status == 422 and refusal.fields:
            return await first_page(visit, 422, errors=refusal.fields)
        if refusal.status in (403, 409, 413, 415, 422):
            return await first_page(visit, refusal.status, problem=refusal.problem)
        raise
    return visit.go(f"/imports/{service}/{done['id']}")


@pages.get("/imports/templates/{kind}.xlsx")
async def workbook(visit: Visit) -> Response:
    """An empty workbook with the headings of a kind and drop-down lists."""
    return await passed_on(visit, template_path(visit, "xlsx"))


@pages.get("/imports/templates/{kind}.csv")
async def template(visit: Visit) -> Response:
    """An empty file with the headings of a kind."""
    return await passed_on(visit, template_path(visit, "csv"))


def template_path(visit: Visit, form: str) -> str:
    kind = visit.path("kind")
    if kind not in IMPORTS:
        raise Refusal(404, {})
    return f"{api_of(IMPORTS[kind][0])}/templates/{kind}.{form}"


async def passed_on(visit: Visit, path: str) -> Response:
    """A file of a service, as it comes."""
    said, pieces = await visit.api.stream(path, ())
    return StreamingResponse(pieces, headers={name: said[name] for name in PASSED_ON if name in said})


@pages.get("/imports/{service}/{id}")
async def report(visit: Visit) -> Response:
    return await report_page(visit)


async def report_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """What the check found, with the first rows of what would be written; or what must be said first."""
    path = path_of(visit)
    found = await visit.api.get(path)
    same = {"report": found, "service": visit.path("service"), "problem": problem, "errors": errors or {}, "encodings": ENCODINGS}
    if found["state"] == "asking":
        return visit.page("imports/questions.html", status, typed=visit.fields(), **same)
    if found["state"] in ("checking", "writing"):
        return visit.page("imports/progress.html", status, **same)
    if visit.request.headers.get("hx-target") == "job":  # the progress that asked is over: the page has another form now
        return Response(headers={"HX-Refresh": "true"})
    waits = found["state"] == "checked"
    changed = as_read((await visit.api.get(f"{path}/rows", state="changed", limit=SHOWN_CHANGES))["items"]) if waits and found["changed"] else []
    new = as_read((await visit.api.get(f"{path}/rows", state="good", limit=SHOWN_NEW))["items"]) if waits and found["good"] else []
    return visit.page("imports/report.html", status, changed=changed, new=new, typed=visit.fields(), **same)


def as_read(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as a person reads them: a date as dates are written here, a code by its word where there is one."""
    return [
        row
        | {
            "values": {name: said(name, value) for name, value in row["values"].items()},
            "changes": [
                change | {"before": change["before"] and said(change["column"], change["before"]), "after": said(change["column"], change["after"])} for change in row["changes"]
            ],
        }
        for row in rows
    ]


def said(column: str, value: str | None) -> str:
    if value is not None and ISO_DAY.match(value):
        return formats.day_short(value)
    return label(LABELS_OF.get(column, column), value)


@pages.get("/imports/{service}/{id}/rows")
async def rows(visit: Visit) -> Response:
    """All rows that would be written, or changed, page by page."""
    state = visit.query("state") if visit.query("state") in ("good", "changed") else "good"
    found = await visit.api.get(path_of(visit))
    page = await visit.api.get(f"{path_of(visit)}/rows", state=state, cursor=visit.query("cursor"))
    return visit.page("imports/rows.html", report=found, service=visit.path("service"), state_code=state, rows=as_read(page["items"]), next=page["next"], encodings=ENCODINGS)


@pages.get("/imports/{service}/{id}/errors.csv")
async def findings_file(visit: Visit) -> Response:
    """Every finding, one per line."""
    return await passed_on(visit, f"{path_of(visit)}/errors.csv")


@pages.get("/imports/{service}/{id}/errors.xlsx")
async def errors_file(visit: Visit) -> Response:
    """The rows in error as they were sent, with a column that says why: to be corrected and sent again."""
    return await passed_on(visit, f"{path_of(visit)}/errors.xlsx")


@pages.post("/imports/{service}/{id}/meanings")
async def mean(visit: Visit) -> Response:
    """What headings and words of the file mean; what is left open is asked again."""
    typed = visit.fields()
    columns: dict[str, str | None] = {}
    values: dict[str, dict[str, str]] = {}
    encoding = {"encoding": typed["encoding"]} if typed.get("encoding") else {}
    for name, chosen in typed.items():
        kind, _dash, number = name.partition("-")
        if kind == "heading" and chosen:
            columns[typed.get(f"said-{number}", "")] = None if chosen == "-" else chosen
        elif kind == "word" and chosen:
            values.setdefault(typed.get(f"of-{number}", ""), {})[typed.get(f"written-{number}", "")] = chosen
    found = await visit.api.get(path_of(visit))
    is_long = found["state"] == "asking" or found["rows"] > AT_ONCE_ROWS  # of a file about whose columns is asked nobody has counted the rows
    try:
        await visit.api.post(f"{path_of(visit)}/meanings", {"columns": columns, "values": values} | encoding, once=visit.field("once"), in_background=is_long)
    except Refusal as refusal:
        if refusal.status in (403, 409, 422):
            return await report_page(visit, refusal.status, refusal.problem | {"detail": " ".join(refusal.fields.values()) or refusal.problem.get("detail", "")})
        raise
    return visit.go(f"/imports/{visit.path('service')}/{visit.path('id')}", done="remembered")


@pages.post("/imports/{service}/{id}/cancellation")
async def cancel(visit: Visit) -> Response:
    return await act(visit, "cancellation", "cancelled")


@pages.post("/imports/{service}/{id}/confirmation")
async def confirm(visit: Visit) -> Response:
    found = await visit.api.get(path_of(visit))
    return await act(visit, "confirmation", "confirmed", in_background=found["good"] + found["changed"] > AT_ONCE_ROWS)


async def act(visit: Visit, resource: str, done: str, *, in_background: bool = False) -> Response:
    try:
        await visit.api.post(f"{path_of(visit)}/{resource}", {}, once=visit.field("once"), in_background=in_background)
    except Refusal as refusal:
        if refusal.status in (403, 409, 422):
            return await report_page(visit, refusal.status, refusal.problem)
        raise
    return visit.go(f"/imports/{visit.path('service')}/{visit.path('id')}", done=done)
