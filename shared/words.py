"""Words for codes that a page and a printed letter both say: degrees, specialties, programmes, titles of awards, kinds of benefits.

`said(kind, code)` says one in the language of the request. A code that no list knows is written as words, never as it is stored.
"""

from typing import Any

from babel import Locale

from shared.i18n import _, current_language, translate

DEGREES = {
    "phd": _("PhD"),
    "ck2": _("Specialist level II"),
    "resident": _("Residency"),
    "master": _("Master"),
    "ck1": _("Specialist level I"),
    "doctor-good": _("Six-year degree with distinction"),
    "doctor": _("Six-year degree"),
}
SPECIALTIES = {
    "anaesthesia-icu": _("Anaesthesia and intensive care"),
    "cardiology": _("Cardiology"),
    "cardiovascular-surgery": _("Cardiovascular surgery"),
    "dentistry": _("Dentistry"),
    "emergency": _("Emergency care"),
    "ent": _("Ear, nose and throat"),
    "general-medicine": _("General medicine"),
    "haematology": _("Haematology"),
    "hospital-management": _("Hospital management"),
    "imaging": _("Imaging"),
    "intensive-care": _("Intensive and emergency care"),
    "internal-medicine": _("Internal medicine"),
    "medical-technology": _("Medical technology"),
    "midwifery": _("Midwifery"),
    "nursing": _("Nursing care"),
    "obstetrics": _("Obstetrics"),
    "oncology": _("Oncology"),
    "ophthalmology": _("Ophthalmology"),
    "orthopaedic-surgery": _("Orthopaedic surgery"),
    "paediatrics": _("Paediatrics"),
    "preventive-medicine": _("Preventive medicine"),
    "rehabilitation": _("Rehabilitation"),
    "surgery": _("Surgery"),
    "traditional-medicine": _("Traditional medicine"),
}
TRAINING_FIELDS = {
    "intensive-care": _("Intensive and emergency care"),
    "imaging": _("Imaging"),
    "infection-control": _("Infection control"),
    "internal-medicine": _("Internal medicine"),
    "traditional-medicine": _("Traditional medicine"),
    "surgery": _("Surgery"),
    "obstetrics": _("Obstetrics"),
    "paediatrics": _("Paediatrics"),
    "nursing": _("Nursing care"),
    "pharmacy": _("Pharmacy and medicines"),
    "public-health": _("Public health"),
    "hospital-management": _("Hospital management"),
}
STAY_FIELDS = {"organ-transplantation": _("Organ transplantation"), "cardiology": _("Cardiology"), "oncology": _("Oncology"), "rehabilitation": _("Rehabilitation")}
STUDIES = {"ck1": _("Specialist level I"), "ck2": _("Specialist level II"), "bsnt": _("Residency"), "master": _("Master"), "phd": _("PhD")}
MISSION_PROGRAMMES = {
    "comprehensive-support": _("Comprehensive support of the province"),
    "project-1816": _("Project 1816"),
    "duty-rotation": _("Duty of rotation (Decision 14/2013)"),
    "hanoi-rotation": _("Rotation in Hanoi"),
    "satellite-hospitals": _("Satellite hospitals"),
    "bilateral-exchange": _("Bilateral exchange"),
}
MISSION_MODES = {"transfer": _("Handing over a technique"), "manpower": _("Manpower"), "mixed": _("Technique and manpower")}
REGIONS = {"CN-GX": _("Guangxi"), "CN-GD": _("Guangdong"), "CN-YN": _("Yunnan"), "FR-IDF": _("Île-de-France"), "FR-ARA": _("Auvergne-Rhône-Alpes")}
BENEFITS = {
    "occupational_allowance": _("Occupational allowance"),
    "remoteness": _("Remoteness allowance"),
    "housing": _("Housing help"),
    "responsibility": _("Responsibility allowance"),
    "hazard": _("Hazard allowance"),
    "seniority": _("Seniority beyond the scale"),
    "other": _("Other benefit"),
}
AWARD_TITLES = {
    "advanced_worker": _("Advanced worker"),
    "unit_emulation_fighter": _("Emulation fighter of the unit"),
    "province_emulation_fighter": _("Emulation fighter of the province"),
    "national_emulation_fighter": _("National emulation fighter"),
    "certificate_of_merit": _("Certificate of merit"),
    "medal": _("Medal"),
    "initiative": _("Recognised initiative"),
}
AWARD_LEVELS = {"unit": _("Unit"), "province": _("Province"), "ministry": _("Ministry"), "state": _("State")}
LEADER_RANKS = {"head": _("Head"), "deputy": _("Deputy")}

KINDS: dict[str, dict[str, str]] = {
    "degree": DEGREES,
    "specialty": SPECIALTIES,
    "field": STAY_FIELDS | TRAINING_FIELDS | SPECIALTIES,
    "programme": STUDIES | MISSION_PROGRAMMES,
    "mode": MISSION_MODES,
    "region": REGIONS,
    "benefit": BENEFITS,
    "award": AWARD_TITLES,
    "award_level": AWARD_LEVELS,
    "rank": LEADER_RANKS,
}

FACTS = {
    "degree": "degree",
    "specialty": "specialty",
    "technique": "technique",
    "programme": "programme",
    "mode": "mode",
    "country": "country",
    "region": "region",
    "field": "field",
    "rank": "rank",
    "benefit": "benefit",
    "level": "award_level",
}
"""Facts of a decision that are codes, and which list of words says them."""


def said_fact(decision_kind: str, name: str, value: Any) -> str | None:
    """A fact of a decision in words where it is a code; None where it is a number, a day, a place or a text."""
    if name == "title" and decision_kind == "awards":
        return said("award", value)
    return said(FACTS[name], value) if name in FACTS else None


def said(kind: str, code: Any) -> str:
    """The words for a code. What is no code (a title typed by a person) stays as it was typed."""
    written = str(code)
    if kind == "country":
        return str(Locale.parse(current_language.get()).territories.get(written, written))
    known = KINDS.get(kind, {}).get(written)
    if known is not None:
        return translate(known)
    return written.replace("_", " ").replace("-", " ").capitalize() if written.islower() and " " not in written else written
