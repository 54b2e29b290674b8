"""Who may identify, validate and read needs."""

from services.recruitment.needs.models import Need
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_identify_needs = with_role("regional-administrator", "facility-hr-officer", "head-of-facility")
can_read_needs = with_role("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor")


def can_identify_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this facility."))


def can_validate(caller: Caller, need: Need) -> Permission:
    """A regional administrator or a signatory of the authority, never the person who identified the need (SEC-02)."""
    if not caller.has_role("regional-administrator", "signatory"):
        return Refusal("role-missing", _("Only a regional administrator or a signatory validates a need."))
    if caller.actor == need.identified_by:
        return Refusal("validator-is-author", _("Another person than the one who identified the need must validate it."))
    if not caller.manages(need.authority_path):
        return Refusal("other-authority", _("The need belongs to another authority."))
    return ALLOWED
