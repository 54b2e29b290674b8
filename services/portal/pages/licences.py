"""Licences: those to renew, one with its acts, and the forms of the licensing officer."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered
from services.portal.forms import actions_of, send
from services.portal.labels import state
from services.portal.listing import Listing, paging
from services.portal.records import changes_of, tab_of
from services.portal.texts import gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"
STATUSES = ("expiring", "expired", "suspended", "revoked", "active")
ACTS = {
    "renewal": ("expires_on", "decision_number"),
    "suspension": ("from_day", "until", "reason", "decision_number"),
    "reinstatement": ("reason", "decision_number"),
    "revocation": ("from_day", "reason", "decision_number"),
    "correction": ("number", "issued_on", "expires_on", "reason"),
}
MOST_FOUND = 20


@pages.get("/licences")
async def licences(visit: Visit) -> Response:
    """Those that end soon first: whoever must renew sees them before it is too late."""
    status = visit.query("status") if "status" in visit.request.query_params else "expiring"
    filters = {"status": status, "facility": visit.query("facility")}
    found = await visit.api.get(f"{API}/licences", **filters, **paging(visit))
    names, offered = await asyncio.gather(visit.api.names(item["person_id"] for item in found["items"]), facilities_offered(visit))
    return visit.page(
        "licences/list.html",
        list=Listing.of(visit, found, filters, export="licences"),
        names=names,
        statuses=[(code, gettext(state(code).word)) for code in STATUSES],
        facilities=offered,
        may_record=visit.has_role("licensing-officer"),
    )


async def new_licence_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: Any = None) -> Response:
    person_id = visit.field("person_id") or visit.query("person")
    names = await visit.api.names([person_id]) if person_id else {}
    return visit.page("licences/new.html", status, typed=visit.fields(), person_id=person_id, names=names, found=found, problem=problem, errors=errors or {})


@pages.get("/licences/new")
async def new_licence(visit: Visit) -> Response:
    return await new_licence_page(visit)


@pages.post("/licences/find")
async def find_for_licence(visit: Visit) -> Response:
    """Whose licence it is: people are found by name in a body, never in an address."""
    found = await visit.api.post(f"{API}/persons/search", {"q": visit.field("q"), "limit": MOST_FOUND}) if visit.field("q") else {"items": []}
    return await new_licence_page(visit, found=found["items"])


@pages.post("/licences/new")
async def create_licence(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_licence_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("person_id", "number", "authority", "issued_on", "expires_on", "done_on")}
    conditions = [line.strip() for line in visit.field("conditions").splitlines() if line.strip()]
    answer = await send(visit, f"{API}/licences", body | {"scope": words_of(visit.field("scope")), "conditions": conditions}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/licences/{answer['id']}", done="recorded")


def words_of(typed: str) -> list[str]:
    return [word.strip() for word in typed.replace(";", ",").split(",") if word.strip()]


async def licence_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/licences/{segment(visit.path('id'))}")
    days = await visit.api.get(f"{API}/licences/{segment(visit.path('id'))}/periods")
    names = await visit.api.names([found["person_id"]])
    tab = tab_of(visit, "summary", "timeline", "history")
    return visit.page(
        "licences/page.html",
        status,
        licence=found,
        tab=tab,
        history=await changes_of(visit, tab, "licence", found["id"]),
        periods=days["items"],
        earlier=days["earlier"],
        names=names,
        actions=actions_of(found),
        act=visit.query("act"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/licences/{id}")
async def licence(visit: Visit) -> Response:
    return await licence_page(visit)


async def act_on_licence(visit: Visit, act: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await licence_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in (*ACTS[act], "done_on")}
    if act in ("renewal", "correction") and visit.field("scope"):
        body["scope"] = words_of(visit.field("scope"))
    if act in ("renewal", "correction") and visit.field("conditions"):
        body["conditions"] = [line.strip() for line in visit.field("conditions").splitlines() if line.strip()]
    answer = await send(visit, f"{API}/licences/{segment(visit.path('id'))}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/licences/{answer['id']}", done=act)


@pages.post("/licences/{id}/renewal")
async def renew(visit: Visit) -> Response:
    return await act_on_licence(visit, "renewal")


@pages.post("/licences/{id}/suspension")
async def suspend(visit: Visit) -> Response:
    return await act_on_licence(visit, "suspension")


@pages.post("/licences/{id}/reinstatement")
async def reinstate(visit: Visit) -> Response:
    return await act_on_licence(visit, "reinstatement")


@pages.post("/licences/{id}/revocation")
async def revoke(visit: Visit) -> Response:
    return await act_on_licence(visit, "revocation")


@pages.post("/licences/{id}/correction")
async def correct(visit: Visit) -> Response:
    return await act_on_licence(visit, "correction")
