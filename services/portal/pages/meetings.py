"""Meetings: the numbered meetings of committees, who was there, what they decided and recommended, and what became of it."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names
from services.portal.forms import actions_of, search_people, send, whole_number
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/observatory"
REGISTRY = "/api/v1/registry"
KEEPERS = ("regional-administrator",)
ACTS = {"holding": "held", "adoption": "adopted", "cancellation": "cancelled"}
AGENDA_LINES = range(1, 9)

_regions: dict[str, list[tuple[str, str]]] = {}


async def regions_offered(visit: Visit) -> list[tuple[str, str]]:
    """The reader's own territories and, for a whole country, its regions; else its provinces."""
    own = await authority_names(visit, visit.territories)
    country = visit.authority
    if country and "-" not in country and country not in _regions:
        for level in ("region", "province"):
            found = await visit.api.get_or_none(f"{REGISTRY}/areas", country=country, level=level, limit=200)
            if found and found["items"]:
                _regions[country] = [(item["code"], item["name"]) for item in found["items"]]
                break
    return list(own.items()) + [one for one in _regions.get(country or "", []) if one[0] not in own]


# ---- The list -----------------------------------------------------------------------------------------------------


async def list_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    filters = {name: visit.query(name) for name in ("body",)}
    found, bodies, late = await asyncio.gather(
        visit.api.get(f"{API}/meetings", **filters, **paging(visit)),
        visit.api.get(f"{API}/meeting-bodies", limit=200),
        visit.api.get(f"{API}/resolutions", late="true", limit=50),
    )
    return visit.page(
        "meetings/list.html",
        status,
        list=Listing.of(visit, found, filters, sort="-starts_on", export="meetings"),
        bodies=[(one["id"], one["title"]) for one in bodies["items"]],
        kinds=choices("meeting_kind"),
        late=late["items"],
        territories=list((await authority_names(visit, visit.territories)).items()),
        may_keep=visit.has_role(*KEEPERS),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        lines=AGENDA_LINES,
    )


@pages.get("/meetings")
async def meetings(visit: Visit) -> Response:
    return await list_page(visit)


@pages.post("/meetings/committees")
async def found_committee(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await list_page(visit, **shown)

    answer = await send(visit, f"{API}/meeting-bodies", {name: visit.field(name) for name in ("authority", "code", "title", "kind", "done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go("/meetings", done="founded")


@pages.post("/meetings/plan")
async def plan_meeting(visit: Visit) -> Response:
    typed = visit.fields()
    lines = [line for line in AGENDA_LINES if typed.get(f"subject_{line}")]

    async def again(**shown: Any) -> Response:
        shown["errors"] = {agenda_field(path, lines): reason for path, reason in (shown.get("errors") or {}).items()}
        return await list_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("body_id", "starts_on", "ends_on", "place", "within_id", "done_on")}
    body |= {"number": whole_number(visit.field("number"))} if visit.field("number") else {}
    body["agenda"] = [{"day": typed.get(f"day_{line}") or typed.get("starts_on", ""), "subject": typed[f"subject_{line}"]} for line in lines]
    answer = await send(visit, f"{API}/meetings", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/meetings/{answer['id']}", done="planned")


def agenda_field(path: str, lines: list[int]) -> str:
    """`agenda.1.subject` of the service is the subject of the second line that was filled."""
    parts = path.split(".")
    return f"{parts[2]}_{lines[int(parts[1])]}" if parts[0] == "agenda" and len(parts) == 3 else path


# ---- One meeting --------------------------------------------------------------------------------------------------


async def meeting_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    meeting = await visit.api.get(f"{API}/meetings/{segment(visit.path('id'))}", as_of=visit.query("as_of"))
    areas, names, regions = await asyncio.gather(
        authority_names(visit, [one["area_code"] for one in meeting["attendance"]]),
        visit.api.names(one["person_id"] for one in meeting["participants"]) if meeting["participants"] else _nobody(),
        regions_offered(visit),
    )
    return visit.page(
        "meetings/page.html",
        status,
        meeting=meeting,
        areas=areas,
        names=names,
        regions=regions,
        actions=actions_of(meeting),
        may_keep=actions_of(meeting).get("resolve", {}).get("allowed") or actions_of(meeting).get("hold", {}).get("allowed"),
        kinds=choices("resolution_kind"),
        outcomes=choices("follow_up"),
        found=found,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


async def _nobody() -> dict[str, str]:
    return {}


@pages.get("/meetings/{id}")
async def meeting(visit: Visit) -> Response:
    return await meeting_page(visit)


@pages.post("/meetings/{id}/participants")
async def add_participants(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        shown["errors"] = {path.rsplit(".", 1)[-1]: reason for path, reason in (shown.get("errors") or {}).items()}
        return await meeting_page(visit, **shown)

    delegation: dict[str, Any] = {name: visit.field(name) for name in ("area_code", "capacity") if visit.field(name)}
    delegation |= {"people": whole_number(visit.field("people"))} if visit.field("people") else {}
    answer = await send(visit, f"{API}/meetings/{segment(visit.path('id'))}/participants", {"delegations": [delegation], "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/meetings/{answer['id']}", done="participants")


@pages.post("/meetings/{id}/named")
async def name_participant(visit: Visit) -> Response:
    """Somebody of a delegation who has a file: looked for by name, then chosen."""

    async def again(**shown: Any) -> Response:
        return await meeting_page(visit, **shown)

    if visit.field("step") == "search" or not visit.field("person_id"):
        return await search_people(visit, again)
    meeting = await visit.api.get(f"{API}/meetings/{segment(visit.path('id'))}")
    area, _slash, capacity = visit.field("delegation").partition("/")
    chosen = next((one for one in meeting["attendance"] if (one["area_code"], one["capacity"]) == (area, capacity)), None)
    if chosen is None:
        return await again(status=422, errors={"delegation": gettext(_("Choose whom this person came with."))})
    known = [one["person_id"] for one in meeting["participants"] if (one["area_code"], one["capacity"]) == (area, capacity)]
    body = {"delegations": [chosen | {"person_ids": [*known, visit.field("person_id")]}], "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/meetings/{segment(visit.path('id'))}/participants", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/meetings/{answer['id']}", done="participants")


@pages.post("/meetings/{id}/resolutions")
async def write_resolution(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        shown["errors"] = {"seen_to_in" if path == "area_code" else path: reason for path, reason in (shown.get("errors") or {}).items()}
        return await meeting_page(visit, **shown)

    body = {name: visit.field(name) for name in ("kind", "text", "owner", "due_on", "done_on")} | {"area_code": visit.field("seen_to_in")}
    answer = await send(visit, f"{API}/meetings/{segment(visit.path('id'))}/resolutions", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/meetings/{visit.path('id')}", done="written")


@pages.post("/meetings/{id}/acts/{act}")
async def act_on_meeting(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await meeting_page(visit, **shown)

    body = {name: visit.field(name) for name in ("reason", "done_on")}
    answer = await send(visit, f"{API}/meetings/{segment(visit.path('id'))}/{segment(visit.path('act'))}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/meetings/{answer['id']}", done=ACTS.get(visit.path("act"), "held"))


# ---- One decision or recommendation -------------------------------------------------------------------------------


async def resolution_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/resolutions/{segment(visit.path('id'))}")
    meeting, actions = await asyncio.gather(
        visit.api.get(f"{API}/meetings/{segment(found['meeting_id'])}"), visit.api.get(f"{API}/strategy-actions", resolution=found["id"], limit=50)
    )
    return visit.page(
        "meetings/resolution.html",
        status,
        one=found,
        meeting=meeting,
        names=await authority_names(visit, [found["area_code"]] if found["area_code"] else []),
        plan_actions=actions["items"],
        actions=actions_of(found),
        outcomes=choices("follow_up"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/resolutions/{id}")
async def resolution(visit: Visit) -> Response:
    return await resolution_page(visit)


@pages.post("/resolutions/{id}/follow-ups")
async def follow_up(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await resolution_page(visit, **shown)

    body = {name: visit.field(name) for name in ("outcome", "evidence", "done_on")}
    answer = await send(visit, f"{API}/resolutions/{segment(visit.path('id'))}/follow-ups", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/resolutions/{answer['id']}", done="followed")
