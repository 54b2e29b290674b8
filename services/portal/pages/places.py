"""Places: the administrative areas with their history, their facilities, and where the data come from."""

import asyncio

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.listing import Listing, paging
from services.portal.records import tab_of
from services.portal.visit import Pages, Visit, not_found
from shared.clock import today
from shared.i18n import current_language
from shared.jurisdictions import here

pages = Pages()

API = "/api/v1/registry"
MOST_FACILITIES = 100


@pages.get("/boundaries")
async def areas(visit: Visit) -> Response:
    """Areas of a country on a day, by name or below another."""
    country = visit.query("country") or here().country
    filters = {"country": country} | {name: visit.query(name) for name in ("q", "level", "within", "as_of")}
    levels = (await visit.api.get(f"{API}/areas/levels"))["items"]
    level = filters["level"] if filters["level"] in {one["level"] for one in levels if one["country"] == country} else ""
    if not level and not filters["q"] and not filters["within"]:
        level = next((one["level"] for one in levels if one["country"] == country and one["position"] == 1), "")
    found = await visit.api.get(f"{API}/areas", **filters | {"level": level}, **paging(visit))
    return visit.page(
        "places/areas.html",
        list=Listing.of(visit, found, filters | {"level": level}, sort="name"),
        countries=sorted((await country_names(visit)).items()),
        levels=[(one["level"], one["names"][current_language.get()]) for one in levels if one["country"] == country],
        words={(one["country"], one["level"]): one["names"][current_language.get()] for one in levels},
    )


async def country_names(visit: Visit) -> dict[str, str]:
    """The countries whose areas are known, under each name that they have."""
    found = await visit.api.get(f"{API}/areas", level="country", limit=200)
    return {one["country"]: " · ".join(dict.fromkeys([one["name"], *one["names"].values()])) for one in found["items"]}


@pages.get("/boundaries/sources")
async def sources(visit: Visit) -> Response:
    """Where packaged data come from, with the licences that oblige us to say so."""
    found = await visit.api.get(f"{API}/areas/sources")
    return visit.page("places/sources.html", countries=found["items"], language=current_language.get(), names=await country_names(visit))


@pages.get("/boundaries/{code}")
async def area(visit: Visit) -> Response:
    """One area on a day: its names through time, what it came from and became, what lies and stands in it. One that has ended is found by its id."""
    key, as_of = visit.path("code"), visit.query("as_of")
    if len(key) == 36:
        found = await visit.api.get_or_none(f"{API}/areas/{segment(key)}", as_of=as_of)
    else:
        named = await visit.api.get_or_none(f"{API}/areas", code=key, as_of=as_of, limit=1)
        found = named["items"][0] if named and named["items"] else None
    if found is None:
        return not_found(visit)
    day = as_of or (found["valid_to"] if found["valid_to"] and found["valid_to"] < today().isoformat() else "")
    levels, periods, changes, below, facilities = await asyncio.gather(
        visit.api.get(f"{API}/areas/levels"),
        visit.api.get(f"{API}/areas/{found['id']}/periods"),
        visit.api.get(f"{API}/areas/{found['id']}/changes"),
        visit.api.get(f"{API}/areas", parent=found["code"], as_of=day, limit=200),
        visit.api.get(f"{API}/facilities", area=found["code"], as_of=day, limit=MOST_FACILITIES),
    )
    lines = [line for line in changes["items"] if line["from_area"]["id"] != line["to_area"]["id"]]
    return visit.page(
        "places/area.html",
        area=found,
        tab=tab_of(visit, "summary", "facilities", "timeline"),
        day=day,
        words={(one["country"], one["level"]): one["names"][current_language.get()] for one in levels["items"]},
        periods=periods["items"],
        reasons={line["effective_on"]: line["legal_basis"] for line in changes["items"]},
        heirs=[line for line in lines if line["from_area"]["id"] == found["id"]],
        origins=[line for line in lines if line["to_area"]["id"] == found["id"]],
        below=below["items"],
        facilities=facilities["items"],
        more=facilities.get("next"),
        may_reorganise=visit.has_role("regional-administrator"),
    )
