"""Who records mandates that ran before the system did; everybody who works with leaders reads them."""

from services.appointment.positions.permissions import can_read_leaders
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_record_mandates = with_role("regional-administrator")
can_read_mandates = can_read_leaders


def can_record_at(caller: Caller, authority_path: str) -> Permission:
    """The administrator of the authority that manages the place."""
    if not can_record_mandates(caller):
        return Refusal("role-missing", _("Only a regional administrator records mandates that run already."))
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("The position belongs to another authority."))
