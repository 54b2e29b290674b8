"""The life of a step: held, the next one proposed, then past; and of a list of proposals."""

from shared.i18n import _
from shared.workflow import Workflow, act

CURRENT, PROPOSED, PAST, REVOKED = _("current"), _("proposed"), _("past"), _("revoked")
GRANTED, WITHDRAWN = _("granted"), _("withdrawn")
HELD = (CURRENT, PROPOSED)
MERIT, RETIREMENT = "merit", "retirement"
"""Grounds of an early step (PAY-02): only those for merit count in the share of the staff."""

PAY_STEP = Workflow(
    "pay-step",
    {"propose": act(CURRENT, to=PROPOSED), "pass": act(PROPOSED, to=PAST), "return": act(PROPOSED, PAST, to=CURRENT), "revoke": act(CURRENT, to=REVOKED)},
    citation="Relais rule book, personnel (a person holds one step; the next is granted by a signed decision)",
)
PAY_STEP_LIST = Workflow(
    "pay-step-list",
    {"grant": act(PROPOSED, to=GRANTED), "withdraw": act(PROPOSED, to=WITHDRAWN), "revoke": act(GRANTED, to=REVOKED)},
    citation="Relais rule book, personnel (one decision grants the steps of its annexed list)",
)
