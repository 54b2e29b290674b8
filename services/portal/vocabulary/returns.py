"""Words of returns."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "call_open": State("circle", "ink", _("Open")),
    "call_closed": State("lock", "", _("Closed")),
    "return_sent": State("check2", "good", _("Sent")),
    "return_sent_late": State("clock-history", "warn", _("Sent late")),
    "return_awaited": State("hourglass-split", "ink", _("Awaited")),
    "return_late": State("exclamation-triangle", "bad", _("Late")),
}

LABELS = {
    "return_of": {"staff": _("Staff"), "establishment": _("Establishment")},
    "act_on_return": {"hand_in": _("Hand in a return"), "close": _("Take no return any more")},
}
