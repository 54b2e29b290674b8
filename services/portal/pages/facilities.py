"""Facilities: the public directory, one facility with its posts and people, and the posts of the establishment."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.portal.facilities import facilities_offered, facility_of
from services.portal.labels import choices, occupations, state
from services.portal.listing import Listing, paging
from services.portal.navigation import WRITERS
from services.portal.texts import gettext
from services.portal.visit import Pages, Visit, not_found

pages = Pages()

API = "/api/v1/registry"
TYPES = ("hospital", "specialised_hospital", "health_centre", "polyclinic", "station", "clinic", "pharmacy", "prevention_centre", "authority", "other")


@pages.get("/facilities")
async def facilities(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("q", "type", "area", "authority", "as_of")}
    if not visit.request.query_params and visit.authority:
        filters["authority"] = visit.authority
    found = await visit.api.get(f"{API}/facilities", **filters, **paging(visit))
    return visit.page("facilities/list.html", list=Listing.of(visit, found, filters, sort="name", export="facilities"), types=choices("facility_type", *TYPES))


@pages.get("/facilities/{code}")
async def facility(visit: Visit) -> Response:
    """One facility by its code; one that has closed, by its id."""
    key = visit.path("code")
    found = await visit.api.get_or_none(f"{API}/facilities/{key}", as_of=visit.query("as_of")) if is_id(key) else await facility_of(visit, key)
    if found is None:
        return not_found(visit)
    posts, people, periods, supervised, establishment = await asyncio.gather(
        visit.api.get_or_none(f"{API}/posts", facility=found["code"], state="vacant", limit=20),
        visit.api.get_or_none(f"{API}/persons", facility=found["code"], limit=10),
        visit.api.get_or_none(f"{API}/facilities/{found['id']}/periods"),
        visit.api.get_or_none(f"{API}/facilities", supervisor=found["code"], limit=200),
        establishment_of(visit, found),
    )
    names = await visit.api.names(one["person_id"] for one in (establishment or {}).get("leaving") or [])
    return visit.page(
        "facilities/page.html",
        facility=found,
        posts=posts,
        people=people,
        periods=(periods or {}).get("items", []),
        supervised=(supervised or {}).get("items", []),
        establishment=establishment,
        names=names,
        may_write=visit.has_role(*WRITERS),
    )


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
    filters = {name: visit.query(name) for name in ("facility", "occupation", "state", "as_of")}
    found, offered = await asyncio.gather(visit.api.get(f"{API}/posts", **filters, **paging(visit)), facilities_offered(visit))
    states = [(code, gettext(state(code).word)) for code in ("planned", "authorised", "vacant", "filled", "over_filled", "frozen", "abolished")]
    return visit.page(
        "posts/list.html", states=states, list=Listing.of(visit, found, filters, sort="facility", export="posts"), facilities=offered, occupations=occupations.choices("VN-")
    )
