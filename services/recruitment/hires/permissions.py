"""Who may propose, sign and read hires."""

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.hires.models import Hire
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_propose_hires = with_role("regional-administrator", "facility-hr-officer")
can_read_hires = with_role("regional-administrator", "facility-hr-officer", "signatory", "auditor")


def can_propose(caller: Caller, candidacy: Candidacy) -> Permission:
    """The administrator or the HR officer who acts for the facility."""
    if not can_propose_hires(caller):
        return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer proposes a hire."))
    return ALLOWED if caller.manages(candidacy.authority_path) else Refusal("other-authority", _("The candidacy belongs to another authority."))


def can_decide(caller: Caller, hire: Hire) -> Permission:
    """A signatory of the authority, never the person who proposed the hire (SEC-02)."""
    if not caller.has_role("signatory"):
        return Refusal("role-missing", _("Only a signatory decides a hire."))
    if caller.actor == hire.proposed_by:
        return Refusal("signatory-is-proposer", _("Another person than the one who proposed the hire must sign it."))
    return ALLOWED if caller.manages(hire.authority_path) else Refusal("other-authority", _("The hire belongs to another authority."))
