"""Words of the right to practise: why somebody may or may not, and how a licence stands on some days."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "in_force": State("check-circle", "good", _("In force")),
}

LABELS = {
    "practice": {
        "in-force": _("licence in force"),
        "no-licence": _("no licence recorded"),
        "not-yet": _("licence not in force yet"),
        "out-of-scope": _("licence for another scope"),
        "expired": _("licence expired"),
        "suspended": _("licence suspended"),
        "revoked": _("licence revoked"),
    },
    "licence_act": {"recorded": _("recorded"), "corrected": _("put right")},
}
