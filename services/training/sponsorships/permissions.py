"""Who applies, judges, approves, and keeps a sponsored study."""

from services.training.roles import READERS
from services.training.sponsorships.models import Sponsorship
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

KEEPERS = ("regional-administrator", "facility-hr-officer")
BOARD = ("regional-administrator", "head-of-facility")


def can_apply_for_studies(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role(*KEEPERS) else Refusal("role-missing", _("Only a regional administrator or a facility's HR officer proposes stays and studies."))


def can_read_sponsorships(caller: Caller) -> Permission:
    """Those who manage, employ or organise; a ministry's machine for its territory."""
    return ALLOWED if caller.has_role(*READERS) or "training.read" in caller.scopes else Refusal("role-missing", _("Your role does not allow this."))


def can_apply_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this facility."))


def can_keep(caller: Caller, sponsorship: Sponsorship) -> Permission:
    """Eligibility, enrolment, progress, outcome and return are entered by those who act for the place."""
    allowed = can_apply_for_studies(caller)
    return can_apply_at(caller, sponsorship.authority_path) if allowed is ALLOWED else allowed


def can_decide_at_board(caller: Caller, sponsorship: Sponsorship) -> Permission:
    """The board's outcome is entered by another person than the one who applied (SEC-02)."""
    if not caller.has_role(*BOARD):
        return Refusal("role-missing", _("Only a regional administrator or the head of the facility enters what the board decided."))
    if caller.actor == sponsorship.applied_by:
        return another_person("approver-is-applicant", _("Another person than the one who applied must enter what the board decided."))
    return can_apply_at(caller, sponsorship.authority_path)


def can_check_degree(caller: Caller, sponsorship: Sponsorship) -> Permission:
    """Who entered the diploma does not verify it (SEC-02)."""
    allowed = can_keep(caller, sponsorship)
    if allowed is not ALLOWED:
        return allowed
    if caller.actor == sponsorship.outcome_by:
        return another_person("declarer-does-not-verify", _("Another person than the one who entered the diploma checks it with the issuer."))
    return ALLOWED
