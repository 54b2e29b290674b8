"""Who enters facilities: the regional administrator of the authority that manages them."""

from shared.auth import ALLOWED, Caller, Permission, path_of
from shared.errors import Refusal
from shared.i18n import _


def can_write_facilities(caller: Caller) -> Permission:
    if caller.has_role("regional-administrator"):
        return ALLOWED
    return Refusal("facilities-are-kept-by-authorities", _("Only a regional administrator enters and changes facilities."))


def can_write_facility_of(caller: Caller, authority: str) -> Permission:
    """A facility is entered by the authority that manages it, and by no other."""
    allowed = can_write_facilities(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.manages(path_of(authority)):
        return ALLOWED
    return Refusal("authority-not-yours", _("You have no relation with the authority {authority}."), {"authority": authority})
