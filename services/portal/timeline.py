"""What the register knows of a career: posts, employments and qualifications, with the dates that differ said apart."""

import re
from typing import Any

from services.portal.formats import as_date, day, number
from services.portal.labels import label, name_of_occupation
from services.portal.labels import state as known_state
from services.portal.texts import _, gettext
from shared.clock import today

ICONS = {"assignment": "geo-alt", "employment": "briefcase", "qualification": "mortarboard", "licence": "shield-check", "absence": "calendar-event"}


def moment(item: dict[str, Any]) -> dict[str, Any]:
    """One entry as the page shows it."""
    from_a_hire = item["source_service"] == "recruitment" and item["source_id"]
    return {
        "icon": "exclamation-triangle" if item["conflict"] else ICONS.get(item["kind"], "circle"),
        "tone": "conflict" if item["conflict"] else "now" if is_now(item) else "",
        "struck": item["superseded"] is not None or item["state"] == "revoked",
        "title": title_of(item),
        "body": " · ".join(str(part) for part in details_of(item) if part),
        "dates": dates_of(item),
        "path": f"/hires/{item['source_id']}" if from_a_hire else "",
        "link": gettext(_("The hire that made it")) if from_a_hire else "",
    }


def is_now(item: dict[str, Any]) -> bool:
    """An assignment or a licence in force today."""
    begins, ends = as_date(item["starts_on"]), as_date(item["ends_on"])
    return (
        item["kind"] in ("assignment", "licence")
        and item["superseded"] is None
        and item["state"] != "revoked"
        and begins is not None
        and begins <= today()
        and (ends is None or ends >= today())
    )


def title_of(item: dict[str, Any]) -> str:
    if item["kind"] == "assignment":
        return f"{item['title'] or name_of_occupation(item['occupation_code'])} – {item['facility_name'] or item['facility_code']}"
    if item["kind"] == "employment":
        if not item["facility_code"]:
            return gettext(_("Practises at {place}"), place=item["title"] or "–")
        return gettext(_("Employed by {place}"), place=item["facility_name"] or item["facility_code"])
    if item["kind"] == "licence":
        return gettext(_("Licence to practise, {authority}"), authority=item["title"])
    if item["kind"] == "absence":
        return label("leave_type", item["leave_type"]) if item.get("leave_type") else gettext(_("Absence"))
    return label("degree", item["title"]) if item["title"] else gettext(_("Qualification"))


def details_of(item: dict[str, Any]) -> list[str]:
    if item["kind"] == "assignment":
        share = gettext(_("share {share}"), share=number(item["fte_share"])) if item["fte_share"] not in (None, 1) else ""
        return [label("assignment_kind", item["assignment_kind"]), item["unit"] or "", share, _standing(item)]
    if item["kind"] == "employment":
        return [label("employment_type", item["employment_type"]), label("employment_status", item["state"])]
    if item["kind"] == "licence":
        return [", ".join(label("specialty", word) for word in item.get("scope", [])), str(gettext(known_state(item["state"]).word))]
    if item["kind"] == "absence":
        return [item["facility_name"] or ""]
    return [label("qualification_state", item["state"])]


def _standing(item: dict[str, Any]) -> str:
    if item["state"] == "revoked":
        return gettext(_("decision revoked: never counted"))
    return gettext(_("conflicting: not counted")) if item["conflict"] else ""


BY_A_DECISION = re.compile(r"(transfer|hire) [0-9a-f-]{36}\b")
"""The register's own reason for a period that a decision rewrote: what it was, and its identifier."""
DECIDED = {"transfer": _("Transfer"), "hire": _("The hire was revoked")}


def _why(reason: str | None) -> str:
    by = BY_A_DECISION.match(reason or "")
    return gettext(DECIDED[by[1]]) if by else reason or "–"


def dates_of(item: dict[str, Any]) -> list[str]:
    """When it took effect and ended; when it was decided and recorded, where these are other days; who put it right and why."""
    begins, ends, decided = as_date(item["starts_on"]), as_date(item["ends_on"]), as_date(item["decided_on"])
    said = []
    if begins:
        said.append(f"{day(begins)} – {day(ends)}" if ends else gettext(_("from {day}"), day=day(begins)) if item["kind"] != "qualification" else day(begins))
    if item["decision"] == "to_regularise":
        said.append(gettext(_("decision to regularise")))
    elif item["decision"]:
        said.append(gettext(_("decision {number}"), number=item["decision"]))
    if decided and decided != begins and item["kind"] != "qualification":
        said.append(gettext(_("decided on {day}"), day=day(decided)))
    if item["entered_afterwards"]:
        said.append(gettext(_("entered afterwards, on {day}"), day=day(item["recorded_at"])))
    if item["superseded"]:
        said.append(gettext(_("put right on {day}: {reason}"), day=day(item["superseded"]["on"]), reason=_why(item["superseded"]["reason"])))
    return said
