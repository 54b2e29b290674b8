"""Leaders: positions and who holds them, the succession plan, cases as a line of steps, mandates and what comes next."""

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, ServiceAway, segment
from services.portal.facilities import facilities_offered, facility_name, facility_names
from services.portal.forms import actions_of, may, search_people, send, whole_number
from services.portal.labels import choices, label
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/appointment"
REGISTRY = "/api/v1/registry"
MANY = 200
WARNING_DAYS = 180
POSTS_ON_A_PAGE = 40
NEED_PRINCIPLE = {"first", "higher", "equivalent"}
ABOUT_A_MANDATE = ("reappoint", "extend", "resign", "remove")
ABOUT_A_POSITION = ("first", "higher", "equivalent", "transfer", "acting")


async def all_of(visit: Visit, path: str, most: int = 5, **filters: Any) -> list[dict[str, Any]]:
    """Every line of a short list."""
    items: list[dict[str, Any]] = []
    cursor = None
    for _page in range(most):
        found = await visit.api.get(f"{API}/{path}", limit=MANY, cursor=cursor, **filters)
        items += found["items"]
        cursor = found.get("next")
        if not cursor:
            break
    return items


# ---- Positions --------------------------------------------------------------------------------------------------------


@pages.get("/leadership")
async def positions(visit: Visit) -> Response:
    """Positions by facility: who holds each, until when, and since when nobody does."""
    facility = visit.query("facility")
    shown = await all_of(visit, "positions", facility=facility)
    if visit.query("vacant"):
        shown = [item for item in shown if item["vacant_since"]]
    day = today()
    vacancies = await visit.api.get_or_none(f"{API}/positions/vacancies", from_=f"{day.year}-01-01", to=day.isoformat(), facility=facility)
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in shown:
        groups.setdefault(item["facility_code"], []).append(item)
    cap = await visit.api.get_or_none(f"{API}/positions/caps", facility=facility) if facility else None
    holders = [item[kind]["person_id"] for item in shown for kind in ("holder", "acting") if item[kind]]
    return visit.page(
        "leadership/positions.html",
        by_place=groups,
        count=len(shown),
        vacant=sum(1 for item in shown if item["vacant_since"]),
        names=await visit.api.names(holders),
        places=await facility_names(visit, groups),
        facilities=await facilities_offered(visit),
        cap=cap,
        days_without_head={item["position_id"]: item["days"] for item in (vacancies or {}).get("items", [])},
        may_open=visit.has_role("regional-administrator"),
    )


async def new_position_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "leadership/new_position.html",
        status,
        typed=visit.fields() or {"facility_code": visit.query("facility"), "planning_required": "true"},
        facilities=await facilities_offered(visit),
        ranks=choices("leader_rank"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/leadership/new")
async def new_position(visit: Visit) -> Response:
    return await new_position_page(visit)


@pages.post("/leadership/new")
async def create_position(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_position_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("facility_code", "unit", "rank", "title", "valid_from", "grandfathered_until", "done_on")}
    body |= {"term_months": whole_number(visit.field("term_months")) if visit.field("term_months") else None, "planning_required": visit.field("planning_required") == "true"}
    answer = await send(visit, f"{API}/positions", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/leadership/{answer['id']}", done="opened")


async def position_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/positions/{segment(visit.path('id'))}")
    held, cases, cap = await asyncio.gather(
        visit.api.get(f"{API}/mandates", position=found["id"], limit=MANY),
        visit.api.get(f"{API}/cases", position=found["id"], limit=MANY),
        visit.api.get_or_none(f"{API}/positions/caps", facility=found["facility_code"], unit=found["unit"]),
    )
    return visit.page(
        "leadership/position.html",
        status,
        position=found,
        mandates=list(reversed(held["items"])),
        cases=list(reversed(cases["items"])),
        cap=cap if found["rank"] == "deputy" else None,
        facility=await facility_name(visit, found["facility_code"]),
        names=await visit.api.names(item["person_id"] for item in held["items"]),
        actions=actions_of(found),
        may_open_case=visit.has_role("regional-administrator") and found["state"] == "open",
        problem=problem,
        errors=errors or {},
    )


@pages.get("/leadership/{id}")
async def position(visit: Visit) -> Response:
    return await position_page(visit)


@pages.post("/leadership/{id}/closure")
async def close_position(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await position_page(visit, **shown)

    body = {"last_day": visit.field("last_day"), "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/positions/{segment(visit.path('id'))}/closure", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/leadership/{answer['id']}", done="closed")


# ---- Mandates ---------------------------------------------------------------------------------------------------------


@pages.get("/mandates")
async def mandates(visit: Visit) -> Response:
    """Mandates that run, those that end first at the top."""
    soon = visit.query("show", "soon") == "soon"
    filters: dict[str, Any] = {"facility": visit.query("facility"), "rank": visit.query("rank"), "kind": visit.query("kind")}
    if soon:
        filters["ending_before"] = (today() + timedelta(days=WARNING_DAYS + 1)).isoformat()
    else:
        filters["state"] = {"running": "running", "ended": "ended", "all": ""}.get(visit.query("show"), "running")
    found = await visit.api.get(f"{API}/mandates", **filters, limit=100, **paging(visit))
    asked = {"show": visit.query("show", "soon")} | {name: filters[name] for name in ("facility", "rank", "kind")}
    return visit.page(
        "leadership/mandates.html",
        list=Listing.of(visit, found, asked, sort="ends"),
        show=visit.query("show", "soon"),
        shows=[("soon", gettext(_("Ending within 180 days"))), ("running", gettext(_("Running"))), ("ended", gettext(_("Ended"))), ("all", gettext(_("All")))],
        ranks=choices("leader_rank"),
        kinds=choices("mandate_kind"),
        facilities=await facilities_offered(visit),
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
    )


@pages.get("/mandates/{id}")
async def mandate(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/mandates/{segment(visit.path('id'))}")
    others = await visit.api.get(f"{API}/mandates", position=found["position_id"], limit=MANY)
    return visit.page(
        "leadership/mandate.html",
        mandate=found,
        others=[item for item in reversed(others["items"]) if item["id"] != found["id"]],
        facility=await facility_name(visit, found["facility_code"]),
        names=await visit.api.names([found["person_id"], *(item["person_id"] for item in others["items"])]),
        may_open_case=visit.has_role("regional-administrator") and found["next_term"] is not None,
    )


# ---- Cases ------------------------------------------------------------------------------------------------------------


CASE_FILTERS = (
    ("open", _("In progress")),
    ("file_completed", _("File complete, not decided")),
    ("decided", _("Decided")),
    ("stopped", _("Stopped")),
    ("revoked", _("Revoked")),
    ("all", _("All")),
)


@pages.get("/cases")
async def cases(visit: Visit) -> Response:
    """Cases, newest first; those that wait for somebody unless a state is chosen."""
    wanted = visit.query("state", "open")
    filters = {"state": wanted, "kind": visit.query("kind"), "facility": visit.query("facility")}
    asked: dict[str, Any] = filters | {"state": "" if wanted in ("open", "all") else wanted}
    found = await all_of(visit, "cases", **asked)
    over = {"decided", "revoked", "stopped"}
    shown = [item for item in reversed(found) if wanted != "open" or item["state"] not in over]
    return visit.page(
        "leadership/cases.html",
        list=Listing.of(visit, {"items": shown}, filters),
        states=[(code, gettext(word)) for code, word in CASE_FILTERS],
        kinds=choices("case_kind"),
        facilities=await facilities_offered(visit),
        names=await visit.api.names(case["nominee_id"] for case in shown if case["nominee_id"]),
        places=await facility_names(visit, (case["facility_code"] for case in shown)),
        now={case["id"]: next((step for step in case["steps"] if step["state"] in ("now", "blocked")), None) for case in shown},
        said=said,
        may_open=visit.has_role("regional-administrator"),
    )


def said(step: dict[str, Any]) -> str:
    """What a step is, in a few words."""
    if step["code"] == "meeting":
        return gettext(_("Meeting {n}: {purpose}")).format(n=step["number"], purpose=label("meeting_purpose", step["purpose"]))
    name = STEP_NAMES[step["code"]]
    return gettext(name)


STEP_NAMES = {
    "principle_request": _("Request the agreement in principle"),
    "principle_answer": _("Agreement in principle"),
    "candidates": _("Candidates"),
    "head_decision": _("The head decides"),
    "file": _("File"),
    "proposal": _("Proposal of the decision"),
    "signature": _("Signature"),
    "effect": _("Effect"),
    "outcome": _("Published outcome"),
}

PHASES = (
    (_("Agreement"), ("principle_request", "principle_answer")),
    (_("Candidates"), ("candidates",)),
    (_("Meetings"), ("meeting", "head_decision")),
    (_("File"), ("file",)),
    (_("Decision"), ("proposal", "signature")),
    (_("Effect"), ("effect",)),
    (_("Published outcome"), ("outcome",)),
)


def line_of_steps(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The procedure in a few steps, each with its date, what it waits for and who must act."""
    due = {deadline["what"]: deadline["due_on"] for deadline in case["deadlines"]}
    line = []
    for name, codes in PHASES:
        own = [step for step in case["steps"] if step["code"] in codes]
        if not own:
            continue
        states = {step["state"] for step in own}
        status = "blocked" if "blocked" in states else "now" if "now" in states else "done" if states == {"done"} else "coming"
        dates = [step["on"] for step in own if step["on"]]
        waiting = next((step for step in own if step["state"] in ("now", "blocked")), None)
        held = sum(1 for step in own if step["code"] == "meeting" and step["state"] == "done")
        note = gettext(_("{n} of {of} held")).format(n=held, of=sum(1 for step in own if step["code"] == "meeting")) if name == "Meetings" else ""
        if status == "blocked" and case["stopped_because"]:
            note = label("case_stopped_because", case["stopped_because"])
        elif status == "blocked" and case["revoked_on"]:
            note = gettext(_("Revoked"))
        who = label("role", waiting["by"]) if waiting and waiting["by"] and status == "now" else ""
        limit = due.get("principle_answer") if name == "Agreement" and status == "now" else due.get("procedure_end") if name == "Decision" and status in ("now", "coming") else None
        if limit and not note:
            note = gettext(_("by {day}")).format(day=date.fromisoformat(limit).strftime("%d/%m/%Y"))
        line.append({"name": gettext(name), "status": status, "on": dates[-1] if dates and status in ("done", "now") else None, "note": note, "who": who})
    return line


async def case_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, **shown: Any) -> Response:
    found = await visit.api.get(f"{API}/cases/{segment(visit.path('id'))}")
    decision, names, facility = await asyncio.gather(
        visit.api.get_or_none(f"{API}/decisions", source_service="appointment", source_id=found["id"], limit=1),
        visit.api.names([candidate["person_id"] for candidate in found["candidates"]] + [person["id"] for person in shown.get("people", [])]),
        facility_name(visit, found["facility_code"]),
    )
    now = next((step for step in found["steps"] if step["state"] == "now"), None)
    running = [candidate for candidate in found["candidates"] if candidate["state"] != "left_out"]
    return visit.page(
        "leadership/case.html",
        status,
        case=found,
        line=line_of_steps(found),
        now=now,
        said=said,
        running=running,
        chosen=[(candidate["person_id"], names.get(candidate["person_id"], "–")) for candidate in running],
        decision=((decision or {}).get("items") or [None])[0],
        names=names,
        facility=facility,
        actions=actions_of(found),
        may=lambda act: may(found, act),
        conflicts=choices("conflict_flag"),
        reasons=choices("case_stopped_because"),
        outcomes=choices("case_outcome"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        **({"people": None, "asked": visit.field("q")} | shown),
    )


@pages.get("/cases/new")
async def new_case(visit: Visit) -> Response:
    return await new_case_page(visit)


async def new_case_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, people: list[dict[str, Any]] | None = None
) -> Response:
    """A case begins with a position or with a mandate; the kinds that it may have follow from that."""
    mandate_id, position_id = visit.query("mandate") or visit.field("mandate_id"), visit.query("position") or visit.field("position_id")
    found_mandate = await visit.api.get_or_none(f"{API}/mandates/{segment(mandate_id)}") if mandate_id else None
    if found_mandate:
        position_id = found_mandate["position_id"]
    found_position = await visit.api.get_or_none(f"{API}/positions/{segment(position_id)}") if position_id else None
    offers = [] if found_position else [item for item in await all_of(visit, "positions") if item["state"] == "open"]
    holder = await visit.api.names([found_mandate["person_id"]]) if found_mandate else {}
    chosen = visit.field("person_id") or visit.query("person")
    return visit.page(
        "leadership/new_case.html",
        status,
        mandate=found_mandate,
        position=found_position,
        holder=holder.get(found_mandate["person_id"]) if found_mandate else None,
        kinds=choices("case_kind", *(ABOUT_A_MANDATE if found_mandate else ABOUT_A_POSITION)),
        offered={"extend": "extend", "reappoint": "reappoint", "reappoint_until_retirement": "reappoint"}.get(((found_mandate or {}).get("next_term") or {}).get("offer", ""), ""),
        sources=choices("case_source"),
        positions=[(item["id"], f"{item['title']}{' · ' + item['unit'] if item['unit'] else ''}") for item in offers],
        places=await facility_names(visit, [found_position["facility_code"]] if found_position else []),
        person=(await visit.api.names([chosen])).get(chosen) if chosen else None,
        person_id=chosen,
        people=people,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.post("/cases/new/search")
async def search_person_of_case(visit: Visit) -> Response:
    return await search_people(visit, partial(new_case_page, visit), shown_as="people")


@pages.post("/cases/new")
async def create_case(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_case_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("kind", "source", "reason", "planning_exception", "done_on")}
    body |= {"mandate_id": visit.field("mandate_id")} if visit.field("mandate_id") else {"position_id": visit.field("position_id")}
    body |= {"cumulation": visit.field("cumulation") == "true", "classified": visit.field("classified") == "true", "request_principle": body["kind"] in NEED_PRINCIPLE}
    if visit.field("person_id"):
        body["candidate"] = {"person_id": visit.field("person_id")}
    if body["classified"]:
        body = {name: value for name, value in body.items() if name not in ("reason", "planning_exception", "candidate", "request_principle")}
    answer = await send(visit, f"{API}/cases", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/cases/{answer['id']}", done="opened")


@pages.get("/cases/{id}")
async def case(visit: Visit) -> Response:
    return await case_page(visit)


def day_of(visit: Visit) -> str:
    """The day typed in whichever form was sent: on a page with several, each asks under a name of its own."""
    return next((typed for name, typed in visit.fields().items() if name.startswith("done_on") and typed), "")


async def act(visit: Visit, path: str, body: dict[str, Any], done: str) -> Response:
    """Do one act of the procedure and come back to the case."""

    async def again(**shown: Any) -> Response:
        return await case_page(visit, **shown)

    answer = await send(visit, f"{API}/cases/{segment(visit.path('id'))}/{path}", body | {"done_on": day_of(visit)}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/cases/{answer['id']}", done=done)


@pages.post("/cases/{id}/principle-request")
async def request_principle(visit: Visit) -> Response:
    return await act(visit, "principle-request", {}, "requested")


@pages.post("/cases/{id}/principle-answer")
async def answer_principle(visit: Visit) -> Response:
    granted = visit.field("granted") == "yes"
    return await act(visit, "principle-answer", {"granted": granted, "reference": visit.field("reference"), "note": visit.field("note")}, "answered")


@pages.post("/cases/{id}/candidates/search")
async def search_candidates(visit: Visit) -> Response:
    return await search_people(visit, partial(case_page, visit), shown_as="people")


@pages.post("/cases/{id}/candidates")
async def screen_candidates(visit: Visit) -> Response:
    """The persons ticked, those of the succession plan or found by name."""
    chosen = visit.values("person_id")
    if not chosen:
        return await case_page(visit, 422, errors={"person_id": gettext(_("Choose at least one person."))})
    candidates = [{"person_id": person, "blocking_fact": visit.field(f"blocking-{person}") == "true", "conflicts": visit.values(f"conflict-{person}")} for person in chosen]
    return await act(visit, "candidates", {"candidates": candidates}, "screened")


@pages.post("/cases/{id}/steps")
async def hold_step(visit: Visit) -> Response:
    """One meeting with its totals, in one write."""
    body: dict[str, Any] = {name: whole_number(visit.field(name)) for name in ("step", "convened", "present", "valid") if visit.field(name)}
    body |= {"held_on": visit.field("held_on"), "totals": totals_of(visit)} | ({"minutes_reference": visit.field("minutes_reference")} if visit.field("minutes_reference") else {})
    path = f"{API}/cases/{segment(visit.path('id'))}/steps"

    async def again(errors: dict[str, str] | None = None, **shown: Any) -> Response:
        return await case_page(visit, errors={name.removeprefix("steps.0."): reason for name, reason in (errors or {}).items()}, **shown)

    answer = await send(visit, path, {"steps": [body], "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/cases/{answer['id']}", done="held")


def totals_of(visit: Visit) -> list[dict[str, Any]]:
    return [{"person_id": name.removeprefix("votes-"), "votes": whole_number(typed)} for name, typed in visit.fields().items() if name.startswith("votes-") and typed]


@pages.post("/cases/{id}/head-decision")
async def decide_half(visit: Visit) -> Response:
    carried = visit.field("carried") == "yes"
    return await act(
        visit,
        "head-decision",
        {"carried": carried, "dissent_reference": visit.field("dissent_reference"), "person_id": visit.field("person_id") if carried else ""},
        "head_decided",
    )


@pages.post("/cases/{id}/file")
async def complete_file(visit: Visit) -> Response:
    return await act(visit, "file", {"file_reference": visit.field("file_reference")}, "file")


@pages.post("/cases/{id}/proposal")
async def propose_decision(visit: Visit) -> Response:
    return await act(visit, "decision-proposal", {"starts_on": visit.field("starts_on"), "ends_on": visit.field("ends_on")}, "proposed")


@pages.post("/cases/{id}/withdrawal")
async def withdraw_decision(visit: Visit) -> Response:
    return await act(visit, "withdrawal", {}, "withdrawn")


@pages.post("/cases/{id}/stop")
async def stop_case(visit: Visit) -> Response:
    return await act(visit, "stop", {"because": visit.field("because"), "note": visit.field("note")}, "stopped")


@pages.post("/cases/{id}/outcome")
async def record_outcome(visit: Visit) -> Response:
    return await act(visit, "outcome", {"outcome": visit.field("outcome"), "decision_number": visit.field("decision_number")}, "outcome")


# ---- Succession plans -------------------------------------------------------------------------------------------------


@pages.get("/succession-plans")
async def plans(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/succession-plans", **paging(visit))
    newest = {**found, "items": list(reversed(found["items"]))}
    return visit.page("leadership/plans.html", list=Listing.of(visit, newest, {}), may_propose=visit.has_role("regional-administrator"))


async def new_plan_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page("leadership/new_plan.html", status, typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/succession-plans/new")
async def new_plan(visit: Visit) -> Response:
    return await new_plan_page(visit)


@pages.post("/succession-plans/new")
async def create_plan(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_plan_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("title", "term_from", "term_to", "done_on")}
    answer = await send(visit, f"{API}/succession-plans", body | {"authority": visit.authority}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/succession-plans/{answer['id']}", done="proposed")


def line_of_plan(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The plan's procedure: proposed, screened, voted, approved, then reviewed each year."""
    order = ["proposed", "screened", "voted", "approved"]
    reached = order.index(plan["state"]) if plan["state"] in order else len(order) - 1
    names = (_("Proposed"), _("Screened"), _("Voted"), _("Approved"))
    dates = (plan["proposed_on"], None, plan["voted_on"], plan["approved_on"])
    roles = ("", "regional-administrator", "committee-member", "signatory")
    line = []
    for place, (name, on, role) in enumerate(zip(names, dates, roles, strict=True)):
        status = "done" if place <= reached else "now" if place == reached + 1 else "coming"
        line.append({"name": gettext(name), "status": status, "on": on, "note": "", "who": label("role", role) if status == "now" else ""})
    reviewed = "done" if plan["reviewed_on"] else "now" if plan["state"] == "approved" else "coming"
    return [*line, {"name": gettext(_("Reviewed each year")), "status": reviewed, "on": plan["reviewed_on"], "note": "", "who": ""}]


async def plan_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, **shown: Any) -> Response:
    """Key posts with who is prepared for each, those that lack successors first."""
    found = await visit.api.get(f"{API}/succession-plans/{segment(visit.path('id'))}")
    facility = visit.query("facility")
    posts = [post for post in found["key_posts"] if (not facility or post["facility_code"] == facility) and (not visit.query("thin") or not post["covered"])]
    entries: dict[str, list[dict[str, Any]]] = {}
    for entry in found["entries"]:
        entries.setdefault(entry["position_id"], []).append(entry)
    page_of = int(visit.query("page") or "1") if (visit.query("page") or "1").isdigit() else 1
    size = len(posts) if found["state"] == "screened" else POSTS_ON_A_PAGE  # the vote names everybody at once
    here = posts[(page_of - 1) * size : page_of * size]
    people = [entry["person_id"] for post in here for entry in entries.get(post["position_id"], [])]
    return visit.page(
        "leadership/plan.html",
        status,
        plan=found,
        shares=await shares_of(visit, found["id"]),
        line=line_of_plan(found),
        posts=here,
        page_of=page_of,
        more=len(posts) > page_of * size,
        entries=entries,
        names=await visit.api.names(people),
        places=await facility_names(visit, {post["facility_code"] for post in found["key_posts"]}),
        actions=actions_of(found),
        review_actions={review["year"]: actions_of(review) for review in found["reviews"]},
        posts_offered=[(post["position_id"], post["title"]) for post in found["key_posts"]],
        this_year=today().year,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        **({"people": None} | shown),
    )


async def shares_of(visit: Visit, plan_id: str) -> dict[str, Any] | None:
    """Women and young people of the plan; the page stands without them while the registry is away."""
    try:
        found: dict[str, Any] | None = await visit.api.get_or_none(f"{API}/succession-plans/{segment(plan_id)}/shares")
    except (Refusal, ServiceAway):
        return None
    return found


@pages.get("/succession-plans/{id}")
async def plan(visit: Visit) -> Response:
    return await plan_page(visit)


async def act_on_plan(visit: Visit, path: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await plan_page(visit, **shown)

    answer = await send(visit, f"{API}/succession-plans/{segment(visit.path('id'))}/{path}", body | {"done_on": day_of(visit)}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/succession-plans/{answer['id']}", done=done)


@pages.post("/succession-plans/{id}/people")
async def search_successor(visit: Visit) -> Response:
    return await search_people(visit, partial(plan_page, visit), shown_as="people")


@pages.post("/succession-plans/{id}/entries")
async def add_entry(visit: Visit) -> Response:
    entry = {"person_id": visit.field("person_id"), "position_id": visit.field("position_id"), "ready": visit.field("ready") == "true"}
    if not entry["person_id"] or not entry["position_id"]:
        return await plan_page(visit, 422, errors={"position_id": gettext(_("Choose a person and a position."))})
    return await act_on_plan(visit, "entries", {"entries": [entry], "because": visit.field("because")}, "added")


@pages.post("/succession-plans/{id}/screening")
async def screen_plan(visit: Visit) -> Response:
    return await act_on_plan(visit, "screening", {}, "screened")


@pages.post("/succession-plans/{id}/vote")
async def vote_plan(visit: Visit) -> Response:
    body: dict[str, Any] = {name: whole_number(visit.field(name)) for name in ("convened", "present", "valid")}
    totals = [{"entry_id": each["person_id"], "votes": each["votes"]} for each in totals_of(visit)]
    body |= {"totals": totals} if totals else {"unanimous": visit.field("unanimous") == "true"}
    return await act_on_plan(visit, "vote", body | {"minutes_reference": visit.field("minutes_reference")}, "voted")


@pages.post("/succession-plans/{id}/approval")
async def approve_plan(visit: Visit) -> Response:
    return await act_on_plan(visit, "approval", {"approval_reference": visit.field("approval_reference")}, "approved")


@pages.post("/succession-plans/{id}/entries/{entry}/approval")
async def approve_entry(visit: Visit) -> Response:
    return await act_on_plan(visit, f"entries/{segment(visit.path('entry'))}/approval", {}, "entry_approved")


@pages.post("/succession-plans/{id}/entries/{entry}/removal")
async def remove_entry(visit: Visit) -> Response:
    return await act_on_plan(visit, f"entries/{segment(visit.path('entry'))}/removal", {"reason": visit.field("reason"), "informed_on": visit.field("informed_on")}, "removed")


@pages.post("/succession-plans/{id}/reviews")
async def review_plan(visit: Visit) -> Response:
    """Everybody is kept except those for whom something else is chosen."""
    outcomes = [
        {"entry_id": name.removeprefix("outcome-"), "outcome": chosen, "reason": visit.field(f"reason-{name.removeprefix('outcome-')}")}
        for name, chosen in visit.fields().items()
        if name.startswith("outcome-") and chosen in ("removed", "promoted")
    ]
    body = {"year": whole_number(visit.field("year")), "outcomes": [{key: value for key, value in outcome.items() if value} for outcome in outcomes]}
    return await act_on_plan(visit, "reviews", body, "reviewed")


@pages.post("/succession-plans/{id}/reviews/{year}/completion")
async def complete_review(visit: Visit) -> Response:
    return await act_on_plan(visit, f"reviews/{segment(visit.path('year'))}/completion", {}, "completed")


@pages.post("/succession-plans/{id}/reviews/{year}/approval")
async def approve_review(visit: Visit) -> Response:
    return await act_on_plan(visit, f"reviews/{segment(visit.path('year'))}/approval", {"approval_reference": visit.field("approval_reference")}, "review_approved")
