"""Lists over whole facilities: who is assigned where, and what must be settled."""

import asyncio

from starlette.responses import Response

from services.portal.facilities import facilities_offered
from services.portal.listing import Listing, paging
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/registry"


@pages.get("/assignments")
async def assignments(visit: Visit) -> Response:
    """Those of today unless another day is asked, or none."""
    as_of = visit.query("as_of") if "as_of" in visit.request.query_params else today().isoformat()
    filters = {"facility": visit.query("facility"), "state": visit.query("state"), "as_of": as_of}
    found, offered = await asyncio.gather(visit.api.get(f"{API}/assignments", **filters, **paging(visit)), facilities_offered(visit))
    names = await visit.api.names(item["person_id"] for item in found["items"])
    return visit.page("assignments/list.html", list=Listing.of(visit, found, filters, export="assignments"), names=names, facilities=offered)


@pages.get("/work-items")
async def work_items(visit: Visit) -> Response:
    """What is open unless another state is asked."""
    state = visit.query("state") if "state" in visit.request.query_params else "open"
    filters = {"state": state, "facility": visit.query("facility")}
    found, offered = await asyncio.gather(visit.api.get(f"{API}/work-items", **filters, **paging(visit)), facilities_offered(visit))
    names = await visit.api.names(item["person_id"] for item in found["items"])
    return visit.page("assignments/work_items.html", list=Listing.of(visit, found, filters, export="work-items"), names=names, facilities=offered)
