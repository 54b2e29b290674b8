"""A stay abroad as two tables: the people who go together and their one decision, and each person's own way out and back."""

from shared.i18n import _
from shared.workflow import Workflow, act

PROPOSED, ORDERED, CONFLICTING, DEPARTED, RETURNED, REPORTED = _("proposed"), _("ordered"), _("conflicting"), _("departed"), _("returned"), _("reported")
CANCELLED, WITHDRAWN, REVOKED = _("cancelled"), _("withdrawn"), _("revoked")

CITATION = "Relais rule book, training (stays abroad)"

GROUP = Workflow(
    "stay_group",
    {"add": act(PROPOSED, to=PROPOSED), "withdraw": act(PROPOSED, to=WITHDRAWN), "order": act(PROPOSED, to=ORDERED), "revoke": act(ORDERED, to=REVOKED)},
    CITATION,
)
STAY = Workflow(
    "stay",
    {
        "order": act(PROPOSED, to=ORDERED),
        "conflict": act(PROPOSED, to=CONFLICTING),
        "depart": act(ORDERED, to=DEPARTED),
        "return": act(DEPARTED, to=RETURNED),
        "report": act(RETURNED, to=REPORTED),
        "cancel": act(PROPOSED, ORDERED, CONFLICTING, to=CANCELLED),
    },
    CITATION,
)

WENT = (DEPARTED, RETURNED, REPORTED)
"""States of a stay that took place, or takes place."""
