"""Availability: the calendar of a unit, leave asked and approved, minimum staffing."""

import asyncio
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import actions_of, send, whole_number
from services.portal.labels import choices, occupations
from services.portal.labels import state as word_of
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext
from services.portal.units import units_offered
from services.portal.visit import Pages, Visit
from services.portal.vocabulary.availability import GROUND_ICONS
from shared.clock import today

pages = Pages()

API = "/api/v1/registry"
LEAVE_TYPES = ("annual", "sick", "maternity", "paternity", "unpaid", "study", "compensatory", "military")
LEAVE_STATES = ("requested", "approved", "refused", "cancelled")
KEEPS_LEAVE = ("regional-administrator", "facility-hr-officer", "head-of-facility")
MOST_FOUND = 20


# ---- The calendar --------------------------------------------------------------------------------------------------


@pages.get("/availability")
async def availability(visit: Visit) -> Response:
    """A month of a unit, or of a whole facility: each day present and minimum, each person available or not."""
    facilities = await facilities_offered(visit)
    facility = visit.query("facility") or (facilities[0][0] if len(facilities) == 1 else "")
    first = month_of(visit.query("month"))
    last = first.replace(day=monthrange(first.year, first.month)[1])
    found: dict[str, Any] | None = None
    if facility:
        found = await visit.api.get(
            f"{API}/availability", facility=facility, unit=visit.query("unit"), unit_id=visit.query("unit_id"), from_=first.isoformat(), to=last.isoformat()
        )
    units = await units_offered(visit, facility)
    names = await visit.api.names(person["person_id"] for person in found["people"]) if found else {}
    days = [first + timedelta(days=number) for number in range(last.day)]
    return visit.page(
        "availability/calendar.html",
        facilities=facilities,
        facility=facility,
        unit=visit.query("unit"),
        unit_id=visit.query("unit_id"),
        units=units,
        month=f"{first:%Y-%m}",
        earlier=f"{first - timedelta(days=1):%Y-%m}",
        later=f"{last + timedelta(days=1):%Y-%m}",
        calendar=found,
        days=days,
        this_day=today(),
        people=sorted((row_of(person, days, names) for person in found["people"]), key=lambda row: (row["occupation"], row["name"])) if found else [],
        names=names,
        icons=GROUND_ICONS,
    )


def month_of(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today().replace(day=1)


def row_of(person: dict[str, Any], days: list[date], names: dict[str, str]) -> dict[str, Any]:
    """One person's line: for each day the ground of the absence, or nothing."""
    taken = [(date.fromisoformat(away["starts_on"]), date.fromisoformat(away["ends_on"]), away["ground"]) for away in person["unavailable"]]
    return {
        "id": person["person_id"],
        "name": names.get(person["person_id"], gettext(_("Person whose name you may not see"))),
        "occupation": person["occupation_name"] or person["occupation_code"],
        "specialty": person["specialty"],
        "days": [next((ground for first, last, ground in taken if first <= day <= last), "") for day in days],
    }


# ---- Leave ---------------------------------------------------------------------------------------------------------


@pages.get("/leave")
async def leaves(visit: Visit) -> Response:
    state = visit.query("state") if "state" in visit.request.query_params else "requested"
    filters = {"state": state, "facility": visit.query("facility"), "from": visit.query("from")}
    found = await visit.api.get(f"{API}/absences", **filters, **paging(visit))
    items = found["items"]
    names, places = await asyncio.gather(visit.api.names(item["person_id"] for item in items), facility_names(visit, (item["facility_code"] for item in items)))
    return visit.page(
        "availability/leaves.html",
        list=Listing.of(visit, found, filters, sort="from", export="leave"),
        names=names,
        places=places,
        states=[(code, gettext(word_of(code).word)) for code in LEAVE_STATES],
        may_ask=visit.has_role(*KEEPS_LEAVE),
    )


async def new_leave_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: Any = None) -> Response:
    typed = visit.fields() or {name: visit.query(name) for name in ("type", "starts_on", "ends_on")}
    person_id = visit.field("person_id") or visit.query("person")
    person = await visit.api.get(f"{API}/persons/{segment(person_id)}") if person_id else None
    return visit.page(
        "availability/new_leave.html", status, typed=typed, person=person, found=found, types=choices("leave_type", *LEAVE_TYPES), problem=problem, errors=errors or {}
    )


@pages.get("/leave/new")
async def new_leave(visit: Visit) -> Response:
    return await new_leave_page(visit)


@pages.post("/leave/find")
async def find_for_leave(visit: Visit) -> Response:
    """Whose leave it is: people are found by name in a body, never in an address."""
    found = await visit.api.post(f"{API}/persons/search", {"q": visit.field("q"), "limit": MOST_FOUND}) if visit.field("q") else {"items": []}
    return await new_leave_page(visit, found=found["items"])


@pages.post("/leave/new")
async def create_leave(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_leave_page(visit, **shown)

    body = {name: visit.field(name) for name in ("person_id", "type", "starts_on", "ends_on", "override_reason", "done_on")}
    answer = await send(visit, f"{API}/absences", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/leave/{answer['id']}", done="requested")


async def leave_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/absences/{segment(visit.path('id'))}")
    names = await visit.api.names([found["person_id"]])
    places = await facility_names(visit, [found["facility_code"]])
    return visit.page(
        "availability/leave.html", status, leave=found, names=names, place=places[found["facility_code"]], actions=actions_of(found), problem=problem, errors=errors or {}
    )


@pages.get("/leave/{id}")
async def leave(visit: Visit) -> Response:
    return await leave_page(visit)


async def act_on_leave(visit: Visit, act: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await leave_page(visit, **shown)

    path = f"{API}/absences/{segment(visit.path('id'))}/{act}"
    answer = await send(visit, path, body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/leave/{answer['id']}", done=done)


@pages.post("/leave/{id}/approval")
async def approve_leave(visit: Visit) -> Response:
    return await act_on_leave(visit, "approval", {"counts_for_probation": visit.field("counts_for_probation") == "true"}, "approved")


@pages.post("/leave/{id}/refusal")
async def refuse_leave(visit: Visit) -> Response:
    return await act_on_leave(visit, "refusal", {"reason": visit.field("reason")}, "refused")


@pages.post("/leave/{id}/cancellation")
async def cancel_leave(visit: Visit) -> Response:
    return await act_on_leave(visit, "cancellation", {"from_day": visit.field("from_day")}, "cancelled")


# ---- Minimum staffing ----------------------------------------------------------------------------------------------


@pages.get("/minimum-staffing")
async def minimums(visit: Visit) -> Response:
    filters = {"facility": visit.query("facility")}
    found = await visit.api.get(f"{API}/staffing-minimums", **filters, as_of=today().isoformat(), **paging(visit))
    return visit.page(
        "availability/minimums.html",
        list=Listing.of(visit, found, filters),
        facilities=await facilities_offered(visit),
        may_set=visit.has_role(*KEEPS_LEAVE),
    )


async def new_minimum_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    typed = visit.fields() or {name: visit.query(name) for name in ("facility_code", "unit", "occupation_code", "specialty")}
    return visit.page(
        "availability/new_minimum.html",
        status,
        typed=typed,
        facilities=await facilities_offered(visit),
        occupations=occupations.choices(),
        specialties=choices("specialty"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/minimum-staffing/new")
async def new_minimum(visit: Visit) -> Response:
    return await new_minimum_page(visit)


@pages.post("/minimum-staffing/new")
async def create_minimum(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_minimum_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("facility_code", "unit", "occupation_code", "specialty", "valid_from", "reason", "done_on")}
    numbers = {name: whole_number(visit.field(name)) for name in ("min_present", "mission_cap_percent") if visit.field(name)}
    answer = await send(visit, f"{API}/staffing-minimums", body | numbers, again)
    return answer if isinstance(answer, Response) else visit.go("/minimum-staffing", facility=answer["facility_code"], done="set")


async def end_minimum_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/staffing-minimums/{segment(visit.path('id'))}")
    return visit.page(
        "availability/end_minimum.html",
        status,
        minimum=found,
        actions=actions_of(found),
        typed=visit.fields() or {"ends_on": today().isoformat()},
        problem=problem,
        errors=errors or {},
    )


@pages.get("/minimum-staffing/{id}/ending")
async def ending_of_minimum(visit: Visit) -> Response:
    return await end_minimum_page(visit)


@pages.post("/minimum-staffing/{id}/ending")
async def end_minimum(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await end_minimum_page(visit, **shown)

    body = {name: visit.field(name) for name in ("ends_on", "reason", "done_on")}
    answer = await send(visit, f"{API}/staffing-minimums/{segment(visit.path('id'))}/ending", body, again)
    return answer if isinstance(answer, Response) else visit.go("/minimum-staffing", facility=answer["facility_code"], done="ended")
