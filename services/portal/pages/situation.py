"""The situation of a place: one page on a facility or an area, that prints on one or two sheets."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, ServiceAway, segment
from services.portal.facilities import facility_names, facility_of
from services.portal.figures import figure_shown, query_of
from services.portal.visit import Pages, Visit, not_found

pages = Pages()

API = "/api/v1/observatory"
ASKED = ("from", "to", "as_of")


@pages.get("/places/{code}")
async def place(visit: Visit) -> Response:
    """One facility: who is there, what is missing, who helps, what runs out."""
    code = visit.path("code")
    asked = {name: visit.query(name) for name in ASKED}
    found, facility = await asyncio.gather(visit.api.get_or_none(f"{API}/places/{segment(code)}/situation", **asked), facility_of(visit, code))
    if found is None or facility is None:
        return not_found(visit)
    names, places = await asyncio.gather(
        names_or_nothing(visit, found["mandates"] + found["licences"]), facility_names(visit, [line["other_code"] for line in found["agreements"]])
    )
    figures = [figure_shown(figure, asked | {"facility": code}) for figure in found["figures"]]
    staff = {"assigned": sum(line["assigned"] for line in found["staff"]), "away": sum(line["away"] for line in found["staff"])}
    return visit.page("situation/place.html", situation=found, facility=facility, names=names, places=places, figures=figures, staff=staff, asked=asked, query=query_of(asked))


@pages.get("/areas/{code}")
async def area(visit: Visit) -> Response:
    """One area: its figures, and its facilities line by line."""
    code = visit.path("code")
    asked = {name: visit.query(name) for name in (*ASKED, "boundaries")}
    found = await visit.api.get_or_none(f"{API}/areas/{segment(code)}/situation", **asked)
    if found is None:
        return not_found(visit)
    places = await facility_names(visit, [line["code"] for line in found["facilities"]])
    figures = [figure_shown(figure, asked | {"area": code}) for figure in found["figures"]]
    return visit.page("situation/area.html", situation=found, places=places, figures=figures, asked=asked, query=query_of(asked))


async def names_or_nothing(visit: Visit, lines: list[dict[str, Any]]) -> dict[str, str]:
    try:
        return await visit.api.names(line["person_id"] for line in lines)
    except (Refusal, ServiceAway) as error:
        if isinstance(error, Refusal) and error.status == 401:
            raise
        return {}
