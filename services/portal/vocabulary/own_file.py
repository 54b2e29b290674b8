"""Words of one's own file: the fields that are disputed, and how far a correction is."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "corrected": State("check2", "good", _("Corrected")),
    "rejected": State("x-circle", "bad", _("Rejected")),
}

LABELS = {
    "correction_field": {"legal-name": _("Legal name"), "usual-name": _("Usual name"), "birth": _("Birth"), "sex": _("Sex")},
    "history_kind": {"correction": _("Correction")},
    "history_field": {"field": _("Field")},
}
