"""Skills of a session: what is taught, by whom, and the level of each participant before and after."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facility_names
from services.portal.forms import search_people, send
from services.portal.labels import choices
from services.portal.pages.rotation import allowed_acts, autonomy
from services.portal.pages.training import every
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/training"
REGISTRY = "/api/v1/registry"


async def skills_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    """The room of one post at a time is short enough for a phone; a whole session is one table."""
    skills = await visit.api.get(f"{API}/sessions/{segment(visit.path('id'))}/skills")
    facility = visit.query("facility") or visit.field("facility")
    room = [each for each in skills["participants"] if not facility or each["facility_code"] == facility]
    unnamed = [each["person_id"] for each in room if not each["name"]]
    names, places, catalogue = await asyncio.gather(
        visit.api.names(unnamed),
        facility_names(visit, (each["facility_code"] for each in [*skills["participants"], *skills["trainers"]])),
        every(visit.api, f"{API}/mentoring/acts"),
    )
    told = {each["person_id"]: each["name"] or names.get(each["person_id"], gettext(_("Person whose name you may not see"))) for each in room}
    taught = {skill["act"] for skill in skills["skills"]}
    return visit.page(
        "training/skills.html",
        status,
        skills=skills,
        room=sorted(room, key=lambda each: told[each["person_id"]]),
        names=told,
        places=places,
        facility=facility,
        facilities=sorted({(each["facility_code"], places[each["facility_code"]]) for each in skills["participants"]}, key=lambda one: one[1]),
        trainers=[(each["person_id"], each["name"]) for each in skills["trainers"]],
        more=[(act["code"], act["title"]) for act in catalogue if act["code"] not in taught],
        moments=choices("moment"),
        moment=visit.query("moment") or visit.field("moment") or "before",
        levels=autonomy(),
        can=allowed_acts(skills),
        found=found,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/training/sessions/{id}/skills")
async def skills(visit: Visit) -> Response:
    return await skills_page(visit)


@pages.post("/training/sessions/{id}/skills/levels")
async def enter_levels(visit: Visit) -> Response:
    """Each cell that says a level is one; the assessors are those of the sheet."""

    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {cell_of(path, cells): reason for path, reason in shown["errors"].items()}
        return await skills_page(visit, **shown)

    cells = [[*name.removeprefix("level_").split("/", 1), value] for name, value in visit.fields().items() if name.startswith("level_") and value]
    if not cells:
        return await skills_page(visit, 422, errors={"assessor_id": gettext(_("Give at least one level."))})
    entries = [{"person_id": person, "act": act, "level": int(level)} for person, act, level in cells]
    body: dict[str, Any] = {name: visit.field(name) for name in ("moment", "assessor_id", "second_assessor_id", "done_on")}
    answer = await send(visit, f"{API}/sessions/{segment(visit.path('id'))}/skill-levels", body | {"entries": entries}, again)
    if isinstance(answer, Response):
        return answer
    return visit.go(f"/training/sessions/{visit.path('id')}/skills", done="entered", moment=visit.field("moment"), facility=visit.field("facility"))


def cell_of(path: str, cells: list[list[str]]) -> str:
    """`entries.3.level` of the service is the fourth level that was given."""
    parts = path.split(".")
    if parts[0] != "entries" or len(parts) < 2 or not parts[1].isdigit():
        return "assessor_id" if parts[0] == "entries" else path
    person, act, _level = cells[int(parts[1])]
    return f"level_{person}/{act}"


@pages.post("/training/sessions/{id}/skills/teach")
async def teach(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await skills_page(visit, **shown)

    target = int(visit.field("target_level")) if visit.field("target_level").isdigit() else 3
    version = {"protocol_version": visit.field("protocol_version")} if visit.field("protocol_version") else {}
    body = {"skills": [{"act": act, "target_level": target} | version for act in visit.values("acts")], "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/sessions/{segment(visit.path('id'))}/skills", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/sessions/{visit.path('id')}/skills", done="taught")


@pages.post("/training/sessions/{id}/skills/trainers")
async def name_trainers(visit: Visit) -> Response:
    """Each facility names the people whom it sends, found by name."""

    async def again(**shown: Any) -> Response:
        return await skills_page(visit, **shown)

    if visit.field("step") == "search":
        return await search_people(visit, again)
    chosen = visit.values("person_ids")
    if not chosen:
        return await again(status=422, errors={"q": gettext(_("Tick at least one person."))})
    answer = await send(visit, f"{API}/sessions/{segment(visit.path('id'))}/trainers", {"person_ids": chosen, "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/sessions/{visit.path('id')}/skills", done="named")
