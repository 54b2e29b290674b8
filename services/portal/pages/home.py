"""The first page: what waits for this person, nearest deadline first, and the figures of their area."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, ServiceAway
from services.portal.facilities import facility_names
from services.portal.figures import chosen, figures_of
from services.portal.formats import nearness
from services.portal.forms import may
from services.portal.labels import label, name_of_occupation
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

RECRUITMENT = "/api/v1/recruitment"
MOST = 200


@pages.get("/", public=True)
async def home(visit: Visit) -> Response:
    if visit.session is None:
        return visit.page("home/welcome.html")
    (tasks, away), figures = await asyncio.gather(tasks_of(visit), figures_or_none(visit))
    return visit.page(
        "home/today.html", tasks=tasks, away=away or figures is None, figures=[figure for figure in figures or [] if not figure.get("is_closed")], area=visit.authority
    )


async def figures_or_none(visit: Visit) -> list[dict[str, Any]] | None:
    """The figures; none for who may not read them; None when they do not answer."""
    try:
        return await figures_of(visit, chosen(visit))
    except Refusal as refusal:
        if refusal.status == 401:
            raise
        return []
    except ServiceAway:
        return None


async def tasks_of(visit: Visit) -> tuple[list[dict[str, Any]], bool]:
    """Acts that are open to this person now; the list is still useful when one service does not answer."""
    asked = {
        "policies": visit.api.get_or_none(f"{RECRUITMENT}/policies", state="proposed", limit=MOST),
        "needs": visit.api.get_or_none(f"{RECRUITMENT}/needs", state="identified", limit=MOST),
        "campaigns": visit.api.get_or_none(f"{RECRUITMENT}/campaigns", state="draft", limit=MOST),
        "submitted": visit.api.get_or_none(f"{RECRUITMENT}/candidacies", state="submitted", limit=MOST),
        "eligible": visit.api.get_or_none(f"{RECRUITMENT}/candidacies", state="eligible", limit=MOST),
        "hires": visit.api.get_or_none(f"{RECRUITMENT}/hires", limit=MOST),
        "work_items": visit.api.get_or_none("/api/v1/registry/work-items", state="open", limit=MOST),
    }
    answers = await asyncio.gather(*(_or_away(question) for question in asked.values()))
    found = {name: answer.get("items", []) if answer else [] for name, answer in zip(asked, answers, strict=True)}
    away = any(answer is False for answer in answers)
    hired = {hire["candidacy_id"] for hire in found["hires"]}

    people = [item["person_id"] for item in found["submitted"] + found["hires"] + found["eligible"] + found["work_items"] if item.get("person_id")]
    names = await _names(visit, people)
    tasks = [
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
            _task(_("Sign the hire of {what}"), f"/hires/{hire['id']}/decision", hire["proposed_on"], hire["facility_code"], what=names.get(hire["person_id"], "…"), due=hire["starts_on"])
            for hire in found["hires"]
            if may(hire, "decide")
        ),
        *(
            _task(_("Settle the conflict about {what}"), f"/people/{item['person_id']}#timeline" if item["person_id"] else "/posts", item["opened_at"][:10], item["facility_code"], what=names.get(item["person_id"], "…"), who=item["sentence"])
            for item in found["work_items"]
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


async def _names(visit: Visit, ids: list[str]) -> dict[str, str]:
    try:
        return await visit.api.names(ids)
    except (Refusal, ServiceAway) as error:
        if isinstance(error, Refusal) and error.status == 401:
            raise
        return {}
