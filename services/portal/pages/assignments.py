"""Assignments: somebody takes a post, from the post's page or from the person's; one assignment with its periods, and what is done to it."""

from typing import Any

from starlette.responses import Response

from services.portal.acts import Act, add_acts, body_of
from services.portal.clients import segment
from services.portal.facilities import facilities_offered
from services.portal.forms import actions_of, send
from services.portal.labels import choices, occupations
from services.portal.records import changes_of, tab_of
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"
MOST_FOUND = 20
SAID = ("post_id", "facility_code", "occupation_code", "unit", "kind", "fte_share", "starts_on", "ends_on", "decision_number")
PLACED = ("post_id", "unit", "kind", "fte_share", "decision_number")
ACTS = {
    "end": Act("ending", ("ends_on", "reason", "decision_number")),
    "change": Act("changes", ("effective_on", *PLACED), numbers=("fte_share",)),
    "transfer": Act("transfers", ("effective_on", "post_id", "unit", "decision_number")),
    "correct": Act("corrections", ("reason", "period_from", "starts_on", "ends_on", "open_ended", *PLACED), numbers=("fte_share",)),
    "activate": Act("activation", ("reason", "decision_number")),
}


def said_of_post(post: dict[str, Any]) -> str:
    """A post in a list of choices: title, unit, its own number, and how much of it is free."""
    parts = [post["occupation_name"] or post["occupation_code"], post["unit"], post["reference"]]
    return " · ".join(part for part in parts if part)


async def posts_offered(visit: Visit, facility: str) -> list[tuple[str, str]]:
    """Vacant posts of a facility (the first 200)."""
    found = await visit.api.get_or_none(f"{API}/posts", facility=facility, state="vacant", limit=200) if facility else None
    return [(post["id"], said_of_post(post)) for post in (found or {}).get("items", [])]


# ---- From the post's page ------------------------------------------------------------------------------------------


async def take_post_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: Any = None) -> Response:
    post = await visit.api.get(f"{API}/posts/{segment(visit.path('id'))}")
    person_id = visit.field("person_id") or visit.query("person")
    names = await visit.api.names([person_id]) if person_id else {}
    free = min(post["free_share"], 1.0) or 1.0
    return visit.page(
        "assignments/take_post.html",
        status,
        post=post,
        action=actions_of(post).get("assign"),
        person_id=person_id,
        names=names,
        found=found,
        typed=visit.fields() or {"kind": "primary", "fte_share": free, "unit": post["unit"] or ""},
        kinds=choices("assignment_kind"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/posts/{id}/assignment")
async def take_post(visit: Visit) -> Response:
    return await take_post_page(visit)


@pages.post("/posts/{id}/assignment/find")
async def find_for_post(visit: Visit) -> Response:
    """Who takes the post: people are found by name in a body, never in an address."""
    found = await visit.api.post(f"{API}/persons/search", {"q": visit.field("q"), "limit": MOST_FOUND}) if visit.field("q") else {"items": []}
    return await take_post_page(visit, found=found["items"])


@pages.post("/posts/{id}/assignment")
async def assign_to_post(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await take_post_page(visit, **shown)

    body = body_of(visit, ("person_id", *SAID), ("fte_share",)) | {"post_id": visit.path("id")}
    answer = await send(visit, f"{API}/assignments", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/assignments/{answer['id']}", done="recorded")


# ---- From the person's page ----------------------------------------------------------------------------------------


async def assign_person_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    person = await visit.api.get(f"{API}/persons/{segment(visit.path('id'))}")
    facilities = await facilities_offered(visit)
    facility = visit.field("facility_code") or visit.query("facility") or (facilities[0][0] if len(facilities) == 1 else "")
    return visit.page(
        "assignments/new.html",
        status,
        person=person,
        facilities=facilities,
        facility=facility,
        posts=await posts_offered(visit, facility),
        typed=visit.fields() or {"kind": "primary", "fte_share": "1"},
        kinds=choices("assignment_kind"),
        occupations=occupations.choices(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/people/{id}/assignment")
async def assign_person(visit: Visit) -> Response:
    return await assign_person_page(visit)


@pages.post("/people/{id}/assignments")
async def create_assignment(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await assign_person_page(visit, **shown)

    body = body_of(visit, SAID, ("fte_share",)) | {"person_id": visit.path("id")}
    if body["post_id"]:
        body |= {"occupation_code": ""}  # the post says it
    answer = await send(visit, f"{API}/assignments", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/assignments/{answer['id']}", done="recorded")


# ---- One assignment ------------------------------------------------------------------------------------------------


async def act_page(visit: Visit, act: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/assignments/{segment(visit.path('id'))}")
    posts = await posts_offered(visit, found["facility_code"]) if act in ("change", "transfer", "correct") else []
    return visit.page(
        "assignments/act.html",
        status,
        assignment=found,
        names=await visit.api.names([found["person_id"]]),
        act=act,
        action=actions_of(found).get(act),
        posts=posts,
        kinds=choices("assignment_kind"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


add_acts(pages, "/assignments/{id}", f"{API}/assignments", ACTS, act_page)


@pages.get("/assignments/{id}")
async def assignment(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/assignments/{segment(visit.path('id'))}")
    tab = tab_of(visit, "summary", "timeline", "history")
    return visit.page(
        "assignments/page.html",
        assignment=found,
        tab=tab,
        history=await changes_of(visit, tab, "assignment", found["id"]),
        names=await visit.api.names([found["person_id"]]),
        actions=actions_of(found),
    )
