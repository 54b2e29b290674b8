"""Facilities as their authority writes them: opened, changed from a day on, closed."""

from typing import Any

from starlette.responses import Response

from services.portal.acts import Act, body_of
from services.portal.clients import segment
from services.portal.facilities import facility_of
from services.portal.forms import actions_of, send
from services.portal.labels import choices
from services.portal.visit import Pages, Visit, not_found

pages = Pages()

API = "/api/v1/registry"
PLACED = ("name", "type", "level", "ownership", "remoteness", "technical_supervisor", "host")
OPENED = ("code", "area_code", "authority", *PLACED, "valid_from", "reference")
ACTS = {"change": Act("changes", ("starts_on", *PLACED)), "close": Act("closure", ("last_day",))}


def choices_of_facility() -> dict[str, list[tuple[str, str]]]:
    return {"types": choices("facility_type"), "levels": choices("level"), "ownerships": choices("ownership"), "remoteness": choices("remoteness")}


async def new_facility_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    typed = visit.fields() or {"authority": visit.authority, "code": f"{visit.authority}-", "ownership": "public", "remoteness": "none"}
    return visit.page("facilities/new.html", status, typed=typed, problem=problem, errors=errors or {}, **choices_of_facility())


@pages.get("/facilities/new")
async def new_facility(visit: Visit) -> Response:
    return await new_facility_page(visit)


@pages.post("/facilities/new")
async def create_facility(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_facility_page(visit, **shown)

    answer = await send(visit, f"{API}/facilities", body_of(visit, OPENED), again)
    return answer if isinstance(answer, Response) else visit.go(f"/facilities/{answer['code']}", done="opened")


async def act_page(visit: Visit, act: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    known = await facility_of(visit, visit.path("code"))
    if known is None:
        return not_found(visit)
    found = await visit.api.get(f"{API}/facilities/{segment(known['id'])}")
    return visit.page(
        "facilities/act.html",
        status,
        facility=found,
        act=act,
        action=actions_of(found).get(act),
        typed=visit.fields() or ({name: found[name] for name in PLACED} if act == "change" else {}),
        problem=problem,
        errors=errors or {},
        **choices_of_facility(),
    )


async def do(visit: Visit, act: str) -> Response:
    """Only what was typed anew is sent: what stays is not said again."""

    async def again(**shown: Any) -> Response:
        return await act_page(visit, act, **shown)

    known = await facility_of(visit, visit.path("code"))
    if known is None:
        return not_found(visit)
    body = {name: value for name, value in ACTS[act].body(visit).items() if value != (known.get(name) or "")}
    answer = await send(visit, f"{API}/facilities/{segment(known['id'])}/{ACTS[act].route}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/facilities/{segment(visit.path('code'))}", done=act)


@pages.get("/facilities/{code}/change")
async def change(visit: Visit) -> Response:
    return await act_page(visit, "change")


@pages.post("/facilities/{code}/change")
async def do_change(visit: Visit) -> Response:
    return await do(visit, "change")


@pages.get("/facilities/{code}/close")
async def close(visit: Visit) -> Response:
    return await act_page(visit, "close")


@pages.post("/facilities/{code}/close")
async def do_close(visit: Visit) -> Response:
    return await do(visit, "close")
