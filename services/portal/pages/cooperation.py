"""Cooperation between hospitals and posts: programmes with their targets, which posts have an agreement, the visits behind a number, meetings, referrals."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import search_people, send, whole_number
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.pages.rotation import SIDES, month_typed, places_of, whole_numbers
from services.portal.pages.training import organisations
from services.portal.visit import Pages, Visit
from shared.calendars import add_months
from shared.clock import today

pages = Pages()

API = "/api/v1/rotation"
REGISTRY = "/api/v1/registry"
PUBLISHERS = ("regional-administrator", "signatory")
TARGET_LINES = range(1, 6)
MEETING_LINES = range(1, 7)
WHICH: dict[str, dict[str, str]] = {"promised": {"promised": "true"}, "held": {"state": "held"}, "missed": {"state": "missed"}, "silent": {"state": "promised"}}
BAR = 26


# ---- Posts with and without agreement -----------------------------------------------------------------------------


@pages.get("/agreements/coverage")
async def coverage(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/agreements/coverage", as_of=visit.query("as_of"))
    which = visit.query("which")
    items = [each for each in found["items"] if which in ("", *each["models"]) or (which == "none" and not each["models"])]
    return visit.page(
        "cooperation/coverage.html",
        coverage=found,
        which=which,
        items=items[:200],
        count=len(items),
        places=await facility_names(visit, (code for each in items[:200] for code in (each["facility_code"], *each["givers"]))),
    )


# ---- The visits behind a number -----------------------------------------------------------------------------------


@pages.get("/agreements/{id}/visits/{which}")
async def visits_behind(visit: Visit) -> Response:
    """What was promised, held, missed, or has no word yet, in a specialty and a month; each number of the agreement leads here."""
    which = visit.path("which")
    narrowed = WHICH.get(which, {})
    asked = {"agreement": visit.path("id"), **{name: visit.query(name) for name in ("specialty", "month", "first")}, **narrowed}
    agreement, found = await asyncio.gather(
        visit.api.get(f"{API}/agreements/{segment(visit.path('id'))}"), visit.api.get(f"{API}/visits", **asked, limit=200, cursor=visit.query("cursor"))
    )
    names = await visit.api.names(person for each in found["items"] for person in each["visitors"])
    return visit.page(
        "cooperation/visits.html",
        agreement=agreement,
        places=await places_of(visit, [agreement]),
        visits=found["items"],
        next=found.get("next"),
        asked=list(asked.items()),
        names=names,
        which=which if which in WHICH else "promised",
        specialty=visit.query("specialty"),
        month=visit.query("month"),
    )


# ---- Focal points -------------------------------------------------------------------------------------------------


async def focal_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    agreement = await visit.api.get(f"{API}/agreements/{segment(visit.path('id'))}")
    side = "receiver" if visit.path("side") == "receiver" else "giver"
    return visit.page(
        "cooperation/focal.html", status, agreement=agreement, side=side, places=await places_of(visit, [agreement]), found=found, problem=problem, errors=errors or {}
    )


@pages.get("/agreements/{id}/focal-points/{side}")
async def focal(visit: Visit) -> Response:
    return await focal_page(visit)


@pages.post("/agreements/{id}/focal-points/{side}")
async def name_focal_point(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await focal_page(visit, **shown)

    if visit.field("step") == "search":
        return await search_people(visit, again)
    body = {"side": visit.path("side"), "person_id": visit.field("person_id"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/agreements/{segment(visit.path('id'))}/focal-points", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/agreements/{answer['id']}", done="focal")


# ---- Meetings -----------------------------------------------------------------------------------------------------


async def series_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    agreement, found = await asyncio.gather(visit.api.get(f"{API}/agreements/{segment(visit.path('id'))}"), visit.api.get(f"{API}/series", agreement=visit.path("id"), limit=200))
    return visit.page(
        "cooperation/series.html",
        status,
        agreement=agreement,
        places=await places_of(visit, [agreement]),
        series=found["items"],
        kinds=choices("series_kind"),
        specialties=choices("specialty"),
        lines=MEETING_LINES,
        may_plan=visit.has_role(*SIDES) and agreement["state"] not in ("expired", "terminated"),
        may_say=visit.has_role(*SIDES),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/agreements/{id}/series")
async def series(visit: Visit) -> Response:
    return await series_page(visit)


@pages.post("/agreements/{id}/series")
async def plan_series(visit: Visit) -> Response:
    typed = visit.fields()
    lines = [line for line in MEETING_LINES if typed.get(f"planned_on_{line}") or typed.get(f"topic_{line}")]

    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {meeting_field(path, lines): reason for path, reason in shown["errors"].items()}
        return await series_page(visit, **shown)

    meetings = [{name: typed[f"{name}_{line}"] for name in ("planned_on", "topic") if typed.get(f"{name}_{line}")} for line in lines]
    body = {"agreement_id": visit.path("id"), "kind": typed.get("kind"), "title": typed.get("title"), "specialty": typed.get("specialty"), "done_on": typed.get("done_on")}
    answer = await send(visit, f"{API}/series", body | {"meetings": meetings}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/agreements/{visit.path('id')}/series", done="planned")


def meeting_field(path: str, lines: list[int]) -> str:
    """`meetings.1.topic` of the service is the topic of the second line that was filled."""
    parts = path.split(".")
    if parts[0] != "meetings":
        return path
    return f"{parts[2]}_{lines[int(parts[1])]}" if len(parts) == 3 else "planned_on_1"


@pages.post("/agreements/{id}/series/{series}/{number}")
async def say_outcome(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        number = visit.path("number")
        if shown.get("errors"):
            shown["errors"] = {f"{name}-{visit.path('series')}-{number}": reason for name, reason in shown["errors"].items()}
        return await series_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("outcome", "held_on", "reason", "done_on")}
    answer = await send(
        visit, f"{API}/series/{segment(visit.path('series'))}/meetings/{segment(visit.path('number'))}/outcome", body | whole_numbers(visit.fields(), "participants"), again
    )
    return answer if isinstance(answer, Response) else visit.go(f"/agreements/{visit.path('id')}/series", done="said")


# ---- Referrals ----------------------------------------------------------------------------------------------------


async def referrals_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    facilities = await facilities_offered(visit)
    code = visit.query("facility") or visit.field("facility_code") or (facilities[0][0] if facilities else "")
    trend = await visit.api.get(f"{API}/referrals/trend", facility=code) if code else {"items": [], "agreements": []}
    names = await facility_names(visit, [code, *(each["giver_code"] for each in trend["agreements"])])
    return visit.page(
        "cooperation/referrals.html",
        status,
        code=code,
        place=names.get(code, code),
        places=names,
        facilities=facilities,
        trend=trend,
        bars=bars_of(trend),
        width=BAR,
        month=add_months(today().replace(day=1), -1).isoformat()[:7],
        may_tell=visit.has_role(*SIDES),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


def bars_of(trend: dict[str, Any]) -> list[dict[str, Any]]:
    """One bar for each month from the first to the last, also for a month without a word; the month in which an agreement begins is marked."""
    if not trend["items"]:
        return []
    told = {each["month"]: each for each in trend["items"]}
    starts = {each["starts_on"][:7] + "-01": each for each in trend["agreements"]}
    month, last = month_typed(min(told)), month_typed(max(told))
    assert month is not None
    assert last is not None
    bars = []
    while month <= last:
        bars.append({"month": month.isoformat(), "told": told.get(month.isoformat()), "start": starts.get(month.isoformat())})
        month = add_months(month, 1)
    return bars


@pages.get("/referrals")
async def referrals(visit: Visit) -> Response:
    return await referrals_page(visit)


@pages.post("/referrals/month")
async def tell_referrals(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await referrals_page(visit, **shown)

    month = month_typed(visit.field("month"))
    body: dict[str, Any] = {"facility_code": visit.field("facility_code"), "month": month.isoformat() if month else visit.field("month"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/referrals", body | whole_numbers(visit.fields(), "referred", "consultations"), again)
    return answer if isinstance(answer, Response) else visit.go("/referrals", facility=answer["facility_code"], done="told")


# ---- Programmes ---------------------------------------------------------------------------------------------------


async def programmes_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found, offered = await asyncio.gather(visit.api.get(f"{API}/cooperation-programmes", **paging(visit)), organisations(visit))
    return visit.page(
        "cooperation/programmes.html",
        status,
        list=Listing.of(visit, found, {}, export="cooperation-programmes"),
        organisations=offered,
        models=choices("agreement_model"),
        chosen=visit.values("models"),
        indicators=choices("cooperation_indicator"),
        lines=TARGET_LINES,
        may_publish=visit.has_role(*PUBLISHERS),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/cooperation-programmes")
async def programmes(visit: Visit) -> Response:
    return await programmes_page(visit)


@pages.post("/cooperation-programmes")
async def publish(visit: Visit) -> Response:
    typed = visit.fields()
    lines = [line for line in TARGET_LINES if typed.get(f"indicator_{line}")]

    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {target_field(path, lines): reason for path, reason in shown["errors"].items()}
        return await programmes_page(visit, **shown)

    targets = [
        {"indicator": typed[f"indicator_{line}"]}
        | ({"value": whole_number(typed[f"value_{line}"])} if typed.get(f"value_{line}") else {})
        | {name: typed[f"{name}_{line}"] for name in ("due_on", "text") if typed.get(f"{name}_{line}")}
        for line in lines
    ]
    body: dict[str, Any] = {name: visit.field(name) for name in ("authority", "code", "title", "policy", "purpose", "starts_on", "ends_on", "done_on")}
    answer = await send(visit, f"{API}/cooperation-programmes", body | {"models": visit.values("models"), "targets": targets}, again)
    return answer if isinstance(answer, Response) else visit.go("/cooperation-programmes", done="published")


def target_field(path: str, lines: list[int]) -> str:
    """`targets.1.value` of the service is the value of the second line that was filled."""
    parts = path.split(".")
    return f"{parts[2]}_{lines[int(parts[1])]}" if parts[0] == "targets" and len(parts) == 3 else path
