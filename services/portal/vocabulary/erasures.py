"""Words of erasures and legal holds."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "erased": State("dash-circle", "", _("Erased")),
    "hold_stands": State("lock", "warn", _("Stands")),
    "hold_lifted": State("check2", "", _("Lifted")),
}

LABELS = {
    "erasure_ground": {"retention": _("The time for which it is kept is over"), "request": _("The person asks for it")},
    "history_kind": {"erasure": _("Erasure of a file"), "legal-hold": _("Legal hold")},
    "history_act": {"placed": _("placed"), "lifted": _("lifted"), "erased": _("erased")},
    "history_field": {"ground": _("Ground"), "ordered_by": _("Ordered by")},
}
