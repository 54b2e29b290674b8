"""Who may declare and read populations."""

from services.observatory.areas import Area
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_declare_populations = with_role("regional-administrator")
_readers = with_role("regional-administrator", "signatory", "facility-hr-officer", "head-of-facility", "ministry-analyst", "auditor")


def can_read_populations(caller: Caller) -> Permission:
    """Those who read figures, and machines with the scope for it: a population is a public number."""
    return ALLOWED if "observatory.read" in caller.scopes else _readers(caller)


def can_declare_for(caller: Caller, area: Area) -> Permission:
    return ALLOWED if area.is_open_to(caller) else Refusal("other-authority", _("You do not act for this area."))
