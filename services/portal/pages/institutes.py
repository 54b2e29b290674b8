"""Institutes of initial training: seats by region and stream, one institute with its years, conventions between public and private."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names, facilities_offered, facility_names
from services.portal.forms import actions_of, send, whole_number
from services.portal.labels import name_of_occupation, occupations
from services.portal.listing import Listing, paging
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/training"
SUPERVISORS = ("training-institute", "regional-administrator")
CONVENERS = (*SUPERVISORS, "head-of-facility", "facility-hr-officer")
MOST = 200


def year_asked(visit: Visit) -> int:
    """The year in which the academic year begins: the one that runs today unless another one is asked."""
    asked = visit.query("year")
    running = today()
    return int(asked) if asked.isdigit() and 1900 < int(asked) < 3000 else running.year - (running.month < 9)


async def every(visit: Visit, path: str, **asked: Any) -> list[dict[str, Any]]:
    """Every row of a list, page after page."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        found = await visit.api.get(path, limit=MOST, cursor=cursor, **asked)
        items += found["items"]
        cursor = found.get("next")
        if not cursor:
            return items


# ---- Seats of the country or region, and its institutes -----------------------------------------------------------


def summed(cells: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """One line for each region or stream: seats, filled and free of public institutes, and seats of the private ones."""
    lines: dict[str, dict[str, Any]] = {}
    for cell in cells:
        line = lines.setdefault(cell[by], {"code": cell[by], "seats": 0, "filled": 0, "free": 0, "applicants": 0, "private": 0})
        if cell["ownership"] == "public":
            for name in ("seats", "filled", "free", "applicants"):
                line[name] += cell[name]
        else:
            line["private"] += cell["seats"]
    return list(lines.values())


async def list_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    year = year_asked(visit)
    seats, institutes, expected, offered = await asyncio.gather(
        visit.api.get(f"{API}/seat-capacities/by-region", year=year),
        every(visit, f"{API}/institutes"),
        visit.api.get(f"{API}/intakes/expected-graduates"),
        _may_become(visit),
    )
    known = {each["facility_code"] for each in institutes}
    regions = summed(seats["items"], "region")
    streams = sorted(summed(seats["items"], "stream"), key=lambda line: name_of_occupation(line["code"]))
    public = {name: sum(line[name] for line in regions) for name in ("seats", "filled", "free", "applicants", "private")}
    return visit.page(
        "institutes/list.html",
        status,
        year=year,
        seats=seats,
        public=public,
        before={"public": seats["before"].get("public", 0), "private": sum(count for sector, count in seats["before"].items() if sector != "public")},
        regions=regions,
        streams=streams,
        institutes=institutes,
        names=await authority_names(visit, {each["region"] for each in institutes} | {line["code"] for line in regions}),
        expected=[each for each in expected["items"] if each["year"] >= year],
        offered=[(code, name) for code, name in offered if code not in known],
        may_register=visit.has_role(*SUPERVISORS) and bool(visit.territories),
        titles=occupations.choices(),
        chosen=visit.values("streams"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


async def _may_become(visit: Visit) -> list[tuple[str, str]]:
    """Training facilities of the territory; none for whoever registers nothing."""
    if not visit.has_role(*SUPERVISORS) or not visit.territories:
        return []
    found = await visit.api.get_or_none("/api/v1/registry/facilities", authority=visit.authority, type="training_institute", limit=MOST)
    return [(item["code"], item["name"]) for item in (found or {}).get("items", []) if item["type"] == "training_institute"]


@pages.get("/institutes")
async def institutes(visit: Visit) -> Response:
    return await list_page(visit)


@pages.post("/institutes")
async def register(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        shown["errors"] = {path.removeprefix("accreditation.").replace("authority", "accredited_by"): reason for path, reason in (shown.get("errors") or {}).items()}
        return await list_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("facility_code", "name", "other_name", "done_on")}
    if visit.field("number"):
        body["accreditation"] = _accreditation(visit)
    answer = await send(visit, f"{API}/institutes", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/institutes/{answer['id']}", done="registered")


def _accreditation(visit: Visit) -> dict[str, Any]:
    said = {"authority": visit.field("accredited_by"), "number": visit.field("number"), "valid_from": visit.field("valid_from"), "valid_to": visit.field("valid_to")}
    return {name: value for name, value in said.items() if value} | {"streams": visit.values("streams")}


# ---- One institute ------------------------------------------------------------------------------------------------


async def institute_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/institutes/{segment(visit.path('id'))}")
    code = found["facility_code"]
    capacities, intakes, conventions = await asyncio.gather(
        every(visit, f"{API}/seat-capacities", facility=code), every(visit, f"{API}/intakes", facility=code), every(visit, f"{API}/institute-conventions", facility=code)
    )
    of_capacity = {each["capacity_id"]: each for each in intakes}
    years = sorted({each["year"] for each in capacities}, reverse=True)
    lines = sorted(capacities, key=lambda each: (-each["year"], name_of_occupation(each["stream"])))
    area_names = await authority_names(visit, {campus["area_code"] for campus in found["campuses"]} | {found["region"]})
    return visit.page(
        "institutes/institute.html",
        status,
        institute=found,
        actions=actions_of(found),
        by_year=[(year, [each for each in lines if each["year"] == year]) for year in years],
        intakes=of_capacity,
        conventions=conventions,
        places=await facility_names(visit, {code for each in conventions for code in (each["institute_code"], each["partner_code"])}),
        area_names=area_names,
        year=years[0] if years else year_asked(visit),
        streams=[(stream, name_of_occupation(stream)) for stream in found["accredited"]],
        titles=occupations.choices(),
        chosen=visit.values("streams"),
        quotas=("disability", "resistance"),
        may_conduct=visit.has_role(*SUPERVISORS),
        may_change=actions_of(found)["set_seats"]["allowed"],
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/institutes/{id}")
async def institute(visit: Visit) -> Response:
    return await institute_page(visit)


async def _act(visit: Visit, path: str, body: dict[str, Any], done: str, named: dict[str, str] | None = None) -> Response:
    """An act from the page of an institute, and back to it."""

    async def again(**shown: Any) -> Response:
        shown["errors"] = {(named or {}).get(name, name): reason for name, reason in (shown.get("errors") or {}).items()}
        return await institute_page(visit, **shown)

    answer = await send(visit, f"{API}/{path}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/institutes/{visit.path('id')}", done=done)


@pages.post("/institutes/{id}/accreditations")
async def accredit(visit: Visit) -> Response:
    return await _act(visit, f"institutes/{segment(visit.path('id'))}/accreditations", _accreditation(visit), "accredited", {"authority": "accredited_by"})


@pages.post("/institutes/{id}/seats")
async def set_seats(visit: Visit) -> Response:
    body: dict[str, Any] = {name: visit.field(name) for name in ("facility_code", "stream", "decision")}
    body |= {name: whole_number(visit.field(name)) for name in ("year", "seats")}
    return await _act(visit, "seat-capacities", body, "seats")


@pages.post("/institutes/{id}/seats/{capacity}")
async def change_seats(visit: Visit) -> Response:
    body = {"seats": whole_number(visit.field("new_seats")), "decision": visit.field("new_decision")}
    named = {name: f"new_{name}-{visit.path('capacity')}" for name in ("seats", "decision")}
    return await _act(visit, f"seat-capacities/{segment(visit.path('capacity'))}/change", body, "changed", named)


@pages.post("/institutes/{id}/told")
async def tell(visit: Visit) -> Response:
    """The numbers of a year, stream by stream: lines without a number of students are left out."""
    typed = visit.fields()
    streams = [name.removeprefix("filled-") for name, value in typed.items() if name.startswith("filled-") and value]
    items = []
    for stream in streams:
        item: dict[str, Any] = {"stream": stream, "filled": whole_number(typed[f"filled-{stream}"])}
        item |= {name: whole_number(typed[f"{name}-{stream}"]) for name in ("applicants", "sat") if typed.get(f"{name}-{stream}")}
        if typed.get(f"cut_off-{stream}"):
            item["cut_off"] = typed[f"cut_off-{stream}"].replace(",", ".")
        items.append(item)
    named = {f"items.{place}.{name}": f"{name}-{stream}" for place, stream in enumerate(streams) for name in ("filled", "applicants", "sat", "cut_off", "stream")}
    body = {"facility_code": typed.get("facility_code"), "year": whole_number(typed.get("year", "")), "items": items}
    return await _act(visit, "intakes/told", body, "told", named)


@pages.post("/institutes/{id}/intakes")
async def open_intake(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        shown["errors"] = {"intake_seats" if name == "seats" else "intake_stream" if name == "stream" else name: reason for name, reason in (shown.get("errors") or {}).items()}
        return await institute_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("facility_code", "opens_on", "closes_on", "done_on")}
    body |= {"stream": visit.field("intake_stream"), "year": whole_number(visit.field("intake_year")), "seats": whole_number(visit.field("intake_seats"))}
    body["reserved"] = {name.removeprefix("reserved-"): whole_number(value) for name, value in visit.fields().items() if name.startswith("reserved-") and value}
    answer = await send(visit, f"{API}/intakes", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/intakes/{answer['id']}", done="opened")


# ---- Conventions --------------------------------------------------------------------------------------------------


async def conventions_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found, institutes_, offered = await asyncio.gather(visit.api.get(f"{API}/institute-conventions", **paging(visit)), every(visit, f"{API}/institutes"), facilities_offered(visit))
    codes = {code for each in found["items"] for code in (each["institute_code"], each["partner_code"])}
    return visit.page(
        "institutes/conventions.html",
        status,
        list=Listing.of(visit, found, {}, export="institute-conventions"),
        places=await facility_names(visit, codes),
        institutes=[(each["facility_code"], each["name"]) for each in institutes_],
        partners=offered if visit.territories else [],
        may_sign=visit.has_role(*CONVENERS) and bool(institutes_),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/institute-conventions")
async def conventions(visit: Visit) -> Response:
    return await conventions_page(visit)


@pages.post("/institute-conventions")
async def sign(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await conventions_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("number", "institute_code", "partner_code", "subject", "starts_on", "ends_on", "signed_on", "done_on")}
    body |= {name: whole_number(visit.field(name)) for name in ("seats", "placements", "teachers") if visit.field(name)}
    answer = await send(visit, f"{API}/institute-conventions", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/institute-conventions/{answer['id']}", done="signed")


async def convention_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/institute-conventions/{segment(visit.path('id'))}")
    return visit.page(
        "institutes/convention.html",
        status,
        convention=found,
        places=await facility_names(visit, [found["institute_code"], found["partner_code"]]),
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/institute-conventions/{id}")
async def convention(visit: Visit) -> Response:
    return await convention_page(visit)


@pages.post("/institute-conventions/{id}/end")
async def end_convention(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await convention_page(visit, **shown)

    body = {"reason": visit.field("reason"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/institute-conventions/{segment(visit.path('id'))}/end", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/institute-conventions/{visit.path('id')}", done="ended")
