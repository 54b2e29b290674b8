"""Who may follow, report on and settle probations."""

from services.appointment.decisions.permissions import READ_SCOPE
from services.appointment.probations.models import Probation
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

READERS = ("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor")
can_follow_probations = with_role("regional-administrator", "facility-hr-officer", "head-of-facility")


def can_read_personnel(caller: Caller) -> Permission:
    """Those who keep or decide on the HR file, each at their own places; a ministry's machine for its territory."""
    if caller.is_machine:
        return ALLOWED if READ_SCOPE in caller.scopes else Refusal("scope-missing", _("This client lacks the scope {scope}."), {"scope": READ_SCOPE})
    return with_role(*READERS)(caller)


def can_follow(caller: Caller, probation: Probation) -> Permission:
    """The HR officer or administrator who acts for the facility names the mentor and enters reports."""
    if not caller.has_role("regional-administrator", "facility-hr-officer"):
        return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer follows a probation."))
    return ALLOWED if caller.manages(probation.authority_path) else Refusal("other-authority", _("You do not act for this facility."))


def can_judge(caller: Caller, probation: Probation) -> Permission:
    """The head of the facility; an administrator enters the opinion that the head signed on paper."""
    if not caller.has_role("head-of-facility", "regional-administrator"):
        return Refusal("role-missing", _("Only the head of the facility gives this opinion; an administrator may enter the one that was signed on paper."))
    return ALLOWED if caller.manages(probation.authority_path) else Refusal("other-authority", _("You do not act for this facility."))


def can_propose_outcome(caller: Caller, probation: Probation) -> Permission:
    """An HR officer or administrator; never the one who gave or entered the head's opinion (SEC-02)."""
    if not (allowed := can_follow(caller, probation)):
        return allowed
    if probation.head_opinion and probation.head_opinion["entered_by"] == caller.actor:
        return Refusal("proposer-gave-opinion", _("You entered the head's opinion: another person proposes the outcome."))
    return ALLOWED
