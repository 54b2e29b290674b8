"""One person's file in one PDF: what this reader may read of it today, and nothing else.

Each part is asked of the services as the reader, so that what they may not see is not in it, and the person sees who read it.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from markupsafe import Markup
from starlette.responses import Response

from services.portal.careers import career_by_year
from services.portal.clients import segment
from services.portal.facilities import facility_names
from services.portal.formats import day, day_short, number
from services.portal.labels import label, name_of_occupation, state
from services.portal.pages.people import qualifications_of, told_of
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.clock import today
from shared.papers import compiled

pages = Pages()

API = "/api/v1/registry"
TEMPLATE = Path(__file__).parents[1] / "documents" / "person_file.typ"
MOST = 200


@pages.get("/people/{id}/file.pdf")
async def person_file(visit: Visit) -> Response:
    """The whole file to print. Whoever may not read the person finds nothing here."""
    person_id = visit.path("id")
    path = f"{API}/persons/{segment(person_id)}"
    person, timeline, assignments, employments, qualifications, licences, told = await asyncio.gather(
        visit.api.get(path),
        visit.api.get(f"{path}/timeline"),
        visit.api.get_or_none(f"{API}/assignments", person=person_id, limit=MOST),
        visit.api.get_or_none(f"{API}/employments", person=person_id, limit=MOST),
        visit.api.get_or_none(f"{path}/qualifications", limit=MOST),
        visit.api.get_or_none(f"{path}/licences", limit=MOST),
        told_of(visit, person_id),
    )
    entries = (told or {}).get("items", [])
    places = await facility_names(visit, [code for entry in entries for code in entry["facility_codes"]])
    data = {
        "lang": visit.language,
        "system": "Relais · " + _text(gettext(_("Human resources for health"))),
        "name": person["name"],
        "line": " · ".join(_occupations(person)),
        "facts": _facts(person),
        "sections": [
            _section(_("Assignments"), [_("Where"), _("Kind"), _("Share"), _("Days"), _("State")], _items(assignments), _assignment),
            _section(_("Employments"), [_("Employer"), _("Kind"), _("Days"), _("Decision")], _items(employments), _employment),
            _section(_("Qualifications"), [_("Title"), _("Institution"), _("Issued on"), _("State")], qualifications_of(qualifications), _qualification),
            _section(_("Licences to practise"), [_("Number"), _("Scope of practice"), _("Ends on"), _("State")], _items(licences), _licence),
        ],
        "career": _text(gettext(_("Timeline"))),
        "years": [{"year": str(year or gettext(_("Without a date"))), "moments": [_moment(one) for one in moments]} for year, moments in career_by_year(timeline, entries, places)],
        "made": _made(visit, told is False),
        "page": _text(gettext(_("page"))),
    }
    pdf = await asyncio.to_thread(compiled, TEMPLATE, {"data": orjson.dumps(data).decode()})
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="person-{segment(person_id)}.pdf"'})


def _text(said: Any) -> str:
    """As it is read: what was escaped for a page stands on paper as it was written."""
    return said.unescape() if isinstance(said, Markup) else str(said)


def _items(answer: dict[str, Any] | None) -> Sequence[dict[str, Any]]:
    return answer["items"] if answer else []


def _occupations(person: dict[str, Any]) -> list[str]:
    return [name_of_occupation(worker["occupation_code"]) + (f" · {label('specialty', worker['specialty'])}" if worker["specialty"] else "") for worker in person["workers"]]


def _facts(person: dict[str, Any]) -> list[list[str]]:
    facts = [(label("name_kind", name["kind"]), name["value"]) for name in person["names"]]
    facts += [
        (gettext(_("Birth")), day(person["birth_date"]) if person["birth_date"] else str(person["birth_year"] or "–")),
        (gettext(_("Sex")), label("sex", person["sex"])),
        *((gettext(_("Staff number")), worker["worker_no"]) for worker in person["workers"] if worker["worker_no"]),
        (gettext(_("Known as")), ", ".join(label("purpose", purpose) for purpose in person["purposes"])),
    ]
    return [[_text(name), _text(value)] for name, value in facts]


def _section(title: str, titles: Sequence[str], items: Sequence[dict[str, Any]], row: Any) -> dict[str, Any]:
    return {
        "title": _text(gettext(title)),
        "titles": [_text(gettext(one)) for one in titles],
        "rows": [[_text(cell) for cell in row(item)] for item in items],
        "empty": _text(gettext(_("Nothing that you may read is recorded."))),
    }


def _days(first: Any, last: Any) -> str:
    return f"{day_short(first)} – {day_short(last) if last else '…'}"


def _decision(item: dict[str, Any]) -> str:
    return gettext(_("To regularise")) if item["decision"] == "to_regularise" else str(item["decision"] or "–")


def _assignment(item: dict[str, Any]) -> list[Any]:
    place = " · ".join(str(part) for part in (item["facility_name"] or item["facility_code"], item["unit"]) if part)
    return [place, label("assignment_kind", item["kind"]), number(item["fte_share"]), _days(item["starts_on"], item["ends_on"]), gettext(state(item["state"]).word)]


def _employment(item: dict[str, Any]) -> list[Any]:
    employer = item["facility_name"] or item["facility_code"] or item["practice_name"] or "–"
    return [employer, label("employment_type", item["employment_type"]), _days(item["starts_on"], item["ends_on"]), _decision(item)]


def _qualification(item: dict[str, Any]) -> list[Any]:
    issued = day_short(item["issued_on"]) if item["issued_on"] else str(item["issued_year"] or "–")
    return [label("degree", item["title"]), item["institution"] or "–", issued, label("qualification_state", item["state"])]


def _licence(item: dict[str, Any]) -> list[Any]:
    ends = day_short(item["expires_on"]) if item["expires_on"] else gettext(_("For life"))
    return [item["number"], ", ".join(label("specialty", word) for word in item["scope"]), ends, gettext(state(item["status"]).word)]


def _moment(moment: dict[str, Any]) -> dict[str, Any]:
    return {"title": _text(moment["title"]), "body": _text(moment["body"]), "dates": " · ".join(_text(said) for said in moment["dates"]), "struck": bool(moment["struck"])}


def _made(visit: Visit, told_is_away: bool) -> str:
    """Day and account; and that something may be missing, where a part of the system did not answer."""
    assert visit.session is not None
    said = gettext(_("Made on {day} with the rights of the account {account}"), day=day(today()), account=visit.session.account)
    missing = gettext(_("A part of the system does not answer: training, mandates and missions may be missing below. Nothing is lost.")) if told_is_away else ""
    return " · ".join(_text(part) for part in (said, missing) if part)
