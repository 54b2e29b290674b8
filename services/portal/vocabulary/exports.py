"""Words of exports, as the audit tells of them."""

from services.portal.texts import _

LABELS: dict[str, dict[str, str]] = {
    "history_kind": {"export": _("List taken as a file")},
    "history_act": {"made": _("taken as a file")},
    "history_field": {"list": _("List"), "format": _("Kind of file"), "filters": _("Filter")},
}
