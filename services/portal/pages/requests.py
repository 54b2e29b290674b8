"""Requests: what I ask of the administration and how far it is; and what a facility has to answer, with its legal delay."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.facilities import facilities_offered
from services.portal.forms import actions_of, search_people, send
from services.portal.labels import choices, label
from services.portal.labels import state as state_of
from services.portal.listing import Listing, paging
from services.portal.pages.documents import TYPES, upload
from services.portal.texts import gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"
ME = f"{API}/persons/me"
STATES = ("submitted", "in_review", "waiting", "accepted", "refused", "withdrawn")
SHOWN_AS = {"waiting": "documents_missing", "accepted": "request_granted"}  # words of a request, beside those of other states of these names
ACTS = {"taking-up": "taken_up", "supply": "supplied", "missing-documents": "documents_asked", "acceptance": "accepted", "refusal": "refused"}


# ---- My requests -----------------------------------------------------------------------------------------------------


async def my_list(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found, catalogue, papers = await asyncio.gather(
        visit.api.get_or_none(f"{ME}/requests", **paging(visit)), visit.api.get(f"{API}/procedures"), visit.api.get_or_none(f"{ME}/attestations", limit=50)
    )
    return visit.page(
        "requests/mine.html",
        status,
        linked=found is not None,
        list=Listing.of(visit, found or {"items": []}, {}, path="/my-file/requests"),
        catalogue=catalogue,
        procedures=[(one["code"], label("procedure", one["code"])) for one in catalogue],
        papers=(papers or {}).get("items", []),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/my-file/requests")
async def my_requests(visit: Visit) -> Response:
    return await my_list(visit)


@pages.post("/my-file/requests")
async def ask(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await my_list(visit, **shown)

    answer = await send(visit, f"{ME}/requests", {name: visit.field(name) for name in ("procedure", "note")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/my-file/requests/{answer['id']}", done="submitted")


async def my_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{ME}/requests/{segment(visit.path('id'))}")
    return visit.page(
        "requests/my_request.html",
        status,
        request=found,
        actions=actions_of(found),
        types=choices("document_type", *(found["documents"] or TYPES)),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/my-file/requests/{id}")
async def my_request(visit: Visit) -> Response:
    return await my_page(visit)


async def act_on_mine(visit: Visit, act: str, done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await my_page(visit, **shown)

    answer = await send(visit, f"{ME}/requests/{segment(visit.path('id'))}/{act}", {"comment": visit.field("comment")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/my-file/requests/{answer['id']}", done=done)


@pages.post("/my-file/requests/{id}/withdrawal")
async def take_back(visit: Visit) -> Response:
    return await act_on_mine(visit, "withdrawal", "withdrawn")


@pages.post("/my-file/requests/{id}/supply")
async def supply(visit: Visit) -> Response:
    return await act_on_mine(visit, "supply", "supplied")


@pages.post("/my-file/requests/{id}/files")
async def add_file(visit: Visit) -> Response:
    answer = await upload(visit, f"{API}/request-files", {"request_id": visit.path("id"), "type": visit.field("type")}, my_page)
    return answer if isinstance(answer, Response) else visit.go(f"/my-file/requests/{answer['id']}", done="document_added")


# ---- What a facility answers -----------------------------------------------------------------------------------------


@pages.get("/requests")
async def requests(visit: Visit) -> Response:
    """Those that wait, the one due first at the top."""
    filters = {name: visit.query(name) for name in ("state", "facility")}
    asked = visit.api.get(f"{API}/requests", **filters, is_open="" if filters["state"] else "true", **paging(visit))
    found, offered = await asyncio.gather(asked, facilities_offered(visit))
    names = await visit.api.names(one["person_id"] for one in found["items"])
    return visit.page(
        "requests/list.html",
        list=Listing.of(visit, found, filters, sort="due", export="requests", asked=filters | {"is_open": "" if filters["state"] else "true"}),
        names=names,
        facilities=offered,
        states=[(code, gettext(state_of(SHOWN_AS.get(code, code)).word)) for code in STATES],
    )


async def request_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/requests/{segment(visit.path('id'))}")
    names = await visit.api.names([found["person_id"]])
    return visit.page("requests/page.html", status, request=found, names=names, actions=actions_of(found), typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/requests/{id}")
async def request(visit: Visit) -> Response:
    return await request_page(visit)


@pages.post("/requests/{id}/{act}")
async def answer_request(visit: Visit) -> Response:
    act = visit.path("act")
    if act not in ACTS:
        raise Refusal(404, {})

    async def again(**shown: Any) -> Response:
        return await request_page(visit, **shown)

    answer = await send(visit, f"{API}/requests/{segment(visit.path('id'))}/{act}", {"comment": visit.field("comment")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/requests/{answer['id']}", done=ACTS[act])


@pages.get("/requests/{id}/files/{file}")
async def file_of_request(visit: Visit) -> Response:
    content, kind = await visit.api.file(f"{API}/requests/{segment(visit.path('id'))}/files/{segment(visit.path('file'))}")
    ending = {"application/pdf": "pdf", "image/png": "png"}.get(kind, "jpg")
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="document.{ending}"', "Cache-Control": "private, no-store"})


# ---- The list of procedures, and what became of the requests of a period ---------------------------------------------


@pages.get("/procedures")
async def procedures(visit: Visit) -> Response:
    """Share answered in time, the oldest that waits, steps and documents that people are spared."""
    asked = {"from": visit.query("from"), "to": visit.query("to"), "as_of": visit.query("as_of"), "facility": visit.query("facility")}
    summary, catalogue, offered = await asyncio.gather(
        visit.api.get(f"{API}/requests/summary", **{name: value for name, value in asked.items() if value}), visit.api.get(f"{API}/procedures"), facilities_offered(visit)
    )
    lines = {line["procedure"]: line for line in summary["items"]}
    listed = [(one, lines.pop(one["code"], None)) for one in catalogue]
    return visit.page("requests/procedures.html", summary=summary, listed=listed, others=list(lines.values()), facilities=offered, asked=asked)


# ---- What came on paper ----------------------------------------------------------------------------------------------


async def counter_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    catalogue, offered = await asyncio.gather(visit.api.get(f"{API}/procedures"), facilities_offered(visit))
    return visit.page(
        "requests/counter.html",
        status,
        procedures=[(one["code"], label("procedure", one["code"])) for one in catalogue],
        facilities=offered,
        found=found,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/request-at-the-counter")
async def counter(visit: Visit) -> Response:
    return await counter_page(visit)


@pages.post("/request-at-the-counter")
async def receive(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await counter_page(visit, **shown)

    if visit.field("step") == "search" or not visit.field("person_id"):
        return await search_people(visit, again)
    answer = await send(visit, f"{API}/requests", {name: visit.field(name) for name in ("person_id", "facility_code", "procedure", "note", "done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/requests/{answer['id']}", done="received")


@pages.get("/requests/{id}/receipt")
async def receipt(visit: Visit) -> Response:
    content, kind = await visit.api.file(f"{API}/requests/{segment(visit.path('id'))}/receipt")
    return Response(content, media_type=kind, headers={"Content-Disposition": 'inline; filename="receipt.pdf"', "Cache-Control": "private, no-store"})


@pages.get("/my-file/requests/{id}/receipt")
async def my_receipt(visit: Visit) -> Response:
    content, kind = await visit.api.file(f"{ME}/requests/{segment(visit.path('id'))}/receipt")
    return Response(content, media_type=kind, headers={"Content-Disposition": 'inline; filename="receipt.pdf"', "Cache-Control": "private, no-store"})
