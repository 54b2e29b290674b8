"""People who look for work in a pool: to whom they are shown, the posts and why; and for a need the people and why."""

import asyncio
from functools import partial
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facility_names
from services.portal.forms import actions_of, search_people, send
from services.portal.labels import choices, name_of_occupation, occupations
from services.portal.listing import Listing, paging
from services.portal.pages.pools import API, areas_of, every, names_of, pool_read
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()


def address(visit: Visit) -> str:
    return f"{API}/profiles/{segment(visit.path('id'))}"


@pages.get("/pools/{id}/people")
async def people(visit: Visit) -> Response:
    filters = {"state": visit.query("state", "looking"), "occupation": visit.query("occupation")}
    pool, found = await asyncio.gather(pool_read(visit), visit.api.get(f"{API}/profiles", pool=visit.path("id"), **filters, **paging(visit)))
    return visit.page(
        "pools/people.html",
        pool=pool,
        list=Listing.of(visit, found, filters),
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await names_of(visit, pool),
        occupations=occupations.choices(),
        may_open=actions_of(pool)["open_profile"]["allowed"],
    )


# ---- Opening a file: who, then what they look for --------------------------------------------------------------------------


async def new_page(
    visit: Visit, status: int = 200, found: list[dict[str, Any]] | None = None, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None
) -> Response:
    pool = await pool_read(visit)
    person_id = visit.query("person") or visit.field("person_id")
    names = await visit.api.names([person_id]) if person_id else {}
    return visit.page(
        "pools/new_person.html",
        status,
        pool=pool,
        person_id=person_id if person_id in names else "",
        names=names,
        found=found,
        asked=visit.field("q"),
        occupations=occupations.choices(),
        specialties=choices("specialty"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/pools/{id}/people/new")
async def new_profile(visit: Visit) -> Response:
    return await new_page(visit)


@pages.post("/pools/{id}/people/search")
async def search_person(visit: Visit) -> Response:
    """Names are asked in a body, never in an address."""
    return await search_people(visit, partial(new_page, visit))


@pages.post("/pools/{id}/people/new")
async def create_profile(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("person_id", "occupation_code", "specialty", "available_from", "note", "done_on")}
    answer = await send(visit, f"{API}/profiles", body | {"pool_id": visit.path("id"), "places": visit.field("places").split()}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/profiles/{answer['id']}", done="opened")


# ---- One file --------------------------------------------------------------------------------------------------------------


async def profile_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    profile = await visit.api.get(address(visit))
    pool, compared, bridges, crossings = await asyncio.gather(
        visit.api.get(f"{API}/pools/{profile['pool_id']}"),
        visit.api.get(f"{address(visit)}/needs"),
        every(visit, f"{API}/bridges", pool=profile["pool_id"]),
        every(visit, f"{API}/crossings", profile=profile["id"]),
    )
    ways = {one["id"]: f"{name_of_occupation(one['from_occupation'])} → {name_of_occupation(one['to_occupation'])}" for one in bridges}
    places = await names_of(visit, pool)
    return visit.page(
        "profiles/page.html",
        status,
        profile=profile,
        pool=pool,
        actions=actions_of(profile),
        compared=[one | {"actions": actions_of(one)} for one in compared["items"]] if profile["state"] == "looking" else [],
        bridges=[one for one in bridges if one["from_occupation"] == profile["occupation_code"]],
        ways=ways,
        crossings=crossings,
        names=await visit.api.names([profile["person_id"]]),
        places=places,
        areas=await areas_of(visit, (code for code in profile["places"] if code not in places)),
        members=[partner["facility_code"] for partner in pool["partners"] if partner["state"] == "member" and partner["acceptances"]],
        standing=next((one for one in profile["consents"] if one["withdrawn_on"] is None), None),
        means=choices("consent_means"),
        closings=choices("profile_closing"),
        typed=visit.fields(),
        chosen=visit.values("partners"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/profiles/{id}")
async def profile(visit: Visit) -> Response:
    return await profile_page(visit)


async def _act(visit: Visit, path: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await profile_page(visit, **shown)

    answer = await send(visit, path, body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/profiles/{visit.path('id')}", done=done)


@pages.post("/profiles/{id}/consents")
async def give_consent(visit: Visit) -> Response:
    if not visit.values("partners"):
        return await profile_page(visit, 422, errors={"partners": gettext(_("Choose at least one member."))})
    return await _act(visit, f"{address(visit)}/consents", {"partners": visit.values("partners"), "means": visit.field("means")}, "consented")


@pages.post("/profiles/{id}/consent-withdrawal")
async def withdraw_consent(visit: Visit) -> Response:
    return await _act(visit, f"{address(visit)}/consent-withdrawal", {}, "withdrawn")


@pages.post("/profiles/{id}/ending")
async def end_profile(visit: Visit) -> Response:
    return await _act(visit, f"{address(visit)}/ending", {"closing": visit.field("closing")}, "ended")


@pages.post("/profiles/{id}/bridges/{bridge}")
async def take_bridge(visit: Visit) -> Response:
    body = {"profile_id": visit.path("id"), "to_facility": visit.field("to_facility")}
    return await _act(visit, f"{API}/bridges/{segment(visit.path('bridge'))}/crossings", body, "bridge")


# ---- For a need, the people and why ----------------------------------------------------------------------------------------


async def matching_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    path = f"{API}/needs/{segment(visit.path('id'))}"
    need, found = await asyncio.gather(visit.api.get(path), visit.api.get(f"{path}/profiles"))
    return visit.page(
        "profiles/matching.html",
        status,
        need=need,
        compared=[one | {"actions": actions_of(one)} for one in found["items"]],
        names=await visit.api.names(one["person_id"] for one in found["items"]),
        places=await facility_names(visit, [need["facility_code"]]),
        outcomes=choices("match_outcome"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/needs/{id}/people")
async def matching(visit: Visit) -> Response:
    return await matching_page(visit)


@pages.post("/needs/{id}/people")
async def decide_match(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await matching_page(visit, **shown)

    body = {"need_id": visit.path("id")} | {name: visit.field(name) for name in ("profile_id", "outcome", "reason", "done_on")}
    answer = await send(visit, f"{API}/matches", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/needs/{visit.path('id')}/people", done="decided")
