"""Words for the codes of the APIs: states with their icon and colour, kinds, roles, and the titles of occupations.

What one part of the work alone says is in `vocabulary/<part>.py`: `STATES` and `LABELS`, merged here.

A code that the portal does not know yet is shown as it is: a page never breaks because a service learnt a new word.
"""

import re
import time
from typing import Any

from services.portal import vocabulary
from services.portal.texts import _, gettext, translated
from services.portal.vocabulary.state import State
from shared import words
from shared.i18n import current_language
from shared.jurisdictions import here

# One icon and one colour for each state everywhere: colour alone says nothing.
STATES: dict[str, State] = {
    "draft": State("pencil", "", _("Draft")),
    "identified": State("pencil", "", _("Identified")),
    "validated": State("check2", "good", _("Validated")),
    "proposed": State("hourglass-split", "warn", _("Proposed")),
    "approved": State("check2", "good", _("Approved")),
    "published": State("broadcast", "good", _("Published")),
    "closed": State("lock", "", _("Closed")),
    "submitted": State("inbox", "ink", _("Submitted")),
    "eligible": State("check2", "good", _("Eligible")),
    "ineligible": State("x-circle", "bad", _("Ineligible")),
    "decided": State("check2", "good", _("Decided")),
    "to_regularise": State("exclamation-triangle", "warn", _("To regularise")),
    "active": State("check2", "good", _("In force")),
    "ended": State("dash-circle", "", _("Ended")),
    "conflicting": State("exclamation-triangle", "bad", _("Conflicting")),
    "planned": State("clock", "ink", _("To come")),
    "vacant": State("circle", "warn", _("Vacant")),
    "partly_filled": State("circle-half", "warn", _("Partly filled")),
    "filled": State("check2", "good", _("Filled")),
    "frozen": State("snow", "", _("Frozen")),
    "open": State("circle", "ink", _("Open")),
    "done": State("check2", "good", _("Done")),
    "checked": State("search", "ink", _("Checked")),
    "confirmed": State("check2", "good", _("Confirmed")),
    "up": State("check2", "good", _("Up")),
    "down": State("x-circle", "bad", _("Down")),
    "slow": State("exclamation-triangle", "warn", _("Slow")),
    "late": State("exclamation-triangle", "bad", _("Late")),
}

LABELS: dict[str, dict[str, str]] = {
    "role": {
        "regional-administrator": _("Regional administrator"),
        "facility-hr-officer": _("Facility HR officer"),
        "head-of-facility": _("Head of facility"),
        "signatory": _("Signatory"),
        "committee-member": _("Committee member"),
        "licensing-officer": _("Licensing officer"),
        "training-institute": _("Training institute"),
        "mentor": _("Mentor"),
        "adviser": _("Adviser"),
        "pool-coordinator": _("Pool coordinator"),
        "agreement-focal-point": _("Agreement focal point"),
        "service-partner": _("Service partner"),
        "ministry-analyst": _("Ministry analyst"),
        "health-worker": _("Health worker"),
        "candidate": _("Candidate"),
        "auditor": _("Auditor"),
        "records-officer": _("Records officer"),
        "operations": _("Operations"),
    },
    "sex": {"female": _("Woman"), "male": _("Man"), "other": _("Other"), "unknown": _("Not stated")},
    "group": {"doctor": _("Doctors"), "pharmacist": _("Pharmacists"), "nurse": _("Nurses"), "midwife": _("Midwives"), "other": _("Other occupations")},
    "name_kind": {"legal": _("Legal name"), "usual": _("Usual name"), "transliterated": _("Name in Latin letters")},
    "purpose": {"worker": _("Worker"), "candidate": _("Candidate"), "student": _("Student"), "guest": _("Guest"), "contact": _("Contact")},
    "facility_type": {
        "hospital": _("General hospital"),
        "specialised_hospital": _("Specialised hospital"),
        "health_centre": _("Area health centre"),
        "primary_centre": _("Primary health centre"),
        "polyclinic": _("Polyclinic"),
        "station": _("Commune health station"),
        "clinic": _("Clinic"),
        "pharmacy": _("Pharmacy"),
        "prevention_centre": _("Disease control centre"),
        "training_institute": _("Training institute"),
        "care_home": _("Care home"),
        "home_care": _("Home care"),
        "health_network": _("Network of practices"),
        "association": _("Association"),
        "authority": _("Health administration"),
        "other": _("Other facility"),
    },
    "level": {"central": _("Central"), "regional": _("Regional"), "province": _("Provincial"), "district": _("District"), "area": _("Area"), "commune": _("Commune")},
    "ownership": {"public": _("Public"), "private": _("Private"), "private_non_profit": _("Private, non-profit"), "army": _("Army")},
    "remoteness": {"none": _("Not remote"), "rural": _("Rural"), "mountain": _("Mountain"), "border": _("Border"), "island": _("Island"), "isolated": _("Isolated")},
    "assignment_kind": {
        "primary": _("Main assignment"),
        "concurrent": _("Concurrent assignment"),
        "acting": _("Acting"),
        "mission": _("Mission"),
        "secondment": _("Secondment"),
        "training_leave": _("Training leave"),
    },
    "employment_type": {
        "civil_servant": _("Civil servant"),
        "public_employee": _("Public employee"),
        "contract_fixed": _("Fixed-term contract"),
        "contract_open": _("Open-ended contract"),
        "resident": _("Resident"),
        "intern": _("Intern"),
        "secondee_in": _("Seconded in"),
        "private": _("Private employment"),
        "liberal": _("Own account"),
        "volunteer": _("Volunteer"),
    },
    "employment_status": {"probation": _("On probation"), "confirmed": _("Confirmed in post"), "suspended": _("Suspended")},
    "qualification_state": {"declared": _("declared"), "verified": _("verified"), "mismatch": _("does not match"), "forged_suspected": _("suspected forgery")},
    "experience": {"experienced": _("Experienced"), "new_graduate": _("New graduate")},
    "degree": dict(words.DEGREES),
    "facility_group": {
        "provincial": _("Provincial hospitals"),
        "remote-centre": _("Centres of hard areas"),
        "centre": _("Other centres and hospitals"),
        "island-station": _("Island stations"),
        "remote-station": _("Remote mountain stations"),
        "station": _("Other stations"),
    },
    "specialty": dict(words.SPECIALTIES),
    "need_reason": {
        "vacancy": _("Vacant post"),
        "new_service": _("New service"),
        "retirement": _("Retirement"),
        "norm_gap": _("Below the staffing norm"),
        "wisn_gap": _("Workload above staffing"),
    },
    "import_kind": {"facilities": _("Facilities"), "people": _("People"), "posts": _("Posts"), "assignments": _("Assignments")},
    "act": {
        "approve": _("Approve"),
        "validate": _("Validate"),
        "publish": _("Publish"),
        "find_eligible": _("Find eligible"),
        "find_ineligible": _("Find ineligible"),
        "decide": _("Decide"),
        "propose": _("Propose"),
        "propose_hire": _("Propose the hire"),
    },
    "subject": {"person": _("Person"), "worker": _("Worker"), "assignment": _("Assignment"), "qualification": _("Qualification"), "employment": _("Employment"), "licence": _("Licence")},
    "figure": {
        "density.doctors": _("Doctors per 10,000 inhabitants"),
        "density.pharmacists": _("University pharmacists per 10,000 inhabitants"),
        "density.nurses": _("Nurses per 10,000 inhabitants"),
        "recruitment.policy_hires": _("Hires under the attraction policy"),
        "recruitment.policy_attainment_percent": _("Attainment of the attraction policy"),
    },
    "source_kind": {"article": _("article"), "source": _("source"), "illustrative": _("illustrative"), "official": _("official")},
}  # fmt: skip

vocabulary.merge(STATES, LABELS)


def state(code: Any) -> State:
    known = STATES.get(str(code))
    return known if known is not None else State("circle", "", str(code))


def label(kind: str, code: Any) -> str:
    """The word for a code, or the code itself."""
    if code in (None, ""):
        return "–"
    word = LABELS.get(kind, {}).get(str(code))
    return gettext(word) if word else str(code)


def choices(kind: str, *codes: str) -> list[tuple[str, str]]:
    """What a form offers: code and word."""
    return [(code, label(kind, code)) for code in (codes or LABELS[kind])]


class Occupations:
    """National titles by code: reference data that everybody may read, kept for ten minutes."""

    KEPT_FOR = 600.0

    def __init__(self) -> None:
        self._names: dict[str, dict[str, str]] = {}
        self._read_at = float("-inf")

    @property
    def is_stale(self) -> bool:
        return time.monotonic() - self._read_at > self.KEPT_FOR

    def keep(self, items: list[dict[str, Any]]) -> None:
        self._names = {item["code"]: item["names"] for item in items}
        self._read_at = time.monotonic()

    def name(self, code: Any) -> str:
        names = self._names.get(str(code), {})
        return names.get(current_language.get()) or names.get("en") or str(code or "–")

    def choices(self, prefix: str = "") -> list[tuple[str, str]]:
        """The titles of the reader's own country, or those of one beginning."""
        wanted = prefix or f"{here().country}-"
        return [(code, self.name(code)) for code in self._names if code.startswith(wanted)]


occupations = Occupations()


def name_of_occupation(code: Any) -> str:
    return occupations.name(code)


CODE_OR_DAY = re.compile(r"\b(?:[A-Z]{2}(?:-[A-Za-z0-9]+)+|\d{4}-\d{2}-\d{2})\b")


def spoken(text: Any) -> str:
    """A sentence of a service with its codes of occupations and its ISO days written as people read them."""
    return CODE_OR_DAY.sub(_word, str(text))


def _word(found: re.Match[str]) -> str:
    from services.portal.formats import day

    return day(found[0]) if found[0][0].isdigit() else occupations.name(found[0])


RULES_OF_STATES = {"ATT-01", "REC-NEED-VALIDATED", "ROT-CANCEL", "ROT-REQUEST", "TRN-NEED"}
RULES_OF_CODES: dict[str, tuple[str, ...]] = {
    "APP-02": ("case_source",),
    "APP-07": ("meeting_purpose", "meeting_body", "case_source", "case_kind"),
    "APP-11": ("employment_type", "facility_type", "facility_group"),
    "ATT-04": ("degree",),
    "COM-02": ("breach_kind",),
    "COM-02-FULL": ("breach_kind",),
    "COM-02-PRORATA": ("breach_kind",),
    "COM-03": ("waiver_ground",),
    "COM-04": ("commitment_clock",),
    "CONTEST-AGE": ("intake_word",),
    "CONTEST-DOCUMENTS": ("contest_document",),
    "CONTEST-ELIMINATION": ("intake_word",),
    "CONTEST-TIES": ("contest_tie",),
    "DOC-TYPES": ("document_type",),
    "EMU-01": ("award_title",),
    "EXC-06": ("placement_step",),
    "IDN-KINDS": ("identifier_kind",),
    "INT-AGE": ("intake_word",),
    "INT-DIPLOMAS": ("intake_word",),
    "INT-QUOTAS": ("intake_word",),
    "INT-SCORE": ("intake_word",),
    "INT-TIES": ("intake_word",),
    "INT-YEARS": ("intake_word",),
    "LEA-01": ("leave_type",),
    "LEA-BALANCE": ("leave_type",),
    "PAY-01-DELAY": ("delay_kind",),
    "PAY-03": ("pay_scale",),
    "PRP-RETENTION": ("purpose",),
    "REC-HARD-PLACE": ("remoteness",),
    "REC-MA-01": ("contest_list",),
    "REC-VN-04": ("intake_word",),
    "REC-VN-07": ("contest_priority",),
    "REC-VN-09": ("contest_tie",),
    "REG-05": ("sex",),
    "REG-DEPARTURE": ("departure", "departure_class"),
    "REQ-CATALOGUE": ("procedure", "document_type", "role", "attestation", "silence"),
    "ROT-04": ("mission_pattern",),
    "ROT-05": ("remoteness",),
    "ROT-READY": ("missing",),
    "TRN-PROGRAMMES": ("programme",),
} | {f"ROT-PROGRAMME-{programme}": ("mission_pattern",) for programme in words.MISSION_PROGRAMMES}
"""Rules whose value holds codes of lists that have their words; the first list that knows a code says it."""


def of_rule(value: Any, rule_id: str) -> str:
    """One value of a rule in words: a state or code of its lists, a parameter's name, a phrase of the pack, a title, a day; another code as it is."""
    said = str(value)
    for kind in RULES_OF_CODES.get(rule_id, ()):
        if said in LABELS[kind]:
            return label(kind, said)
    if said in STATES and (rule_id.startswith("WF-") or rule_id in RULES_OF_STATES):
        return gettext(STATES[said].word)
    if said in LABELS["rule_word"]:
        return label("rule_word", said)
    return spoken(translated(said))
