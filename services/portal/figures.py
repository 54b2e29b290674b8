"""Figures as pages show them: value, unit, day, and where the number comes from."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from services.portal.clients import Refusal, ServiceAway
from services.portal.formats import money, number
from services.portal.visit import Visit
from shared.clock import today

API = "/api/v1/observatory/figures"
ASKED = ("area", "facility", "from", "to", "as_of", "boundaries")


def chosen(visit: Visit) -> dict[str, str]:
    """Place, period, day and boundaries in the address; without them the reader's own territory, or facility, and today."""
    asked = {name: visit.query(name) for name in ASKED}
    if not asked["area"] and not asked["facility"]:
        if not visit.territories and visit.facilities:
            return asked | {"facility": visit.facilities[0]}
        asked["area"] = visit.authority
    return asked


def query_of(asked: dict[str, str], **changes: str) -> str:
    return urlencode({name: value for name, value in (asked | changes).items() if value})


def figure_shown(found: dict[str, Any], asked: dict[str, str]) -> dict[str, Any]:
    """A figure with what the tile and the page need beside the API's answer."""
    query = query_of(asked)
    return found | {"query": f"?{query}" if query else "", "as_of": found.get("as_of") or today(), "factor": factor_of(found), "said": said(found)}


def said(found: dict[str, Any], value: Any = None) -> str:
    """The value as the reader's language writes it: a number, or money in its own currency."""
    value = found.get("value") if value is None else value
    if value is None:
        return "–"
    return money(value, found["currency"]) if found.get("currency") else number(value, found.get("decimals"))


def factor_of(found: dict[str, Any]) -> int | None:
    """What the fraction is multiplied by, read from the numbers themselves: 10,000 for a density, 100 for a percentage."""
    value, part, whole = found.get("value"), found.get("numerator"), found.get("denominator")
    if not value or not part or not whole:
        return None
    return min((1, 100, 1_000, 10_000, 100_000), key=lambda factor: abs(part / whole * factor - value))


async def figures_of(visit: Visit, asked: dict[str, str], ids: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Figures of the catalogue for one place and period, in one request; none for a place that this reader's work does not open."""
    if not asked.get("area") and not asked.get("facility"):
        return []
    found = await visit.api.get_or_none(f"{API}/values", **asked, id=list(ids))
    return [figure_shown(figure, asked) for figure in (found or {}).get("items", [])]


async def figures_or_none(visit: Visit, asked: dict[str, str], ids: Sequence[str] = ()) -> list[dict[str, Any]] | None:
    """The same; None when the observatory does not answer."""
    try:
        return await figures_of(visit, asked, ids)
    except Refusal as refusal:
        if refusal.status == 401:
            raise
        return []
    except ServiceAway:
        return None


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
