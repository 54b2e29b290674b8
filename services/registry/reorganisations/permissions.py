"""Who reorganises: the regional administrator whose territory covers all that is touched."""

from collections.abc import Iterable

from services.registry.facilities.permissions import can_write_facility_of
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_reorganise(caller: Caller) -> Permission:
    if caller.has_role("regional-administrator"):
        return ALLOWED
    return Refusal("reorganised-by-authorities", _("Only a regional administrator reorganises areas, facilities and posts."))


def can_read_reorganisations(caller: Caller) -> Permission:
    """Those who decide, those who keep the files of the people touched, and those who look afterwards."""
    if caller.has_role("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor"):
        return ALLOWED
    return Refusal("reorganisations-closed", _("Your role does not open reorganisations."))


def can_change_area(caller: Caller, code: str, within: Iterable[str]) -> Permission:
    """An area is changed by whoever has it, or an area above it, as a territory."""
    allowed = can_reorganise(caller)
    if allowed is not ALLOWED:
        return allowed
    if not set(caller.territories).isdisjoint(within):
        return ALLOWED
    return Refusal("area-not-yours", _("The area {area} is not in your territory."), {"area": code})


def can_move_under(caller: Caller, authority: str) -> Permission:
    """A facility goes from one authority to another when the caller acts for both."""
    return can_write_facility_of(caller, authority)
