"""Names of facilities by code, and those that a filter or a form offers."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from services.portal.visit import Visit

API = "/api/v1/registry"
KEPT_FOR = 600.0
ASKED_ONE_BY_ONE = 8
MOST_PAGES = 10

_names: dict[str, tuple[str, float]] = {}


async def facility_of(visit: Visit, code: str) -> dict[str, Any] | None:
    """The facility of a code today; None when there is none."""
    found = await visit.api.get_or_none(f"{API}/facilities", code=code, limit=1)
    return found["items"][0] if found and found["items"] else None


async def facility_names(visit: Visit, codes: Iterable[str | None]) -> dict[str, str]:
    """Names by code. The directory is public and slow to change: names are kept for ten minutes."""
    wanted = {code for code in codes if code}
    missing = {code for code in wanted if code not in _names or time.monotonic() - _names[code][1] > KEPT_FOR}
    if len(missing) > ASKED_ONE_BY_ONE and visit.authority:
        cursor = None
        for _page in range(MOST_PAGES):
            found = await visit.api.get_or_none(f"{API}/facilities", authority=visit.authority, limit=200, cursor=cursor)
            _keep((found or {}).get("items", []))
            cursor = (found or {}).get("next")
            if not cursor:
                break
        missing = {code for code in missing if code not in _names}
    for found in await asyncio.gather(*(facility_of(visit, code) for code in sorted(missing)[:50])):
        _keep([found] if found else [])
    return {code: _names[code][0] if code in _names else code for code in wanted}


def _keep(items: list[dict[str, Any]]) -> None:
    for item in items:
        _names[item["code"]] = (item["name"], time.monotonic())


async def facility_name(visit: Visit, code: str) -> str:
    return (await facility_names(visit, [code]))[code]


async def authority_names(visit: Visit, codes: Iterable[str | None]) -> dict[str, str]:
    """Names by code of those who act: a facility, or a territory. What is no facility is looked for among the areas."""
    names = await facility_names(visit, codes)
    territories = [code for code, name in names.items() if name == code]
    for found in await asyncio.gather(*(visit.api.get_or_none(f"{API}/areas", code=code, limit=1) for code in territories)):
        _keep((found or {}).get("items", []))
    return names | {code: _names[code][0] for code in territories if code in _names}


async def facilities_offered(visit: Visit) -> list[tuple[str, str]]:
    """Facilities that the person acts for: their own, or those that their territory manages (the first 200 by name)."""
    if visit.facilities:
        return list((await facility_names(visit, visit.facilities)).items())
    found = await visit.api.get_or_none(f"{API}/facilities", authority=visit.authority, limit=200)
    return [(item["code"], item["name"]) for item in (found or {}).get("items", [])]
