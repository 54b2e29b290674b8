"""Figures: the catalogue, one figure with its definition, and the records behind it."""

import asyncio
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.facilities import facility_names
from services.portal.figures import chosen, figure_shown, figures_of, territories_offered
from services.portal.formats import as_date, day, number
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/observatory/figures"


@pages.get("/figures")
async def figures(visit: Visit) -> Response:
    asked = chosen(visit)
    found = await figures_of(visit, asked)
    return visit.page("figures/list.html", figures=[figure for figure in found if not figure.get("is_closed")], asked=asked, territories=await territories_offered(visit))


@pages.get("/figures/{id}")
async def figure(visit: Visit) -> Response:
    asked = chosen(visit)
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}", **asked)
    return visit.page("figures/page.html", figure=figure_shown(found, asked), asked=asked, query=query_of(asked), territories=await territories_offered(visit))


@pages.get("/figures/{id}/months")
async def months(visit: Visit) -> Response:
    """The figure at the end of each of the last twelve months: asked for apart, because it is twelve questions."""
    asked = chosen(visit)
    path = f"{API}/{segment(visit.path('id'))}"
    found = await visit.api.get(path, **asked)
    last = as_date(found["as_of"]) or today()
    points = await asyncio.gather(*(visit.api.get_or_none(path, area=asked["area"], as_of=end) for end in ends_of_months(last)))
    values = [(point["as_of"], float(point["value"])) for point in points if point and point["value"] is not None]
    change = ""
    if len(values) > 1:
        difference = number(values[-1][1] - values[0][1], found["decimals"])
        change = gettext(_("{difference} since {day}"), difference=difference if difference.startswith("-") else f"+{difference}", day=day(values[0][0]))
    return visit.page("figures/months.html", figure=figure_shown(found, asked), months=values, change=change, asked=asked, query=query_of(asked))


def ends_of_months(last: date) -> list[date]:
    """The last days of the eleven months before a day, and the day itself, oldest first."""
    days = [last]
    while len(days) < 12:
        days.append(days[-1].replace(day=1) - timedelta(days=1))
    return days[::-1]


def query_of(asked: dict[str, str]) -> str:
    return urlencode({name: value for name, value in asked.items() if value})


@pages.get("/figures/{id}/records")
async def records(visit: Visit) -> Response:
    """The records that the figure counts, with the names of the people in one call."""
    asked = chosen(visit)
    path = f"{API}/{segment(visit.path('id'))}"
    found, page = await asyncio.gather(visit.api.get(path, **asked), visit.api.get(f"{path}/records", **asked, cursor=visit.query("cursor"), limit=100))
    names = await names_or_none(visit, page["items"])
    return visit.page(
        "figures/records.html",
        figure=figure_shown(found, asked),
        records=page["items"],
        next=page.get("next"),
        names=names,
        places=await facility_names(visit, (item["facility_code"] for item in page["items"])),
        asked=asked,
        query=query_of(asked),
    )


async def names_or_none(visit: Visit, items: list[dict[str, Any]]) -> dict[str, str] | None:
    """Names by id; None for those who read figures but no names (analysts)."""
    try:
        return await visit.api.names(item.get("person_id") for item in items)
    except Refusal as refusal:
        if refusal.status == 403:
            return None
        raise
