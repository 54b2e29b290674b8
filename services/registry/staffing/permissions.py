"""Who sets the minimum staffing of a facility: its head, its HR, or the authority that manages it."""

from services.registry.persons.permissions import HR_WRITERS
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_set_minimums(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role(*HR_WRITERS, "head-of-facility") else Refusal("minimums-are-set-by-hr", _("Only HR and the head of a facility set its minimum staffing."))


def can_set_minimums_at(caller: Caller, authority_path: str) -> Permission:
    allowed = can_set_minimums(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours."))
