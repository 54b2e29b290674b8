"""Who asks for a leave and who decides it: never the same person; its type is for HR of the employer."""

from services.registry.absences.models import Absence
from services.registry.persons.permissions import HR_READERS, HR_WRITERS
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

LEAVE_WRITERS = (*HR_WRITERS, "head-of-facility")


def can_keep_absences(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role(*LEAVE_WRITERS) else Refusal("leave-is-kept-by-hr", _("Only HR and the head of the facility keep leave."))


def can_read_absences(caller: Caller) -> Permission:
    if caller.has_role(*HR_READERS) or "registry.read" in caller.scopes:
        return ALLOWED
    return Refusal("leave-closed", _("Your role reads when people are available, not their leave."))


def can_keep_absences_at(caller: Caller, authority_path: str) -> Permission:
    allowed = can_keep_absences(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours."))


def can_decide(caller: Caller, absence: Absence) -> Permission:
    """Another person than the one who asked."""
    allowed = can_keep_absences_at(caller, absence.authority_path)
    if allowed is not ALLOWED:
        return allowed
    if absence.requested_by == caller.actor:
        return another_person("requester-does-not-decide", _("You asked for this leave: another person decides it (SEC-02)."))
    return ALLOWED
