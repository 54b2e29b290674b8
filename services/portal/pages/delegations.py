"""Delegations: which authority is competent for an act, since when and by which order; and how long acts take before and after."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names, facilities_offered
from services.portal.forms import send
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.pages.meetings import regions_offered
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/appointment/delegations"
GIVERS = ("regional-administrator", "signatory")


async def matrix_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, ending: str = "") -> Response:
    filters = {name: visit.query(name) for name in ("act", "as_of")}
    found = await visit.api.get(API, **filters, **paging(visit))
    may_give = visit.has_role(*GIVERS)
    names, regions, facilities = await asyncio.gather(
        authority_names(visit, {code for row in found["items"] for code in (row["authority"], row["place"], row["competent"])}),
        regions_offered(visit) if may_give else _none(),
        facilities_offered(visit) if may_give else _none(),
    )
    return visit.page(
        "delegations/list.html",
        status,
        list=Listing.of(visit, found, filters, export="delegations"),
        names=names,
        acts=choices("decision_kind"),
        ranks=choices("leader_rank"),
        natures=choices("delegation_nature"),
        territories=list((await authority_names(visit, visit.territories)).items()),
        places=[*regions, *(one for one in facilities if one not in regions)],
        may_give=may_give,
        ending=ending,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


async def _none() -> list[tuple[str, str]]:
    return []


@pages.get("/delegations")
async def matrix(visit: Visit) -> Response:
    return await matrix_page(visit)


@pages.post("/delegations/give")
async def give(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await matrix_page(visit, **shown)

    body = {name: visit.field(name) for name in ("authority", "act", "rank", "place", "competent", "nature", "citation", "valid_from", "valid_to", "done_on")}
    answer = await send(visit, API, body, again)
    return answer if isinstance(answer, Response) else visit.go("/delegations", done="given")


@pages.post("/delegations/{id}/end")
async def end(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await matrix_page(visit, **shown, ending=visit.path("id"))

    body = {"valid_to": visit.field("ends_on"), "reason": visit.field("reason")}
    answer = await send(visit, f"{API}/{segment(visit.path('id'))}/end", body, again)
    return answer if isinstance(answer, Response) else visit.go("/delegations", done="ended")


@pages.get("/delegations/delays")
async def delays(visit: Visit) -> Response:
    """From proposal to signature, by act and region, before and after."""
    asked = {"from": visit.query("from"), "to": visit.query("to"), "act": visit.query("act")}
    found = await visit.api.get(f"{API}/delays", **{name: value for name, value in asked.items() if value})
    return visit.page(
        "delegations/delays.html",
        delays=found,
        longest=max((one["median_days"] for one in found["items"]), default=0),
        names=await authority_names(visit, (one["region"] for one in found["items"])),
        acts=choices("decision_kind"),
        asked=asked,
    )
