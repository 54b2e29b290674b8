"""Pools of employers: the charter and its members, where when and which professions, rounds, resources and bridges."""

import asyncio
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names, facilities_offered, facility_names, facility_of
from services.portal.forms import actions_of, send, whole_number
from services.portal.labels import choices, name_of_occupation, occupations
from services.portal.maps import bubbles
from services.portal.texts import _, gettext, ngettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/recruitment"
REGISTRY = "/api/v1/registry"
MONTHS_SHOWN = 12


def address(visit: Visit) -> str:
    return f"{API}/pools/{segment(visit.path('id'))}"


async def pool_read(visit: Visit) -> dict[str, Any]:
    found: dict[str, Any] = await visit.api.get(address(visit))
    return found


async def names_of(visit: Visit, pool: dict[str, Any], more: Iterable[str] = ()) -> dict[str, str]:
    """Names of the members of a pool, and of other places."""
    return await facility_names(visit, [*(partner["facility_code"] for partner in pool["partners"]), *more])


async def every(visit: Visit, path: str, **asked: Any) -> list[dict[str, Any]]:
    """Every row of a list, page after page."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        found = await visit.api.get(path, limit=200, cursor=cursor, **asked)
        items += found["items"]
        cursor = found.get("next")
        if not cursor:
            return items


def own_members(visit: Visit, pool: dict[str, Any]) -> list[dict[str, Any]]:
    """The members of a pool for whom the reader speaks: their own facility, or every one for whoever coordinates."""
    members = [partner for partner in pool["partners"] if partner["state"] == "member"]
    return members if actions_of(pool)["ask_round"]["allowed"] else [partner for partner in members if partner["facility_code"] in visit.facilities]


# ---- The pool, its charter and its members ---------------------------------------------------------------------------------


@pages.get("/pools")
async def pools(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/pools", limit=200)
    return visit.page(
        "pools/list.html",
        pools=found["items"],
        authorities=await authority_names(visit, (pool["authority"] for pool in found["items"])),
        may_open=visit.has_role("regional-administrator", "pool-coordinator"),
    )


async def new_pool_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    authorities = list((await authority_names(visit, visit.territories)).items())
    return visit.page("pools/new.html", status, typed=visit.fields(), authorities=authorities, problem=problem, errors=errors or {})


@pages.get("/pools/new")
async def new_pool(visit: Visit) -> Response:
    return await new_pool_page(visit)


@pages.post("/pools/new")
async def create_pool(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_pool_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("title", "code", "purpose", "done_on")} | {"authority": visit.field("authority") or visit.authority}
    answer = await send(visit, f"{API}/pools", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pools/{answer['id']}", done="opened")


async def pool_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    pool = await pool_read(visit)
    actions = actions_of(pool)
    offered = await facilities_offered(visit) if actions["add_partner"]["allowed"] else []
    members = {partner["facility_code"] for partner in pool["partners"] if partner["state"] == "member"}
    places = await names_of(visit, pool)
    return visit.page(
        "pools/page.html",
        status,
        pool=pool,
        actions=actions,
        charter=pool["charters"][-1] if pool["charters"] else None,
        places=places,
        partners=sorted(
            (partner | {"actions": actions_of(partner)} for partner in pool["partners"]),
            key=lambda one: (one["state"] != "member", one["takes_part_as"], places[one["facility_code"]]),
        ),
        offered=[(code, name) for code, name in offered if code not in members],
        takes_part_as=choices("takes_part_as"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/pools/{id}")
async def pool(visit: Visit) -> Response:
    return await pool_page(visit)


async def _act(visit: Visit, path: str, names: tuple[str, ...], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await pool_page(visit, **shown)

    answer = await send(visit, f"{address(visit)}/{path}", {name: visit.field(name) for name in (*names, "done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pools/{visit.path('id')}", done=done)


@pages.post("/pools/{id}/charters")
async def publish_charter(visit: Visit) -> Response:
    return await _act(visit, "charters", ("words",), "charter")


@pages.post("/pools/{id}/partners")
async def add_partner(visit: Visit) -> Response:
    return await _act(visit, "partners", ("facility_code", "takes_part_as"), "joined")


@pages.post("/pools/{id}/partners/{partner}/acceptance")
async def accept_charter(visit: Visit) -> Response:
    return await _act(visit, f"partners/{segment(visit.path('partner'))}/acceptance", ("signed_as",), "accepted")


@pages.post("/pools/{id}/partners/{partner}/leaving")
async def remove_partner(visit: Visit) -> Response:
    return await _act(visit, f"partners/{segment(visit.path('partner'))}/leaving", ("reason",), "left")


# ---- Where, when, and which professions ----------------------------------------------------------------------------------


@pages.get("/pools/{id}/needs")
async def overview(visit: Visit) -> Response:
    pool, found = await asyncio.gather(pool_read(visit), visit.api.get(f"{address(visit)}/overview"))
    areas = await areas_of(visit, (place["area_code"] for place in found["places"]))
    await locate(visit, areas, found["places"])
    needs = await every(visit, f"{API}/needs", pool=pool["id"], state="validated") if found["needs"] else []
    return visit.page(
        "pools/needs.html",
        pool=pool,
        overview=found,
        areas=areas,
        map=drawing(found, areas),
        calendar=calendar(found["months"]),
        professions=[cell["occupation_code"] for cell in found["professions"]],
        needs=[need for need in needs if need["hires"] < need["quantity"]],
        places=await names_of(visit, pool),
        may_state=any(partner["takes_part_as"] == "employer" for partner in own_members(visit, pool))
        and visit.has_role("regional-administrator", "facility-hr-officer", "head-of-facility"),
    )


async def areas_of(visit: Visit, codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Areas by code: their name, and where they lie."""
    wanted = sorted(set(codes))
    answers = await asyncio.gather(*(visit.api.get_or_none(f"{REGISTRY}/areas", code=code, limit=1) for code in wanted))
    return {code: (answer or {}).get("items", [{}])[0] if (answer or {}).get("items") else {"name": code} for code, answer in zip(wanted, answers, strict=True)}


async def locate(visit: Visit, areas: dict[str, dict[str, Any]], places: list[dict[str, Any]]) -> None:
    """An area whose centroid no data set gives lies where its employers do."""
    unknown = [place for place in places if areas[place["area_code"]].get("latitude") is None]
    for place, found in zip(unknown, await asyncio.gather(*(facility_of(visit, place["facilities"][0]) for place in unknown)), strict=True):
        areas[place["area_code"]] |= {name: (found or {}).get(name) for name in ("latitude", "longitude")}


def drawing(found: dict[str, Any], areas: dict[str, dict[str, Any]]) -> Any:
    """The places as bubbles, as large as the seats still open there are many."""
    cells = [
        {
            "code": place["area_code"],
            "name": areas[place["area_code"]]["name"],
            "latitude": areas[place["area_code"]].get("latitude"),
            "longitude": areas[place["area_code"]].get("longitude"),
            "value": place["seats"],
            "numerator": place["seats"],
            "said": ngettext("{n} seat open", "{n} seats open", place["seats"]),
            "mark": str(place["seats"]),
        }
        for place in found["places"]
    ]
    return bubbles(cells, {}, title=gettext(_("Each bubble is a commune; the larger it is, the more people are wanted there.")), leads_to=lambda code: f"#place-{code}")


def calendar(months: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each month in which somebody is wanted, with the seats of each profession."""
    lines: dict[str, dict[str, int]] = {}
    for cell in months:
        lines.setdefault(cell["month"], {})[cell["occupation_code"]] = cell["seats"]
    return [{"month": f"{month}-01", "seats": seats, "total": sum(seats.values())} for month, seats in sorted(lines.items())]


# ---- Rounds ----------------------------------------------------------------------------------------------------------------


async def rounds_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    pool, found = await asyncio.gather(pool_read(visit), visit.api.get(f"{address(visit)}/rounds", limit=50))
    own = {partner["facility_code"] for partner in own_members(visit, pool)}
    rounds = [
        one | {"mine": [code for code in one["awaited"] if code in own], "answered": {answer["facility_code"]: answer for answer in one["answers"]}} for one in found["items"]
    ]
    return visit.page(
        "pools/rounds.html",
        status,
        pool=pool,
        actions=actions_of(pool),
        rounds=rounds,
        places=await names_of(visit, pool, (code for one in rounds for code in one["asked"])),
        typed=visit.fields(),
        chosen=visit.values("facility_codes"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/pools/{id}/rounds")
async def rounds(visit: Visit) -> Response:
    return await rounds_page(visit)


@pages.post("/pools/{id}/rounds")
async def ask_round(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await rounds_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("title", "due_on", "done_on")} | {"facility_codes": visit.values("facility_codes")}
    answer = await send(visit, f"{address(visit)}/rounds", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pools/{visit.path('id')}/rounds", done="asked")


@pages.post("/pools/{id}/rounds/{round}/answers")
async def answer_round(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await rounds_page(visit, **shown)

    body = {name: visit.field(name) for name in ("facility_code", "comment", "done_on")}
    answer = await send(visit, f"{API}/pool-rounds/{segment(visit.path('round'))}/answers", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pools/{visit.path('id')}/rounds", done="answered")


# ---- Resources -------------------------------------------------------------------------------------------------------------


async def resources_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    pool = await pool_read(visit)
    found, asked = await asyncio.gather(every(visit, f"{API}/pool-resources", pool=pool["id"]), visit.api.get(f"{address(visit)}/rounds", limit=10))
    own = own_members(visit, pool)
    places = await names_of(visit, pool, (one["facility_code"] for one in found))
    return visit.page(
        "pools/resources.html",
        status,
        pool=pool,
        resources=[one | {"actions": actions_of(one)} for one in found],
        places=places,
        own=[(partner["facility_code"], places[partner["facility_code"]]) for partner in own if partner["acceptances"]],
        rounds=[(one["id"], one["title"]) for one in asked["items"]],
        kinds=choices("resource_kind"),
        occupations=occupations.choices(),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/pools/{id}/resources")
async def resources(visit: Visit) -> Response:
    return await resources_page(visit)


@pages.post("/pools/{id}/resources")
async def offer_resource(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await resources_page(visit, **shown)

    names = ("facility_code", "kind", "occupation_code", "available_from", "available_to", "round_id", "note", "done_on")
    body: dict[str, Any] = {name: visit.field(name) for name in names} | {"pool_id": visit.path("id"), "quantity": visit.field("quantity").replace(",", ".")}
    answer = await send(visit, f"{API}/pool-resources", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pools/{visit.path('id')}/resources", done="offered")


@pages.post("/pools/{id}/resources/{resource}/ending")
async def end_resource(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await resources_page(visit, **shown)

    answer = await send(visit, f"{API}/pool-resources/{segment(visit.path('resource'))}/ending", {"reason": visit.field("reason"), "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pools/{visit.path('id')}/resources", done="ended")


# ---- Bridges ---------------------------------------------------------------------------------------------------------------


async def bridges_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    pool = await pool_read(visit)
    found = await every(visit, f"{API}/bridges", pool=pool["id"])
    reads = visit.has_role("regional-administrator", "pool-coordinator", "adviser", "facility-hr-officer", "head-of-facility", "signatory", "auditor")
    taken = await every(visit, f"{API}/crossings", pool=pool["id"]) if reads and found else []
    ways = {one["id"]: f"{name_of_occupation(one['from_occupation'])} → {name_of_occupation(one['to_occupation'])}" for one in found}
    return visit.page(
        "pools/bridges.html",
        status,
        pool=pool,
        actions=actions_of(pool),
        bridges=found,
        ways=ways,
        crossings=[one | {"actions": actions_of(one)} for one in taken],
        names=await visit.api.names(one["person_id"] for one in taken),
        places=await names_of(visit, pool),
        occupations=occupations.choices(),
        typed=visit.fields(),
        chosen=visit.values("partners"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/pools/{id}/bridges")
async def bridges(visit: Visit) -> Response:
    return await bridges_page(visit)


@pages.post("/pools/{id}/bridges")
async def open_bridge(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await bridges_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("from_occupation", "to_occupation", "training", "evidence", "done_on")}
    body |= {"pool_id": visit.path("id"), "months": whole_number(visit.field("months")), "partners": visit.values("partners")}
    answer = await send(visit, f"{API}/bridges", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pools/{visit.path('id')}/bridges", done="opened")


@pages.post("/pools/{id}/bridges/{crossing}/outcome")
async def end_crossing(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await bridges_page(visit, **shown)

    answer = await send(visit, f"{API}/crossings/{segment(visit.path('crossing'))}/outcome", {"outcome": visit.field("outcome"), "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pools/{visit.path('id')}/bridges", done="ended")
