"""The life of a decision: proposed by one person, signed by another, and never deleted."""

from shared.i18n import _
from shared.workflow import Workflow, act

PROPOSED, SIGNED, REVOKED, SUPERSEDED, WITHDRAWN = _("proposed"), _("signed"), _("revoked"), _("superseded"), _("withdrawn")

DECISION = Workflow(
    "decision",
    {
        "sign": act(PROPOSED, to=SIGNED),
        "withdraw": act(PROPOSED, to=WITHDRAWN),
        "file_again": act(PROPOSED, WITHDRAWN, to=PROPOSED),
        "number": act(SIGNED, to=SIGNED),
        "revoke": act(SIGNED, to=REVOKED),
        "supersede": act(SIGNED, to=SUPERSEDED),
    },
    citation="Relais rule book, register of decisions (proposed, signed, numbered, then revoked or superseded; nothing is overwritten)",
)
