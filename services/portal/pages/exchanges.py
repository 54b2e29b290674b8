"""Exchanges between two countries: agreements with places both ways, units that host, outputs, calls."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import actions_of, send
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.pages.rotation import SIDES, allowed_acts, places_of, whole_numbers
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/rotation"
SIGNING = ("signed", "active", "suspended")
PLACE_LINES = ("giver", "receiver")


@pages.get("/exchanges")
async def exchanges(visit: Visit) -> Response:
    found, calls = await asyncio.gather(visit.api.get(f"{API}/agreements", model="exchange", **paging(visit)), visit.api.get(f"{API}/exchange-calls", state="published", limit=100))
    day = today().isoformat()
    return visit.page(
        "exchanges/list.html",
        list=Listing.of(visit, found, {}, export="agreements", asked={"model": "exchange"}),
        places=await places_of(visit, [*found["items"], *({"giver_code": each["host_code"]} for each in calls["items"])]),
        calls=[each for each in calls["items"] if each["closes_on"] >= day],
        may_draft=visit.has_role(*SIDES),
    )


# ---- A new agreement ----------------------------------------------------------------------------------------------


async def new_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    known = await visit.api.get(f"{API}/agreements", model="exchange", limit=100)
    places = await places_of(visit, known["items"])
    renamed = {
        {"places.0.quota_per_year": "places_giver", "places.1.quota_per_year": "places_receiver", "places": "places_giver"}.get(path, path): reason
        for path, reason in (errors or {}).items()
    }
    return visit.page(
        "exchanges/new.html",
        status,
        typed=visit.fields(),
        own=await facilities_offered(visit),
        scopes=choices("exchange_scope"),
        chosen=visit.values("scope"),
        previous=[(each["id"], f"{each['number'] or each['reference'] or ''} · {places[each['giver_code']]} – {places[each['receiver_code']]}") for each in known["items"]],
        problem=problem,
        errors=renamed,
    )


@pages.get("/exchanges/new")
async def new_exchange(visit: Visit) -> Response:
    return await new_page(visit)


@pages.post("/exchanges/new")
async def create_exchange(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_page(visit, **shown)

    names = ("giver_code", "receiver_code", "number", "starts_on", "ends_on", "funding", "previous_id", "signed_on", "done_on")
    body: dict[str, Any] = {name: visit.field(name) for name in names} | {"model": "exchange", "programme": "bilateral-exchange", "scope": visit.values("scope")}
    quotas = whole_numbers(visit.fields(), "places_giver", "places_receiver")
    body["places"] = [{"host_code": visit.field(f"{side}_code"), "quota_per_year": quotas[f"places_{side}"]} for side in PLACE_LINES if f"places_{side}" in quotas]
    answer = await send(visit, f"{API}/agreements", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/exchanges/{answer['id']}", done="drafted")


# ---- One agreement ------------------------------------------------------------------------------------------------


async def exchange_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    key = segment(visit.path("id"))
    year = visit.query("year")
    found, terms, calls, placements = await asyncio.gather(
        visit.api.get(f"{API}/agreements/{key}"),
        visit.api.get(f"{API}/agreements/{key}/exchange", year=year if year.isdigit() else ""),
        visit.api.get(f"{API}/exchange-calls", agreement=visit.path("id"), limit=100),
        visit.api.get(f"{API}/placements", agreement=visit.path("id"), limit=200),
    )
    return visit.page(
        "exchanges/page.html",
        status,
        agreement=found,
        terms=terms,
        places=await places_of(visit, [found]),
        calls=calls["items"],
        placements=placements["items"],
        day=today().isoformat(),
        names=await visit.api.names([found["giver_contact"], found["receiver_contact"]]),
        actions=actions_of(found),
        can=allowed_acts(found),
        may_keep=visit.has_role(*SIDES) and found["state"] not in ("expired", "terminated"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/exchanges/{id}")
async def exchange(visit: Visit) -> Response:
    return await exchange_page(visit)


ACTS = {"signature": "signatures", "suspension": "suspension", "resumption": "resumption", "termination": "termination"}


@pages.post("/exchanges/{id}/{act}")
async def act_on_exchange(visit: Visit) -> Response:
    """Each side signs; the head of one side suspends, resumes or ends."""

    async def again(**shown: Any) -> Response:
        return await exchange_page(visit, **shown)

    body = {name: visit.field(name) for name in ("side", "reason", "done_on")}
    answer = await send(visit, f"{API}/agreements/{segment(visit.path('id'))}/{ACTS.get(visit.path('act'), 'signatures')}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/exchanges/{answer['id']}", done="signed" if visit.path("act") == "signature" else "changed")


# ---- What is added to an agreement: an output, a unit, a call -------------------------------------------------------

FIELDS = {
    "output": ("kind", "title", "happened_on", "done_on"),
    "unit": ("facility_code", "unit", "specialty", "done_on"),
    "call": ("host_code", "title", "field", "status_type", "language", "language_level", "opens_on", "closes_on", "done_on"),
}
NUMBERS = {"output": ("people",), "unit": ("capacity",), "call": ("places",)}


async def added_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    what = visit.path("what") if visit.path("what") in FIELDS else "output"
    found = await visit.api.get(f"{API}/agreements/{segment(visit.path('id'))}")
    places = await places_of(visit, [found])
    own = {code for code, _name in await facilities_offered(visit)}
    hosts = [each["host_code"] for each in found["places"]]
    offered = [code for code in hosts if code in own] or hosts if what == "unit" else hosts
    return visit.page(
        "exchanges/added.html",
        status,
        agreement=found,
        what=what,
        places=places,
        hosts=[(code, places.get(code, code)) for code in offered],
        kinds=choices("exchange_output"),
        specialties=choices("specialty"),
        statuses=choices("exchange_status"),
        languages=choices("exchange_language"),
        levels=[(level, level) for level in ("A1", "A2", "B1", "B2", "C1", "C2")],
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/exchanges/{id}/new/{what}")
async def new_addition(visit: Visit) -> Response:
    return await added_page(visit)


@pages.post("/exchanges/{id}/new/{what}")
async def add(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await added_page(visit, **shown)

    what = visit.path("what") if visit.path("what") in FIELDS else "output"
    body: dict[str, Any] = {name: visit.field(name) for name in FIELDS[what]} | whole_numbers(visit.fields(), *NUMBERS[what])
    if what != "output":
        body["agreement_id"] = visit.path("id")
    path = {"output": f"{API}/agreements/{segment(visit.path('id'))}/outputs", "unit": f"{API}/host-units", "call": f"{API}/exchange-calls"}[what]
    answer = await send(visit, path, body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/exchanges/{visit.path('id')}", done=what)


# ---- A call, and who applies --------------------------------------------------------------------------------------


async def call_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    key = segment(visit.path("id"))
    call, placements = await asyncio.gather(visit.api.get(f"{API}/exchange-calls/{key}"), visit.api.get(f"{API}/placements", call=visit.path("id"), limit=200))
    return visit.page(
        "exchanges/call.html",
        status,
        call=call,
        places=await facility_names(visit, [call["host_code"], call["home_code"]]),
        placements=placements["items"],
        purposes=choices("exchange_purpose"),
        actions=actions_of(call),
        can=allowed_acts(call),
        found=found,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/exchange-calls/{id}")
async def call_of_exchange(visit: Visit) -> Response:
    return await call_page(visit)


@pages.post("/exchange-calls/{id}/applications")
async def apply(visit: Visit) -> Response:
    """First who, by name; then the days. What was typed stays."""

    async def again(**shown: Any) -> Response:
        return await call_page(visit, **shown)

    person = visit.field("person_id")
    if visit.field("step") == "search" or not person:
        found = await visit.api.post("/api/v1/registry/persons/search", {"q": visit.field("q"), "limit": 20}) if visit.field("q") else {"items": []}
        return await again(found=found["items"])
    body = {name: visit.field(name) for name in ("starts_on", "ends_on", "purpose", "motivation", "done_on")} | {"person_id": person, "call_id": visit.path("id")}
    answer = await send(visit, f"{API}/placements", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/exchange-placements/{answer['id']}", done="apply")


@pages.post("/exchange-calls/{id}/withdrawal")
async def withdraw(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await call_page(visit, **shown)

    answer = await send(visit, f"{API}/exchange-calls/{segment(visit.path('id'))}/withdrawal", {name: visit.field(name) for name in ("reason", "done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/exchange-calls/{answer['id']}", done="withdrawn")
