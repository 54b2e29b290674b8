"""Reorganisations: write down what shall be done together, look at what it touches, carry it out, undo it."""

import asyncio
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import actions_of, send
from services.portal.labels import choices, name_of_occupation, state
from services.portal.listing import Listing, paging
from services.portal.texts import gettext
from services.portal.units import offered, tree_of
from services.portal.visit import Pages, Visit, not_found
from services.portal.vocabulary.places import ELSEWHERE_PAGES

pages = Pages()

API = "/api/v1/registry/reorganisations"
ACTS = ("merge-areas", "split-area", "rename-area", "recode-area", "move-facility", "close-facility", "merge-facilities", "move-unit", "move-posts", "merge-posts")
MOST_POSTS = 200
PARTS = (1, 2, 3, 4)
STATES = ("draft", "carried_out", "undone", "withdrawn")
SAME = ("title", "legal_basis", "effective_on")


@pages.get("/reorganisations")
async def reorganisations(visit: Visit) -> Response:
    filters = {"state": visit.query("state")}
    found = await visit.api.get(API, **filters, **paging(visit))
    states = [(code, gettext(state(code).word)) for code in STATES]
    return visit.page("reorganisations/list.html", list=Listing.of(visit, found, filters, sort="-effective"), states=states, may_draft=visit.has_role("regional-administrator"))


async def new_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page("reorganisations/new.html", status, typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/reorganisations/new")
async def new_reorganisation(visit: Visit) -> Response:
    return await new_page(visit)


@pages.post("/reorganisations/new")
async def create_reorganisation(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_page(visit, **shown)

    answer = await send(visit, API, {name: visit.field(name) for name in SAME}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/reorganisations/{answer['id']}", done="drafted")


async def record_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    one = await visit.api.get(path_of(visit))
    touched, built = [], []
    if one["state"] in ("carried_out", "undone"):
        touched = (await visit.api.get(f"{path_of(visit)}/touched"))["items"]
    if one["state"] == "carried_out":
        built = (await visit.api.get(f"{path_of(visit)}/built-on"))["items"]
    return visit.page(
        "reorganisations/page.html",
        status,
        one=one,
        actions=actions_of(one),
        touched=touched,
        built=built,
        acts=choices("reorganisation_act", *ACTS),
        names=await facility_names(visit, codes_in(one["acts"])),
        posts=await posts_named(visit, one),
        problem=problem,
        errors=errors or {},
    )


def path_of(visit: Visit) -> str:
    return f"{API}/{segment(visit.path('id'))}"


def codes_in(acts: list[dict[str, Any]]) -> list[str]:
    """The facilities that acts name."""
    return [code for act in acts for name in ("facility_code", "to_facility_code") if (code := act.get(name))] + [
        code for act in acts if act["act"] == "merge-facilities" for code in (*act["facilities"], act["into"])
    ]


async def posts_named(visit: Visit, one: dict[str, Any]) -> dict[str, str]:
    """The posts that become one, as they are called on the eve; the first of each facility, for whoever may read them."""
    eve = (date.fromisoformat(one["effective_on"]) - timedelta(days=1)).isoformat()
    codes = {act["facility_code"] for act in one["acts"] if act["act"] == "merge-posts"}
    found = await asyncio.gather(*(posts_of(visit, facility=code, as_of=eve) for code in sorted(codes)))
    return {post["id"]: called(post) for posts in found for post in posts}


async def posts_of(visit: Visit, **asked: str) -> list[dict[str, Any]]:
    try:
        answer = await visit.api.get_or_none("/api/v1/registry/posts", **asked, limit=MOST_POSTS)
    except Refusal as refusal:
        if refusal.status in (403, 422):
            return []
        raise
    found: list[dict[str, Any]] = (answer or {"items": []})["items"]
    return found


def called(post: dict[str, Any]) -> str:
    """What tells a post from its neighbours: its occupation, unit and number."""
    return " · ".join(part for part in (post["occupation_name"] or name_of_occupation(post["occupation_code"]), post["unit"], post["reference"]) if part)


@pages.get("/reorganisations/{id}")
async def reorganisation(visit: Visit) -> Response:
    return await record_page(visit)


@pages.get("/reorganisations/{id}/preview")
async def preview(visit: Visit) -> Response:
    """Everything that applying would touch, by kind, and the act that stops it."""
    one = await visit.api.get(path_of(visit))
    found = await visit.api.get(f"{path_of(visit)}/preview")
    names = await facility_names(visit, [*codes_in(one["acts"]), *(line["facility_code"] for line in found["elsewhere"])])
    return visit.page(
        "reorganisations/preview.html",
        one=one,
        found=found,
        names=names,
        posts=await posts_named(visit, one),
        actions=actions_of(one),
        elsewhere_pages=ELSEWHERE_PAGES,
        problem=None,
        errors={},
    )


# ---- The acts of a draft -------------------------------------------------------------------------------------------


async def act_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    kind = visit.field("act") or visit.query("act")
    if kind not in ACTS:
        return not_found(visit)
    one = await visit.api.get(path_of(visit))
    typed = visit.fields() or dict(visit.request.query_params)
    taken_over = visit.values("facilities")
    leaving = taken_over if kind == "merge-facilities" else [typed.get("facility_code", "")] if kind in ("move-unit", "move-posts", "merge-posts") else []
    goal = typed.get("into") if kind == "merge-facilities" else typed.get("to_facility_code")
    from_trees, to_tree = await asyncio.gather(
        asyncio.gather(*(tree_of(visit, code, one["effective_on"]) for code in leaving if code)), tree_of(visit, goal, one["effective_on"]) if goal and leaving else nothing()
    )
    offered_posts = (
        await posts_of(visit, facility=typed["facility_code"], unit_id=typed.get("unit_id", ""), as_of=one["effective_on"])
        if kind == "merge-posts" and typed.get("facility_code")
        else None
    )
    return visit.page(
        "reorganisations/act.html",
        status,
        one=one,
        act=kind,
        typed=typed,
        parts=PARTS,
        facilities=await facilities_offered(visit),
        taken_over=taken_over,
        from_units=[(tree["facility_name"], offered(tree)) for tree in from_trees if tree],
        to_units=offered(to_tree) if to_tree else None,
        posts=offered_posts,
        called=called,
        merged=visit.values("posts"),
        most=MOST_POSTS,
        problem=problem,
        errors=errors or {},
    )


async def nothing() -> None:
    return None


@pages.get("/reorganisations/{id}/acts/new")
async def new_act(visit: Visit) -> Response:
    return await act_page(visit)


@pages.post("/reorganisations/{id}/acts/new")
async def create_act(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await act_page(visit, **shown | {"errors": fields_of(shown.get("errors") or {})})

    if visit.field("show"):
        return await act_page(visit)
    one = await visit.api.get(path_of(visit))
    answer = await send(visit, path_of(visit), {name: one[name] for name in SAME} | {"acts": [*one["acts"], act_said(visit)]}, again, method="PUT")
    return answer if isinstance(answer, Response) else visit.go(f"/reorganisations/{one['id']}", done="added")


@pages.post("/reorganisations/{id}/acts/{number}/removal")
async def remove_act(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await record_page(visit, **shown)

    one = await visit.api.get(path_of(visit))
    kept = [act for number, act in enumerate(one["acts"]) if str(number) != visit.path("number")]
    answer = await send(visit, path_of(visit), {name: one[name] for name in SAME} | {"acts": kept}, again, method="PUT")
    return answer if isinstance(answer, Response) else visit.go(f"/reorganisations/{one['id']}", done="removed")


def act_said(visit: Visit) -> dict[str, Any]:
    """An act as its form says it; what is left empty is left out."""
    act = visit.field("act")

    def filled(*names: str) -> dict[str, Any]:
        return {name: value for name in names if (value := visit.field(name))}

    def codes(name: str) -> list[str]:
        return visit.field(name).replace(",", " ").replace(";", " ").split()

    match act:
        case "merge-areas":
            return {"act": act, "areas": codes("areas"), "into": {"code": visit.field("into_code"), "name": visit.field("into_name"), "type": visit.field("into_type")}}
        case "split-area":
            parts: list[dict[str, Any]] = [
                {"code": visit.field(f"code_{n}"), "name": visit.field(f"name_{n}"), "type": visit.field(f"type_{n}"), "share": visit.field(f"share_{n}").replace(",", ".")}
                | {"is_main": visit.field("main") == str(n), "facilities": codes(f"facilities_{n}")}
                for n in PARTS
                if visit.field(f"code_{n}")
            ]
            return {"act": act, "into": parts} | filled("area")
        case "move-facility":
            ended = {name: None for name in ("technical_supervisor", "host") if visit.field(f"no_{name}")}
            return {"act": act} | filled("facility_code", "authority", "technical_supervisor", "host") | ended
        case "merge-facilities":
            becomes = [{"unit_id": name.removeprefix("unit-"), "to_unit_id": to} for name, to in visit.fields().items() if name.startswith("unit-") and to]
            return {"act": act, "facilities": visit.values("facilities")} | filled("into") | ({"units": becomes} if becomes else {})
        case "merge-posts":
            return {"act": act, "posts": visit.values("posts")} | filled("facility_code", "into")
        case "move-unit":
            return {"act": act} | filled("facility_code", "unit_id", "to_facility_code", "to_parent_id")
    return {"act": act} | filled("area", "name", "type", "code", "facility_code", "unit", "unit_id", "to_facility_code", "to_unit", "to_unit_id")


def fields_of(errors: dict[str, str]) -> dict[str, str]:
    """The service names fields by their place in the body; the form has a field for each."""
    found: dict[str, str] = {}
    for path, reason in errors.items():
        parts = [part for part in path.split(".") if part != "acts"]
        named = [part for part in parts if not part.isdigit()]
        number = [int(part) for part in parts if part.isdigit()][1:]
        name = named[-1] if named else "act"
        if named[:1] == ["into"] and len(named) > 1:
            name = f"{named[1]}_{number[0] + 1}" if number else f"into_{named[1]}"
        found.setdefault(name, reason)
    return found


# ---- Carrying out, undoing, giving up ------------------------------------------------------------------------------


async def act_on(visit: Visit, act: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await record_page(visit, **shown)

    answer = await send(visit, f"{path_of(visit)}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/reorganisations/{answer['id']}", done=done)


@pages.post("/reorganisations/{id}/application")
async def carry_out(visit: Visit) -> Response:
    return await act_on(visit, "application", {}, "carried-out")


@pages.post("/reorganisations/{id}/undoing")
async def undo(visit: Visit) -> Response:
    return await act_on(visit, "undoing", {"reason": visit.field("reason")}, "undone")


@pages.post("/reorganisations/{id}/withdrawal")
async def withdraw(visit: Visit) -> Response:
    return await act_on(visit, "withdrawal", {"reason": visit.field("reason")}, "withdrawn")
