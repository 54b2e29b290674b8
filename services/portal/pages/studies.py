"""Stays abroad and sponsored studies: who goes, who stands in, what is owed, and the way back."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_name, facility_names
from services.portal.forms import actions_of, minor_units, send
from services.portal.labels import choices, label, name_of_occupation
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/training"
REGISTRY = "/api/v1/registry"
RECRUITMENT = "/api/v1/recruitment"
PROPOSERS = ("regional-administrator", "facility-hr-officer")
COSTS = ("tuition", "course_expenses", "salary", "allowance")
COUNTRIES = ("CN", "FR", "KR", "JP", "TH", "SG", "LA")
STAY_FIELDS = ("kind", "title", "country", "region", "host", "field", "led_by", "starts_on", "ends_on", "done_on")
STAY_ACTS = {"departure": "departed", "return": "returned", "report": "reported", "withdrawal": "withdrawn"}
STUDY_ACTS = {
    "eligibility": ("outcome", "comment"),
    "board": ("outcome", "comment", "override_reason"),
    "withdrawal": ("reason",),
    "enrolment": (),
    "progress": ("standing", "comment"),
    "outcome": ("outcome", "diploma_number", "comment"),
    "return": (),
    "degree-check": ("outcome", "method", "evidence"),
}


FORMS = {"outcome": "outcome", "degree-check": "degree_check"}


async def decision_page_of(visit: Visit) -> Response:
    """A decision is read and signed where all decisions are."""
    found = await visit.api.get_or_none("/api/v1/appointment/decisions", source_service="training", source_id=visit.path("id"), limit=1)
    items = (found or {}).get("items") or []
    return visit.go(f"/decisions/{items[0]['id']}" if items else "/decisions")


async def people_to_choose(visit: Visit, found: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Staff of a facility, or those whom a search by name found."""
    facility = visit.query("facility") or visit.field("facility") or (visit.facilities[0] if visit.facilities else "")
    next_ = None
    if found is None and facility:
        listed = await visit.api.get(f"{REGISTRY}/persons", facility=facility, limit=100, cursor=visit.query("cursor"))
        found, next_ = listed["items"], listed.get("next")
    return {"found": found, "next": next_, "facility": facility, "facilities": await facilities_offered(visit), "asked": visit.field("q")}


async def searched(visit: Visit) -> list[dict[str, Any]]:
    answer = await visit.api.post(f"{REGISTRY}/persons/search", {"q": visit.field("q"), "limit": 50})
    items: list[dict[str, Any]] = answer["items"]
    return items


NO_WORD = _("Type at least one word of the name.")


# ---- Stays abroad -------------------------------------------------------------------------------------------------


@pages.get("/stays")
async def stays(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("kind", "state", "region")}
    found = await visit.api.get(f"{API}/stay-groups", **filters, **paging(visit))
    places = await facility_names(visit, (group["facility_code"] for group in found["items"] if group["facility_code"]))
    return visit.page("studies/stays.html", list=Listing.of(visit, found, filters), places=places, kinds=choices("stay_kind"), may_propose=visit.has_role(*PROPOSERS))


async def choose_page(visit: Visit, status: int = 200, found: list[dict[str, Any]] | None = None, errors: dict[str, str] | None = None) -> Response:
    """First step: who goes. Names are asked in a body, never in an address."""
    return visit.page("studies/stay_people.html", status, **await people_to_choose(visit, found), problem=None, errors=errors or {})


@pages.get("/stays/new")
async def choose(visit: Visit) -> Response:
    return await choose_page(visit)


@pages.post("/stays/new/search")
async def search_for_stay(visit: Visit) -> Response:
    if not visit.field("q"):
        return await choose_page(visit, 422, errors={"q": gettext(NO_WORD)})
    return await choose_page(visit, found=await searched(visit))


async def stay_form(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """Second step: where to, when, and who stands in at home."""
    chosen = list(dict.fromkeys(visit.values("person_ids")))
    names = await visit.api.names(chosen)
    facility = visit.field("facility")
    staff = await visit.api.get_or_none(f"{REGISTRY}/persons", facility=facility, limit=200) if facility else None
    at_home = [(person["id"], person["name"]) for person in (staff or {}).get("items", []) if person["id"] not in chosen]
    return visit.page(
        "studies/stay_new.html",
        status,
        chosen=chosen,
        names=names,
        facility=facility,
        covers=at_home,
        typed=visit.fields(),
        kinds=choices("stay_kind"),
        countries=choices("country", *COUNTRIES),
        regions=choices("region"),
        fields=choices("training_field"),
        problem=problem,
        errors=errors or {},
    )


@pages.post("/stays/new/people")
async def chosen(visit: Visit) -> Response:
    if not visit.values("person_ids"):
        return await choose_page(visit, 422, errors={"person_ids": gettext(_("Tick at least one person."))})
    return await stay_form(visit)


@pages.post("/stays/new")
async def propose(visit: Visit) -> Response:
    people = list(dict.fromkeys(visit.values("person_ids")))

    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        """A wrong field of one participant is shown beside that person."""
        renamed = {path.replace("participants.", "").partition(".")[0]: reason for path, reason in (errors or {}).items() if path.startswith("participants.")}
        beside = {f"cover-{people[int(n)]}": reason for n, reason in renamed.items() if n.isdigit() and int(n) < len(people)}
        own = {path: reason for path, reason in (errors or {}).items() if not path.startswith("participants.")}
        return await stay_form(visit, status, problem=problem, errors=own | beside)

    reason = visit.field("cover_reason")
    participants = [{"person_id": person} | ({"cover_person_id": cover} if (cover := visit.field(f"cover-{person}")) else {"cover_reason": reason or None}) for person in people]
    answer = await send(visit, f"{API}/stay-groups", {name: visit.field(name) for name in STAY_FIELDS} | {"participants": participants}, again)
    if isinstance(answer, Response):
        return answer
    if answer["refused"]:
        return await stay_page(visit, group=answer)
    return visit.go(f"/stays/{answer['id']}", done="proposed")


async def stay_page(visit: Visit, status: int = 200, group: dict[str, Any] | None = None, found: list[dict[str, Any]] | None = None, **shown: Any) -> Response:
    group = group or await visit.api.get(f"{API}/stay-groups/{segment(visit.path('id'))}")
    people = [stay["person_id"] for stay in group["stays"]] + [stay["cover_person_id"] for stay in group["stays"] if stay["cover_person_id"]]
    names, places = await asyncio.gather(
        visit.api.names([*people, *(one["person_id"] for one in group["refused"])]), facility_names(visit, (stay["facility_code"] for stay in group["stays"]))
    )
    return visit.page(
        "studies/stay.html",
        status,
        trip=group,
        names=names,
        places=places,
        actions=actions_of(group),
        steps=stay_steps(group),
        found=found,
        asked=visit.field("q"),
        typed=visit.fields(),
        **({"problem": None, "errors": {}} | shown),
    )


def stay_steps(group: dict[str, Any]) -> list[dict[str, Any]]:
    """Proposed, signed, away, back, reported: each step is done once all have done it."""
    going = [stay for stay in group["stays"] if stay["state"] != "cancelled"]
    ended = group["state"] in ("withdrawn", "revoked")

    def step(name: str, done: bool, before: bool, field: str = "", *, on: Any = None, who: str = "") -> dict[str, Any]:
        days = [stay[field] for stay in going if field and stay[field]]
        status = "done" if done else "blocked" if ended else "now" if before else "coming"
        count = f"{len(days)}/{len(going)}" if field and days and not done else ""
        return {"name": name, "status": status, "on": on or (max(days) if done and days else None), "note": count, "who": "" if done or ended else who}

    signed = group["signed_on"] is not None
    gone, back, told = (bool(going) and all(stay[field] for stay in going) for field in ("departed_on", "returned_on", "reported_on"))
    officer = gettext(_("HR officer or administrator"))
    return [
        step(gettext(_("Proposed")), True, True, on=group["proposed_on"]),
        step(gettext(_("Decision")), signed, True, on=group["signed_on"], who=gettext(_("Signatory"))),
        step(gettext(_("Departure")), gone, signed, "departed_on", who=officer),
        step(gettext(_("Return")), back, gone, "returned_on", who=officer),
        step(gettext(_("Return report")), told, back, "reported_on", who=officer),
    ]


@pages.get("/stays/{id}")
async def stay(visit: Visit) -> Response:
    return await stay_page(visit)


@pages.get("/stays/{id}/decision")
async def decision_of_stay(visit: Visit) -> Response:
    return await decision_page_of(visit)


@pages.post("/stays/{id}/search")
async def search_for_group(visit: Visit) -> Response:
    if not visit.field("q"):
        return await stay_page(visit, 422, errors={"q": gettext(NO_WORD)})
    return await stay_page(visit, found=await searched(visit))


@pages.post("/stays/{id}/participants")
async def add_participant(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await stay_page(visit, **shown)

    body = {name: visit.field(name) for name in ("person_id", "cover_reason", "override_reason", "done_on")}
    answer = await send(visit, f"{API}/stay-groups/{segment(visit.path('id'))}/participants", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/stays/{visit.path('id')}", done="added")


@pages.post("/stays/{id}/cancellation")
async def cancel_stay(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await stay_page(visit, **shown)

    answer = await send(visit, f"{API}/stays/{segment(visit.field('stay_id'))}/cancellation", {"reason": visit.field("reason"), "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/stays/{visit.path('id')}", done="cancelled")


@pages.post("/stays/{id}/{act}")
async def act_on_stay(visit: Visit) -> Response:
    act = visit.path("act")
    if act not in STAY_ACTS:
        return await stay_page(visit, 404)

    async def again(**shown: Any) -> Response:
        return await stay_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("reason", "report", "done_on")}
    if act == "report":
        body["learnt"] = [line.strip() for line in visit.field("learnt").splitlines() if line.strip()]
    answer = await send(visit, f"{API}/stay-groups/{segment(visit.path('id'))}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/stays/{visit.path('id')}", done=STAY_ACTS[act])


# ---- Sponsored studies --------------------------------------------------------------------------------------------


@pages.get("/studies")
async def studies(visit: Visit) -> Response:
    wanted = {name: visit.query(name) for name in ("state", "programme", "specialty", "facility")}
    found = await visit.api.get(f"{API}/sponsorships", **wanted, **paging(visit))
    names, places = await asyncio.gather(visit.api.names(item["person_id"] for item in found["items"]), facility_names(visit, (item["facility_code"] for item in found["items"])))
    return visit.page(
        "studies/list.html",
        list=Listing.of(visit, found, wanted),
        names=names,
        places=places,
        programmes=choices("programme"),
        specialties=choices("specialty"),
        may_apply=visit.has_role(*PROPOSERS),
    )


async def student_page(visit: Visit, status: int = 200, found: list[dict[str, Any]] | None = None, errors: dict[str, str] | None = None) -> Response:
    """First step: who studies."""
    return visit.page("studies/person.html", status, **await people_to_choose(visit, found), problem=None, errors=errors or {})


@pages.get("/studies/new")
async def new_study(visit: Visit) -> Response:
    return await study_form(visit) if visit.query("person") else await student_page(visit)


@pages.post("/studies/new/search")
async def search_student(visit: Visit) -> Response:
    if not visit.field("q"):
        return await student_page(visit, 422, errors={"q": gettext(NO_WORD)})
    return await student_page(visit, found=await searched(visit))


async def study_form(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """Second step: what is studied, for which need, at what cost."""
    person_id = visit.query("person") or visit.field("person_id")
    person, needs, assignments = await asyncio.gather(
        visit.api.get(f"{REGISTRY}/persons/{segment(person_id)}"),
        visit.api.get(f"{RECRUITMENT}/needs", state="validated", limit=200),
        visit.api.get_or_none(f"{REGISTRY}/assignments", person=person_id, limit=50),
    )
    facility = next((one["facility_code"] for one in (assignments or {}).get("items", []) if one["kind"] == "primary" and one["state"] == "active"), "")
    staff = await visit.api.get_or_none(f"{REGISTRY}/persons", facility=facility, limit=200) if facility else None
    places = await facility_names(visit, (need["facility_code"] for need in needs["items"]))
    return visit.page(
        "studies/new.html",
        status,
        person=person,
        needs=[(need["id"], need_name(need, places)) for need in needs["items"]],
        programmes=choices("programme"),
        specialties=choices("specialty"),
        covers=[(one["id"], one["name"]) for one in (staff or {}).get("items", []) if one["id"] != person["id"]],
        costs=choices("cost_kind", *COSTS),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


def need_name(need: dict[str, Any], places: dict[str, str]) -> str:
    """A need in one line: place, title, specialty."""
    parts = [places[need["facility_code"]], name_of_occupation(need["occupation_code"]), label("specialty", need["specialty"]) if need["specialty"] else ""]
    return " – ".join(part for part in parts if part)


@pages.post("/studies/new")
async def apply_for_study(visit: Visit) -> Response:
    costs = [{"kind": kind, "amount": minor_units(visit.field(kind))} for kind in COSTS if visit.field(kind)]

    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        """`cost_items.1.amount` of the service is the second cost that was typed; what concerns the whole is said at the field that would mend it."""
        whole = "ends_on" if visit.field("ends_on") <= visit.field("starts_on") else "cover_person_id"
        of_costs: dict[str, str] = {f"cost_items.{number}.amount": str(cost["kind"]) for number, cost in enumerate(costs)}
        return await study_form(visit, status, problem, {of_costs.get(path, whole if path in ("", "body") else path): reason for path, reason in (errors or {}).items()})

    names = ("person_id", "programme", "specialty", "institution", "need_id", "technique", "starts_on", "ends_on", "bond_factor", "cover_person_id", "cover_reason", "done_on")
    flags = {"full_time": visit.field("full_time") == "true", "first_postgraduate": visit.field("first_postgraduate") == "true"}
    typed = {name: visit.field(name) for name in names}
    typed["bond_factor"] = typed["bond_factor"].replace(",", ".")
    answer = await send(visit, f"{API}/sponsorships", typed | flags | {"cost_items": costs}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/studies/{answer['id']}", done="applied")


async def study_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, form: str = "") -> Response:
    """The page of a study, or one of its two larger forms."""
    found = await visit.api.get(f"{API}/sponsorships/{segment(visit.path('id'))}")
    names, facility, need = await asyncio.gather(
        visit.api.names([found["person_id"], *([found["cover_person_id"]] if found["cover_person_id"] else [])]),
        facility_name(visit, found["facility_code"]),
        visit.api.get_or_none(f"{RECRUITMENT}/needs/{found['need_id']}"),
    )
    return visit.page(
        f"studies/{FORMS.get(form, 'page')}.html",
        status,
        study=found,
        names=names,
        facility=facility,
        need=need,
        actions=actions_of(found),
        steps=study_steps(found),
        standings=choices("standing"),
        checks=choices("degree_check"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


def study_steps(study: dict[str, Any]) -> list[dict[str, Any]]:
    """The procedure as a line, from the application to the return."""
    state = study["state"]
    stopped = state in ("ineligible", "board_refused", "conflicting", "withdrawn", "revoked")
    officer, board, signatory = gettext(_("HR officer or administrator")), gettext(_("Board")), gettext(_("Signatory"))
    steps: list[tuple[str, Any, str, str]] = [
        (gettext(_("Application")), study["applied_on"], "", officer),
        (gettext(_("Eligibility")), study["judged_on"] if state != "ineligible" else None, "", officer),
        (gettext(_("Board")), study["board_on"] if state != "board_refused" else None, "", board),
        (gettext(_("Bond signed")), study["signed_on"] if state != "conflicting" else None, study["decision"] if study["decision"] != "to_regularise" else "", signatory),
        (gettext(_("Enrolled")), study["enrolled_on"], "", officer),
        (gettext(_("End of the study")), study["outcome_on"], label("study_outcome", study["outcome"]) if study["outcome"] else "", officer),
        (gettext(_("Back at work")), study["returned_on"], "", officer),
    ]
    found, open_ = [], True
    for name, on, note, who in steps:
        status = "done" if on else "blocked" if open_ and stopped else "now" if open_ else "coming"
        open_ = open_ and bool(on)
        found.append({"name": name, "status": status, "on": on, "note": note, "who": "" if on or stopped else who})
    return found


@pages.get("/studies/{id}")
async def study(visit: Visit) -> Response:
    return await study_page(visit)


@pages.get("/studies/{id}/decision")
async def decision_of_study(visit: Visit) -> Response:
    return await decision_page_of(visit)


@pages.get("/studies/{id}/outcome")
async def new_outcome(visit: Visit) -> Response:
    return await study_page(visit, form="outcome")


@pages.get("/studies/{id}/degree-check")
async def new_degree_check(visit: Visit) -> Response:
    return await study_page(visit, form="degree-check")


@pages.post("/studies/{id}/{act}")
async def act_on_study(visit: Visit) -> Response:
    act = visit.path("act")
    if act not in STUDY_ACTS:
        return await study_page(visit, 404)

    async def again(**shown: Any) -> Response:
        return await study_page(visit, **shown, form=act)

    body = {name: visit.field(name) for name in (*STUDY_ACTS[act], "done_on")}
    answer = await send(visit, f"{API}/sponsorships/{segment(visit.path('id'))}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/studies/{visit.path('id')}", done=act)
