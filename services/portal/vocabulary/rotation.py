"""Words of agreements, visits, support requests, missions and techniques."""

from services.portal.texts import _
from services.portal.vocabulary.state import State
from shared import words

STATES = {
    "expired": State("calendar-x", "", _("Expired")),
    "terminated": State("dash-circle", "", _("Ended early")),
    "promised": State("hourglass-split", "ink", _("Visit promised")),
    "held": State("check2", "good", _("Took place")),
    "missed": State("x-circle", "bad", _("Did not take place")),
    "not_ready": State("exclamation-triangle", "warn", _("Not ready")),
    "source_ok": State("hourglass-split", "ink", _("Source agrees")),
    "worker_ok": State("hourglass-split", "ink", _("Worker has answered")),
    "destination_ok": State("pen", "warn", _("To be signed")),
    "ordered": State("pen", "good", _("Ordered")),
    "in_progress": State("play-circle", "good", _("In progress")),
    "recalled": State("arrow-return-left", "warn", _("Recalled")),
    "reported": State("file-earmark-text", "good", _("Reported")),
    "theory": State("book", "ink", _("Theory")),
    "observed": State("eye", "ink", _("Observed")),
    "supervised": State("people", "ink", _("Supervised")),
    "autonomous_trial": State("person-check", "ink", _("Trial alone")),
    "accepted": State("check2", "good", _("Accepted")),
    "sustained": State("check2", "good", _("Sustained")),
    "lost": State("x-circle", "bad", _("Lost")),
}

LABELS = {
    "agreement_model": {
        "comprehensive": _("Comprehensive support"),
        "satellite": _("Satellite hospital"),
        "guidance": _("Guidance of the lower level"),
        "telehealth": _("Telehealth"),
    },
    "programme": words.MISSION_PROGRAMMES,
    "missed_reason": {
        "staff_shortage": _("Too few staff at the giver"),
        "weather": _("Weather"),
        "transport": _("Transport"),
        "receiver_not_ready": _("The receiver was not ready"),
        "epidemic": _("Epidemic"),
        "other": _("Another reason"),
    },
    "mission_mode": words.MISSION_MODES,
    "mission_pattern": {"continuous": _("Day after day"), "weekly_days": _("Some days each week"), "monthly_week": _("One week each month")},
    "urgency": {"low": _("Can wait"), "normal": _("Normal"), "high": _("Urgent")},
    "missing": {"learners": _("named learners"), "equipment": _("equipment"), "licence_scope": _("licence scope")},
    "objectives_met": {"yes": _("Met"), "partly": _("Partly met"), "no": _("Not met")},
    "technique_origin": {"support": _("Handed over by a core hospital"), "sponsored_study": _("Opened by sponsored studies")},
    "technique_step": {"theory": _("Theory"), "observed": _("Observed"), "supervised": _("Supervised"), "autonomous_trial": _("Trial alone")},
    "technique_criterion": {"people": _("Learners at level on all items"), "cases_supervised": _("Cases supervised"), "cases_autonomous": _("Cases alone")},
}
