"""Words of units: what kinds there are, and what is done to them."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES: dict[str, State] = {}

LABELS = {
    "unit_kind": {
        "pole": _("Pole"),
        "department": _("Clinical department"),
        "service": _("Medical service"),
        "unit": _("Functional unit"),
        "ward": _("Ward"),
        "office": _("Office"),
    },
    "act_on_unit": {
        "change": _("Change"),
        "posts": _("Place posts here"),
        "close": _("Close"),
    },
    "unit_act": {"recorded": _("First entry"), "changed": _("Change of the unit"), "closed": _("Closing of the unit")},
}
