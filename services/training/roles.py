"""Who does what in training. The only place where its predicates read roles."""

from services.training.base import Record
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _

ORGANISERS = ("training-institute", "regional-administrator", "facility-hr-officer")
SENDERS = (*ORGANISERS, "head-of-facility")
APPROVERS = ("signatory", "regional-administrator", "head-of-facility")
READERS = (*SENDERS, "signatory", "auditor", "committee-member")
PUBLIC_READERS = (*READERS, "ministry-analyst", "health-worker", "mentor")


def acts_for(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this authority."))


def can_organise_training(caller: Caller) -> Permission:
    """Plans, courses, sessions, attendance and marks: the training centre, the administrator, or the HR officer for the facility's own."""
    return ALLOWED if caller.has_role(*ORGANISERS) else Refusal("role-missing", _("Only a training centre, a regional administrator or an HR officer organises training."))


def can_organise(caller: Caller, record: Record) -> Permission:
    allowed = can_organise_training(caller)
    return acts_for(caller, record.authority_path) if allowed is ALLOWED else allowed


def can_send_people(caller: Caller) -> Permission:
    """Enrolling and withdrawing people: whoever organises, and the head of their facility."""
    return ALLOWED if caller.has_role(*SENDERS) else Refusal("role-missing", _("Your role does not allow this."))


def can_approve_plans(caller: Caller) -> Permission:
    return (
        ALLOWED if caller.has_role(*APPROVERS) else Refusal("role-missing", _("Only a signatory, a regional administrator or the head of the facility decides on a training plan."))
    )


def can_read_training(caller: Caller) -> Permission:
    """Who is enrolled and who came: those who manage, employ or organise, and machines with `training.read` in their territory."""
    return ALLOWED if caller.has_role(*READERS) or "training.read" in caller.scopes else Refusal("role-missing", _("Your role does not allow this."))


def can_read_offers(caller: Caller) -> Permission:
    """Plans, courses and sessions name nobody: analysts and health workers read them too."""
    return ALLOWED if caller.has_role(*PUBLIC_READERS) or "training.read" in caller.scopes else Refusal("role-missing", _("Your role does not allow this."))
