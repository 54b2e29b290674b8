"""Words of plans, sessions, enrolments, certificates and continuing education."""

from services.portal.texts import _
from services.portal.vocabulary.state import State
from shared import words

STATES = {
    "arbitrated": State("pie-chart", "ink", _("Budget granted")),
    "executing": State("play-circle", "good", _("Being carried out")),
    "evaluated": State("clipboard-check", "good", _("Evaluated")),
    "postponed": State("pause-circle", "warn", _("Postponed")),
    "waiting": State("hourglass-split", "warn", _("Waiting for a seat")),
    "requested": State("inbox", "ink", _("Requested")),
    "convened": State("envelope", "ink", _("Convened")),
    "attended": State("check2", "good", _("Attended")),
    "passed": State("check2", "good", _("Passed")),
    "failed": State("x-circle", "bad", _("Not passed")),
    "absent": State("dash-circle", "bad", _("Absent")),
    "credited": State("award", "good", _("Credited")),
    "issued": State("patch-check", "good", _("Issued")),
    "declared": State("inbox", "warn", _("Declared, to verify")),
    "verified": State("patch-check", "good", _("Verified")),
    "refused": State("x-circle", "bad", _("Refused")),
    "opening": State("box-arrow-in-right", "", _("Opening balance")),
    "retired": State("archive", "", _("Out of the catalogue")),
    "on_track": State("check2", "good", _("On track")),
    "behind": State("clock", "warn", _("Behind schedule")),
    "at_risk": State("exclamation-triangle", "bad", _("At risk")),
}

LABELS = {
    "training_field": words.TRAINING_FIELDS,
    "course_kind": {
        "in_house": _("In-house"),
        "specialised": _("Specialised"),
        "postgraduate": _("Postgraduate"),
        "abroad": _("Abroad"),
        "e_learning": _("E-learning"),
        "mentoring": _("Mentoring"),
        "conference": _("Conference"),
        "simulation": _("Simulation"),
    },
    "skill": {"professional": _("Professional skill"), "management": _("Management")},
    "axis_mode": {"in_house": _("In-house"), "specialised": _("Specialised"), "elsewhere": _("Studies elsewhere")},
    "day_part": {"morning": _("Morning"), "afternoon": _("Afternoon")},
    "credit_source": {"session": _("Session of Relais"), "external": _("Training elsewhere"), "opening": _("From before Relais")},
    "due": {"cme_at_risk": _("Continuing education at risk")},
}
