"""The first page: what waits for this person, nearest deadline first, and the figures of their area."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, ServiceAway
from services.portal.facilities import facilities_offered, facility_names
from services.portal.figures import chosen, figures_or_none, query_of
from services.portal.formats import nearness, number
from services.portal.forms import may
from services.portal.labels import label, name_of_occupation
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

RECRUITMENT = "/api/v1/recruitment"
WORK_LIST = "/api/v1/observatory/work-list"
MOST = 200
LINES = 30
HEADLINES = ("density.doctors", "density.nurses", "recruitment.hard_posts", "appointment.mandates_ending_180", "rotation.stations_without_centre", "training.trainees")
OF_A_FACILITY = ("stock.doctors", "stock.staff", "recruitment.vacant_posts", "appointment.mandates_ending_180", "personnel.steps_due", "training.trainees")
"""A facility has no inhabitants: its people read counts of their own."""
WHEN = (("overdue", _("Overdue")), ("week", _("This week")), ("later", _("Later")))
FILTERS = ("when", "kind", "facility", "responsible")
ROLES = ("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "training-institute", "licensing-officer", "committee-member")


@pages.get("/", public=True)
async def home(visit: Visit) -> Response:
    if visit.session is None:
        return visit.page("home/welcome.html")
    filters = {name: visit.query(name) for name in FILTERS}
    if "responsible" not in visit.request.query_params:  # one's own turn first; everybody's is one choice away
        own = sorted(visit.roles & set(ROLES))
        filters["responsible"] = own[0] if len(own) == 1 else ""
    asked = chosen(visit)
    (tasks, away), dues, figures, offered = await asyncio.gather(
        tasks_of(visit), dues_of(visit, filters), figures_or_none(visit, asked, OF_A_FACILITY if asked["facility"] else HEADLINES), _or_nothing(facilities_offered(visit))
    )
    return visit.page(
        "home/today.html",
        tasks=tasks,
        dues=dues,
        filters=filters,
        kinds=[(count["kind"], f"{label('due', count['kind'])} ({number(count['overdue'] + count['week'] + count['later'])})") for count in (dues or {}).get("counts", [])],
        roles=[(role, label("role", role)) for role in sorted(ROLES)],
        facilities=offered,
        away=away or figures is None or dues is False,
        figures=figures or [],
        area=asked["facility"] or asked["area"],
    )


async def dues_of(visit: Visit, filters: dict[str, str]) -> Any:
    """What falls due, in three groups with how many each holds; None for those who have no such list, False when it does not answer."""
    found = await _or_away(visit.api.get_or_none(WORK_LIST, **filters, cursor=visit.query("cursor"), limit=LINES))
    if not found:
        return found
    names, places = await asyncio.gather(_names(visit, [item["person_id"] for item in found["items"]]), facility_names(visit, (item["facility_code"] for item in found["items"])))
    lines = [due_shown(item, names, places) for item in found["items"]]
    groups = [
        {"when": when, "title": title, "total": sum(count[when] for count in found["counts"]), "lines": [line for line in lines if line["when"] == when]} for when, title in WHEN
    ]
    following = query_of(filters, cursor=found["next"]) + ("" if filters["responsible"] else "&responsible=") if found["next"] else ""
    return found | {"groups": [group for group in groups if group["lines"]], "totals": groups, "following": following}


def due_shown(item: dict[str, Any], names: dict[str, str], places: dict[str, str]) -> dict[str, Any]:
    """One line of the work-list: what to do, about whom or what, where, by when, whose turn it is."""
    left = item["days_left"]
    about = names.get(item["person_id"] or "") or about_of(item["facts"])
    return item | {
        "what": label("due", item["kind"]),
        "about": about,
        "place": places.get(item["facility_code"] or "", item["facility_code"] or ""),
        "who": label("role", item["responsible"]),
        "when": "overdue" if left < 0 else "week" if left <= 7 else "later",
    }


def about_of(facts: dict[str, Any]) -> str:
    """What the thing is called where it is about nobody: a title, the two parties, a technique, its owner."""
    parts = [facts.get("title"), " → ".join(str(facts[name]) for name in ("giver", "receiver") if facts.get(name)), facts.get("technique"), facts.get("owner")]
    return " · ".join(str(part) for part in parts if part)


async def tasks_of(visit: Visit) -> tuple[list[dict[str, Any]], bool]:
    """Acts that are open to this person now; the list is still useful when one service does not answer."""
    asked = {
        "policies": visit.api.get_or_none(f"{RECRUITMENT}/policies", state="proposed", limit=MOST),
        "needs": visit.api.get_or_none(f"{RECRUITMENT}/needs", state="identified", limit=MOST),
        "campaigns": visit.api.get_or_none(f"{RECRUITMENT}/campaigns", state="draft", limit=MOST),
        "submitted": visit.api.get_or_none(f"{RECRUITMENT}/candidacies", state="submitted", limit=MOST),
        "eligible": visit.api.get_or_none(f"{RECRUITMENT}/candidacies", state="eligible", limit=MOST),
        "hires": visit.api.get_or_none(f"{RECRUITMENT}/hires", limit=MOST),
        "decisions": visit.api.get_or_none("/api/v1/appointment/decisions", state="proposed", limit=MOST),
        "work_items": visit.api.get_or_none("/api/v1/registry/work-items", state="open", limit=MOST),
    }
    answers = await asyncio.gather(*(_or_away(question) for question in asked.values()))
    found = {name: answer.get("items", []) if answer else [] for name, answer in zip(asked, answers, strict=True)}
    away = any(answer is False for answer in answers)
    hired = {hire["candidacy_id"] for hire in found["hires"]}

    people = [item["person_id"] for item in found["submitted"] + found["hires"] + found["eligible"] + found["work_items"] if item.get("person_id")]
    names = await _names(visit, people)
    to_sign = [decision for decision in found["decisions"] if may(decision, "sign")]
    tasks = [
        *([_task(_("Sign the decisions that wait: {what}"), "/decisions?state=waiting", min(str(one.get("proposed_on") or one["effective_on"]) for one in to_sign), None, what=len(to_sign), due=min(one["effective_on"] for one in to_sign))] if to_sign else []),
        *(_task(_("Approve the policy {what}"), f"/policies/{policy['id']}", policy["proposed_on"], policy["authority"], what=policy["resolution_no"]) for policy in found["policies"] if may(policy, "approve")),
        *(
            _task(_("Validate the need: {what}"), f"/needs/{need['id']}", need["identified_on"], need["facility_code"], what=name_of_occupation(need["occupation_code"]), who=label("specialty", need["specialty"]) if need.get("specialty") else "")
            for need in found["needs"]
            if may(need, "validate")
        ),
        *(_task(_("Publish the campaign {what}"), f"/campaigns/{campaign['id']}", campaign["drafted_on"], campaign["authority"], what=campaign["title"], due=campaign["opens_on"]) for campaign in found["campaigns"] if may(campaign, "publish")),
        *(
            _task(_("Decide on the eligibility of {what}"), f"/candidacies/{item['id']}", item["submitted_on"], item["facility_code"], what=names.get(item["person_id"], "…"))
            for item in found["submitted"]
            if may(item, "find_eligible") or may(item, "find_ineligible")
        ),
        *(
            _task(_("Propose the hire of {what}"), f"/candidacies/{item['id']}", item["decided_on"] or item["submitted_on"], item["facility_code"], what=names.get(item["person_id"], "…"))
            for item in found["eligible"]
            if may(item, "propose_hire") and item["id"] not in hired
        ),
        *(
            _task(_("Settle the hire of {what}"), f"/candidacies/{hire['candidacy_id']}", hire["signed_on"], hire["facility_code"], what=names.get(hire["person_id"], "…"), due=hire["starts_on"])
            for hire in found["hires"]
            if may(hire, "settle")
        ),
        *(
            _task(_("Settle the conflict about {what}"), f"/people/{item['person_id']}?tab=timeline" if item["person_id"] else "/posts", item["opened_at"][:10], item["facility_code"], what=names.get(item["person_id"], "…"), who=item["sentence"])
            for item in found["work_items"]
            if item["kind"] != "correction-asked"
        ),
        *(
            _task(_("Decide on the correction that {what} asks"), f"/corrections/{item['subject_id']}", item["opened_at"][:10], item["facility_code"], what=names.get(item["person_id"], "…"))
            for item in found["work_items"]
            if item["kind"] == "correction-asked"
        ),
    ]  # fmt: skip
    places = await facility_names(visit, (task["place"] for task in tasks))
    for task in tasks:
        task["place"] = places.get(task["place"], task["place"])
    return sorted(tasks, key=lambda task: (str(task["due"] or task["since"] or "9999"), task["path"])), away


def _task(text: str, path: str, since: Any, place: Any, *, what: Any, due: Any = None, who: str = "") -> dict[str, Any]:
    return {"what": gettext(text, what=what), "path": path, "since": since, "place": place, "due": due, "who": who, "late": due is not None and nearness(due) == "late"}


async def _or_away(question: Awaitable[Any]) -> Any:
    try:
        return await question
    except ServiceAway:
        return False


async def _or_nothing(question: Awaitable[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    try:
        return await question
    except ServiceAway:
        return []


async def _names(visit: Visit, ids: list[str | None]) -> dict[str, str]:
    try:
        return await visit.api.names(ids)
    except (Refusal, ServiceAway) as error:
        if isinstance(error, Refusal) and error.status == 401:
            raise
        return {}
