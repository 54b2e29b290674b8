"""Returns: asked by an authority, handed in by facilities; who has sent, when, how complete, and who is late."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.acts import Act, add_acts
from services.portal.clients import segment
from services.portal.facilities import facilities_offered
from services.portal.forms import actions_of, send
from services.portal.listing import Listing, paging
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry/returns"
FIELDS = ("authority", "title", "what", "first_on", "last_on", "due_on", "done_on")
ACTS = {"hand_in": Act("returns", ("facility_code",)), "close": Act("closing", ())}


@pages.get("/returns")
async def returns(visit: Visit) -> Response:
    found = await visit.api.get(API, **paging(visit))
    return visit.page("returns/list.html", list=Listing.of(visit, found, {}, export="return-calls"), may_ask=visit.has_role("regional-administrator", "ministry-analyst"))


async def new_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    typed = visit.fields() or {"authority": visit.authority, "what": "staff"}
    return visit.page("returns/new.html", status, typed=typed, problem=problem, errors=errors or {})


@pages.get("/returns/new")
async def new_return(visit: Visit) -> Response:
    return await new_page(visit)


@pages.post("/returns/new")
async def ask_for_returns(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_page(visit, **shown)

    answer = await send(visit, API, {name: visit.field(name) for name in FIELDS}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/returns/{answer['id']}", done="asked")


async def act_page(visit: Visit, act: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}")
    facilities = await facilities_offered(visit) if act == "hand_in" else []
    return visit.page(
        "returns/act.html", status, call=found, act=act, action=actions_of(found).get(act), facilities=facilities, typed=visit.fields(), problem=problem, errors=errors or {}
    )


add_acts(pages, "/returns/{id}", API, ACTS, act_page)


@pages.get("/returns/{id}")
async def one_call(visit: Visit) -> Response:
    """By authority for those who look over several, by facility for the others; either can be asked for."""
    path = f"{API}/{segment(visit.path('id'))}"
    by = visit.query("by") or ("facility" if "-" in visit.authority or not visit.authority else "authority")
    found, status = await asyncio.gather(visit.api.get(path), visit.api.get(f"{path}/status", by=by))
    return visit.page("returns/page.html", call=found, places=status["items"], by=by, actions=actions_of(found))
