"""Who may declare, end and read shortage specialties."""

from services.recruitment.shortages.models import Shortage
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_declare_shortages = with_role("regional-administrator")
_people = with_role("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "training-institute", "ministry-analyst", "auditor")


def can_read_shortages(caller: Caller) -> Permission:
    """Those who plan, hire and train; a ministry's machine for its territory."""
    if caller.is_machine:
        return ALLOWED if "recruitment.read" in caller.scopes else Refusal("scope-missing", _("Your client does not have the scope for this."))
    return _people(caller)


def can_declare_for(caller: Caller, authority_path: str) -> Permission:
    """An authority's shortages are declared by those who act for it."""
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this authority."))


def can_end(caller: Caller, shortage: Shortage) -> Permission:
    if not caller.has_role("regional-administrator"):
        return Refusal("role-missing", _("Your role does not allow this."))
    return can_declare_for(caller, shortage.authority_path)
