"""What people dispute in their own files: the list of HR, and one to decide."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import actions_of, send
from services.portal.labels import state
from services.portal.listing import Listing, paging
from services.portal.texts import gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry/corrections"
STATES = ("requested", "corrected", "rejected", "withdrawn")


@pages.get("/corrections")
async def corrections(visit: Visit) -> Response:
    """Those that wait first: somebody's file is wrong until they are decided."""
    filters = {"state": visit.query("state") if "state" in visit.request.query_params else "requested"}
    found = await visit.api.get(API, **filters, **paging(visit))
    names = await visit.api.names(one["person_id"] for one in found["items"])
    words = [(code, gettext(state(code).word)) for code in STATES]
    return visit.page("corrections/list.html", list=Listing.of(visit, found, filters, sort="asked"), names=names, states=words)


@pages.get("/corrections/{id}")
async def correction(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}")
    names = await visit.api.names([found["person_id"]])
    return visit.page("corrections/page.html", status, correction=found, names=names, actions=actions_of(found), typed=visit.fields(), problem=problem, errors=errors or {})


async def _decide(visit: Visit, act: str, done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await _page(visit, **shown)

    answer = await send(visit, f"{API}/{segment(visit.path('id'))}/{act}", {"comment": visit.field("comment")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/corrections/{answer['id']}", done=done)


@pages.post("/corrections/{id}/acceptance")
async def accept(visit: Visit) -> Response:
    return await _decide(visit, "acceptance", "corrected")


@pages.post("/corrections/{id}/rejection")
async def reject(visit: Visit) -> Response:
    return await _decide(visit, "rejection", "rejected")
