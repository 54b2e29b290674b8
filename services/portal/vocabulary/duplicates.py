"""Words of possible duplicates: which fields compare, and how."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "distinct": State("people", "good", _("Two people")),
}

LABELS = {
    "duplicate_field": {
        "name": _("Name"),
        "names": _("Names as written"),
        "birth": _("Birth"),
        "sex": _("Sex"),
        "occupation": _("Occupation"),
        "occupations": _("Occupation"),
        "identifier": _("Identifier"),
        "contact": _("Contact"),
        "contacts": _("Contacts"),
    },
    "duplicate_comparison": {
        "same": _("the same"),
        "without-accents": _("the same without accents"),
        "other-order": _("the same words in another order"),
        "typing-error": _("the same but for a typing error"),
        "other-spelling": _("another spelling"),
        "part": _("one has a word more"),
        "different": _("different"),
        "day-and-month-swapped": _("day and month turned round"),
        "one-part-differs": _("only the day, the month or the year differs"),
        "same-year": _("the same year"),
    },
    "history_act": {"distinguished": _("told apart")},
    "history_kind": {"duplicate": _("Possible duplicate")},
}
