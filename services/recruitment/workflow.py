"""The procedures of recruitment as tables: which act leads from which states to which."""

from shared.i18n import _
from shared.workflow import Workflow, act

PROPOSED, APPROVED = _("proposed"), _("approved")
IDENTIFIED, VALIDATED = _("identified"), _("validated")
DRAFT, PUBLISHED = _("draft"), _("published")
SUBMITTED, ELIGIBLE, INELIGIBLE = _("submitted"), _("eligible"), _("ineligible")
DECIDED, CONFLICTING, WITHDRAWN, REVOKED = _("decided"), _("conflicting"), _("withdrawn"), _("revoked")
DECLARED, ENDED = _("declared"), _("ended")

CITATION = "Relais rule book, recruitment (state machines)"

POLICY = Workflow("policy", {"approve": act(PROPOSED, to=APPROVED)}, CITATION)
NEED = Workflow("need", {"validate": act(IDENTIFIED, to=VALIDATED)}, CITATION)
CAMPAIGN = Workflow("campaign", {"publish": act(DRAFT, to=PUBLISHED)}, CITATION)
CANDIDACY = Workflow("candidacy", {"find_eligible": act(SUBMITTED, to=ELIGIBLE), "find_ineligible": act(SUBMITTED, to=INELIGIBLE)}, CITATION)
HIRE = Workflow(
    "hire",
    {
        "withdraw": act(PROPOSED, to=WITHDRAWN),
        "decide": act(PROPOSED, to=DECIDED),
        "conflict": act(PROPOSED, WITHDRAWN, to=CONFLICTING),
        "settle": act(CONFLICTING, to=DECIDED),
        "revoke": act(DECIDED, CONFLICTING, to=REVOKED),
    },
    CITATION,
)
SHORTAGE = Workflow("shortage", {"end": act(DECLARED, to=ENDED)}, CITATION)

SEATED = (PROPOSED, DECIDED)
"""States in which a hire takes a seat of its need and of its post."""
