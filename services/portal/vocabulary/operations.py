"""Words of operations: why an event waits, and what runs longer than a request."""

from services.portal.texts import _

LABELS = {
    "parked_reason": {
        "unknown": _("Refers to something not heard of yet"),
        "behind": _("Behind an earlier event of the same thing"),
        "gap": _("The version before it has not come yet"),
        "failed": _("Failed, and is tried again"),
        "replay": _("Replayed, and about to be tried"),
    },
    "job_kind": {
        "replay": _("Replay of dead letters"),
        "publishing-again": _("Everything is published again"),
        "reading": _("Reading of events, or rebuild"),
        "import": _("Import of a file"),
    },
    "part": {
        "gateway": _("Gateway"),
        "database": _("Database"),
        "broker": _("Event broker"),
        "identity": _("Identity provider"),
        "api": _("API"),
        "relay": _("Relay"),
        "consumer": _("Consumer"),
        "page": _("Pages"),
        "collector": _("Traces"),
    },
}
