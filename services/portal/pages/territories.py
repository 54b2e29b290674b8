"""Health territories: named sets of areas and facilities, with those who join and leave."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import actions_of, send
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry/territories"
KINDS = ("gst", "ght", "pool", "satellite-network", "other")
MOST_FACILITIES = 200


@pages.get("/territories")
async def territories(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("kind", "facility", "as_of")}
    found = await visit.api.get(API, **filters, **paging(visit))
    return visit.page(
        "territories/list.html",
        list=Listing.of(visit, found, filters, sort="name"),
        kinds=choices("territory_kind", *KINDS),
        may_make=visit.has_role("regional-administrator"),
    )


def codes(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").split()


async def new_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page("territories/new.html", status, typed=visit.fields(), kinds=choices("territory_kind", *KINDS), problem=problem, errors=errors or {})


@pages.get("/territories/new")
async def new_territory(visit: Visit) -> Response:
    return await new_page(visit)


@pages.post("/territories/new")
async def create_territory(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("code", "kind", "name", "legal_basis", "valid_from")}
    answer = await send(visit, API, body | {name: codes(visit.field(name)) for name in ("areas", "facilities")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/territories/{answer['id']}", done="made")


async def record_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    path, as_of = f"{API}/{segment(visit.path('id'))}", visit.query("as_of")
    one = await visit.api.get(path, as_of=as_of)
    found = await visit.api.get(f"{path}/facilities", as_of=as_of, limit=MOST_FACILITIES)
    return visit.page(
        "territories/page.html",
        status,
        one=one,
        as_of=as_of,
        actions=actions_of(one),
        facilities=found["items"],
        more=found.get("next"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/territories/{id}")
async def territory(visit: Visit) -> Response:
    return await record_page(visit)


async def act_on(visit: Visit, act: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await record_page(visit, **shown)

    answer = await send(visit, f"{API}/{segment(visit.path('id'))}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/territories/{answer['id']}", done=done)


@pages.post("/territories/{id}/members")
async def join(visit: Visit) -> Response:
    body: dict[str, Any] = {"starts_on": visit.field("starts_on")}
    return await act_on(visit, "members", body | {name: codes(visit.field(name)) for name in ("areas", "facilities")}, "joined")


@pages.post("/territories/{id}/departures")
async def leave(visit: Visit) -> Response:
    kind, _space, code = visit.field("member").partition(" ")
    return await act_on(visit, "departures", {"last_day": visit.field("last_day")} | ({kind: code} if kind in ("area", "facility") else {}), "left")


@pages.post("/territories/{id}/ending")
async def end(visit: Visit) -> Response:
    return await act_on(visit, "ending", {"last_day": visit.field("last_day")}, "ended")
