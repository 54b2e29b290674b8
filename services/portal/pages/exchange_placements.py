"""Dossiers of an exchange: each a line of steps, with what is missing and until when; each step has its own form."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facility_names
from services.portal.forms import actions_of, minor_units, search_people, send
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.pages.rotation import allowed_acts, whole_numbers
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/rotation"
REGISTRY = "/api/v1/registry"
PAPER = ("label", "since", "valid_until", "done_on")
STEPS: dict[str, tuple[str, str, tuple[str, ...]]] = {  # step: the service's path, the act that must be open, the fields that are sent
    "selection": ("selection", "select", ("outcome", "reason", "done_on")),
    "language": ("language", "prepare", ("level", *PAPER)),
    "course": ("course", "prepare", ("level", *PAPER)),
    "host": ("acceptance", "accept", ("host_unit_id", "supervisor_id", "done_on")),
    "scholarship": ("scholarship", "prepare", ("label", "currency", "done_on")),
    "convention": ("convention", "prepare", ("label", "since", "done_on")),
    "visa": ("visa", "prepare", ("asked_on", *PAPER)),
    "insurance": ("insurance", "prepare", PAPER),
    "release": ("release", "release", ("replacement_id", "override_reason", "done_on")),
    "commitment": ("return-commitment", "prepare", ("since", "done_on")),
    "dates": ("dates", "change_days", ("starts_on", "ends_on", "reason", "done_on")),
    "departure": ("departure", "depart", ("done_on",)),
    "arrival": ("arrival", "arrive", ("done_on",)),
    "review": ("review", "review", ("text", "done_on")),
    "end": ("end", "end", ("reason", "done_on")),
    "return": ("return", "return", ("done_on",)),
    "stayed": ("staying-away", "stay_away", ("reason", "done_on")),
    "debriefing": ("debriefing", "debrief", ("text", "done_on")),
    "cancellation": ("cancellation", "cancel", ("reason", "done_on")),
}
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")


@pages.get("/exchange-placements")
async def placements(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("state",)}
    found = await visit.api.get(f"{API}/placements", from_register="false", **filters, **paging(visit))
    return visit.page(
        "exchanges/placements.html",
        list=Listing.of(visit, found, filters, export="exchange-placements", asked=filters | {"from_register": "false"}),
        places=await facility_names(visit, (each[side] for each in found["items"] for side in ("home_code", "host_code"))),
        open_steps={each["id"]: next((step for step in each["steps"] if step["state"] in ("late", "open")), None) for each in found["items"]},
        states=choices("placement_state"),
    )


@pages.get("/exchange-placements/{id}")
async def placement(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/placements/{segment(visit.path('id'))}")
    return visit.page(
        "exchanges/placement.html",
        placement=found,
        papers={paper["kind"]: paper for paper in found["papers"]},
        people={one["part"]: one for one in found["people"]},
        names=await visit.api.names([found["person_id"]]),
        places=await facility_names(visit, [found["home_code"], found["host_code"]]),
        can=allowed_acts(found),
        acts={step: act for step, (_path, act, _fields) in STEPS.items()},
        actions=actions_of(found),
    )


async def step_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    step = visit.path("step") if visit.path("step") in STEPS else "selection"
    placement = await visit.api.get(f"{API}/placements/{segment(visit.path('id'))}")
    known = {paper["kind"]: paper for paper in placement["papers"]}.get(step)
    units: list[dict[str, Any]] = []
    colleagues: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    if step == "host":
        units = (await visit.api.get(f"{API}/host-units", facility=placement["host_code"], as_of=placement["starts_on"], limit=100))["items"]
    if step == "release":
        colleagues = (await visit.api.get(f"{API}/placements/{placement['id']}/replacements"))["items"][:30]
        names = await visit.api.names(each["person_id"] for each in colleagues)
    return visit.page(
        "exchanges/step.html",
        status,
        placement=placement,
        step=step,
        paper=known,
        missing=next((each for each in placement["steps"] if each["code"] == step), None),
        act=actions_of(placement).get(STEPS[step][1]),
        units=[(each["id"], gettext(_("{unit}: {taken} of {capacity} on the first day"), unit=each["unit"], taken=each["taken"], capacity=each["capacity"])) for each in units],
        colleagues=colleagues,
        names=names,
        found=found,
        levels=[(level, level) for level in LEVELS],
        typed=visit.fields() or {name: value for name, value in (known or {}).items() if value is not None and name != "amount"},
        problem=problem,
        errors={{"body": "outcome"}.get(path, path): reason for path, reason in (errors or {}).items()},
    )


@pages.get("/exchange-placements/{id}/steps/{step}")
async def step_of(visit: Visit) -> Response:
    return await step_page(visit)


@pages.post("/exchange-placements/{id}/steps/{step}")
async def do_step(visit: Visit) -> Response:
    """One step is done; the host's is done in two: who supervises is found by name first."""

    async def again(**shown: Any) -> Response:
        return await step_page(visit, **shown)

    step = visit.path("step") if visit.path("step") in STEPS else "selection"
    if visit.field("step") == "search":
        return await search_people(visit, again)
    path, _act, names = STEPS[step]
    body: dict[str, Any] = {name: visit.field(name) for name in names} | whole_numbers(visit.fields(), "months")
    if step == "scholarship":
        body["amount"] = minor_units(visit.field("amount"), visit.field("currency") if len(visit.field("currency")) == 3 else None)
    if step == "end":
        body["interrupted"] = visit.field("interrupted") == "true"
    answer = await send(visit, f"{API}/placements/{segment(visit.path('id'))}/{path}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/exchange-placements/{answer['id']}", done=step)


@pages.get("/my-placement")
async def own(visit: Visit) -> Response:
    """Whoever goes reads their own dossier: what is missing, and until when."""
    found = await visit.api.get_or_none(f"{API}/placements/own")
    items = (found or {}).get("items", [])
    return visit.page(
        "exchanges/own.html",
        linked=found is not None,
        items=items,
        places=await facility_names(visit, (each[side] for each in items for side in ("home_code", "host_code"))),
    )
