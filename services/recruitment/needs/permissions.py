"""Who may identify, validate and read needs."""

from services.recruitment.needs.models import Need
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

can_identify_needs = with_role("regional-administrator", "facility-hr-officer", "head-of-facility")
_people = with_role(
    *("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "training-institute", "auditor"),
    *("pool-coordinator", "adviser", "service-partner"),
)


def can_read_needs(caller: Caller) -> Permission:
    """Those who hire, train, send on missions and take part in a pool; a ministry's machine for its territory."""
    if caller.is_machine:
        return ALLOWED if "recruitment.read" in caller.scopes else Refusal("scope-missing", _("Your client does not have the scope for this."))
    return _people(caller)


def can_identify_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this facility."))


def can_validate(caller: Caller, need: Need) -> Permission:
    """A regional administrator or a signatory of the authority, never the person who identified the need (SEC-02)."""
    if not caller.has_role("regional-administrator", "signatory"):
        return Refusal("role-missing", _("Only a regional administrator or a signatory validates a need."))
    if caller.actor == need.identified_by:
        return another_person("validator-is-author", _("Another person than the one who identified the need must validate it."))
    if not caller.manages(need.authority_path):
        return Refusal("other-authority", _("The need belongs to another authority."))
    return ALLOWED


def can_close(caller: Caller, need: Need) -> Permission:
    """Whoever could have identified it."""
    if can_identify_needs(caller) is not ALLOWED:
        return Refusal("role-missing", _("Only a regional administrator, a facility’s HR officer or its head closes a need."))
    return ALLOWED if caller.manages(need.authority_path) else Refusal("other-authority", _("The need belongs to another authority."))
