"""Who proposes stays abroad, records the way out and back, and reads them."""

from services.training.roles import READERS
from services.training.stays.models import Stay, StayGroup
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _

PROPOSERS = ("regional-administrator", "facility-hr-officer")
ADDERS = (*PROPOSERS, "head-of-facility")


def can_propose_stays(caller: Caller) -> Permission:
    if caller.has_role(*PROPOSERS):
        return ALLOWED
    return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer proposes stays and studies."))


def can_add_to_stays(caller: Caller) -> Permission:
    """Beside them the head of the facility, who alone lets the minimum staffing be broken."""
    return ALLOWED if caller.has_role(*ADDERS) else Refusal("role-missing", _("Your role does not allow this."))


def can_read_stays(caller: Caller) -> Permission:
    """Those who manage, employ or organise; a ministry's machine for its territory."""
    return ALLOWED if caller.has_role(*READERS) or "training.read" in caller.scopes else Refusal("role-missing", _("Your role does not allow this."))


def can_propose_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for all the facilities of these people."))


def can_keep(caller: Caller, record: Stay | StayGroup) -> Permission:
    """The way out, the way back and the report are entered by those who act for the place."""
    allowed = can_propose_stays(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(record.authority_path) else Refusal("other-authority", _("You do not act for this facility."))
