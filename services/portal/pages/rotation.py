"""Rotation: agreements and their visits, support requests, missions, techniques."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import actions_of, search_people, send, whole_number
from services.portal.labels import choices, label
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.calendars import add_months
from shared.clock import today
from shared.jurisdictions import here

pages = Pages()

API = "/api/v1/rotation"
REGISTRY = "/api/v1/registry"
OBLIGATION_LINES = 8
SIDES = ("regional-administrator", "facility-hr-officer", "head-of-facility", "agreement-focal-point")
PROPOSERS = ("regional-administrator", "facility-hr-officer", "head-of-facility")


async def places_of(visit: Visit, things: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Names of all the facilities that some things mention."""
    return await facility_names(visit, (thing.get(side) for thing in things for side in ("giver_code", "receiver_code", "facility_code", "core_code")))


async def programme_choices(visit: Visit) -> list[tuple[str, str]]:
    facility = visit.facilities[0] if visit.facilities else visit.authority
    found = await visit.api.get_or_none(f"{API}/programmes", facility=facility)
    return [(each["code"], label("programme", each["code"])) for each in (found or {}).get("items", [])]


def allowed_acts(thing: dict[str, Any]) -> set[str]:
    """What the service says this reader may do next."""
    return {act for act, said in actions_of(thing).items() if said["allowed"]}


def whole_numbers(typed: dict[str, str], *names: str) -> dict[str, Any]:
    """Numbers typed by hand; what was left empty is not sent."""
    return {name: whole_number(typed[name]) for name in names if typed.get(name)}


# ---- Agreements ---------------------------------------------------------------------------------------------------


@pages.get("/agreements")
async def agreements(visit: Visit) -> Response:
    wanted = {name: visit.query(name) for name in ("state", "model", "giver", "receiver")}
    found = await visit.api.get(f"{API}/agreements", **wanted, **paging(visit))
    return visit.page(
        "rotation/agreements.html",
        list=Listing.of(visit, found, wanted, sort="from", export="agreements"),
        places=await places_of(visit, found["items"]),
        filters=wanted,
        models=choices("agreement_model"),
        may_draft=visit.has_role(*SIDES),
    )


async def new_agreement_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    typed = visit.fields() or {"model": "comprehensive", "programme": "comprehensive-support"}
    carried = await visit.api.get_or_none(f"{API}/cooperation-programmes", limit=100)
    return visit.page(
        "rotation/agreement_new.html",
        status,
        typed=typed,
        lines=range(1, OBLIGATION_LINES + 1),
        models=choices("agreement_model"),
        programmes=await programme_choices(visit),
        carried=[(each["id"], each["title"]) for each in (carried or {}).get("items", [])],
        specialties=choices("specialty"),
        facilities=await facilities_offered(visit),
        problem=problem,
        errors=obligation_fields(errors or {}, obligations_typed(typed)),
    )


def obligations_typed(typed: dict[str, str]) -> list[int]:
    """The lines of the form that promise something; those left empty between them are not sent."""
    return [line for line in range(1, OBLIGATION_LINES + 1) if typed.get(f"specialty_{line}")]


def obligation_fields(errors: dict[str, str], lines: list[int]) -> dict[str, str]:
    """The service names `obligations.0.specialty`, the first that was sent; the form names its own lines."""
    renamed = {}
    for path, reason in errors.items():
        parts = path.split(".")
        renamed[f"{parts[2]}_{lines[int(parts[1])]}" if len(parts) >= 3 and parts[0] == "obligations" else "specialty_1" if path == "obligations" else path] = reason
    return renamed


@pages.get("/agreements/new")
async def new_agreement(visit: Visit) -> Response:
    return await new_agreement_page(visit)


@pages.post("/agreements/new")
async def create_agreement(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_agreement_page(visit, **shown)

    typed = visit.fields()
    body: dict[str, Any] = {
        name: visit.field(name) for name in ("giver_code", "receiver_code", "model", "programme", "programme_id", "number", "starts_on", "ends_on", "signed_on", "done_on")
    }
    body["obligations"] = [
        {
            "specialty": typed[f"specialty_{line}"],
            "visits_per_month": whole_number(typed.get(f"visits_per_month_{line}") or "0"),
            "techniques": typed.get(f"techniques_{line}", "").replace(",", " ").split(),
        }
        for line in obligations_typed(typed)
    ]
    answer = await send(visit, f"{API}/agreements", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/agreements/{answer['id']}", done="drafted")


async def agreement_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/agreements/{segment(visit.path('id'))}")
    if found["model"] == "exchange":
        return visit.go(f"/exchanges/{found['id']}")
    since = add_months(today().replace(day=1), -11)
    told, missions, places = await asyncio.gather(
        visit.api.get(f"{API}/visits/delivered", agreement=found["id"], first=since.isoformat()),
        visit.api.get(f"{API}/missions", source=found["giver_code"], destination=found["receiver_code"], limit=50),
        places_of(visit, [found]),
    )
    months = sorted({line["month"] for line in told["items"]})
    by = {(line["specialty"], line["month"]): line for line in told["items"]}
    names = await visit.api.names([found["giver_contact"], found["receiver_contact"]])
    return visit.page(
        "rotation/agreement.html",
        status,
        agreement=found,
        places=places,
        names=names,
        told=told,
        months=months,
        lines=[
            {
                "obligation": each,
                "months": [by.get((each["specialty"], month)) for month in months],
                "promised": sum(by[each["specialty"], month]["promised"] for month in months if (each["specialty"], month) in by),
                "held": sum(by[each["specialty"], month]["held"] for month in months if (each["specialty"], month) in by),
                "missed": sum(by[each["specialty"], month]["missed"] for month in months if (each["specialty"], month) in by),
                "consultations": sum(by[each["specialty"], month]["consultations"] for month in months if (each["specialty"], month) in by),
            }
            for each in found["obligations"]
        ],
        missions=missions["items"],
        actions=actions_of(found),
        can=allowed_acts(found),
        may_record=found["state"] not in ("draft", "signed") and visit.has_role(*SIDES),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/agreements/{id}")
async def agreement(visit: Visit) -> Response:
    return await agreement_page(visit)


async def _act_on_agreement(visit: Visit, act: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await agreement_page(visit, **shown)

    answer = await send(visit, f"{API}/agreements/{segment(visit.path('id'))}/{act}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/agreements/{answer['id']}", done=done)


@pages.post("/agreements/{id}/signature")
async def sign_agreement(visit: Visit) -> Response:
    return await _act_on_agreement(visit, "signatures", {"side": visit.field("side")}, "signed")


@pages.post("/agreements/{id}/suspension")
async def suspend_agreement(visit: Visit) -> Response:
    return await _act_on_agreement(visit, "suspension", {"reason": visit.field("reason")}, "suspended")


@pages.post("/agreements/{id}/resumption")
async def resume_agreement(visit: Visit) -> Response:
    return await _act_on_agreement(visit, "resumption", {}, "resumed")


@pages.post("/agreements/{id}/termination")
async def end_agreement(visit: Visit) -> Response:
    return await _act_on_agreement(visit, "termination", {"reason": visit.field("reason")}, "ended")


# ---- Visits: a month at once --------------------------------------------------------------------------------------


async def visits_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None
) -> Response:
    found = await visit.api.get(f"{API}/agreements/{segment(visit.path('id'))}")
    month = month_typed(visit.query("month") or visit.field("month")) or today().replace(day=1)
    known = await visit.api.get(f"{API}/visits", agreement=found["id"], month=month.isoformat(), limit=200)
    return visit.page(
        "rotation/visits.html",
        status,
        agreement=found,
        places=await places_of(visit, [found]),
        month=month,
        before=add_months(month, -1),
        after=add_months(month, 1) if add_months(month, 1) <= add_months(today(), 3) else None,
        lines=lines_of_month(found, known["items"]),
        told=[each for each in known["items"] if each["state"] != "promised"],
        reasons=choices("missed_reason"),
        typed=visit.fields() if typed is None else typed,
        problem=problem,
        errors=errors or {},
    )


def month_typed(text: str) -> date | None:
    """yyyy-mm or a day of the month."""
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == 7 else text).replace(day=1)
    except ValueError:
        return None


def lines_of_month(agreement: dict[str, Any], visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each promised visit without a word, and one more for a visit that nobody had promised."""
    lines = []
    for obligation in agreement["obligations"]:
        waiting = [each for each in visits if each["specialty"] == obligation["specialty"] and each["state"] == "promised"]
        planned = sorted((each["planned_on"] for each in waiting), key=lambda day: day or "9999")
        lines += [
            {
                "specialty": obligation["specialty"],
                "promised": number < len(waiting),
                "planned_on": planned[number] if number < len(waiting) else None,
                "name": f"{obligation['specialty']}-{number + 1}",
            }
            for number in range(len(waiting) + 1)
        ]
    return lines


@pages.get("/agreements/{id}/visits")
async def visits(visit: Visit) -> Response:
    return await visits_page(visit)


@pages.post("/agreements/{id}/visits")
async def record_visits(visit: Visit) -> Response:
    """Each line that says something is one item; what is refused is shown beside its line, and what was recorded is typed no more."""

    async def again(**shown: Any) -> Response:
        return await visits_page(visit, **shown)

    typed, items, names = visit.fields(), [], []
    for name in (field.removeprefix("outcome_") for field in typed if field.startswith("outcome_")):
        item = visit_item(visit.path("id"), name, typed)
        if item is not None:
            items.append(item)
            names.append(name)
    if not items:
        return await again(status=422, errors={"lines": gettext(_("Say what became of at least one visit."))})
    answer = await send(visit, f"{API}/visits/batch", {"items": items, "done_on": visit.field("done_on")}, again)
    if isinstance(answer, Response):
        return answer
    refused = {name: said["problem"] for name, said in zip(names, answer["items"], strict=True) if said["problem"]}
    if refused:
        moved = lines_left(list(refused))
        reasons = {f"held_on_{moved[name]}": problem_in_words(problem) for name, problem in refused.items()}
        return await again(status=409, errors=reasons, typed=typed_again(typed, moved))
    return visit.go(f"/agreements/{visit.path('id')}/visits", month=typed.get("month", ""), done="recorded")


def lines_left(refused: list[str]) -> dict[str, str]:
    """Where the refused lines stand now: the recorded ones of their specialty are gone from the sheet, so they move up."""
    moved, seen = {}, Counter[str]()
    for name in refused:
        specialty = name.rsplit("-", 1)[0]
        seen[specialty] += 1
        moved[name] = f"{specialty}-{seen[specialty]}"
    return moved


def typed_again(typed: dict[str, str], moved: dict[str, str]) -> dict[str, str]:
    """What was typed in the lines that stay, and nothing of those that were recorded."""
    kept = {f"{field}_{now}": typed.get(f"{field}_{name}", "") for name, now in moved.items() for field in ("outcome", "held_on", "consultations", "reason")}
    return kept | {field: typed[field] for field in ("done_on", "month") if field in typed}


def visit_item(agreement: str, name: str, typed: dict[str, str]) -> dict[str, Any] | None:
    """One line of the sheet as the service takes it; None when it says nothing."""
    outcome = typed.get(f"outcome_{name}", "")
    specialty = name.rsplit("-", 1)[0]
    if outcome == "held":
        counted = whole_numbers({"consultations": typed.get(f"consultations_{name}", "")}, "consultations")
        return {"agreement": agreement, "specialty": specialty, "outcome": "held", "held_on": typed.get(f"held_on_{name}") or None} | counted
    if outcome == "planned":
        return {"agreement": agreement, "specialty": specialty, "outcome": "planned", "planned_on": typed.get(f"held_on_{name}") or None}
    if outcome == "missed":
        return {"agreement": agreement, "specialty": specialty, "outcome": "missed", "month": typed.get("month"), "reason": typed.get(f"reason_{name}") or None}
    return None


def problem_in_words(problem: dict[str, Any]) -> str:
    return " ".join(field["reason"] for field in problem.get("fields") or []) or problem.get("detail") or problem.get("title", "")


# ---- Support requests ---------------------------------------------------------------------------------------------


@pages.get("/support-requests")
async def support_requests(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("state", "specialty")}
    found = await visit.api.get(f"{API}/support-requests", **filters, **paging(visit))
    return visit.page(
        "rotation/requests.html",
        list=Listing.of(visit, found, filters, export="support-requests"),
        places=await places_of(visit, found["items"]),
        specialties=choices("specialty"),
        may_ask=visit.has_role(*SIDES),
    )


async def new_request_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "rotation/request_new.html",
        status,
        typed=visit.fields() or {"urgency": "normal", "mode": "transfer"},
        facilities=await facilities_offered(visit),
        specialties=choices("specialty"),
        modes=choices("mission_mode"),
        urgencies=choices("urgency"),
        techniques=list((await technique_titles(visit)).items()),
        levels=autonomy(),
        problem=problem,
        errors=errors or {},
    )


async def technique_titles(visit: Visit) -> dict[str, str]:
    """What each package of techniques is called, by its code."""
    packages = await visit.api.get(f"{API}/technique-packages", limit=200)
    return {each["code"]: each["title"] for each in packages["items"]}


async def technique_title(visit: Visit, code: str | None) -> str:
    """The title of one of them; its code when the package is gone."""
    return (await technique_titles(visit)).get(code, code) if code else ""


def autonomy(first: int = 1) -> list[tuple[str, str]]:
    """The levels of autonomy in words."""
    words = {
        0: gettext(_("0 – not done here")),
        1: gettext(_("1 – observes")),
        2: gettext(_("2 – under direct supervision")),
        3: gettext(_("3 – with help at hand")),
        4: gettext(_("4 – alone")),
        5: gettext(_("5 – supervises others")),
    }
    return [(str(level), str(words[level])) for level in range(first, 6)]


@pages.get("/support-requests/new")
async def new_request(visit: Visit) -> Response:
    return await new_request_page(visit)


@pages.post("/support-requests/new")
async def create_request(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_request_page(visit, **shown)

    typed = visit.fields()
    body: dict[str, Any] = {name: visit.field(name) for name in ("receiver_code", "giver_code", "mode", "specialty", "technique", "urgency", "wanted_from", "text", "done_on")}
    body |= whole_numbers(typed, "baseline_level", "target_level", "days_needed")
    body |= {"equipment_ready": visit.field("equipment_ready") == "true", "licence_scope_ready": visit.field("licence_scope_ready") == "true"}
    answer = await send(visit, f"{API}/support-requests", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/support-requests/{answer['id']}", done="submitted")


async def request_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    asked = await visit.api.get(f"{API}/support-requests/{segment(visit.path('id'))}")
    missions = await visit.api.get(f"{API}/missions", request=asked["id"], limit=50)
    names = await visit.api.names([*asked["learners"], *(mission["person_id"] for mission in missions["items"])])
    return visit.page(
        "rotation/request.html",
        status,
        asked=asked,
        places=await places_of(visit, [asked]),
        missions=missions["items"],
        names=names,
        technique=await technique_title(visit, asked["technique"]),
        levels=dict(autonomy(0)),
        found=found,
        q=visit.field("q"),
        actions=actions_of(asked),
        can=allowed_acts(asked),
        may_propose=asked["state"] == "validated" and visit.has_role(*PROPOSERS),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/support-requests/{id}")
async def support_request(visit: Visit) -> Response:
    return await request_page(visit)


@pages.post("/support-requests/{id}/search")
async def search_learner(visit: Visit) -> Response:
    return await search_people(visit, partial(request_page, visit))


@pages.post("/support-requests/{id}/completion")
async def complete_request(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await request_page(visit, **shown)

    path = f"{API}/support-requests/{segment(visit.path('id'))}"
    body: dict[str, Any] = {"done_on": visit.field("done_on")}
    if visit.field("learner"):
        asked = await visit.api.get(path)
        body["learners"] = [*asked["learners"], visit.field("learner")]
    else:
        body |= {"equipment_ready": visit.field("equipment_ready") == "true", "licence_scope_ready": visit.field("licence_scope_ready") == "true"}
    answer = await send(visit, f"{path}/completion", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/support-requests/{answer['id']}", done="completed")


@pages.post("/support-requests/{id}/decision")
async def decide_request(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await request_page(visit, **shown)

    body = {name: visit.field(name) for name in ("outcome", "comment", "done_on")}
    answer = await send(visit, f"{API}/support-requests/{segment(visit.path('id'))}/decision", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/support-requests/{answer['id']}", done=answer["state"])


# ---- Missions -----------------------------------------------------------------------------------------------------


@pages.get("/missions")
async def missions(visit: Visit) -> Response:
    wanted = {name: visit.query(name) for name in ("state", "source", "destination", "person", "on")}
    found = await visit.api.get(f"{API}/missions", **wanted, **paging(visit))
    places, names = await asyncio.gather(places_of(visit, found["items"]), visit.api.names(item["person_id"] for item in found["items"]))
    return visit.page(
        "rotation/missions.html",
        list=Listing.of(visit, found, wanted, sort="from", export="missions"),
        places=places,
        names=names,
        filters=wanted,
        may_propose=visit.has_role(*PROPOSERS),
        waits_for=waits_for,
    )


def waits_for(mission: dict[str, Any]) -> str:
    """Who must act next, in words."""
    if mission["short_from"] and mission["state"] in ("in_progress", "extended", "suspended"):
        return gettext(_("Recall, or not"))
    return {
        "proposed": gettext(_("The source")),
        "source_ok": gettext(_("The worker")),
        "worker_ok": gettext(_("The destination")),
        "destination_ok": gettext(_("Signatory")),
        "ordered": gettext(_("Departure")),
        "ended": gettext(_("Reports")),
        "recalled": gettext(_("Reports")),
        "reported": gettext(_("Evaluation")),
        "evaluated": gettext(_("Closing")),
    }.get(mission["state"], "")


async def choose_person_page(visit: Visit, status: int = 200, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None) -> Response:
    """First step: whose turn it is at a facility, or somebody by name."""
    request = visit.query("request") or visit.field("request")
    asked = await visit.api.get_or_none(f"{API}/support-requests/{segment(request)}") if request else None
    facility = visit.query("facility") or visit.field("facility") or (asked or {}).get("giver_code") or (visit.facilities[0] if visit.facilities else "")
    specialty = visit.query("specialty") or (asked or {}).get("specialty") or ""
    turns = await visit.api.get_or_none(f"{API}/missions/turns", facility=facility, specialty=specialty) if facility and specialty else None
    shown = (turns or {}).get("items", [])[:25]
    return visit.page(
        "rotation/mission_person.html",
        status,
        request=request,
        asked=asked,
        facility=facility,
        specialty=specialty,
        turns=turns,
        items=shown,
        names=await visit.api.names(each["person_id"] for each in shown),
        facilities=await facilities_offered(visit),
        specialties=choices("specialty"),
        found=found,
        q=visit.field("q"),
        errors=errors or {},
    )


async def new_mission_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """Second step: where to, which days, what for; a refusal offers the nearest days that would do."""
    person_id = visit.query("person") or visit.field("person_id")
    request_id = visit.query("request") or visit.field("request_id")
    person, asked = await asyncio.gather(
        visit.api.get(f"{REGISTRY}/persons/{segment(person_id)}"), visit.api.get_or_none(f"{API}/support-requests/{segment(request_id)}") if request_id else _nothing()
    )
    asked = asked or {}
    start = asked.get("wanted_from") or ""
    typed = visit.fields() or {
        "person_id": person_id,
        "request_id": request_id,
        "receiver_code": asked.get("receiver_code", ""),
        "technique": asked.get("technique") or "",
        "mode": asked.get("mode", "transfer"),
        "programme": "comprehensive-support",
        "pattern": "continuous",
        "starts_on": start,
        "ends_on": (date.fromisoformat(start) + timedelta(days=asked["days_needed"] - 1)).isoformat() if start else "",
        "currency": here().currency,
        "allowance": "0",
    }
    techniques, programmes, facilities, places = await asyncio.gather(
        technique_titles(visit), programme_choices(visit), facilities_offered(visit), facility_names(visit, [asked.get("receiver_code")])
    )
    receivers = list(places.items()) if places else facilities
    return visit.page(
        "rotation/mission_new.html",
        status,
        person=person,
        asked=asked,
        typed=typed,
        receivers=receivers,
        programmes=programmes,
        modes=choices("mission_mode"),
        patterns=choices("mission_pattern"),
        weekdays=weekdays(),
        chosen_days=visit.values("weekdays"),
        weeks=[(str(number), str(number)) for number in range(1, 5)],
        levels=autonomy(),
        techniques=list(techniques.items()),
        problem=problem,
        errors=errors or {},
    )


async def _nothing() -> None:
    return None


def weekdays() -> list[tuple[str, str]]:
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return [(str(number), str(gettext(name))) for number, name in enumerate(names)]


@pages.get("/missions/new")
async def new_mission(visit: Visit) -> Response:
    return await new_mission_page(visit) if visit.query("person") else await choose_person_page(visit)


@pages.post("/missions/search")
async def search_person(visit: Visit) -> Response:
    return await search_people(visit, partial(choose_person_page, visit))


@pages.post("/missions/new")
async def create_mission(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_mission_page(visit, **shown)

    typed = visit.fields()
    text_fields = ("person_id", "receiver_code", "programme", "request_id", "technique", "mode", "pattern", "starts_on", "ends_on", "objectives", "currency", "override_reason")
    body: dict[str, Any] = {name: visit.field(name) for name in (*text_fields, "done_on")}
    body |= whole_numbers(typed, "autonomy_level", "allowance", "week") | {"volunteer": visit.field("volunteer") == "true"}
    if visit.values("weekdays"):
        body["weekdays"] = [int(day) for day in visit.values("weekdays")]
    if "/" in visit.field("nearest"):
        body["starts_on"], body["ends_on"] = visit.field("nearest").split("/", 1)
    answer = await send(visit, f"{API}/missions", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/missions/{answer['id']}", done="proposed")


def steps_of(mission: dict[str, Any]) -> list[dict[str, Any]]:
    """The procedure as a line: done, now, blocked with its reason, to come."""
    dead = mission["state"] in ("refused", "cancelled")
    done = [
        (gettext(_("Proposed")), mission["proposed_on"], ""),
        (gettext(_("Source agrees")), mission["source_on"], gettext(_("The source"))),
        (gettext(_("Worker answers")), mission["worker_on"], gettext(_("The worker"))),
        (gettext(_("Destination agrees")), mission["destination_on"], gettext(_("The destination"))),
        (gettext(_("Order")), mission["signed_on"], gettext(_("Signatory"))),
        (gettext(_("On mission")), mission["departed_on"], gettext(_("The source"))),
        (gettext(_("Reports")), mission["reports"][-1]["reported_on"] if len(mission["reports"]) == 2 else None, gettext(_("Both sides"))),
        (gettext(_("Evaluation")), mission["evaluated_on"], gettext(_("Regional administrator"))),
        (gettext(_("Closing")), mission["closed_on"], gettext(_("Regional administrator"))),
    ]
    notes = {4: gettext(_("to regularise")) if mission["decision"] == "to_regularise" else mission["decision"] or "", 2: mission["worker_reason"] or ""}
    steps: list[dict[str, Any]] = []
    for place, (name, on, who) in enumerate(done):
        first_open = not any(step["status"] in ("now", "blocked") for step in steps)
        under_way = place == 5 and mission["departed_on"] and not mission["ended_on"]
        status = "done" if on and not under_way else ("blocked" if dead else "now") if first_open else "coming"
        note = label_of_end(mission) if status == "blocked" else notes.get(place, "")
        steps.append({"name": name, "status": status, "on": on, "note": note, "who": who if status == "now" else ""})
    return steps


def label_of_end(mission: dict[str, Any]) -> str:
    return str(mission["reason"] or "")


async def mission_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/missions/{segment(visit.path('id'))}")
    names, places = await asyncio.gather(visit.api.names([found["person_id"]]), places_of(visit, [found]))
    return visit.page(
        "rotation/mission.html",
        status,
        mission=found,
        technique=await technique_title(visit, found["technique"]),
        names=names,
        places=places,
        steps=steps_of(found),
        actions=actions_of(found),
        can=allowed_acts(found),
        outcomes=choices("objectives_met"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/missions/{id}")
async def mission(visit: Visit) -> Response:
    return await mission_page(visit)


MISSION_ACTS: dict[str, tuple[str, tuple[str, ...], str]] = {
    # address of the form: (address of the service, fields, what is said when it is done)
    "source": ("source-agreement", ("outcome", "handover", "reason"), "answered"),
    "worker": ("worker-answer", ("answer", "reason"), "answered"),
    "destination": ("destination-agreement", ("outcome", "lodging", "transport", "reason"), "answered"),
    "departure": ("departure", (), "departed"),
    "suspension": ("suspension", ("reason",), "changed"),
    "resumption": ("resumption", (), "changed"),
    "recall": ("recall", ("reason",), "ended"),
    "end": ("end", (), "ended"),
    "cancellation": ("cancellation", ("reason",), "cancelled"),
    "evaluation": ("evaluation", ("objectives_met", "comment"), "evaluated"),
    "closure": ("closure", (), "closed"),
}


def _mission_act(act: str) -> None:
    path, fields, done = MISSION_ACTS[act]

    @pages.post(f"/missions/{{id}}/{act}")
    async def do(visit: Visit) -> Response:
        async def again(**shown: Any) -> Response:
            return await mission_page(visit, **shown)

        body = {name: visit.field(name) for name in (*fields, "done_on")}
        answer = await send(visit, f"{API}/missions/{segment(visit.path('id'))}/{path}", body, again)
        return answer if isinstance(answer, Response) else visit.go(f"/missions/{answer['id']}", done=done)


for _act in MISSION_ACTS:
    _mission_act(_act)


@pages.post("/missions/{id}/extension")
async def extend_mission(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await mission_page(visit, **shown)

    ends_on = visit.field("nearest").split("/", 1)[1] if "/" in visit.field("nearest") else visit.field("ends_on")
    body = {"ends_on": ends_on, "worker_consents": visit.field("worker_consents") == "true", "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/missions/{segment(visit.path('id'))}/extension", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/missions/{answer['id']}", done="changed")


@pages.post("/missions/{id}/follow-ups/{months}")
async def follow_up(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await mission_page(visit, **shown)

    body = {"practised": visit.field("practised") == "true", "comment": visit.field("comment"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/missions/{segment(visit.path('id'))}/follow-ups/{segment(visit.path('months'))}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/missions/{answer['id']}", done="followed")


async def report_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/missions/{segment(visit.path('id'))}")
    names, places = await asyncio.gather(visit.api.names([found["person_id"]]), places_of(visit, [found]))
    side = "destination" if visit.path("side") == "destination" else "worker"
    return visit.page(
        "rotation/mission_report.html",
        status,
        mission=found,
        side=side,
        action=actions_of(found).get(f"report_{side}"),
        names=names,
        places=places,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/missions/{id}/reports/{side}")
async def report(visit: Visit) -> Response:
    return await report_page(visit)


@pages.post("/missions/{id}/reports/{side}")
async def write_report(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await report_page(visit, **shown)

    body: dict[str, Any] = {"side": visit.path("side"), "summary": visit.field("summary"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/missions/{segment(visit.path('id'))}/reports", body | whole_numbers(visit.fields(), "cases", "people_trained"), again)
    return answer if isinstance(answer, Response) else visit.go(f"/missions/{answer['id']}", done="reported")


# ---- Techniques ---------------------------------------------------------------------------------------------------


@pages.get("/techniques")
async def techniques(visit: Visit) -> Response:
    local = visit.query("local") == "true"
    filters = {"local": "true" if local else "", "facility": visit.query("facility"), "state": visit.query("state")}
    found = await visit.api.get(f"{API}/techniques", **filters, **paging(visit))
    expected = await visit.api.get(f"{API}/expected-techniques", facility=visit.query("facility"), limit=200)
    return visit.page(
        "rotation/techniques.html",
        list=Listing.of(visit, found, filters, export="techniques"),
        expected=expected["items"],
        local=local,
        places=await places_of(visit, [*found["items"], *expected["items"]]),
        may_plan=visit.has_role(*SIDES),
    )


async def new_technique_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    learners = [each for each in visit.values("learners") if each]
    return visit.page(
        "rotation/technique_new.html",
        status,
        typed=visit.fields() or {"origin": "support"},
        learners=learners,
        names=await visit.api.names(learners),
        found=found,
        facilities=await facilities_offered(visit),
        techniques=list((await technique_titles(visit)).items()),
        origins=choices("technique_origin"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/techniques/new")
async def new_technique(visit: Visit) -> Response:
    return await new_technique_page(visit)


@pages.post("/techniques/new")
async def create_technique(visit: Visit) -> Response:
    """Learners are found by name one after the other; what was typed stays while they are."""

    async def again(**shown: Any) -> Response:
        return await new_technique_page(visit, **shown)

    if visit.field("act") == "search":
        return await search_people(visit, again)
    if visit.field("act") == "add":
        return await again()
    learners = [each for each in visit.values("learners") if each]
    if not learners:
        return await again(status=422, errors={"q": gettext(_("Name at least one learner."))})
    body: dict[str, Any] = {name: visit.field(name) for name in ("technique", "facility_code", "core_code", "origin", "done_on")}
    answer = await send(visit, f"{API}/techniques", body | {"learners": learners}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/techniques/{answer['id']}", done="planned")


async def technique_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/techniques/{segment(visit.path('id'))}")
    people = {person for row in found["history"] for person in (row["assessor"], row["second_assessor"])} | {row["person_id"] for row in found["matrix"]}
    names, places = await asyncio.gather(visit.api.names(people), places_of(visit, [found]))
    actions = actions_of(found)
    return visit.page(
        "rotation/technique.html",
        status,
        technique=found,
        titles={item["code"]: item["title"] for item in found["items"]},
        names=names,
        places=places,
        actions=actions,
        can=allowed_acts(found),
        steps=[(code, word) for code, word in choices("technique_step") if actions.get(STEP_ACTS[code], {}).get("allowed")],
        month=today().replace(day=1),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


STEP_ACTS = {"theory": "start_theory", "observed": "start_observing", "supervised": "start_supervised", "autonomous_trial": "start_trial"}


@pages.get("/techniques/{id}")
async def technique(visit: Visit) -> Response:
    return await technique_page(visit)


async def _act_on_technique(visit: Visit, act: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await technique_page(visit, **shown)

    answer = await send(visit, f"{API}/techniques/{segment(visit.path('id'))}/{act}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/techniques/{answer['id']}", done=done)


@pages.post("/techniques/{id}/step")
async def step_technique(visit: Visit) -> Response:
    return await _act_on_technique(visit, "step", {"step": visit.field("step")}, "stepped")


@pages.post("/techniques/{id}/cases")
async def record_cases(visit: Visit) -> Response:
    month = month_typed(visit.field("month"))
    counted = {name: whole_number(visit.field(name) or "0") for name in ("supervised", "autonomous")}
    return await _act_on_technique(visit, "cases", {"month": month.isoformat() if month else visit.field("month")} | counted, "recorded")


@pages.post("/techniques/{id}/acceptance")
async def accept_technique(visit: Visit) -> Response:
    return await _act_on_technique(visit, "acceptance", {"comment": visit.field("comment")}, "accepted")


@pages.post("/techniques/{id}/review")
async def review_technique(visit: Visit) -> Response:
    return await _act_on_technique(visit, "review", {}, "reviewed")


async def levels_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    transfer = await visit.api.get(f"{API}/techniques/{segment(visit.path('id'))}")
    assessors = list(dict.fromkeys(each for each in (visit.field("assessor"), visit.field("second_assessor")) if each))
    known = list(dict.fromkeys(person for row in reversed(transfer["history"]) for person in (row["assessor"], row["second_assessor"]) if person))[:10]
    names, places = await asyncio.gather(visit.api.names([*(row["person_id"] for row in transfer["matrix"]), *assessors, *known]), places_of(visit, [transfer]))
    offered = [(person, names.get(person, gettext(_("Person whose name you may not see")))) for person in dict.fromkeys([*assessors, *known])]
    offered += [(each["id"], each["name"]) for each in found or [] if each["id"] not in dict(offered)]
    return visit.page(
        "rotation/technique_levels.html",
        status,
        technique=transfer,
        titles={item["code"]: item["title"] for item in transfer["items"]},
        names=names,
        places=places,
        offered=offered,
        levels=autonomy(),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/techniques/{id}/levels")
async def levels(visit: Visit) -> Response:
    return await levels_page(visit)


@pages.post("/techniques/{id}/levels")
async def record_levels(visit: Visit) -> Response:
    """What was found on one day: each cell that says a level is one; the assessors are those of the sheet."""

    async def again(**shown: Any) -> Response:
        return await levels_page(visit, **shown)

    if visit.field("act") == "search":
        found = await visit.api.post(f"{REGISTRY}/persons/search", {"q": visit.field("q"), "limit": 20}) if visit.field("q") else {"items": []}
        return await again(found=found["items"])
    assessors = {name: visit.field(name) for name in ("assessor", "second_assessor") if visit.field(name)}
    cells = [[*field.removeprefix("level_").split("/", 1), value] for field, value in visit.fields().items() if field.startswith("level_") and value]
    if not cells:
        return await again(status=422, errors={"assessed_on": gettext(_("Give at least one level."))})
    lines = [{"person_id": person, "item": item, "level": int(level)} | assessors for person, item, level in cells]
    body = {"levels": lines, "assessed_on": visit.field("assessed_on"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/techniques/{segment(visit.path('id'))}/levels", body, lambda **shown: again(**cell_errors(shown, cells)))
    return answer if isinstance(answer, Response) else visit.go(f"/techniques/{answer['id']}", done="recorded")


def cell_errors(shown: dict[str, Any], cells: list[list[str]]) -> dict[str, Any]:
    """The service names `levels.3.assessor`; the sheet has one field for all, and one for each cell."""
    if shown.get("errors"):
        shown["errors"] = {cell_of(path, cells): reason for path, reason in shown["errors"].items()}
    return shown


def cell_of(path: str, cells: list[list[str]]) -> str:
    parts = path.split(".")
    if parts[0] != "levels" or len(parts) != 3:
        return path
    person, item, _level = cells[int(parts[1])]
    return parts[2] if parts[2] in ("assessor", "second_assessor") else f"level_{person}/{item}"
