"""People: the staff list, the search by name, one person with everything that is known about them."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from services.portal.careers import PARTS, career_by_year
from services.portal.clients import ServiceAway, segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.labels import occupations
from services.portal.listing import Listing, paging
from services.portal.navigation import WRITERS
from services.portal.pages.history import shown
from services.portal.texts import gettext
from services.portal.units import units_offered
from services.portal.visit import Pages, Visit
from shared.settings import settings

pages = Pages()

API = "/api/v1/registry"
TABS = ("summary", "timeline", "history")
LATELY = 8


@pages.get("/people")
async def people(visit: Visit) -> Response:
    """The staff list with its filters in the address, or what a search found, under an opaque id: no name stands in an address."""
    filters = {name: visit.query(name) for name in ("facility", "unit_id", "occupation", "as_of", "search")}
    search = filters["search"]
    asked = (
        visit.api.get_or_none(f"{API}/persons/search/{segment(search)}", cursor=visit.query("cursor")) if search else visit.api.get(f"{API}/persons", **filters, **paging(visit))
    )
    found, facilities, units = await asyncio.gather(asked, facilities_offered(visit), units_offered(visit, filters["facility"]))
    return visit.page(
        "people/list.html",
        list=Listing.of(visit, found or {"items": []}, filters, sort="name", export="people"),
        expired=found is None,
        facilities=facilities,
        units=units,
        occupations=occupations.choices(),
        may_enter=visit.has_role(*WRITERS),
    )


@pages.post("/people/search")
async def search(visit: Visit) -> Response:
    words = visit.field("q")
    if not words:
        return visit.go("/people")
    found = await visit.api.post(f"{API}/persons/search", {"q": words, "limit": 50})
    if len(found["items"]) == 1 and not found.get("next"):
        return visit.go(f"/people/{found['items'][0]['id']}")
    return visit.go("/people", search=found["id"])


@pages.get("/people/{id}")
async def person(visit: Visit) -> Response:
    """A part of the record: the summary with what happened lately, the whole timeline, or who changed what.

    `as_of` and `known_at` show an earlier day or an earlier knowledge.
    """
    path = f"{API}/persons/{segment(visit.path('id'))}"
    as_of, known_at = visit.query("as_of"), visit.query("known_at")
    part = visit.query("part")
    tab = visit.query("tab") if visit.query("tab") in TABS else "timeline" if part else TABS[0]
    found, timeline, assignments, qualifications, licences, candidacies, told = await asyncio.gather(
        visit.api.get(path),
        visit.api.get(f"{path}/timeline", known_at=end_of_day(known_at)),
        visit.api.get(f"{API}/assignments", person=visit.path("id"), as_of=as_of, known_at=end_of_day(known_at), limit=200),
        visit.api.get_or_none(f"{path}/qualifications", limit=200),
        visit.api.get_or_none(f"{path}/licences", limit=50),
        visit.api.get_or_none("/api/v1/recruitment/candidacies", person=visit.path("id"), limit=50),
        told_of(visit, visit.path("id")),
    )
    employments = await visit.api.get_or_none(f"{API}/employments", person=visit.path("id"), limit=50)
    changes = await visit.api.get_or_none(f"{API}/history", subject_kind="person", subject_id=visit.path("id"), cursor=visit.query("cursor")) if tab == "history" else None
    applied = (candidacies or {}).get("items", [])
    entries = (told or {}).get("items", []) if not known_at else []
    places = await facility_names(visit, [item["facility_code"] for item in applied] + [code for entry in entries for code in entry["facility_codes"]])
    career = career_by_year(timeline, entries, places, part)
    return visit.page(
        "people/page.html",
        person=found,
        tab=tab,
        years=career if tab == "timeline" else latest(career, LATELY),
        changes=shown(changes),
        next=(changes or {}).get("next"),
        more="?tab=history&cursor=",
        parts=[(code, gettext(name)) for code, name in PARTS],
        part=part,
        told_is_away=told is False,
        assignments=assignments["items"],
        employments=(employments or {}).get("items", []),
        qualifications=qualifications_of(qualifications),
        licences=(licences or {}).get("items", []),
        candidacies=applied,
        places=places,
        as_of=as_of,
        known_at=known_at,
    )


def latest(career: Sequence[tuple[int, list[Any]]], most: int) -> list[tuple[int, list[Any]]]:
    """The newest entries of a career, still by year."""
    kept: list[tuple[int, list[Any]]] = []
    for year, moments in career:
        room = most - sum(len(earlier) for _year, earlier in kept)
        if room <= 0:
            break
        kept.append((year, moments[:room]))
    return kept


async def told_of(visit: Visit, person_id: str) -> Any:
    """What the other services told of a person; None when nothing may be seen of it, False when the observatory does not answer."""
    try:
        return await visit.api.get_or_none(f"/api/v1/observatory/people/{segment(person_id)}/timeline")
    except ServiceAway:
        return False


def end_of_day(day: str) -> str:
    """What was known at the end of a day, in the authority's zone; a whole instant is taken as it is."""
    if not day:
        return ""
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), ZoneInfo(settings().time_zone)).isoformat()
    except ValueError:
        return day


def qualifications_of(answer: Any) -> list[dict[str, Any]]:
    return answer if isinstance(answer, list) else (answer or {}).get("items", [])
