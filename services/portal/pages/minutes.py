"""The minutes of a leadership meeting: one signed PDF, kept once, read by those who conduct or sign."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.forms import actions_of
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit, not_found

pages = Pages()

API = "/api/v1/appointment"
SHOWN = (403, 409, 413, 415, 422)


def api_of(visit: Visit) -> str:
    return f"{API}/minutes/{segment(visit.path('case'))}/{segment(visit.path('number'))}"


async def minutes_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    case = await visit.api.get(f"{API}/cases/{segment(visit.path('case'))}")
    meeting = next((step for step in case["steps"] if step["vote"] and str(step["number"]) == visit.path("number")), None)
    if meeting is None:
        return not_found(visit)
    return visit.page("leadership/minutes.html", status, case=case, meeting=meeting, actions=actions_of(case), problem=problem, errors=errors or {})


@pages.get("/minutes/{case}/{number}")
async def minutes(visit: Visit) -> Response:
    return await minutes_page(visit)


@pages.post("/minutes/{case}/{number}")
async def keep_minutes(visit: Visit) -> Response:
    file = visit.file("file")
    if file is None:
        return await minutes_page(visit, 422, errors={"file": gettext(_("Choose a PDF file."))})
    try:
        await visit.api.upload(api_of(visit), {}, file.filename or "", file.file, file.content_type or "application/octet-stream", once=visit.field("once"))
    except Refusal as refusal:
        if refusal.status not in SHOWN:
            raise
        if refusal.status == 422 and refusal.fields:
            return await minutes_page(visit, 422, errors=refusal.fields)
        return await minutes_page(visit, refusal.status, problem=refusal.problem)
    return visit.go(f"/cases/{segment(visit.path('case'))}", done="minutes")


@pages.get("/minutes/{case}/{number}/file")
async def minutes_file(visit: Visit) -> Response:
    content, kind = await visit.api.file(api_of(visit))
    return Response(content, media_type=kind, headers={"Content-Disposition": f'inline; filename="minutes-{segment(visit.path("number"))}.pdf"'})
