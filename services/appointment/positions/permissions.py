"""Who opens and reads leadership positions."""

from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

READERS = ("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "committee-member", "auditor")
READ_SCOPE = "appointment.read"

can_open_positions = with_role("regional-administrator")


def can_read_leaders(caller: Caller) -> Permission:
    """People who work with leaders, and machines that may read appointments in their territory."""
    if caller.is_machine:
        return ALLOWED if READ_SCOPE in caller.scopes else Refusal("scope-missing", _("This client lacks the scope {scope}."), {"scope": READ_SCOPE})
    return with_role(*READERS)(caller)


def can_open_at(caller: Caller, authority_path: str) -> Permission:
    """The administrator of the authority that manages the place."""
    if not can_open_positions(caller):
        return Refusal("role-missing", _("Only a regional administrator opens leadership positions."))
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("The position belongs to another authority."))
