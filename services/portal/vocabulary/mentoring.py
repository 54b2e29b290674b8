"""Words of the mentoring logbook."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "recorded": State("pencil", "ink", _("Written down")),
    "attested": State("patch-check", "good", _("Attested")),
    "struck": State("x-circle", "", _("Struck")),
}

LABELS = {
    "act_kind": {"clinical": _("Clinical act"), "para_clinical": _("Para-clinical act"), "emergency": _("Emergency gesture")},
    "topic": {
        "training.session_skills": _("Skill assessed"),
        "training.mentoring_entries": _("Entry of a logbook"),
        "rotation.obligations": _("Obligation of an agreement"),
    },
    "moment": {"before": _("Before the session"), "after": _("After the session")},
}
