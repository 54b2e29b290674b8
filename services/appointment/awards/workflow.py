"""The life of an award: proposed, awarded by a signed decision, or given up."""

from shared.i18n import _
from shared.workflow import Workflow, act

PROPOSED, AWARDED, REVOKED, WITHDRAWN = _("proposed"), _("awarded"), _("revoked"), _("withdrawn")

AWARD = Workflow(
    "award",
    {"award": act(PROPOSED, to=AWARDED), "withdraw": act(PROPOSED, to=WITHDRAWN), "revoke": act(AWARDED, to=REVOKED)},
    citation="Relais rule book, personnel (an award rests on a signed decision)",
)
