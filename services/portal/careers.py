"""The career of a person as one column: what the register knows, and what every other service told, by year."""

from collections.abc import Sequence
from typing import Any

from services.portal.formats import as_date, day
from services.portal.labels import LABELS, label, name_of_occupation
from services.portal.texts import _, gettext
from services.portal.timeline import moment as register_moment
from shared.clock import today

Moment = dict[str, Any]

PARTS: tuple[tuple[str, str], ...] = (
    ("work", _("Posts and employment")),
    ("training", _("Training and studies")),
    ("leadership", _("Mandates and transfers")),
    ("rotation", _("Missions")),
    ("personnel", _("Steps, probations, awards")),
    ("practice", _("Licences and absences")),
)
PART_OF_KIND = {"qualification": "training", "licence": "practice", "absence": "practice"}
OF_TOPIC = {
    "recruitment.hires": ("work", "person-plus"),
    "appointment.commitments": ("work", "file-earmark-text"),
    "training.enrolments": ("training", "mortarboard"),
    "training.stays": ("training", "airplane"),
    "training.sponsorships": ("training", "journal-bookmark"),
    "appointment.mandates": ("leadership", "award"),
    "appointment.transfers": ("leadership", "arrow-right"),
    "rotation.missions": ("rotation", "arrow-left-right"),
    "rotation.placements": ("rotation", "airplane"),
    "appointment.probations": ("personnel", "hourglass-split"),
    "appointment.pay_steps": ("personnel", "graph-up"),
    "appointment.benefits": ("personnel", "cash-coin"),
    "appointment.awards": ("personnel", "star"),
    "registry.licences": ("practice", "shield-check"),
    "registry.absences": ("practice", "calendar-event"),
}
PATHS = {
    "recruitment.hires": "/hires/{id}",
    "training.enrolments": "/training/enrolments/{id}",
    "training.sponsorships": "/studies/{id}",
    "appointment.mandates": "/mandates/{id}",
    "appointment.commitments": "/commitments/{id}",
    "appointment.probations": "/probations/{id}",
    "appointment.pay_steps": "/pay-steps/{id}",
    "rotation.missions": "/missions/{id}",
    "rotation.placements": "/exchange-placements/{id}",
    "registry.licences": "/licences/{id}",
}
WORDS = (("field", "training_field"), ("specialty", "specialty"), ("technique", "technique"), ("level", "award_level"), ("country", "country"), ("region", "region"))


def career_by_year(register: dict[str, Any], told: Sequence[dict[str, Any]], places: dict[str, str], part: str = "") -> list[tuple[int, list[Moment]]]:
    """Newest first; `part` keeps one kind of entries. What the register tells itself is not told twice."""
    moments = [(item["starts_on"] or "", item["recorded_at"], register_moment(item) | {"part": PART_OF_KIND.get(item["kind"], "work")}) for item in register["items"]]
    moments += [
        (_begins(entry) or "", entry["recorded_at"] or "", moment(entry, places)) for entry in told if entry["topic"] in OF_TOPIC and not entry["topic"].startswith("registry.")
    ]
    years: dict[int, list[Moment]] = {}
    for begins, _recorded, shown in sorted(moments, key=lambda found: (found[0], found[1]), reverse=True):
        if part and shown["part"] != part:
            continue
        years.setdefault(int(begins[:4]) if begins else 0, []).append(shown)
    return list(years.items())


def _begins(entry: dict[str, Any]) -> str | None:
    begins: str | None = entry["starts_on"] or entry["decided_on"]
    return begins


def moment(entry: dict[str, Any], places: dict[str, str]) -> Moment:
    """One entry that another service told."""
    part, icon = OF_TOPIC[entry["topic"]]
    path = PATHS[entry["topic"]].format(id=entry["id"]) if entry["topic"] in PATHS else ""
    return {
        "part": part,
        "icon": icon,
        "tone": "now" if _is_now(entry) else "",
        "struck": entry["struck"],
        "title": title_of(entry, places),
        "body": " · ".join(str(text) for text in details_of(entry, places) if text),
        "dates": dates_of(entry),
        "path": path,
        "link": gettext(_("Open")) if path else "",
    }


def _is_now(entry: dict[str, Any]) -> bool:
    begins, ends = as_date(entry["starts_on"]), as_date(entry["ends_on"])
    lasts = entry["topic"] in ("appointment.mandates", "rotation.missions", "training.stays", "training.sponsorships", "registry.licences", "appointment.commitments")
    return lasts and not entry["struck"] and begins is not None and begins <= today() and (ends is None or ends >= today())


def title_of(entry: dict[str, Any], places: dict[str, str]) -> str:
    """What it is, in the words of the ministry."""
    details, topic, kind = entry["details"], entry["topic"], entry["kind"]
    place = places.get(entry["facility_code"] or "", entry["facility_code"] or "")
    match topic:
        case "training.enrolments":
            return str(details.get("title") or label("topic", topic))
        case "training.stays":
            return gettext(_("Mission in a delegation")) if kind == "delegation" else gettext(_("Short course abroad"))
        case "training.sponsorships":
            return gettext(_("Studies: {programme}"), programme=word("programme", kind))
        case "appointment.mandates":
            return f"{word('leader_rank', details.get('rank'))} – {place}"
        case "appointment.transfers":
            return gettext(_("Transfer to {place}"), place=place)
        case "appointment.pay_steps":
            return gettext(_("Pay step {step}"), step=details.get("step") or "–")
        case "appointment.awards":
            return word("award_title", kind) or str(label("topic", topic))
        case "appointment.benefits":
            return word("benefit_kind", kind) or str(label("topic", topic))
        case "rotation.missions":
            return gettext(_("Mission at {place}"), place=place)
        case "recruitment.hires":
            return gettext(_("Hired as {occupation}"), occupation=name_of_occupation(kind))
    return str(label("topic", topic))


def details_of(entry: dict[str, Any], places: dict[str, str]) -> list[str]:
    details, topic = entry["details"], entry["topic"]
    place = places.get(entry["facility_code"] or "", entry["facility_code"] or "")
    said = []
    if topic in ("training.enrolments", "recruitment.hires", "appointment.probations", "appointment.pay_steps", "appointment.benefits", "registry.absences"):
        said.append(place)
    if topic == "appointment.mandates":
        said.append(word("mandate_kind", entry["kind"]))
    if topic == "rotation.missions" and details.get("giver_code"):
        said.append(gettext(_("sent by {place}"), place=places.get(details["giver_code"], details["giver_code"])))
    if topic == "appointment.commitments":
        said.append(word("commitment_origin", entry["kind"]))
    said += [word(kind, details[name]) for name, kind in WORDS if details.get(name)]
    said += [str(details[name]) for name in ("host", "institution", "scale") if details.get(name)]
    if topic == "training.enrolments" and details.get("attendance_percent") not in (None, "0", 0):
        said.append(gettext(_("attendance {percent} %"), percent=str(details["attendance_percent"]).removesuffix(".0")))
    return [*said, *([label("state_of_entry", entry["state"])] if entry["state"] in LABELS.get("state_of_entry", {}) else [])]


def word(kind: str, code: Any) -> str:
    """The word for a code of another part of the work; the code itself until that part says it."""
    return label(kind, code) if code else ""


def dates_of(entry: dict[str, Any]) -> list[str]:
    """When it took effect and ended; when it was decided and recorded, where these are other days; that it was undone."""
    begins, ends, decided, recorded = (as_date(entry[name]) for name in ("starts_on", "ends_on", "decided_on", "recorded_at"))
    said = []
    if begins and ends and begins != ends:
        said.append(f"{day(begins)} – {day(ends)}")
    elif begins:
        said.append(day(begins))
    number = entry["details"].get("decision_number") or entry["details"].get("decision")
    if number == "to_regularise":
        said.append(gettext(_("decision to regularise")))
    elif number:
        said.append(gettext(_("decision {number}"), number=number))
    if decided and decided != begins:
        said.append(gettext(_("decided on {day}"), day=day(decided)))
    if recorded and recorded not in (begins, decided):
        said.append(gettext(_("recorded on {day}"), day=day(recorded)))
    if entry["struck"]:
        said.append(gettext(_("undone: {state}"), state=label("state_of_entry", entry["state"])))
    return said
