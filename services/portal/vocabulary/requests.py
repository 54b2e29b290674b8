"""Words of requests and attestations."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "in_review": State("search", "ink", _("Being worked on")),
    "request_granted": State("check-circle", "good", _("Request granted")),
    "documents_missing": State("pause-circle", "warn", _("Documents are missing")),
}

LABELS = {
    "procedure": {
        "employment_attestation": _("Attestation of employment"),
        "service_record": _("Record of service"),
        "transfer": _("Request for a transfer"),
        "resignation": _("Resignation"),
        "unpaid_leave": _("Unpaid leave of several months"),
    },
    "attestation": {"employment": _("Attestation of employment"), "service_record": _("Record of service")},
    "request_act": {
        "submitted": _("sent"),
        "taken_up": _("taken up"),
        "documents_asked": _("documents asked"),
        "document_added": _("document added"),
        "supplied": _("documents are there"),
        "accepted": _("granted"),
        "refused": _("refused"),
        "withdrawn": _("taken back"),
    },
    "history_act": {"files_destroyed": _("files destroyed after their time"), "facts_destroyed": _("content destroyed after its time")},
    "history_kind": {"request": _("Request"), "attestation": _("Attestation")},
}
