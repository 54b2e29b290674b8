"""Those who were trained by an exchange, and the guests who came to teach: by field and decade."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import search_people, send
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.pages.rotation import SIDES, allowed_acts
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/rotation"


# ---- The register -------------------------------------------------------------------------------------------------


async def register_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    filters = {name: visit.query(name) for name in ("field", "decade", "back")}
    found, summary = await asyncio.gather(visit.api.get(f"{API}/alumni", **filters, **paging(visit)), visit.api.get(f"{API}/alumni/summary"))
    decades = sorted({each["decade"] for each in summary["items"]})
    by = {(each["field"], each["decade"]): each for each in summary["items"]}
    names = await visit.api.names(each["person_id"] for each in found["items"] if each["person_id"] and not each["person_name"])
    return visit.page(
        "exchanges/alumni.html",
        status,
        list=Listing.of(visit, found, filters, export="alumni"),
        summary=summary,
        decades=decades,
        lines=[
            {"field": field, "cells": [by.get((field, decade)) for decade in decades], "people": sum(each["people"] for each in summary["items"] if each["field"] == field)}
            for field in sorted({each["field"] for each in summary["items"]})
        ],
        names=names,
        places=await facility_names(visit, (each[side] for each in found["items"] for side in ("home_code", "host_code"))),
        specialties=choices("specialty"),
        can={each["id"]: allowed_acts(each) for each in found["items"]},
        problem=problem,
        errors=errors or {},
    )


@pages.get("/alumni")
async def alumni(visit: Visit) -> Response:
    return await register_page(visit)


ACTS = {"informing": ("done_on",), "opting-out": ("done_on",), "news": ("post", "place", "done_on"), "outcome": ("outcome", "returned_on", "done_on")}


@pages.post("/alumni/{id}/{act}")
async def act_on_alumnus(visit: Visit) -> Response:
    """What was told to or by one of them."""

    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {f"{name}-{visit.path('id')}": reason for name, reason in shown["errors"].items()}
        return await register_page(visit, **shown)

    act = visit.path("act") if visit.path("act") in ACTS else "informing"
    answer = await send(visit, f"{API}/alumni/{segment(visit.path('id'))}/{act}", {name: visit.field(name) for name in ACTS[act]}, again)
    return answer if isinstance(answer, Response) else visit.go("/alumni", done=act)


# ---- Guests -------------------------------------------------------------------------------------------------------


async def guests_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    filters = {name: visit.query(name) for name in ("decade", "field")}
    found, decades = await asyncio.gather(visit.api.get(f"{API}/guest-stays", **filters, **paging(visit)), visit.api.get(f"{API}/guest-stays/decades"))
    return visit.page(
        "exchanges/guests.html",
        status,
        list=Listing.of(visit, found, filters, export="guest-stays"),
        decades=decades["items"],
        fields=sorted({field for each in decades["items"] for field in each["by_field"]}),
        places=await facility_names(visit, (each["facility_code"] for each in found["items"])),
        specialties=choices("specialty"),
        may_enter=visit.has_role(*SIDES),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/guest-stays")
async def guests(visit: Visit) -> Response:
    return await guests_page(visit)


async def new_guest_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    agreements = await visit.api.get(f"{API}/agreements", model="exchange", state="active", limit=100)
    places = await facility_names(visit, (code for each in agreements["items"] for code in (each["giver_code"], each["receiver_code"])))
    return visit.page(
        "exchanges/guest_new.html",
        status,
        found=found,
        facilities=await facilities_offered(visit),
        agreements=[(each["id"], f"{each['number'] or ''} · {places[each['giver_code']]}") for each in agreements["items"]],
        specialties=choices("specialty"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/guest-stays/new")
async def new_guest(visit: Visit) -> Response:
    return await new_guest_page(visit)


@pages.post("/guest-stays/new")
async def enter_guest(visit: Visit) -> Response:
    """First who, by name: somebody whom the registry keeps as a guest; then the rest."""

    async def again(**shown: Any) -> Response:
        return await new_guest_page(visit, **shown)

    if visit.field("step") == "search":
        return await search_people(visit, again)
    names = ("person_id", "agreement_id", "sent_by", "facility_code", "unit", "field", "starts_on", "ends_on", "done_on")
    answer = await send(visit, f"{API}/guest-stays", {name: visit.field(name) for name in names}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/guest-stays/{answer['id']}", done="entered")


async def guest_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/guest-stays/{segment(visit.path('id'))}")
    return visit.page(
        "exchanges/guest.html",
        status,
        guest=found,
        places=await facility_names(visit, [found["facility_code"]]),
        can=allowed_acts(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/guest-stays/{id}")
async def guest(visit: Visit) -> Response:
    return await guest_page(visit)


@pages.post("/guest-stays/{id}/{act}")
async def act_on_guest(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await guest_page(visit, **shown)

    act = "cancellation" if visit.path("act") == "cancellation" else "permission"
    names = ("reason", "done_on") if act == "cancellation" else ("number", "may_teach_until", "may_practise_until", "done_on")
    answer = await send(visit, f"{API}/guest-stays/{segment(visit.path('id'))}/{act}", {name: visit.field(name) for name in names}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/guest-stays/{answer['id']}", done=act)
