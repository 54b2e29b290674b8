"""Possible duplicates: the queue, the likeliest first, and two files side by side."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.formats import day
from services.portal.forms import actions_of, send
from services.portal.labels import label, name_of_occupation, state
from services.portal.listing import Listing, paging
from services.portal.texts import gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry/duplicates"
STATES = ("open", "distinct")


@pages.get("/duplicates")
async def duplicates(visit: Visit) -> Response:
    filters = {"state": visit.query("state") if "state" in visit.request.query_params else "open"}
    found = await visit.api.get(API, **filters, **paging(visit))
    words = [(code, gettext(state(code).word)) for code in STATES]
    return visit.page("duplicates/list.html", list=Listing.of(visit, found, filters), states=words)


@pages.get("/duplicates/{id}")
async def duplicate(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}")
    rows = [row | {"one": said(row["field"], row["one"]), "other": said(row["field"], row["other"])} for row in found["differs"]]
    return visit.page("duplicates/page.html", status, pair=found, rows=rows, actions=actions_of(found), typed=visit.fields(), problem=problem, errors=errors or {})


def said(field: str, value: Any) -> str:
    """What one of the two files says in a field, in words; a dash where it says nothing."""
    if not value:
        return "–"
    if field == "sex":
        return label("sex", value)
    if field == "birth":
        return day(value) if len(value) > len("1985") else str(value)
    return ", ".join(name_of_occupation(one) if field == "occupations" else str(one) for one in value)


@pages.post("/duplicates/{id}/distinction")
async def distinguish(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await _page(visit, **shown)

    answer = await send(visit, f"{API}/{segment(visit.path('id'))}/distinction", {"reason": visit.field("reason")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/duplicates/{answer['id']}", done="distinct")
