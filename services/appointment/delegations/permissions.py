"""Who reads the competence matrix, and who enters what an authority delegates."""

from services.appointment.decisions.permissions import can_read_decisions
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_read_delegations = can_read_decisions
can_give_delegations = with_role("regional-administrator", "signatory")


def can_give(caller: Caller, authority_path: str) -> Permission:
    """Those who sign or administer for the authority that gives."""
    if (allowed := can_give_delegations(caller)) is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("Only a signatory or administrator of this authority says what it delegates."))
