"""Who may propose, withdraw, settle and read hires; who signs is the matter of the register of decisions."""

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.hires.models import Hire
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_propose_hires = with_role("regional-administrator", "facility-hr-officer")
_people = with_role("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor")


def can_read_hires(caller: Caller) -> Permission:
    """Those who propose and sign, and the head whose facility receives; a ministry's machine for its territory."""
    if caller.is_machine:
        return ALLOWED if "recruitment.read" in caller.scopes else Refusal("scope-missing", _("Your client does not have the scope for this."))
    return _people(caller)


def can_propose(caller: Caller, candidacy: Candidacy) -> Permission:
    """The administrator or the HR officer who acts for the facility."""
    if not can_propose_hires(caller):
        return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer proposes a hire."))
    return ALLOWED if caller.manages(candidacy.authority_path) else Refusal("other-authority", _("The candidacy belongs to another authority."))


def can_withdraw(caller: Caller, hire: Hire) -> Permission:
    """Whoever could have proposed it may take it back before the signature."""
    if not can_propose_hires(caller):
        return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer withdraws a hire."))
    return ALLOWED if caller.manages(hire.authority_path) else Refusal("other-authority", _("The hire belongs to another authority."))


def can_settle(caller: Caller, hire: Hire) -> Permission:
    """The administrator or the HR officer who removed what stood against a signed hire."""
    if not can_propose_hires(caller):
        return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer settles a hire."))
    return ALLOWED if caller.manages(hire.authority_path) else Refusal("other-authority", _("The hire belongs to another authority."))
