"""The map of facilities: how many stand in each area, and how many of their posts nobody holds; the table beside it says the same."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from services.portal.figures import territories_offered
from services.portal.formats import number
from services.portal.labels import choices
from services.portal.maps import bubbles
from services.portal.pages.facilities import TYPES
from services.portal.texts import _, gettext, ngettext
from services.portal.visit import Pages, Visit

pages = Pages()

PATH = "/api/v1/registry/maps/facilities"


@pages.get("/facilities/map")
async def area_map(visit: Visit) -> Response:
    """The areas directly below a territory: one's own unless another is asked."""
    filters = {"area": visit.query("area") or visit.authority, "type": visit.query("type"), "as_of": visit.query("as_of")}
    found = await visit.api.get_or_none(PATH, **filters) if filters["area"] else None
    cells = [cell_shown(cell) for cell in (found or {}).get("items", [])]
    title = gettext(_("Each bubble is an area; the larger it is the more facilities stand there, the darker the more of their posts are vacant."))
    return visit.page(
        "facilities/map.html",
        found=found,
        cells=sorted(cells, key=lambda cell: (-(cell["value"] or 0), cell["name"])),
        drawing=bubbles([cell for cell in cells if cell["facilities"]], {}, title=title, leads_to=lambda code: list_of(code, filters)),
        address=lambda code: list_of(code, filters),
        filters=filters,
        types=choices("facility_type", *TYPES),
        territories=await territories_offered(visit),
    )


def cell_shown(cell: dict[str, Any]) -> dict[str, Any]:
    """As the map draws it: as large as its facilities are many, as dark as the share of its posts that is vacant."""
    facilities, offered = cell["facilities"], cell["offered"]
    share = None if not offered else cell["vacant"] / offered * 100
    said = (
        ngettext("{n} facility", "{n} facilities", facilities)
        if share is None
        else gettext(_("{vacant} of {offered} posts vacant"), vacant=number(cell["vacant"]), offered=number(offered))
    )
    return cell | {"value": share, "denominator": facilities, "said": said, "mark": f"{number(share, 0)} %" if share is not None else "", "share": number(share, 0)}


def list_of(code: str, filters: dict[str, str]) -> str:
    """The facilities of an area, as the list shows them."""
    return "/facilities?" + urlencode({"area": code} | {name: value for name, value in filters.items() if name != "area" and value})
