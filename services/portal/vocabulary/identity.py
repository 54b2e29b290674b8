"""Words of who a person is: kinds of identifiers and contacts, who may see them, levels of a language."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "mismatch": State("x-circle", "bad", _("Does not match")),
}

LABELS = {
    "identifier_kind": {
        "national-id": _("National identity number"),
        "professional-number": _("Professional number"),
        "passport": _("Passport"),
        "payroll": _("Payroll number"),
    },
    "contact_kind": {"phone": _("Phone"), "email": _("E-mail"), "address": _("Postal address")},
    "contact_purpose": {"work": _("At work"), "private": _("Private"), "emergency": _("In an emergency")},
    "contact_visibility": {"self": _("Only the person"), "hr": _("Those who read the file"), "system": _("Whoever may see the name")},
    "cefr": {"A1": "A1", "A2": "A2", "B1": "B1", "B2": "B2", "C1": "C1", "C2": "C2", "native": _("Mother tongue")},
    "due": {"erasure_due": _("File to erase")},
    "history_kind": {"identifier": _("Identifier")},
    "history_act": {
        "contact_added": _("contact added"),
        "contact_removed": _("contact removed"),
        "language_written": _("language declared"),
        "language_verified": _("language verified"),
        "nationalities_written": _("nationalities written"),
        "purpose_ended": _("purpose ended"),
        "identifiers_erased": _("identifiers erased"),
    },
}
