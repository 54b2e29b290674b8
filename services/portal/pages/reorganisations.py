"""Reorganisations: write down what shall be done together, look at what it touches, carry it out, undo it."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import actions_of, send
from services.portal.labels import choices
from services.portal.visit import Pages, Visit, not_found
from services.portal.vocabulary.places import ELSEWHERE_PAGES

pages = Pages()

API = "/api/v1/registry/reorganisations"
ACTS = ("merge-areas", "split-area", "rename-area", "recode-area", "move-facility", "close-facility", "merge-facilities", "move-posts")
PARTS = (1, 2, 3, 4)
SAME = ("title", "legal_basis", "effective_on")


@pages.get("/reorganisations")
async def reorganisations(visit: Visit) -> Response:
    found = await visit.api.get(API, state=visit.query("state"), cursor=visit.query("cursor"))
    return visit.page(
        "reorganisations/list.html", reorganisations=found["items"], next=found.get("next"), chosen=visit.query("state"), may_draft=visit.has_role("regional-administrator")
    )


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


@pages.get("/reorganisations/{id}")
async def reorganisation(visit: Visit) -> Response:
    return await record_page(visit)


@pages.get("/reorganisations/{id}/preview")
async def preview(visit: Visit) -> Response:
    """Everything that applying would touch, by kind, and the act that stops it."""
    one = await visit.api.get(path_of(visit))
    found = await visit.api.get(f"{path_of(visit)}/preview")
    names = await facility_names(visit, [*codes_in(one["acts"]), *(line["facility_code"] for line in found["elsewhere"])])
    return visit.page("reorganisations/preview.html", one=one, found=found, names=names, actions=actions_of(one), elsewhere_pages=ELSEWHERE_PAGES, problem=None, errors={})


# ---- The acts of a draft -------------------------------------------------------------------------------------------


async def act_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    kind = visit.field("act") or visit.query("act")
    if kind not in ACTS:
        return not_found(visit)
    one = await visit.api.get(path_of(visit))
    typed = visit.fields() or dict(visit.request.query_params)
    return visit.page(
        "reorganisations/act.html", status, one=one, act=kind, typed=typed, parts=PARTS, facilities=await facilities_offered(visit), problem=problem, errors=errors or {}
    )


@pages.get("/reorganisations/{id}/acts/new")
async def new_act(visit: Visit) -> Response:
    return await act_page(visit)


@pages.post("/reorganisations/{id}/acts/new")
async def create_act(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await act_page(visit, **shown | {"errors": fields_of(shown.get("errors") or {})})

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
            return {"act": act, "facilities": visit.values("facilities")} | filled("into")
    return {"act": act} | filled("area", "name", "type", "code", "facility_code", "unit", "to_facility_code", "to_unit")


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
