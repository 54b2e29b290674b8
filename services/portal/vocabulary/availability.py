"""Words of availability: leave, holds, minimum staffing; and of licences."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "expiring": State("hourglass-split", "warn", _("Expires soon")),
    "suspended": State("pause-circle", "warn", _("Suspended")),
}

LABELS = {
    "leave_type": {
        "annual": _("Annual leave"),
        "sick": _("Sick leave"),
        "maternity": _("Maternity leave"),
        "paternity": _("Paternity leave"),
        "unpaid": _("Unpaid leave"),
        "study": _("Study leave"),
        "compensatory": _("Compensatory rest"),
        "military": _("Military service"),
        "protected": _("Unavailable, protected ground"),
    },
    "ground": {
        "protected": _("Unavailable, protected ground"),
        "leave": _("On leave"),
        "session": _("In a training session"),
        "mission": _("On mission"),
        "stay": _("Studying away"),
    },
    "conflict_reason": {
        "double-booking": _("already taken by something else"),
        "protected": _("unavailable, protected ground"),
        "below-minimum": _("too few would be present"),
        "above-cap": _("too many would be on mission"),
    },
    "licence_act": {"suspended": _("suspended"), "reinstated": _("reinstated"), "revoked": _("revoked"), "renewed": _("renewed")},
}

GROUND_ICONS = {"protected": "slash-circle", "leave": "calendar-event", "session": "mortarboard", "mission": "arrow-left-right", "stay": "airplane"}
