"""Everything in rotation has two sides, one that gives and one that receives: each acts for itself, an authority for those that it manages."""

from shared.auth import ALLOWED, Caller, Permission
from shared.directory import Place
from shared.errors import Refusal
from shared.i18n import _

STAFF_OF_A_SIDE = ("regional-administrator", "facility-hr-officer", "head-of-facility", "agreement-focal-point")
READERS = (*STAFF_OF_A_SIDE, "signatory", "training-institute", "auditor")

ROLE_MISSING = Refusal("role-missing", _("Your role does not allow this."))
OTHER_SIDE = Refusal("other-authority", _("You do not act for this facility."))


def shared_between(owner: Place, other: Place | None) -> list[str]:
    """Both facilities and, when the other one stands under other authorities, those too: they act for it, though no territory joins the two."""
    if other is None:
        return [owner.code]
    above = owner.authority_path.split(".")
    return [owner.code, other.code, *(code for code in other.authority_path.split(".") if code not in above and code != other.code)]


def shared_along(own_path: str, other_path: str) -> list[str]:
    """The other facility and the authorities above it that do not stand above the owner."""
    own = own_path.split(".")
    return [code for code in other_path.split(".") if code not in own]


def can_read_rotation(caller: Caller) -> Permission:
    """People who work on support between facilities, and partner systems with the scope for it."""
    return ALLOWED if caller.has_role(*READERS) or "rotation.read" in caller.scopes else ROLE_MISSING


def acts_for(caller: Caller, code: str, path: str) -> bool:
    """The caller works for this facility, or for an authority above it."""
    return code in caller.facilities or caller.manages(path)


def may_act_for(caller: Caller, *sides: tuple[str, str], roles: tuple[str, ...] = STAFF_OF_A_SIDE) -> Permission:
    """Someone with one of the roles who acts for at least one of the sides, each given as code and authority path."""
    if not caller.has_role(*roles):
        return ROLE_MISSING
    return ALLOWED if any(acts_for(caller, code, path) for code, path in sides) else OTHER_SIDE
