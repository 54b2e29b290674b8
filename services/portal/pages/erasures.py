"""Erasures: files that nothing keeps any longer, what was asked, what a second person decides; and one's own right to it."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import actions_of, send
from services.portal.labels import state
from services.portal.listing import Listing, paging
from services.portal.navigation import WRITERS
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry/erasures"
MINE = "/api/v1/registry/persons/me/erasures"
STATES = ("proposed", "confirmed", "refused", "erased")
DECISIONS = {"confirmation": "confirmed", "refusal": "refused"}


@pages.get("/erasures")
async def erasures(visit: Visit) -> Response:
    """Those that wait for a decision first."""
    filters = {"state": visit.query("state") if "state" in visit.request.query_params else "proposed"}
    found = await visit.api.get(API, **filters, **paging(visit))
    names = await visit.api.names(one["person_id"] for one in found["items"])
    return visit.page("erasures/list.html", list=Listing.of(visit, found, filters), names=names, states=[(code, gettext(state(code).word)) for code in STATES])


@pages.get("/erasures/due")
async def due(visit: Visit) -> Response:
    """Files whose every purpose has ended and whose time after each has passed."""
    found = await visit.api.get(f"{API}/due", **paging(visit))
    return visit.page("erasures/due.html", list=Listing.of(visit, found, {}), may_propose=visit.has_role(*WRITERS))


async def _new(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    person_id = visit.field("person_id") or visit.query("person")
    names = await visit.api.names([person_id])
    return visit.page("erasures/new.html", status, person_id=person_id, names=names, typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/erasures/new")
async def new(visit: Visit) -> Response:
    return await _new(visit)


@pages.post("/erasures")
async def propose(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await _new(visit, **shown)

    answer = await send(visit, API, {name: visit.field(name) for name in ("person_id", "reason")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/erasures/{answer['id']}", done="proposed")


async def _page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    one = await visit.api.get(f"{API}/{segment(visit.path('id'))}")
    names = await visit.api.names([one["person_id"]])
    return visit.page("erasures/page.html", status, one=one, names=names, actions=actions_of(one), typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/erasures/{id}")
async def erasure(visit: Visit) -> Response:
    return await _page(visit)


async def _decide(visit: Visit, act: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await _page(visit, **shown)

    answer = await send(visit, f"{API}/{segment(visit.path('id'))}/{act}", {"reason": visit.field("reason")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/erasures/{answer['id']}", done=DECISIONS[act])


@pages.post("/erasures/{id}/confirmation")
async def confirm(visit: Visit) -> Response:
    return await _decide(visit, "confirmation")


@pages.post("/erasures/{id}/refusal")
async def refuse(visit: Visit) -> Response:
    return await _decide(visit, "refusal")


async def _own(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get_or_none(MINE)
    mine = (found or {"items": []})["items"]
    return visit.page(
        "own_file/erasure.html",
        status,
        linked=found is not None,
        mine=mine,
        may_ask=all(one["state"] == "refused" for one in mine),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/my-file/erasure")
async def own_erasure(visit: Visit) -> Response:
    """What erasing means, what I asked, and what was answered. Asked again only after a refusal."""
    return await _own(visit)


@pages.post("/my-file/erasure")
async def ask_for_own(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await _own(visit, **shown)

    if not visit.field("understood"):
        return await again(status=422, errors={"understood": gettext(_("Tick that you know that it cannot be undone."))})
    answer = await send(visit, MINE, {"reason": visit.field("reason")}, again)
    return answer if isinstance(answer, Response) else visit.go("/my-file/erasure", done="requested")
