"""Employments and qualifications: employing somebody, contracts and how they end; declaring a certificate, and verifying what another declared."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from services.portal.acts import Act, add_acts, body_of
from services.portal.clients import segment
from services.portal.facilities import facilities_offered
from services.portal.forms import actions_of, send
from services.portal.labels import choices, label, occupations
from services.portal.listing import Listing, paging
from services.portal.records import changes_of, tab_of
from services.portal.visit import Pages, Visit, not_found
from shared.clock import today

pages = Pages()

API = "/api/v1/registry"
SAID = ("facility_code", "practice_name", "practice_area", "occupation_code", "employment_type", "status", "starts_on", "ends_on", "term_months", "decision_number")
DECLARED = ("type", "title", "specialty", "institution", "country", "number", "issued_on", "issued_year")
ACTS = {
    "renew": Act("renewal", ("term_months", "ends_on", "decision_number")),
    "suspend": Act("suspension", ("from_day", "until", "reason", "decision_number")),
    "resume": Act("resumption", ("from_day", "reason")),
    "end": Act("ending", ("ends_on", "departure", "reason")),
}
STATUSES = ("confirmed", "probation", "suspended")
OUTCOMES = ("verified", "mismatch", "forged_suspected")
SOON = timedelta(days=180)


@pages.get("/employments")
async def employments(visit: Visit) -> Response:
    """Those that end within half a year first; another choice in the address shows the others."""
    filters = {name: visit.query(name) for name in ("facility", "type", "status", "ends_by")}
    if not visit.request.query_params:
        filters["ends_by"] = (today() + SOON).isoformat()
    found = await visit.api.get(f"{API}/employments", **filters, as_of="" if filters["ends_by"] else today().isoformat(), **paging(visit))
    return visit.page(
        "employments/list.html",
        list=Listing.of(visit, found, filters),
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        facilities=await facilities_offered(visit),
        types=choices("employment_type"),
        statuses=choices("employment_status", *STATUSES),
    )


async def new_employment_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    person = await visit.api.get(f"{API}/persons/{segment(visit.path('id'))}")
    known = person["workers"][0]["occupation_code"] if person["workers"] else ""
    facilities = await facilities_offered(visit)
    return visit.page(
        "employments/new.html",
        status,
        person=person,
        typed=visit.fields()
        or {"occupation_code": known, "employment_type": "public_employee", "status": "confirmed", "facility_code": facilities[0][0] if len(facilities) == 1 else ""},
        facilities=facilities,
        occupations=occupations.choices(),
        types=choices("employment_type"),
        statuses=choices("employment_status", *STATUSES),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/people/{id}/employment")
async def new_employment(visit: Visit) -> Response:
    return await new_employment_page(visit)


@pages.post("/people/{id}/employment")
async def create_employment(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_employment_page(visit, **shown)

    answer = await send(visit, f"{API}/persons/{segment(visit.path('id'))}/employments", body_of(visit, SAID), again)
    return answer if isinstance(answer, Response) else visit.go(f"/employments/{answer['id']}", done="recorded")


async def act_page(visit: Visit, act: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/employments/{segment(visit.path('id'))}")
    known = await visit.api.get(f"{API}/employments/departures") if act == "end" else None
    return visit.page(
        "employments/act.html",
        status,
        employment=found,
        names=await visit.api.names([found["person_id"]]),
        act=act,
        action=actions_of(found).get(act),
        departures=[(code, label("departure", code)) for code in known["reasons"]] if known else [],
        rule=known["rule"] if known else None,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


add_acts(pages, "/employments/{id}", f"{API}/employments", ACTS, act_page)


@pages.get("/employments/{id}")
async def employment(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/employments/{segment(visit.path('id'))}")
    tab = tab_of(visit, "summary", "timeline", "history")
    return visit.page(
        "employments/page.html",
        employment=found,
        tab=tab,
        history=await changes_of(visit, tab, "employment", found["id"]),
        names=await visit.api.names([found["person_id"]]),
        actions=actions_of(found),
    )


# ---- Qualifications ------------------------------------------------------------------------------------------------


async def declare_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    person = await visit.api.get(f"{API}/persons/{segment(visit.path('id'))}")
    return visit.page(
        "qualifications/new.html",
        status,
        person=person,
        typed=visit.fields() or {"type": "degree"},
        types=choices("qualification_type"),
        specialties=choices("specialty"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/people/{id}/qualification")
async def declare(visit: Visit) -> Response:
    return await declare_page(visit)


@pages.post("/people/{id}/qualification")
async def create_qualification(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await declare_page(visit, **shown)

    person = segment(visit.path("id"))
    answer = await send(visit, f"{API}/persons/{person}/qualifications", body_of(visit, DECLARED), again)
    return answer if isinstance(answer, Response) else visit.go(f"/people/{person}", done="declared")


async def verify_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    person = await visit.api.get(f"{API}/persons/{segment(visit.path('id'))}")
    found = await visit.api.get(f"{API}/persons/{segment(visit.path('id'))}/qualifications", limit=200)
    wanted = next((item for item in found["items"] if item["id"] == visit.path("qualification")), None)
    if wanted is None:
        return not_found(visit)
    return visit.page(
        "qualifications/verify.html",
        status,
        person=person,
        qualification=wanted,
        action=actions_of(wanted).get("verify"),
        outcomes=choices("qualification_state", *OUTCOMES),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/people/{id}/qualifications/{qualification}/verification")
async def verification(visit: Visit) -> Response:
    return await verify_page(visit)


@pages.post("/people/{id}/qualifications/{qualification}/verification")
async def verify(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await verify_page(visit, **shown)

    path = f"{API}/qualifications/{segment(visit.path('qualification'))}/verification"
    answer = await send(visit, path, body_of(visit, ("outcome", "method", "evidence")), again)
    return answer if isinstance(answer, Response) else visit.go(f"/people/{segment(visit.path('id'))}", done="verified")
