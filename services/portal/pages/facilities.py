"""Facilities: the public directory, one facility with its posts and people, and the posts of the establishment."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.portal.facilities import facilities_offered, facility_of
from services.portal.labels import choices, occupations, state
from services.portal.listing import Listing, paging
from services.portal.navigation import WRITERS
from services.portal.records import changes_of, tab_of
from services.portal.texts import gettext
from services.portal.units import units_offered
from services.portal.visit import Pages, Visit, not_found

pages = Pages()

API = "/api/v1/registry"
TYPES = (
    *("hospital", "specialised_hospital", "health_centre", "primary_centre", "polyclinic", "station", "clinic", "pharmacy", "prevention_centre"),
    *("training_institute", "care_home", "home_care", "health_network", "association", "authority", "other"),
)
PARTS = ("summary", "posts", "people", "timeline", "history")
POST_STATES = ("planned", "authorised", "vacant", "filled", "over_filled", "frozen", "abolished")


@pages.get("/facilities")
async def facilities(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("q", "type", "area", "authority", "as_of")}
    if not visit.request.query_params and visit.authority:
        filters["authority"] = visit.authority
    found = await visit.api.get(f"{API}/facilities", **filters, **paging(visit))
    return visit.page("facilities/list.html", list=Listing.of(visit, found, filters, sort="name", export="facilities"), types=choices("facility_type", *TYPES))


@pages.get("/facilities/{code}")
async def facility(visit: Visit) -> Response:
    """A part of one facility by its code: the establishment with vacancies and who leaves soon, its posts, its people, how it was before. One that has closed is found by its id."""
    key = visit.path("code")
    found = await visit.api.get_or_none(f"{API}/facilities/{key}", as_of=visit.query("as_of")) if is_id(key) else await facility_of(visit, key)
    if found is None:
        return not_found(visit)
    tab = tab_of(visit, *PARTS)
    asked = {"posts": posts_of, "people": people_of, "timeline": periods_of}.get(tab, summary_of)
    return visit.page(
        "facilities/page.html",
        facility=found,
        tab=tab,
        history=await changes_of(visit, tab, "facility", found["id"]),
        may_write=visit.has_role(*WRITERS),
        **(await asked(visit, found) if tab != "history" else {}),
    )


async def summary_of(visit: Visit, facility: dict[str, Any]) -> dict[str, Any]:
    posts, supervised, establishment = await asyncio.gather(
        visit.api.get_or_none(f"{API}/posts", facility=facility["code"], state="vacant", limit=20),
        visit.api.get_or_none(f"{API}/facilities", supervisor=facility["code"], limit=200),
        establishment_of(visit, facility),
    )
    names = await visit.api.names(one["person_id"] for one in (establishment or {}).get("leaving") or [])
    return {"posts": posts, "supervised": (supervised or {}).get("items", []), "establishment": establishment, "names": names}


async def posts_of(visit: Visit, facility: dict[str, Any]) -> dict[str, Any]:
    asked = {"facility": facility["code"], "state": visit.query("state")}
    found = await visit.api.get_or_none(f"{API}/posts", **asked, **paging(visit))
    listed = found and Listing.of(visit, found, {"tab": "posts", "state": asked["state"]}, sort="facility", export="posts", asked=asked)
    return {"list": listed, "states": states_of_posts()}


async def people_of(visit: Visit, facility: dict[str, Any]) -> dict[str, Any]:
    asked = {"facility": facility["code"]}
    found = await visit.api.get_or_none(f"{API}/persons", **asked, **paging(visit))
    return {"list": found and Listing.of(visit, found, {"tab": "people"}, sort="name", export="people", asked=asked)}


async def periods_of(visit: Visit, facility: dict[str, Any]) -> dict[str, Any]:
    found = await visit.api.get_or_none(f"{API}/facilities/{facility['id']}/periods")
    return {"periods": (found or {}).get("items", [])}


def states_of_posts() -> list[tuple[str, str]]:
    return [(code, gettext(state(code).word)) for code in POST_STATES]


async def establishment_of(visit: Visit, facility: dict[str, Any]) -> Any:
    """Posts by state and who leaves soon; None for whoever may not see them, and for a facility that has closed."""
    return None if facility["valid_to"] else await visit.api.get_or_none(f"{API}/establishment", facility=facility["code"])


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@pages.get("/posts")
async def posts(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("facility", "unit_id", "no_unit", "occupation", "state", "as_of")}
    found, offered, units = await asyncio.gather(visit.api.get(f"{API}/posts", **filters, **paging(visit)), facilities_offered(visit), units_offered(visit, filters["facility"]))
    return visit.page(
        "posts/list.html",
        states=states_of_posts(),
        list=Listing.of(visit, found, filters, sort="facility", export="posts"),
        facilities=offered,
        units=units,
        occupations=occupations.choices(),
    )
