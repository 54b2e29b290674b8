"""The personnel file: pay steps due and granted, probations, benefits, awards."""

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.formats import day, day_short
from services.portal.forms import actions_of, minor_units, search_people, send, whole_number
from services.portal.labels import choices, state
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext, ngettext
from services.portal.visit import Pages, Visit
from shared.calendars import add_months
from shared.clock import today
from shared.jurisdictions import here

pages = Pages()

API = "/api/v1/appointment"
REGISTRY = "/api/v1/registry"
WITHIN = (30, 90, 180, 365)
DAYS_OF_THE_WORK_LIST = 90
MOST_FOUND = 20
NO_PROBLEM: dict[str, Any] = {"title": "", "detail": "", "rule": None, "possible": None}


def number_or_text(typed: str) -> int | str:
    return whole_number(typed) if typed else ""


# ---- Pay steps ------------------------------------------------------------------------------------------------------


async def steps_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """The steps that fall due, overdue ones first; or all that are held, or those granted in a period."""
    typed = visit.query("within", str(DAYS_OF_THE_WORK_LIST))
    within = int(typed) if typed.isdigit() and int(typed) in WITHIN else None
    granted = {"granted_from": visit.query("from"), "granted_to": visit.query("to")}
    due_before = (today() + timedelta(days=within)).isoformat() if within and not any(granted.values()) else ""
    filters = {"within": str(within or "all"), **{name: visit.query(name) for name in ("facility", "from", "to")}}
    asked = {"facility": filters["facility"], "due_before": due_before, **granted}
    found = await visit.api.get(f"{API}/pay-steps", **asked, **paging(visit), limit=100)
    items = found["items"]
    return visit.page(
        "personnel/steps.html",
        status,
        list=Listing.of(visit, found, filters, export="pay-steps", asked=asked),
        actions={item["id"]: actions_of(item) for item in items},
        names=await visit.api.names(item["person_id"] for item in items),
        places=await facility_names(visit, (item["facility_code"] for item in items)),
        facilities=await facilities_offered(visit),
        within=within,
        periods=[(str(days), gettext(_("{days} days")).format(days=days)) for days in WITHIN] + [("all", gettext(_("All that are held")))],
        granted=any(granted.values()),
        may_propose=visit.has_role("regional-administrator", "facility-hr-officer") and not any(granted.values()),
        ticked=set(visit.values("ids")),
        typed=visit.fields(),
        problem=problem,
        refused={line["pay_step_id"]: line["problem"] for line in (problem or {}).get("refused") or []},
        errors=errors or {},
    )


@pages.get("/pay-steps")
async def pay_steps(visit: Visit) -> Response:
    return await steps_page(visit)


@pages.post("/pay-steps")
async def propose_steps(visit: Visit) -> Response:
    """The ticked people: one decision with their list; each line is answered by itself."""
    ticked = visit.values("ids")
    if not ticked:
        return await steps_page(visit, 422, errors={"ids": gettext(_("Tick at least one person."))})

    async def again(**shown: Any) -> Response:
        return await steps_page(visit, **shown)

    body: dict[str, Any] = {"lines": [{"pay_step_id": one} for one in ticked], "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/pay-step-lists", body, again)
    return answer if isinstance(answer, Response) else await list_page(visit, answer["id"], proposed=answer)


async def step_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/pay-steps/{segment(visit.path('id'))}")
    earlier = await visit.api.get(f"{API}/pay-steps", person=found["person_id"], limit=50)
    names = await visit.api.names([found["person_id"]])
    places = await facility_names(visit, [found["facility_code"]])
    return visit.page(
        "personnel/step.html",
        status,
        step=found,
        name=names.get(found["person_id"], gettext(_("Person whose name you may not see"))),
        place=places[found["facility_code"]],
        held=sorted(earlier["items"], key=lambda item: str(item["since"]), reverse=True),
        actions=actions_of(found),
        delays=choices("delay_kind"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/pay-steps/{id}")
async def pay_step(visit: Visit) -> Response:
    return await step_page(visit)


@pages.post("/pay-steps/{id}/delays")
async def record_delay(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await step_page(visit, **shown)

    body = {name: visit.field(name) for name in ("kind", "decided_on", "decision_reference", "done_on")}
    answer = await send(visit, f"{API}/pay-steps/{segment(visit.path('id'))}/delays", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pay-steps/{answer['id']}", done="delayed")


EARLY_MONTHS = range(1, 13)


async def early_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """The next step before its day: for merit, or because the person retires first (PAY-02)."""
    found = await visit.api.get(f"{API}/pay-steps/{segment(visit.path('id'))}")
    names, places = await asyncio.gather(visit.api.names([found["person_id"]]), facility_names(visit, [found["facility_code"]]))
    due = date.fromisoformat(found["due_on"]) if found["due_on"] else None
    return visit.page(
        "personnel/early.html",
        status,
        step=found,
        name=names.get(found["person_id"], gettext(_("Person whose name you may not see"))),
        place=places[found["facility_code"]],
        actions=actions_of(found),
        grounds=choices("early_ground"),
        months=[(n, gettext(_("{months} early: from {day}"), months=ngettext("{n} month", "{n} months", n), day=day(add_months(due, -n)))) for n in EARLY_MONTHS] if due else [],
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/pay-steps/{id}/early")
async def early_step(visit: Visit) -> Response:
    return await early_page(visit)


@pages.post("/pay-steps/{id}/early")
async def propose_early_step(visit: Visit) -> Response:
    """A list of one: its own decision, with the ground beside the person's name."""

    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        """The list says only that none of its lines fits; here it has one, whose reason is the one to read."""
        of_the_line: dict[str, Any] = next((line["problem"] for line in (problem or {}).get("refused") or []), problem or {})
        named = {field["path"]: field["reason"] for field in of_the_line.get("fields") or []} or {name.removeprefix("lines.0."): reason for name, reason in (errors or {}).items()}
        return await early_page(visit, 422, errors=named) if named else await early_page(visit, status, problem=NO_PROBLEM | of_the_line)

    line = {"pay_step_id": visit.path("id"), "early_months": number_or_text(visit.field("early_months")) or 0}
    line |= {name: visit.field(name) for name in ("early_ground", "early_reason") if visit.field(name)}
    wanted: dict[str, str] = {name: gettext(_("Choose one.")) for name in ("early_ground", "early_months") if not visit.field(name)}
    if wanted:
        return await early_page(visit, 422, errors=wanted)
    answer = await send(visit, f"{API}/pay-step-lists", {"lines": [line], "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else await list_page(visit, answer["id"], proposed=answer)


async def list_page(
    visit: Visit, list_id: str, status: int = 200, *, proposed: dict[str, Any] | None = None, problem: dict[str, Any] | None = None, errors: Any = None
) -> Response:
    found = proposed or await visit.api.get(f"{API}/pay-step-lists/{segment(list_id)}")
    decisions, refused = await asyncio.gather(
        visit.api.get_or_none(f"{API}/decisions", source_id=found["id"]),
        asyncio.gather(*(visit.api.get_or_none(f"{API}/pay-steps/{segment(line['pay_step_id'])}") for line in found["refused"])),
    )
    persons = {step["id"]: step["person_id"] for step in refused if step}
    names = await visit.api.names([line["person_id"] for line in found["lines"]] + list(persons.values()))
    return visit.page(
        "personnel/list.html",
        status,
        found=found,
        names=names,
        persons=persons,
        decision=next(iter((decisions or {}).get("items", [])), None),
        actions=actions_of(found),
        proposed=proposed is not None,
        problem=problem,
        errors=errors or {},
    )


@pages.get("/pay-step-lists/{id}")
async def pay_step_list(visit: Visit) -> Response:
    return await list_page(visit, visit.path("id"))


@pages.post("/pay-step-lists/{id}/withdrawal")
async def withdraw_list(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await list_page(visit, visit.path("id"), **shown)

    answer = await send(visit, f"{API}/pay-step-lists/{segment(visit.path('id'))}/withdrawal", {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/pay-step-lists/{answer['id']}", done="withdrawn")


# ---- Probations -----------------------------------------------------------------------------------------------------


@pages.get("/probations")
async def probations(visit: Visit) -> Response:
    filters = {"state": visit.query("state", "open"), "facility": visit.query("facility")}
    found = await visit.api.get(f"{API}/probations", **filters, **paging(visit))
    return visit.page(
        "personnel/probations.html",
        list=Listing.of(visit, found, filters, export="probations"),
        wanted=visit.query("state", "open"),
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
        facilities=await facilities_offered(visit),
        states=[("open", gettext(_("Those that run")))] + [(code, gettext(state(code).word)) for code in ("running", "extended", "confirmed", "ended")],
    )


@pages.get("/probations/of/{proposal}")
async def probation_of(visit: Visit) -> Response:
    """From a decision to the probation that it settles."""
    found = await visit.api.get(f"{API}/probations", proposal=visit.path("proposal"), limit=1)
    return visit.go(f"/probations/{found['items'][0]['id']}" if found["items"] else "/probations")


async def probation_of_page(visit: Visit) -> dict[str, Any]:
    """What every page about one probation needs."""
    found = await visit.api.get(f"{API}/probations/{segment(visit.path('id'))}")
    names, places = await asyncio.gather(visit.api.names([found["person_id"], found["mentor_id"]]), facility_names(visit, [found["facility_code"]]))
    name = names.get(found["person_id"], gettext(_("Person whose name you may not see")))
    return {"probation": found, "names": names, "name": name, "place": places[found["facility_code"]], "actions": actions_of(found)}


FORMS = (
    ("outcome", ("propose_confirmed", "propose_extended", "propose_ended"), _("Propose the outcome")),
    ("opinion", ("give_opinion",), _("Head’s opinion")),
    ("mentor-report", ("enter_mentor_report",), _("Mentor’s report")),
    ("mentor", ("name_mentor",), _("Name the mentor")),
    ("self-report", ("enter_self_report",), _("The person’s own report")),
    ("refused-absences", ("refuse_absence",), _("Refuse the justification of an absence")),
)
"""The forms of a probation: address, the acts of which one must be open, and what is written on the button; the next one to do comes first."""


def forms_open(probation: dict[str, Any], actions: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """The forms that this reader may fill in now, the next step of the procedure first."""
    missing = {"mentor": not probation["mentor_id"], "mentor-report": not probation["mentor_report"], "opinion": not probation["head_opinion"]}
    counted = any(absence["counts"] for absence in probation["absences"])
    found = [
        (code, gettext(word))
        for code, acts, word in FORMS
        if any(actions.get(act, {}).get("allowed") for act in acts) and (code != "mentor-report" or probation["mentor_id"]) and (code != "refused-absences" or counted)
    ]
    order = ["mentor", "mentor-report", "opinion"]
    return sorted(found, key=lambda form: (not missing.get(form[0], False), order.index(form[0]) if form[0] in order else 0))


@pages.get("/probations/{id}")
async def probation(visit: Visit) -> Response:
    known = await probation_of_page(visit)
    source = known["probation"]["decision_source_id"]
    decisions = await visit.api.get_or_none(f"{API}/decisions", source_id=source) if source else None
    return visit.page(
        "personnel/probation.html",
        **known,
        steps=steps_of(known["probation"]),
        forms=forms_open(known["probation"], known["actions"]),
        decision=next(iter((decisions or {}).get("items", [])), None),
    )


async def form_page(
    visit: Visit, act: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, mentors: list[dict[str, Any]] | None = None
) -> Response:
    known = await probation_of_page(visit)
    return visit.page(
        "personnel/probation_form.html",
        status,
        **known,
        act=act,
        title=next(gettext(word) for code, _acts, word in FORMS if code == act),
        outcomes=[(code, word) for code, word in choices("probation_outcome") if known["actions"].get(f"propose_{code}", {}).get("allowed")],
        absences=[(item["id"], f"{day_short(item['starts_on'])} – {day_short(item['ends_on'])}") for item in known["probation"]["absences"] if item["counts"]],
        mentors=mentors,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


def steps_of(probation: dict[str, Any]) -> list[dict[str, Any]]:
    """The procedure as a line: opened, mentor, reports, opinion, decision."""
    ended = probation["state"] in ("confirmed", "ended")

    def step(name: str, done: Any, on: Any = None) -> dict[str, Any]:
        return {"name": gettext(name), "status": "done" if done else "coming", "on": on, "note": None, "who": None}

    report, opinion, proposal = probation["mentor_report"], probation["head_opinion"], probation["proposal"]
    line = [
        step(_("Took up the post"), True, probation["starts_on"]),
        step(_("Mentor named"), probation["mentor_id"]),
        step(_("Mentor’s report"), report, report and report["on"]),
        step(_("Head’s opinion"), opinion, opinion and opinion["on"]),
        step(_("Outcome proposed"), proposal or ended, proposal and proposal["proposed_on"]),
        step(_("Decision signed"), ended, probation["confirmed_on"] or probation["ended_on"]),
    ]
    now = next((one for one in line if one["status"] == "coming"), None)
    if now is not None and not ended:
        now["status"] = "now"
    return line


@pages.post("/probations/{id}/mentors")
async def search_mentor(visit: Visit) -> Response:
    return await search_people(visit, partial(form_page, visit, "mentor"), most=MOST_FOUND, shown_as="mentors")


def form_of_probation(act: str, address: str, done: str, *fields: str) -> None:
    """One form of a probation: its page, and where it is sent."""

    @pages.get(f"/probations/{{id}}/{act}")
    async def form(visit: Visit) -> Response:
        return await form_page(visit, act)

    @pages.post(f"/probations/{{id}}/{act}")
    async def filled(visit: Visit) -> Response:
        async def again(**shown: Any) -> Response:
            return await form_page(visit, act, **shown)

        body: dict[str, Any] = {name: visit.field(name) for name in (*fields, "done_on")}
        if "favourable" in fields:
            body["favourable"] = visit.field("favourable") == "yes" if visit.field("favourable") else ""
        for name in ("months", "equivalent_months"):
            if name in fields:
                body[name] = number_or_text(visit.field(name))
        answer = await send(visit, f"{API}/probations/{segment(visit.path('id'))}/{address}", body, again)
        return answer if isinstance(answer, Response) else visit.go(f"/probations/{answer['id']}", done=done)


form_of_probation("mentor", "mentor", "mentor", "mentor_id")
form_of_probation("mentor-report", "mentor-report", "reported", "favourable", "text")
form_of_probation("self-report", "self-report", "reported", "text")
form_of_probation("opinion", "opinion", "judged", "favourable", "text")
form_of_probation("refused-absences", "refused-absences", "counted", "absence_id", "reason")
form_of_probation("outcome", "outcome", "proposed", "outcome", "effective_on", "months", "reason", "equivalent_months")


@pages.post("/probations/{id}/withdrawal")
async def withdraw_outcome(visit: Visit) -> Response:
    await visit.api.post(f"{API}/probations/{segment(visit.path('id'))}/outcome/withdrawal", {}, once=visit.field("once"))
    return visit.go(f"/probations/{visit.path('id')}", done="withdrawn")


# ---- People chosen by search, for benefits and awards -----------------------------------------------------------------


async def people_chosen(visit: Visit) -> dict[str, Any]:
    """Those ticked so far, with those that a search finds: asked for in a body, so that no name stands in an address."""
    chosen = list(dict.fromkeys(visit.values("person_ids")))
    found: list[dict[str, Any]] = []
    if visit.field("step") == "search" and visit.field("q"):
        answer = await visit.api.post(f"{REGISTRY}/persons/search", {"q": visit.field("q"), "limit": MOST_FOUND})
        found = [item for item in answer["items"] if item["id"] not in chosen]
    return {"chosen": chosen, "found": found, "names": await visit.api.names(chosen)}


def refused_lines(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in answer["items"] if item["problem"]]


# ---- Benefits -------------------------------------------------------------------------------------------------------


@pages.get("/benefits")
async def benefits(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("state", "kind", "facility", "proposal")}
    found = await visit.api.get(f"{API}/benefits", **filters, **paging(visit))
    return visit.page(
        "personnel/benefits.html",
        list=Listing.of(visit, found, filters, export="benefits"),
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
        facilities=await facilities_offered(visit),
        kinds=choices("benefit_kind"),
        states=[(code, gettext(state(code).word)) for code in ("proposed", "granted", "revoked", "withdrawn")],
        may_propose=visit.has_role("regional-administrator", "facility-hr-officer"),
    )


async def new_benefit_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "personnel/new_benefit.html",
        status,
        **await people_chosen(visit),
        kinds=choices("benefit_kind"),
        frequencies=choices("benefit_frequency"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        refused=[],
    )


@pages.get("/benefits/new")
async def new_benefit(visit: Visit) -> Response:
    return await new_benefit_page(visit)


@pages.post("/benefits/new")
async def propose_benefit(visit: Visit) -> Response:
    if visit.field("step") == "search":
        return await new_benefit_page(visit)

    async def again(**shown: Any) -> Response:
        return await new_benefit_page(visit, **shown)

    persons = visit.values("person_ids")
    if not persons:
        return await again(status=422, errors={"person_ids": gettext(_("Choose at least one person."))})
    body: dict[str, Any] = {name: visit.field(name) for name in ("kind", "frequency", "starts_on", "ends_on", "basis", "done_on")}
    amount = minor_units(visit.field("amount"))
    money = {"amount": amount, "currency": here().currency} if amount else {"percent": visit.field("percent").replace(",", "."), "frequency": ""}
    answer = await send(visit, f"{API}/benefits", body | money | {"person_ids": persons}, again)
    if isinstance(answer, Response):
        return answer
    if answer["proposal_id"] is None:
        return await again(status=409, problem=refused_lines(answer)[0]["problem"])
    return visit.go("/benefits", proposal=answer["proposal_id"], done="partly" if refused_lines(answer) else "proposed")


# ---- Awards ---------------------------------------------------------------------------------------------------------


@pages.get("/awards")
async def awards(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("year", "title", "state", "facility", "proposal")}
    found = await visit.api.get(f"{API}/awards", **filters, **paging(visit))
    return visit.page(
        "personnel/awards.html",
        list=Listing.of(visit, found, filters, export="awards"),
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
        facilities=await facilities_offered(visit),
        titles=choices("award_title"),
        states=[(code, gettext(state(code).word)) for code in ("proposed", "awarded", "revoked", "withdrawn")],
        years=[(str(year), str(year)) for year in range(today().year, today().year - 6, -1)],
        may_propose=visit.has_role("regional-administrator", "facility-hr-officer"),
    )


async def new_award_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "personnel/new_award.html",
        status,
        **await people_chosen(visit),
        titles=choices("award_title"),
        levels=choices("award_level"),
        facilities=await facilities_offered(visit),
        typed=visit.fields() or {"year": str(today().year)},
        problem=problem,
        errors=errors or {},
    )


@pages.get("/awards/new")
async def new_award(visit: Visit) -> Response:
    return await new_award_page(visit)


@pages.post("/awards/new")
async def propose_award(visit: Visit) -> Response:
    if visit.field("step") == "search":
        return await new_award_page(visit)

    async def again(**shown: Any) -> Response:
        return await new_award_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("title", "level", "achievement", "evidence", "facility_code", "given_on", "done_on")}
    body |= {"year": number_or_text(visit.field("year")), "person_ids": visit.values("person_ids")}
    answer = await send(visit, f"{API}/awards", body, again)
    if isinstance(answer, Response):
        return answer
    if answer["proposal_id"] is None:
        return await again(status=409, problem=refused_lines(answer)[0]["problem"])
    done = "share" if answer["warnings"] else "partly" if refused_lines(answer) else "proposed"
    return visit.go("/awards", proposal=answer["proposal_id"], done=done)


def withdrawal_of(things: str) -> None:
    """What was proposed together is given up together."""

    @pages.post(f"/{things}/proposals/{{id}}/withdrawal")
    async def withdraw(visit: Visit) -> Response:
        body = {"done_on": visit.field("done_on")} if visit.field("done_on") else {}
        await visit.api.post(f"{API}/{things}/proposals/{segment(visit.path('id'))}/withdrawal", body, once=visit.field("once"))
        return visit.go(f"/{things}", proposal=visit.path("id"), done="withdrawn")


withdrawal_of("benefits")
withdrawal_of("awards")
