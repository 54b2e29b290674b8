"""Figures as pages show them: value, unit, day, and where the number comes from."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from services.portal.clients import Refusal, ServiceAway
from services.portal.visit import Visit
from shared.clock import today

API = "/api/v1/observatory/figures"


def chosen(visit: Visit) -> dict[str, str]:
    """Area, period and day in the address; without them the reader's own area and today."""
    asked = {name: visit.query(name) for name in ("area", "from", "to", "as_of")}
    return asked | {"area": asked["area"] or visit.authority}


def figure_shown(found: dict[str, Any], asked: dict[str, str]) -> dict[str, Any]:
    """A figure with what the tile and the page need beside the API's answer."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return found | {"query": f"?{query}" if query else "", "as_of": found.get("as_of") or today(), "decimals": found.get("decimals"), "factor": factor_of(found)}


def factor_of(found: dict[str, Any]) -> int | None:
    """What the fraction is multiplied by, read from the numbers themselves: 10,000 for a density, 100 for a percentage."""
    value, part, whole = found.get("value"), found.get("numerator"), found.get("denominator")
    if not value or not part or not whole:
        return None
    return min((1, 100, 1_000, 10_000, 100_000), key=lambda factor: abs(part / whole * factor - value))


async def figures_of(visit: Visit, asked: dict[str, str]) -> list[dict[str, Any]]:
    """Each figure of the catalogue with its value; one that cannot be computed for this reader is left without value."""
    catalogue = await visit.api.get(API)
    return list(await asyncio.gather(*(_one(visit, entry, asked) for entry in catalogue["items"])))


async def _one(visit: Visit, entry: dict[str, Any], asked: dict[str, str]) -> dict[str, Any]:
    try:
        found = await visit.api.get(f"{API}/{entry['id']}", **asked)
    except (Refusal, ServiceAway) as error:
        if isinstance(error, Refusal) and error.status == 401:
            raise
        found = entry | {"value": None, "decimals": None, "records": None, "is_closed": isinstance(error, Refusal)}
    return figure_shown(found, asked)


_provinces: dict[str, list[tuple[str, str]]] = {}


async def territories_offered(visit: Visit) -> list[tuple[str, str]]:
    """The provinces, for those who work for a whole country; the others have their own territory."""
    country = visit.authority
    if not country or "-" in country:
        return []
    if country not in _provinces:
        found = await visit.api.get_or_none("/api/v1/registry/areas", country=country, level="province", limit=200)
        _provinces[country] = [(item["code"], item["name"]) for item in (found or {}).get("items", [])]
    return _provinces[country]
