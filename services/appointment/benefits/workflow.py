"""The life of a benefit: proposed, granted by a signed decision, or given up."""

from shared.i18n import _
from shared.workflow import Workflow, act

PROPOSED, GRANTED, REVOKED, WITHDRAWN = _("proposed"), _("granted"), _("revoked"), _("withdrawn")

BENEFIT = Workflow(
    "benefit",
    {"grant": act(PROPOSED, to=GRANTED), "withdraw": act(PROPOSED, to=WITHDRAWN), "revoke": act(GRANTED, to=REVOKED)},
    citation="Relais rule book, personnel (a benefit rests on a signed decision)",
)
