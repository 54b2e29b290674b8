"""Who keeps health territories: the regional administrator of the authority that made each."""

from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_keep_territories(caller: Caller) -> Permission:
    if caller.has_role("regional-administrator"):
        return ALLOWED
    return Refusal("territories-are-kept-by-authorities", _("Only a regional administrator keeps health territories."))


def can_keep_territory(caller: Caller, authority_path: str) -> Permission:
    allowed = can_keep_territories(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("territory-not-yours", _("Another authority keeps this health territory."))
