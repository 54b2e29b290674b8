"""Words of a person's documents."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "genuine": State("check-circle", "good", _("Genuine")),
    "doubtful": State("exclamation-triangle", "bad", _("Doubtful")),
    "unchecked": State("hourglass-split", "warn", _("Not checked yet")),
}

LABELS = {
    "history_kind": {"document": _("Document")},
    "history_act": {"kept": _("put into the file"), "version_added": _("version added"), "checked": _("checked"), "destroyed": _("destroyed")},
    "document_type": {
        "identity": _("Identity paper"),
        "degree": _("Degree"),
        "licence": _("Licence to practise"),
        "health_certificate": _("Health certificate"),
        "criminal_record": _("Criminal record"),
        "contract": _("Contract"),
        "decision": _("Decision"),
        "language_certificate": _("Language certificate"),
        "insurance": _("Insurance"),
        "other": _("Other document"),
    },
}
