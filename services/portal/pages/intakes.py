"""Intakes: the competition for the seats of a stream, each application and why it came out so, students; cut-offs and answers for everybody."""

import asyncio
from functools import partial
from typing import Any

from starlette.responses import Response

from services.portal.clients import Api, Refusal, segment
from services.portal.facilities import authority_names, facilities_offered, facility_names
from services.portal.forms import actions_of, enter_person, search_people, send, whole_number
from services.portal.labels import choices, label
from services.portal.listing import Listing, paging
from services.portal.pages.institutes import API, every, year_asked
from services.portal.pages.training import steps_of
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from services.portal.vocabulary.institutes import DIPLOMAS

pages = Pages()

REGISTRY = "/api/v1/registry"
PEOPLE = ("training-institute", "regional-administrator", "auditor")
KEEPERS = ("training-institute", "regional-administrator")
STEPS = (("open", _("Receiving applications")), ("preselected", _("Cut-off and competition")), ("listed", _("List and registrations")), ("closed", _("Closed")))
STATES = ("applied", "convened", "below", "admitted", "waiting", "not_admitted", "registered", "declined")


def address(visit: Visit) -> str:
    return f"{API}/intakes/{segment(visit.path('id'))}"


async def institute_of(visit: Visit, code: str) -> dict[str, Any] | None:
    found = await visit.api.get(f"{API}/institutes", facility=code, limit=1)
    return found["items"][0] if found["items"] else None


# ---- All intakes of a year ----------------------------------------------------------------------------------------


@pages.get("/intakes")
async def intakes(visit: Visit) -> Response:
    year = year_asked(visit)
    filters = {"year": str(year), "region": visit.query("region"), "stream": visit.query("stream"), "kept_as": visit.query("kept_as")}
    found = await visit.api.get(f"{API}/intakes", **filters, **paging(visit))
    institutes = {each["facility_code"]: each for each in await every(visit, f"{API}/institutes")}
    return visit.page(
        "institutes/intakes.html",
        list=Listing.of(visit, found, filters, export="intakes"),
        year=year,
        institutes=institutes,
        regions=list((await authority_names(visit, {each["region"] for each in institutes.values()})).items()),
    )


# ---- One intake ---------------------------------------------------------------------------------------------------


async def intake_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(address(visit))
    reads = visit.has_role(*PEOPLE) and found["kept_as"] == "candidates"
    candidates, outcomes, students, institute = await asyncio.gather(
        every(visit, f"{address(visit)}/candidates") if reads else _nothing(),
        visit.api.get_or_none(f"{address(visit)}/outcomes") if reads else _none(),
        every(visit, f"{API}/students", intake=found["id"]) if reads else _nothing(),
        institute_of(visit, found["facility_code"]),
    )
    ranked = sorted(candidates, key=lambda each: (each["rank"] or 10_000, each["number"]))
    return visit.page(
        "institutes/intake.html",
        status,
        intake=found,
        institute=institute,
        actions=actions_of(found),
        steps=steps_of(STEPS, found["state"], {"listed": found["listed_on"]}),
        candidates=ranked,
        convened=[each for each in candidates if each["state"] == "convened"],
        students={each["candidate_id"]: each for each in students},
        outcomes=outcomes,
        names=await visit.api.names(each["person_id"] for each in candidates),
        may_conduct=visit.has_role(*KEEPERS),
        reads=reads,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


async def _nothing() -> list[dict[str, Any]]:
    return []


async def _none() -> None:
    return None


@pages.get("/intakes/{id}")
async def intake(visit: Visit) -> Response:
    return await intake_page(visit)


async def _step(visit: Visit, act: str, body: dict[str, Any], named: dict[str, str] | None = None) -> Response:
    async def again(**shown: Any) -> Response:
        shown["errors"] = {(named or {}).get(name, name): reason for name, reason in (shown.get("errors") or {}).items()}
        return await intake_page(visit, **shown)

    answer = await send(visit, f"{address(visit)}/{act}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/intakes/{visit.path('id')}", done=act)


@pages.post("/intakes/{id}/preselection")
async def preselect(visit: Visit) -> Response:
    return await _step(visit, "preselection", {"cut_off": visit.field("cut_off").replace(",", ".")})


@pages.post("/intakes/{id}/marks")
async def enter_marks(visit: Visit) -> Response:
    """An empty mark is not sent; `-` is somebody who was absent."""
    typed = {name.removeprefix("mark-"): value for name, value in visit.fields().items() if name.startswith("mark-") and value}
    marks = [{"number": int(number), "mark": None if value == "-" else value.replace(",", ".")} for number, value in typed.items() if number.isdigit()]
    named = {f"marks.{place}.{name}": f"mark-{entry['number']}" for place, entry in enumerate(marks) for name in ("mark", "number")}
    return await _step(visit, "marks", {"marks": marks}, named)


@pages.post("/intakes/{id}/listing")
async def publish_list(visit: Visit) -> Response:
    return await _step(visit, "listing", {})


@pages.post("/intakes/{id}/lapses")
async def lapse(visit: Visit) -> Response:
    return await _step(visit, "lapses", {})


@pages.post("/intakes/{id}/closing")
async def close(visit: Visit) -> Response:
    return await _step(visit, "closing", {})


# ---- Applying -----------------------------------------------------------------------------------------------------


async def person_page(visit: Visit, status: int = 200, found: list[dict[str, Any]] | None = None, **shown: Any) -> Response:
    """First step: is this person in the register already?"""
    read = await visit.api.get(address(visit))
    return visit.page(
        "institutes/person.html", status, intake=read, found=found, asked=visit.field("q"), typed=visit.fields(), sexes=choices("sex"), **({"problem": None, "errors": {}} | shown)
    )


@pages.get("/intakes/{id}/candidates/new")
async def new_candidate(visit: Visit) -> Response:
    return await candidate_form(visit) if visit.query("person") else await person_page(visit)


@pages.post("/intakes/{id}/candidates/search")
async def search_person(visit: Visit) -> Response:
    return await search_people(visit, partial(person_page, visit))


@pages.post("/intakes/{id}/candidates/person")
async def create_person(visit: Visit) -> Response:
    """A person nobody entered before: once, as a student."""

    async def again(**shown: Any) -> Response:
        return await person_page(visit, found=[], **shown)

    answer = await enter_person(visit, "student", again)
    return answer if isinstance(answer, Response) else visit.go(f"/intakes/{visit.path('id')}/candidates/new", person=answer["id"])


async def candidate_form(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """Second step: diploma, marks, and the reserved seats asked for."""
    person_id = visit.query("person") or visit.field("person_id")
    read, names = await asyncio.gather(visit.api.get(address(visit)), visit.api.names([person_id]))
    return visit.page(
        "institutes/apply.html",
        status,
        intake=read,
        person_id=person_id,
        name=names.get(person_id, person_id),
        diplomas=choices("intake_word", *DIPLOMAS),
        quotas=[(quota, label("intake_word", quota)) for quota in read["reserved"]],
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.post("/intakes/{id}/candidates/new")
async def apply(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await candidate_form(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("person_id", "diploma", "quota", "done_on")}
    body |= {name: visit.field(name).replace(",", ".") for name in ("regional", "national", "average")}
    answer = await send(visit, f"{address(visit)}/candidates", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/intake-candidates/{answer['id']}", done="applied")


# ---- One application ----------------------------------------------------------------------------------------------


async def candidate_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/intake-candidates/{segment(visit.path('id'))}")
    intake_, names = await asyncio.gather(visit.api.get(f"{API}/intakes/{found['intake_id']}"), visit.api.names([found["person_id"]]))
    return visit.page(
        "institutes/candidate.html",
        status,
        candidate=found,
        intake=intake_,
        institute=await institute_of(visit, found["facility_code"]),
        name=names.get(found["person_id"], gettext(_("Person whose name you may not see"))),
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/intake-candidates/{id}")
async def candidate(visit: Visit) -> Response:
    return await candidate_page(visit)


@pages.post("/intake-candidates/{id}/registration")
async def register(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await candidate_page(visit, **shown)

    answer = await send(visit, f"{API}/intake-candidates/{segment(visit.path('id'))}/registration", {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/students/{answer['id']}", done="registered")


@pages.post("/intake-candidates/{id}/declination")
async def decline(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await candidate_page(visit, **shown)

    body = {"reason": visit.field("reason"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/intake-candidates/{segment(visit.path('id'))}/declination", body, again)
    if isinstance(answer, Response):
        return answer
    return visit.go(f"/intakes/{answer['candidate']['intake_id']}", done="called" if answer["called"] else "declined")


# ---- One student --------------------------------------------------------------------------------------------------


async def student_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/students/{segment(visit.path('id'))}")
    intake_, names = await asyncio.gather(visit.api.get(f"{API}/intakes/{found['intake_id']}"), visit.api.names([found["person_id"]]))
    return visit.page(
        "institutes/student.html",
        status,
        student=found,
        intake=intake_,
        institute=await institute_of(visit, found["facility_code"]),
        name=names.get(found["person_id"], gettext(_("Person whose name you may not see"))),
        due=max((each["year"] + 1 for each in found["years"]), default=intake_["year"]),
        outcomes=choices("year_outcome"),
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/students/{id}")
async def student(visit: Visit) -> Response:
    return await student_page(visit)


async def _of_student(visit: Visit, act: str, body: dict[str, Any]) -> Response:
    async def again(**shown: Any) -> Response:
        return await student_page(visit, **shown)

    answer = await send(visit, f"{API}/students/{segment(visit.path('id'))}/{act}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/students/{visit.path('id')}", done=act)


@pages.post("/students/{id}/year")
async def judge_year(visit: Visit) -> Response:
    return await _of_student(visit, "year", {"year": whole_number(visit.field("year")), "outcome": visit.field("outcome")})


@pages.post("/students/{id}/leaving")
async def leave(visit: Visit) -> Response:
    return await _of_student(visit, "leaving", {"reason": visit.field("reason")})


# ---- Clinical placements ------------------------------------------------------------------------------------------


async def clinical_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    places, placements, institutes, running = await asyncio.gather(
        every(visit, f"{API}/clinical-places"),
        every(visit, f"{API}/clinical-placements", state="booked"),
        every(visit, f"{API}/institutes"),
        every(visit, f"{API}/intakes", year=year_asked(visit)),
    )
    codes = {each["facility_code"] for each in places} | {code for each in placements for code in (each["facility_code"], each["host_code"])}
    may_book, may_offer = visit.has_role(*KEEPERS), visit.has_role("facility-hr-officer", "head-of-facility", "regional-administrator")
    names = await facility_names(visit, codes | {code for each in places for code in each["institutes"]})
    return visit.page(
        "institutes/clinical.html",
        status,
        places=places,
        placements=placements,
        names=names,
        hosts=await facilities_offered(visit) if may_offer else [],
        institutes=[(each["facility_code"], each["name"]) for each in institutes],
        chosen=visit.values("institutes"),
        intakes=[(each["id"], each) for each in running if each["filled"]],
        institute_names={each["facility_code"]: each["name"] for each in institutes},
        may_offer=may_offer,
        may_book=may_book and bool(places),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/clinical-places")
async def clinical(visit: Visit) -> Response:
    return await clinical_page(visit)


async def _clinical(visit: Visit, path: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        if path == "clinical-placements":
            shown["errors"] = {f"group_{name}" if name in ("starts_on", "ends_on") else name: reason for name, reason in (shown.get("errors") or {}).items()}
        return await clinical_page(visit, **shown)

    answer = await send(visit, f"{API}/{path}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go("/clinical-places", done=done)


@pages.post("/clinical-places")
async def offer(visit: Visit) -> Response:
    body: dict[str, Any] = {name: visit.field(name) for name in ("facility_code", "unit", "starts_on", "ends_on")}
    named = visit.values("institutes") or visit.field("institute_codes").replace(",", " ").split()
    return await _clinical(visit, "clinical-places", body | {"places": whole_number(visit.field("places")), "institutes": named}, "offered")


@pages.post("/clinical-places/groups")
async def book(visit: Visit) -> Response:
    body: dict[str, Any] = {name: visit.field(name) for name in ("clinical_place_id", "intake_id")}
    body |= {"starts_on": visit.field("group_starts_on"), "ends_on": visit.field("group_ends_on"), "students": whole_number(visit.field("students"))}
    return await _clinical(visit, "clinical-placements", body, "booked")


@pages.post("/clinical-places/groups/{id}/cancellation")
async def cancel(visit: Visit) -> Response:
    return await _clinical(visit, f"clinical-placements/{segment(visit.path('id'))}/cancellation", {"reason": visit.field("reason")}, "cancelled")


# ---- For everybody ------------------------------------------------------------------------------------------------


@pages.get("/cut-offs", public=True)
async def cut_offs(visit: Visit) -> Response:
    """The cut-offs of a year, region by region: no account is needed (INT-02)."""
    country, year = visit.query("country", "MA")[:2].upper(), year_asked(visit)
    found = await Api("", visit.language).get(f"{API}/cut-offs", country=country, year=year)
    regions: dict[str, list[dict[str, Any]]] = {}
    for line in found["items"]:
        regions.setdefault(line["region"], []).append(line)
    names = await _area_names(visit, regions)
    return visit.page("institutes/cut_offs.html", year=year, country=country, regions=regions, names=names)


async def _area_names(visit: Visit, codes: Any) -> dict[str, str]:
    """Names of areas for whoever is signed in; a stranger reads the code where none is known."""
    return await authority_names(visit, codes) if visit.session is not None else {code: code for code in codes}


@pages.get("/intake-answers", public=True)
async def answer_form(visit: Visit) -> Response:
    """Where a candidate types the code of the application."""
    if visit.query("code"):
        return visit.go(f"/intake-answers/{segment(visit.query('code'))}")
    return visit.page("institutes/answer.html", answer=None, code="")


@pages.get("/intake-answers/{code}", public=True)
async def answer(visit: Visit) -> Response:
    """Why an application came out as it did; the page names nobody (INT-02)."""
    code = visit.path("code")[:40]
    try:
        found = await Api("", visit.language).get(f"{API}/intake-answers/{segment(code)}")
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        found = None
    return visit.page("institutes/answer.html", 200 if found else 404, answer=found, code=code)
