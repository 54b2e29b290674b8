"""Training: plans and their money, the catalogue, sessions from enrolment to certificates, and each person's hours."""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from starlette.responses import Response

from services.portal.clients import Api, Refusal, segment
from services.portal.facilities import authority_names, facilities_offered, facility_names
from services.portal.formats import as_date
from services.portal.forms import actions_of, may, minor_units, search_people, send, whole_number
from services.portal.labels import choices, occupations
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/training"
REGISTRY = "/api/v1/registry"
ORGANISERS = ("training-institute", "regional-administrator", "facility-hr-officer")
SENDERS = (*ORGANISERS, "head-of-facility")
SESSION_STEPS = (
    ("planned", _("Session planned")),
    ("open", _("Open to enrolment")),
    ("confirmed", _("Session confirmed")),
    ("running", _("Under way")),
    ("done", _("Took place")),
    ("evaluated", _("Session evaluated")),
)
PLAN_STEPS = (
    ("draft", _("Draft")),
    ("submitted", _("Submitted")),
    ("arbitrated", _("Budget granted")),
    ("approved", _("Approved")),
    ("executing", _("Being carried out")),
    ("closed", _("Closed")),
)
AXES_OF_A_FORM = range(1, 7)
ACTIONS_OF_A_FORM = range(1, 9)


async def organisations(visit: Visit) -> list[tuple[str, str]]:
    """On whose behalf this person acts: their territories, then the facilities."""
    facilities, territories = await asyncio.gather(facilities_offered(visit), authority_names(visit, visit.territories))
    return list(territories.items()) + [(code, name) for code, name in facilities if "-TYT-" not in code]


def steps_of(steps: Iterable[tuple[str, str]], state: str, dates: dict[str, Any]) -> list[dict[str, Any]]:
    """The line of steps of a procedure that goes one way."""
    codes = [code for code, _name in steps]
    reached = codes.index(state) if state in codes else -1
    found = []
    for position, (code, name) in enumerate(steps):
        last = position == reached == len(codes) - 1
        status = "done" if position < reached or last else "now" if position == reached else "coming"
        found.append({"name": gettext(name), "status": status, "on": dates.get(code), "note": None, "who": None})
    return found


async def every(api: Api, path: str, **params: Any) -> list[dict[str, Any]]:
    """All pages of a list that a person reads whole: the room of a session."""
    found, cursor = [], None
    while True:
        page = await api.get(path, limit=200, cursor=cursor, **params)
        found += page["items"]
        cursor = page.get("next")
        if not cursor:
            return found


# ---- Plans --------------------------------------------------------------------------------------------------------


@pages.get("/training/plans")
async def plans(visit: Visit) -> Response:
    year = visit.query("year") or str(today().year)
    filters = {"year": year, "state": visit.query("state")}
    found, coverage = await asyncio.gather(
        visit.api.get(f"{API}/plans", **filters, limit=100, **paging(visit)),
        visit.api.get_or_none(f"{API}/plans/coverage", year=year),
    )
    without = [code for code in (coverage or {}).get("facilities", []) if code not in coverage["with_plan"]]
    names = await authority_names(visit, [plan["facility_code"] or plan["authority"] for plan in found["items"]] + without)
    return visit.page(
        "training/plans.html",
        list=Listing.of(visit, found, filters, sort="years", export="training-plans"),
        names=names,
        coverage=coverage,
        without=without,
        year=year,
        may_draft=visit.has_role(*ORGANISERS),
    )


async def new_plan_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "training/plan_new.html",
        status,
        typed=visit.fields() or {"year_from": str(today().year), "year_to": str(today().year)},
        organisations=await organisations(visit),
        skills=choices("skill"),
        modes=choices("axis_mode"),
        axes=AXES_OF_A_FORM,
        actions=ACTIONS_OF_A_FORM,
        problem=problem,
        errors=errors or {},
    )


@pages.get("/training/plans/new")
async def new_plan(visit: Visit) -> Response:
    return await new_plan_page(visit)


@pages.post("/training/plans/new")
async def create_plan(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {field_of(path): reason for path, reason in shown["errors"].items()}
        return await new_plan_page(visit, **shown)

    typed = visit.fields()
    axes = [
        {
            "code": typed[f"axis{n}_code"],
            "title": typed[f"axis{n}_title"],
            "skill": typed[f"axis{n}_skill"],
            "mode": typed[f"axis{n}_mode"],
            "budget": minor_units(typed[f"axis{n}_budget"]),
        }
        for n in AXES_OF_A_FORM
        if typed.get(f"axis{n}_code")
    ]
    first, last = typed.get("year_from", ""), typed.get("year_to", "")
    actions = [
        {
            "axis": typed[f"action{n}_axis"],
            "title": typed[f"action{n}_title"],
            "quantity": whole_number(typed.get(f"action{n}_quantity") or "1"),
            "starts_on": f"{first}-01-01",
            "ends_on": f"{last}-12-31",
            "budget": minor_units(typed.get(f"action{n}_budget") or "0"),
        }
        for n in ACTIONS_OF_A_FORM
        if typed.get(f"action{n}_title")
    ]
    body = {"authority": typed.get("authority"), "title": typed.get("title"), "year_from": whole_number(first), "year_to": whole_number(last), "axes": axes, "actions": actions}
    answer = await send(visit, f"{API}/plans", body | {"done_on": typed.get("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/plans/{answer['id']}", done="drafted")


def field_of(path: str) -> str:
    """`axes.0.budget` of the service is `axis1_budget` of the form."""
    parts = path.split(".")
    if len(parts) == 3 and parts[0] in ("axes", "actions") and parts[1].isdigit():
        return f"{'axis' if parts[0] == 'axes' else 'action'}{int(parts[1]) + 1}_{parts[2]}"
    return parts[0]


async def plan_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    path = f"{API}/plans/{segment(visit.path('id'))}"
    found, execution = await asyncio.gather(visit.api.get(path), visit.api.get(f"{path}/execution"))
    sessions = await visit.api.get(f"{API}/sessions", plan=found["id"], limit=200)
    names = await authority_names(visit, [found["facility_code"] or found["authority"]])
    dates = {
        step: found.get(f"{name}_on")
        for step, name in (("draft", "drafted"), ("submitted", "submitted"), ("arbitrated", "arbitrated"), ("approved", "approved"), ("closed", "closed"))
    }
    return visit.page(
        "training/plan.html",
        status,
        plan=found,
        execution=execution,
        sessions=sessions["items"],
        place=names[found["facility_code"] or found["authority"]],
        steps=steps_of(PLAN_STEPS, found["state"], dates),
        typed=visit.fields(),
        actions=actions_of(found),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/training/plans/{id}")
async def plan(visit: Visit) -> Response:
    return await plan_page(visit)


async def money_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """The money of a plan: its budgets and what was spent, all axes on one page."""
    path = f"{API}/plans/{segment(visit.path('id'))}"
    found = await visit.api.get(path)
    names = await authority_names(visit, [found["facility_code"] or found["authority"]])
    return visit.page(
        "training/money.html",
        status,
        plan=found,
        place=names[found["facility_code"] or found["authority"]],
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/training/plans/{id}/money")
async def money_of_plan(visit: Visit) -> Response:
    return await money_page(visit)


def budgets_typed(visit: Visit) -> dict[str, Any]:
    return {name.removeprefix("budget_"): minor_units(value) for name, value in visit.fields().items() if name.startswith("budget_") and value}


@pages.post("/training/plans/{id}/revision")
async def revise_budgets(visit: Visit) -> Response:
    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        return await money_page(visit, status, problem, {name.replace("budgets.", "budget_"): reason for name, reason in (errors or {}).items()})

    body = {"budgets": budgets_typed(visit), "reason": visit.field("reason"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/plans/{segment(visit.path('id'))}/revision", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/plans/{answer['id']}", done="revised")


EXPENSE_FIELDS = ("label", "amount", "spent_on")


@pages.post("/training/plans/{id}/expenses")
async def enter_expenses(visit: Visit) -> Response:
    """One line for each axis on which something was typed; all of them are entered, or none."""
    typed = visit.fields()
    axes = [name.removeprefix("amount_") for name in typed if name.startswith("amount_")]
    lines = [axis for axis in axes if typed.get(f"amount_{axis}") or typed.get(f"label_{axis}")]
    if not lines:
        return await money_page(visit, 422, errors={f"amount_{axes[0]}" if axes else "spending": gettext(_("Write what was spent on at least one axis."))})
    items: list[dict[str, Any]] = []
    for axis in lines:
        said: dict[str, Any] = {name: typed[f"{name}_{axis}"] for name in EXPENSE_FIELDS if typed.get(f"{name}_{axis}")}
        items.append({"axis": axis} | said | ({"amount": minor_units(said["amount"])} if "amount" in said else {}))

    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        """`items.1.amount` of the service is the amount of the second axis that was typed."""
        named = {}
        for path, reason in (errors or {}).items():
            parts = path.split(".")
            of_a_line = len(parts) == 3 and parts[0] == "items" and parts[1].isdigit()
            named[f"{parts[2]}_{lines[int(parts[1])]}" if of_a_line else path] = reason
        return await money_page(visit, status, problem, named)

    answer = await send(visit, f"{API}/plans/{segment(visit.path('id'))}/expenses/batch", {"items": items, "done_on": visit.field("done_on_spent")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/plans/{answer['id']}", done="spent")


PLAN_ACTS = {"submission": "submitted", "return": "returned", "arbitration": "arbitrated", "approval": "approved", "closure": "closed"}


@pages.post("/training/plans/{id}/{act}")
async def act_on_plan(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await plan_page(visit, **shown)

    act = visit.path("act")
    if act not in PLAN_ACTS:
        raise Refusal(404, {})
    body: dict[str, Any] = {"done_on": visit.field("done_on")}
    if act == "arbitration":
        body["budgets"] = budgets_typed(visit)
    if act == "approval":
        body["decision_number"] = visit.field("decision_number")
    answer = await send(visit, f"{API}/plans/{segment(visit.path('id'))}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/plans/{answer['id']}", done=PLAN_ACTS[act])


# ---- The catalogue ------------------------------------------------------------------------------------------------


@pages.get("/training/courses")
async def courses(visit: Visit) -> Response:
    return await courses_page(visit)


async def courses_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    filters = {"field": visit.query("field")}
    found = await visit.api.get(f"{API}/courses", **filters, limit=100, **paging(visit))
    return visit.page(
        "training/courses.html",
        status,
        list=Listing.of(visit, found, filters, path="/training/courses"),
        fields=choices("training_field"),
        may_add=visit.has_role(*ORGANISERS),
        problem=problem,
        errors=errors or {},
    )


async def new_course_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "training/course_new.html",
        status,
        typed=visit.fields(),
        organisations=await organisations(visit),
        fields=choices("training_field"),
        kinds=choices("course_kind"),
        skills=choices("skill"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/training/courses/new")
async def new_course(visit: Visit) -> Response:
    return await new_course_page(visit)


@pages.post("/training/courses/new")
async def create_course(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_course_page(visit, **shown)

    body = {name: visit.field(name) for name in ("authority", "code", "title", "kind", "field", "skill", "hours", "credits", "provider", "done_on")}
    answer = await send(visit, f"{API}/courses", body, again)
    return answer if isinstance(answer, Response) else visit.go("/training/courses", done="added")


# ---- Sessions -----------------------------------------------------------------------------------------------------


@pages.get("/training/sessions")
async def sessions(visit: Visit) -> Response:
    """A year by months; what is past and what is to come on one line of time."""
    year = int(visit.query("year")) if visit.query("year").isdigit() else today().year
    found = await every(visit.api, f"{API}/sessions", **{"from": f"{year}-01-01", "to": f"{year}-12-31"}, state=visit.query("state"), field=visit.query("field"))
    months: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        months.setdefault(max(each["first_day"], f"{year}-01-01")[:7] + "-01", []).append(each)
    return visit.page(
        "training/sessions.html",
        months=months,
        names=await facility_names(visit, (code for each in found for code in each["facility_codes"])),
        year=year,
        count=len(found),
        held=sum(each["state"] in ("done", "evaluated") for each in found),
        came=sum(each["completed"] for each in found),
        fields=choices("training_field"),
        may_plan=visit.has_role(*ORGANISERS),
    )


async def new_session_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    courses, plans = await asyncio.gather(visit.api.get(f"{API}/courses", state="open", limit=200), visit.api.get(f"{API}/plans", year=today().year, limit=200))
    open_plans = [plan for plan in plans["items"] if plan["state"] in ("approved", "executing")]
    return visit.page(
        "training/session_new.html",
        status,
        typed=visit.fields() or {"capacity": "30", "min_participants": "10", "assessed": "true", "days": "2"},
        organisations=await organisations(visit),
        places=await facilities_offered(visit),
        courses=[(course["id"], f"{course['code']} – {course['title']}") for course in courses["items"]],
        axes=[(f"{plan['id']}/{axis['code']}", f"{plan['title']} · {axis['title']}") for plan in open_plans for axis in plan["axes"]],
        problem=problem,
        errors=errors or {},
    )


@pages.get("/training/sessions/new")
async def new_session(visit: Visit) -> Response:
    return await new_session_page(visit)


@pages.post("/training/sessions/new")
async def create_session(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_session_page(visit, **shown)

    half_days = half_days_typed(visit)
    if not half_days:
        return await again(status=422, errors={"day1": gettext(_("Give at least one day with its place."))})
    body: dict[str, Any] = {name: visit.field(name) for name in ("authority", "course_id", "title", "provider", "done_on")}
    body |= {name: whole_number(visit.field(name)) for name in ("capacity", "min_participants") if visit.field(name)}
    body |= {"cost": minor_units(visit.field("cost"))} if visit.field("cost") else {}
    body["trainer_facilities"] = visit.field("trainer_facilities").replace(",", " ").split()
    if visit.field("axis"):
        body["plan_id"], _slash, body["axis"] = visit.field("axis").partition("/")
    answer = await send(visit, f"{API}/sessions", body | {"assessed": visit.field("assessed") == "true", "half_days": half_days}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/sessions/{answer['id']}", done="planned")


def half_days_typed(visit: Visit) -> list[dict[str, str]]:
    """Up to six days, each with its place and its halves."""
    found = []
    for number in range(1, 7):
        day, place, part = (visit.field(f"{name}{number}") for name in ("day", "place", "part"))
        if day and place:
            parts = ["morning", "afternoon"] if part in ("", "both") else [part]
            found += [{"day": day, "part": half, "facility_code": place} for half in parts]
    return found


async def session_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    path = segment(visit.path("id"))
    found = await visit.api.get(f"{API}/sessions/{path}")
    enrolments, certificates, plan = await asyncio.gather(
        every_or_none(visit, f"{API}/enrolments", training_session=found["id"]),
        every_or_none(visit, f"{API}/certificates", training_session=found["id"]),
        visit.api.get_or_none(f"{API}/plans/{found['plan_id']}") if found["plan_id"] else nothing(),
    )
    names = await names_of(visit, [item["person_id"] for item in enrolments] + found["trainer_ids"])
    dates = {
        "planned": found["planned_on"],
        "open": found["opened_on"],
        "confirmed": found["confirmed_on"],
        "running": None,
        "done": found["held_on"],
        "evaluated": found["evaluated_on"],
    }
    stopped = found["state"] in ("postponed", "cancelled")
    return visit.page(
        "training/session.html",
        status,
        session=found,
        enrolments=sorted(enrolments, key=lambda item: (item["state"] == "withdrawn", names.get(item["person_id"], ""))),
        certificates={item["enrolment_id"]: item for item in certificates if item["state"] == "issued"},
        names=names,
        places=await facility_names(visit, found["facility_codes"] + [item["facility_code"] for item in enrolments]),
        plan=plan,
        steps=[] if stopped else steps_of(SESSION_STEPS, found["state"], dates),
        ready=sum(item["state"] == ("passed" if found["assessed"] else "attended") for item in enrolments),
        actions=actions_of(found),
        problem=problem,
        errors=errors or {},
    )


async def nothing() -> None:
    return None


async def every_or_none(visit: Visit, path: str, **params: Any) -> list[dict[str, Any]]:
    """The whole list; an empty one for whoever may not read it."""
    try:
        return await every(visit.api, path, **params)
    except Refusal as refusal:
        if refusal.status == 403:
            return []
        raise


async def names_of(visit: Visit, ids: list[str]) -> dict[str, str]:
    try:
        return await visit.api.names(ids) if ids else {}
    except Refusal as refusal:
        if refusal.status == 403:
            return {}
        raise


@pages.get("/training/sessions/{id}")
async def session(visit: Visit) -> Response:
    return await session_page(visit)


# ---- Enrolment ----------------------------------------------------------------------------------------------------


async def enrol_page(visit: Visit, status: int = 200, found: list[dict[str, Any]] | None = None, answers: dict[str, Any] | None = None, **shown: Any) -> Response:
    training = await visit.api.get(f"{API}/sessions/{segment(visit.path('id'))}")
    facility = visit.query("facility") or (visit.facilities[0] if visit.facilities else "")
    next_ = None
    if found is None and answers is None and facility:
        listed = await visit.api.get(f"{REGISTRY}/persons", facility=facility, occupation=visit.query("occupation"), limit=100, cursor=visit.query("cursor"))
        found, next_ = listed["items"], listed.get("next")
    enrolled = {item["person_id"]: item["state"] for item in await every(visit.api, f"{API}/enrolments", training_session=training["id"]) if item["state"] != "withdrawn"}
    names = await visit.api.names(item["person_id"] for item in (answers or {"items": []})["items"])
    return visit.page(
        "training/enrol.html",
        status,
        session=training,
        found=found,
        next=next_,
        enrolled=enrolled,
        answers=answers,
        names=names,
        facility=facility,
        facilities=await facilities_offered(visit),
        occupations=occupations.choices(),
        asked=visit.field("q"),
        typed=visit.fields(),
        **({"problem": None, "errors": {}} | shown),
    )


@pages.get("/training/sessions/{id}/enrol")
async def enrol(visit: Visit) -> Response:
    return await enrol_page(visit)


@pages.post("/training/sessions/{id}/enrol/search")
async def search_whom_to_enrol(visit: Visit) -> Response:
    return await search_people(visit, partial(enrol_page, visit), most=50)


@pages.post("/training/sessions/{id}/enrol")
async def enrol_people(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await enrol_page(visit, **shown)

    chosen = list(dict.fromkeys(visit.values("person_ids")))
    if not chosen:
        return await again(status=422, errors={"person_ids": gettext(_("Tick at least one person."))})
    answer = await send(visit, f"{API}/sessions/{segment(visit.path('id'))}/enrolments", {"person_ids": chosen, "done_on": visit.field("done_on")}, again)
    if isinstance(answer, Response):
        return answer
    if answer["refused"]:
        return await enrol_page(visit, answers=answer)
    return visit.go(f"/training/sessions/{visit.path('id')}", done="waiting" if answer["waiting"] else "enrolled")


@pages.get("/training/enrolments/{id}")
async def enrolment(visit: Visit) -> Response:
    return await enrolment_page(visit)


async def enrolment_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/enrolments/{segment(visit.path('id'))}")
    training, names = await asyncio.gather(visit.api.get(f"{API}/sessions/{found['session_id']}"), names_of(visit, [found["person_id"]]))
    return visit.page(
        "training/enrolment.html", status, enrolment=found, session=training, names=names, actions=actions_of(found), typed=visit.fields(), problem=problem, errors=errors or {}
    )


@pages.post("/training/enrolments/{id}/withdrawal")
async def withdraw(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await enrolment_page(visit, **shown)

    body = {"reason": visit.field("reason"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/enrolments/{segment(visit.path('id'))}/withdrawal", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/sessions/{answer['session_id']}", done="withdrawn")


# ---- The attendance sheet and the mark sheet ----------------------------------------------------------------------


async def attendance_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """One half-day in big rows, as it is taken on a phone in the room; or all of them as a table."""
    training = await visit.api.get(f"{API}/sessions/{segment(visit.path('id'))}")
    room = [item for item in await every(visit.api, f"{API}/enrolments", training_session=training["id"]) if item["state"] not in ("withdrawn", "waiting")]
    names = await names_of(visit, [item["person_id"] for item in room])
    numbers = [half_day["number"] for half_day in training["half_days"]]
    chosen = visit.query("half_day") or visit.field("shown") or str(half_day_of(training))
    shown = numbers if chosen == "all" else [int(chosen)] if chosen.isdigit() and int(chosen) in numbers else numbers[:1]
    typed = set(visit.values("present")) if visit.request.method == "POST" else None
    ticked = {(item["person_id"], n) for item in room for n in shown if is_ticked(visit, typed, item, n)}
    return visit.page(
        "training/attendance.html",
        status,
        session=training,
        room=sorted(room, key=lambda item: names.get(item["person_id"], "")),
        names=names,
        places=await facility_names(visit, [item["facility_code"] for item in room] + training["facility_codes"]),
        chosen=chosen if chosen == "all" else str(shown[0]),
        shown=[half_day for half_day in training["half_days"] if half_day["number"] in shown],
        ticked=ticked,
        entered={n: sum(str(n) in item["presence"] for item in room) for n in numbers},
        actions=actions_of(training),
        problem=problem,
        errors=errors or {},
    )


def is_ticked(visit: Visit, typed: set[str] | None, item: dict[str, Any], number: int) -> bool:
    if typed is not None:
        return f"{item['person_id']}:{number}" in typed
    known = item["presence"].get(str(number))
    return bool(known) if known is not None else visit.query("tick") == "all"


def half_day_of(training: dict[str, Any]) -> int:
    """The half-day of today, or the last one that is past."""
    past = [half_day["number"] for half_day in training["half_days"] if (as_date(half_day["day"]) or date.max) <= today()]
    now = [half_day["number"] for half_day in training["half_days"] if as_date(half_day["day"]) == today()]
    return int(now[0] if now else past[-1] if past else training["half_days"][0]["number"])


@pages.get("/training/sessions/{id}/attendance")
async def attendance(visit: Visit) -> Response:
    return await attendance_page(visit)


@pages.post("/training/sessions/{id}/attendance")
async def enter_attendance(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await attendance_page(visit, **shown)

    present = set(visit.values("present"))
    numbers = [int(number) for number in visit.values("half_day") if number.isdigit()]
    entries = [
        {"person_id": person, "present": [n for n in numbers if f"{person}:{n}" in present], "absent": [n for n in numbers if f"{person}:{n}" not in present]}
        for person in dict.fromkeys(visit.values("person"))
    ]
    answer = await send(visit, f"{API}/sessions/{segment(visit.path('id'))}/attendance", {"entries": entries, "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/sessions/{visit.path('id')}/attendance", half_day=visit.field("shown"), done="entered")


async def marks_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    training = await visit.api.get(f"{API}/sessions/{segment(visit.path('id'))}")
    room = [item for item in await every(visit.api, f"{API}/enrolments", training_session=training["id"]) if item["state"] not in ("withdrawn", "waiting")]
    names = await names_of(visit, [item["person_id"] for item in room])
    return visit.page(
        "training/marks.html",
        status,
        session=training,
        room=sorted(room, key=lambda item: names.get(item["person_id"], "")),
        names=names,
        typed=visit.fields(),
        actions=actions_of(training),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/training/sessions/{id}/marks")
async def marks(visit: Visit) -> Response:
    return await marks_page(visit)


@pages.post("/training/sessions/{id}/marks")
async def enter_marks(visit: Visit) -> Response:
    people = list(dict.fromkeys(visit.values("person")))
    sent: list[dict[str, Any]] = []

    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {mark_of(path, sent): reason for path, reason in shown["errors"].items()}
        return await marks_page(visit, **shown)

    for person in people:
        pre, post = (visit.field(f"{name}-{person}").replace(",", ".") for name in ("pre", "post"))
        if (pre, post) != (visit.field(f"was-pre-{person}"), visit.field(f"was-post-{person}")):
            sent.append({"person_id": person, "pre": pre or None, "post": post or None})
    if not sent:
        return visit.go(f"/training/sessions/{visit.path('id')}")
    answer = await send(visit, f"{API}/sessions/{segment(visit.path('id'))}/marks", {"entries": sent, "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/sessions/{visit.path('id')}", done="marked")


def mark_of(path: str, sent: list[dict[str, Any]]) -> str:
    """`entries.3.post` of the service is `post-<person>` of the sheet."""
    parts = path.split(".")
    return f"{parts[2]}-{sent[int(parts[1])]['person_id']}" if len(parts) == 3 and parts[1].isdigit() and int(parts[1]) < len(sent) else path


SESSION_ACTS = {
    "opening": "opened",
    "confirmation": "confirmed",
    "convocation": "convened",
    "holding": "held",
    "certificates": "certified",
    "evaluation": "evaluated",
    "postponement": "postponed",
    "cancellation": "cancelled",
    "seats": "seated",
}


@pages.post("/training/sessions/{id}/{act}")
async def act_on_session(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await session_page(visit, **shown)

    act = visit.path("act")
    if act not in SESSION_ACTS:
        raise Refusal(404, {})
    body: dict[str, Any] = {"done_on": visit.field("done_on")}
    if act in ("postponement", "cancellation"):
        body["reason"] = visit.field("reason")
    if act == "evaluation":
        body |= {"satisfaction": visit.field("satisfaction").replace(",", "."), "answers": whole_number(visit.field("answers")) if visit.field("answers") else None}
    answer = await send(visit, f"{API}/sessions/{segment(visit.path('id'))}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/sessions/{visit.path('id')}", done=SESSION_ACTS[act])


# ---- Certificates -------------------------------------------------------------------------------------------------


@pages.get("/training/certificates/{id}/document")
async def certificate_document(visit: Visit) -> Response:
    """The certificate on paper."""
    content, kind = await visit.api.file(f"{API}/certificates/{segment(visit.path('id'))}/document")
    return Response(content, media_type=kind, headers={"Content-Disposition": "inline", "Cache-Control": "private, no-store"})


@pages.get("/training/certificates/{id}")
async def certificate(visit: Visit) -> Response:
    return await certificate_page(visit)


async def certificate_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/certificates/{segment(visit.path('id'))}")
    names = await names_of(visit, [found["person_id"]])
    return visit.page("training/certificate.html", status, certificate=found, names=names, actions=actions_of(found), typed=visit.fields(), problem=problem, errors=errors or {})


@pages.post("/training/certificates/{id}/revocation")
async def revoke_certificate(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await certificate_page(visit, **shown)

    body = {"reason": visit.field("reason"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/certificates/{segment(visit.path('id'))}/revocation", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/training/certificates/{answer['id']}", done="revoked")


@pages.get("/check", public=True)
async def check_form(visit: Visit) -> Response:
    """Where anybody types the code of a certificate."""
    if visit.query("code"):
        return visit.go(f"/check/{segment(visit.query('code'))}")
    return visit.page("training/check.html", certificate=None, code="")


@pages.get("/check/{code}", public=True)
async def check(visit: Visit) -> Response:
    """What anybody may know of a certificate: initials, title, dates and validity (TRN-04)."""
    code = visit.path("code")[:40]
    try:
        found = await Api("", visit.language).get(f"{API}/certificates/check/{segment(code)}")
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        found = None
    return visit.page("training/check.html", 200 if found else 404, certificate=found, code=code)


# ---- The staff of a facility, and one person ----------------------------------------------------------------------


@pages.get("/training/staff")
async def staff(visit: Visit) -> Response:
    """Who of a facility is enrolled where, and where its people stand in their continuing education."""
    facilities = [(code, name) for code, name in await facilities_offered(visit) if "-TYT-" not in code]
    facility = visit.query("facility") or (facilities[0][0] if facilities else "")
    if not facility:
        return visit.page("training/staff.html", facility="", facilities=[], enrolments=[], balances=[], standings={}, standing="", declared=[], names={}, more=0)
    since = (today() - timedelta(days=30)).isoformat()
    listed, balances, declared = await asyncio.gather(
        every(visit.api, f"{API}/enrolments", facility=facility),
        visit.api.get(f"{API}/credits/balances", facility=facility),
        every(visit.api, f"{API}/credits", facility=facility, state="declared"),
    )
    enrolments = sorted((item for item in listed if item["last_day"] >= since and item["state"] != "withdrawn"), key=lambda item: item["first_day"])
    standing = visit.query("standing")
    shown = [balance for balance in balances if standing in ("", balance["standing"])]
    names = await visit.api.names([item["person_id"] for item in enrolments + declared] + [balance["person_id"] for balance in shown[:100]])
    return visit.page(
        "training/staff.html",
        facility=facility,
        facilities=facilities,
        enrolments=enrolments,
        balances=shown[:100],
        more=max(0, len(shown) - 100),
        standings={code: sum(balance["standing"] == code for balance in balances) for code in ("at_risk", "behind", "on_track")},
        standing=standing,
        declared=declared,
        names=names,
    )


async def person_training_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    person_id = segment(visit.path("id"))
    enrolments, entries, certificates, balance, names = await asyncio.gather(
        every(visit.api, f"{API}/enrolments", person=person_id),
        every(visit.api, f"{API}/credits", person=person_id),
        every(visit.api, f"{API}/certificates", person=person_id),
        visit.api.get_or_none(f"{API}/credits/balances/{person_id}"),
        visit.api.names([person_id]),
    )
    if person_id not in names:
        raise Refusal(404, {})
    return visit.page(
        "training/person.html",
        status,
        person_id=person_id,
        name=names[person_id],
        enrolments=sorted(enrolments, key=lambda item: item["first_day"], reverse=True),
        entries=sorted(entries, key=lambda item: item["earned_on"], reverse=True),
        certificates={item["enrolment_id"]: item for item in certificates if item["state"] == "issued"},
        balance=balance,
        may_declare=visit.has_role(*SENDERS),
        may=may,
        actions_of=actions_of,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/training/own")
async def own_training(visit: Visit) -> Response:
    """One's own hours of continuing education, once HR has linked the account."""
    balance, entries = await asyncio.gather(visit.api.get_or_none(f"{API}/credits/balances/own"), visit.api.get_or_none(f"{API}/credits/own", limit=200))
    return visit.page(
        "training/own.html", balance=balance, entries=sorted((entries or {}).get("items", []), key=lambda item: item["earned_on"], reverse=True), linked=entries is not None
    )


@pages.get("/people/{id}/training")
async def person_training(visit: Visit) -> Response:
    return await person_training_page(visit)


@pages.post("/people/{id}/training")
async def declare_hours(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await person_training_page(visit, **shown)

    body = {name: visit.field(name) for name in ("title", "provider", "earned_on", "evidence", "done_on")}
    answer = await send(visit, f"{API}/credits", body | {"person_id": visit.path("id"), "hours": visit.field("hours").replace(",", ".")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/people/{visit.path('id')}/training", done="declared")


@pages.post("/people/{id}/training/{entry}/verification")
async def verify_hours(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await person_training_page(visit, **shown)

    body = {name: visit.field(name) for name in ("outcome", "comment", "done_on")}
    answer = await send(visit, f"{API}/credits/{segment(visit.path('entry'))}/verification", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/people/{visit.path('id')}/training", done=answer["state"])
