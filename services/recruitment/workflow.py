"""The five procedures of recruitment as tables: which act leads from which states to which."""

from shared.i18n import _
from shared.workflow import Workflow, act

PROPOSED, APPROVED = _("proposed"), _("approved")
IDENTIFIED, VALIDATED = _("identified"), _("validated")
DRAFT, PUBLISHED = _("draft"), _("published")
SUBMITTED, ELIGIBLE, INELIGIBLE = _("submitted"), _("eligible"), _("ineligible")
DECIDED = _("decided")

CITATION = "Relais rule book, recruitment (state machines)"

POLICY = Workflow("policy", {"approve": act(PROPOSED, to=APPROVED)}, CITATION)
NEED = Workflow("need", {"validate": act(IDENTIFIED, to=VALIDATED)}, CITATION)
CAMPAIGN = Workflow("campaign", {"publish": act(DRAFT, to=PUBLISHED)}, CITATION)
CANDIDACY = Workflow("candidacy", {"find_eligible": act(SUBMITTED, to=ELIGIBLE), "find_ineligible": act(SUBMITTED, to=INELIGIBLE)}, CITATION)
HIRE = Workflow("hire", {"decide": act(PROPOSED, to=DECIDED)}, CITATION)
