"""Who keeps the units of a facility: whoever manages the facility, and its own HR officer."""

from services.registry.persons.permissions import HR_WRITERS
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_keep_units(caller: Caller) -> Permission:
    if caller.has_role(*HR_WRITERS):
        return ALLOWED
    return Refusal("units-are-kept-by-hr", _("Only a regional administrator or the HR officer of a facility keeps its units."))


def can_keep_units_at(caller: Caller, authority_path: str) -> Permission:
    allowed = can_keep_units(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.manages(authority_path):
        return ALLOWED
    return Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours."))
