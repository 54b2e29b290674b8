"""Words of accounts: who signs in, with what, where, and who stands in for whom."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "to_be_applied": State("hourglass-split", "warn", _("To be applied")),
}

LABELS = {
    "application": {
        "applied": _("Applied"),
        "to_be_applied": _("To be applied"),
        "refused": _("Refused by the identity provider"),
    },
    "account_source": {"invited": _("Invited"), "found": _("Made at the identity provider")},
    "language": {"fr": "Français", "vi": "Tiếng Việt", "en": "English"},
    "subject": {"account": _("Account")},
    "history_act": {
        "invited": _("invited"),
        "substitute_named": _("substitute named"),
        "stands_in": _("named as a substitute"),
        "substitute_began": _("began to stand in"),
        "substitute_ended": _("stands in no more"),
        "person_linked": _("linked to a person"),
        "first_password_given": _("first password given"),
        "found": _("found at the identity provider"),
    },
}
