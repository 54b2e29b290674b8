"""Who registers institutes, sets their seats and records conventions: an authority above them, never the institute itself."""

from services.training.roles import ORGANISERS, acts_for
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

SUPERVISORS = ("training-institute", "regional-administrator")

can_supervise_institutes = with_role(*SUPERVISORS)
can_record_conventions = with_role(*ORGANISERS, "head-of-facility")


def can_supervise(caller: Caller, authority_path: str) -> Permission:
    """The authority decides how many are trained; an institute asks for it."""
    if not caller.has_role(*SUPERVISORS):
        return Refusal("role-missing", _("Your role does not allow this."))
    if not any(authority_path.startswith(path + ".") for path in caller.scope):
        return Refusal("not-the-authority", _("An authority above the institute decides this, not the institute itself."))
    return ALLOWED


def can_keep_convention(caller: Caller, authority_path: str) -> Permission:
    """The institute, or an authority above it."""
    return acts_for(caller, authority_path) if caller.has_role(*ORGANISERS, "head-of-facility") else Refusal("role-missing", _("Your role does not allow this."))
