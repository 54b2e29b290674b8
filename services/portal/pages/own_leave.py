"""My leave: what is left of the year, what was asked and decided, asking from a phone; and calendars for a calendar programme."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered
from services.portal.forms import send
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.navigation import PLANNERS
from services.portal.pages.availability import LEAVE_TYPES
from services.portal.units import units_offered
from services.portal.visit import Pages, Visit

pages = Pages()

ME = "/api/v1/registry/persons/me"
CALENDARS = "/api/v1/registry/calendars"


async def leave_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    balance, absences = await asyncio.gather(visit.api.get_or_none(f"{ME}/leave-balance"), visit.api.get_or_none(f"{ME}/absences", **paging(visit)))
    return visit.page(
        "own_leave/page.html",
        status,
        balance=balance,
        linked=absences is not None,
        list=Listing.of(visit, absences or {"items": []}, {}, path="/my-file/leave"),
        types=choices("leave_type", *LEAVE_TYPES),
        typed=visit.fields() or {name: visit.query(name) for name in ("type", "starts_on", "ends_on")},
        problem=problem,
        errors=errors or {},
    )


@pages.get("/my-file/leave")
async def my_leave(visit: Visit) -> Response:
    return await leave_page(visit)


@pages.post("/my-file/leave")
async def ask_for_leave(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await leave_page(visit, **shown)

    answer = await send(visit, f"{ME}/absences", {name: visit.field(name) for name in ("type", "starts_on", "ends_on", "note")}, again)
    return answer if isinstance(answer, Response) else visit.go("/my-file/leave", done="asked")


@pages.post("/my-file/leave/{id}/withdrawal")
async def take_back(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await leave_page(visit, **shown)

    answer = await send(visit, f"{ME}/absences/{segment(visit.path('id'))}/withdrawal", {}, again)
    return answer if isinstance(answer, Response) else visit.go("/my-file/leave", done="withdrawn")


async def calendars_page(visit: Visit, status: int = 200, made: Any = None, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(CALENDARS, limit=100)
    plans = visit.has_role(*PLANNERS)
    return visit.page(
        "own_leave/calendars.html",
        status,
        calendars=found["items"],
        made=made,
        facilities=await facilities_offered(visit) if plans else [],
        typed=visit.fields() or {"facility_code": visit.query("facility"), "unit_id": visit.query("unit_id")},
        units=await units_offered(visit, visit.field("facility_code") or visit.query("facility")) if plans else [],
        problem=problem,
        errors=errors or {},
    )


@pages.get("/calendars")
async def calendars(visit: Visit) -> Response:
    return await calendars_page(visit)


@pages.post("/calendars")
async def make_calendar(visit: Visit) -> Response:
    """The address is shown on this one page and kept nowhere."""

    async def again(**shown: Any) -> Response:
        return await calendars_page(visit, **shown)

    answer = await send(visit, CALENDARS, {name: visit.field(name) for name in ("facility_code", "unit", "unit_id")}, again)
    return answer if isinstance(answer, Response) else await calendars_page(visit, 201, made=answer)


@pages.post("/calendars/{id}/revocation")
async def revoke_calendar(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await calendars_page(visit, **shown)

    answer = await send(visit, f"{CALENDARS}/{segment(visit.path('id'))}/revocation", {}, again)
    return answer if isinstance(answer, Response) else visit.go("/calendars", done="revoked")
