"""A sponsored study as a table, from the application to the return."""

from shared.i18n import _
from shared.workflow import Workflow, act

APPLIED, ELIGIBLE, INELIGIBLE = _("applied"), _("eligible"), _("ineligible")
BOARD_APPROVED, BOARD_REFUSED, BONDED, CONFLICTING = _("board_approved"), _("board_refused"), _("bonded"), _("conflicting")
ENROLLED, STUDYING = _("enrolled"), _("studying")
GRADUATED, FAILED, ABANDONED, RETURNED = _("graduated"), _("failed"), _("abandoned"), _("returned")
WITHDRAWN, REVOKED = _("withdrawn"), _("revoked")
DEGREE_DECLARED = _("degree_declared")
"""Beside the state: a diploma was entered, and nobody has checked it with the issuer yet."""

SPONSORSHIP = Workflow(
    "sponsorship",
    {
        "find_eligible": act(APPLIED, to=ELIGIBLE),
        "find_ineligible": act(APPLIED, to=INELIGIBLE),
        "approve": act(ELIGIBLE, to=BOARD_APPROVED),
        "refuse": act(ELIGIBLE, to=BOARD_REFUSED),
        "withdraw": act(APPLIED, ELIGIBLE, BOARD_APPROVED, to=WITHDRAWN),
        "bond": act(BOARD_APPROVED, to=BONDED),
        "conflict": act(BOARD_APPROVED, to=CONFLICTING),
        "enrol": act(BONDED, to=ENROLLED),
        "progress": act(ENROLLED, STUDYING, to=STUDYING),
        "graduate": act(STUDYING, to=GRADUATED),
        "fail": act(ENROLLED, STUDYING, to=FAILED),
        "abandon": act(BONDED, ENROLLED, STUDYING, to=ABANDONED),
        "check_degree": act(DEGREE_DECLARED, to=DEGREE_DECLARED),
        "return": act(GRADUATED, FAILED, ABANDONED, to=RETURNED),
        "revoke": act(BONDED, CONFLICTING, ENROLLED, STUDYING, to=REVOKED),
    },
    citation="Relais rule book, training (sponsored studies)",
)
