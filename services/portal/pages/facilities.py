"""Facilities: the public directory, one facility with its posts and people, and the posts of the establishment."""

import asyncio
from uuid import UUID

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_of
from services.portal.labels import choices, occupations
from services.portal.listing import Listing, paging
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
    posts, people, periods, supervised = await asyncio.gather(
        visit.api.get_or_none(f"{API}/posts", facility=found["code"], state="vacant", limit=20),
        visit.api.get_or_none(f"{API}/persons", facility=found["code"], limit=10),
        visit.api.get_or_none(f"{API}/facilities/{found['id']}/periods"),
        visit.api.get_or_none(f"{API}/facilities", supervisor=found["code"], limit=200),
    )
    return visit.page("facilities/page.html", facility=found, posts=posts, people=people, periods=(periods or {}).get("items", []), supervised=(supervised or {}).get("items", []))


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
    return visit.page("posts/list.html", list=Listing.of(visit, found, filters, sort="facility", export="posts"), facilities=offered, occupations=occupations.choices("VN-"))


@pages.get("/posts/{id}")
async def post(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/posts/{segment(visit.path('id'))}", as_of=visit.query("as_of"))
    names = await visit.api.names(holder["person_id"] for holder in found.get("holders") or [])
    may_need = visit.has_role("regional-administrator", "facility-hr-officer", "head-of-facility")
    return visit.page("posts/page.html", post=found, names=names, may_need=may_need)
