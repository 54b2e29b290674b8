"""Who may register and judge candidacies."""

from services.recruitment.candidacies.models import Candidacy
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_register_candidacies = with_role("regional-administrator", "facility-hr-officer")
can_read_candidacies = with_role("regional-administrator", "facility-hr-officer", "signatory", "auditor")


def can_judge(caller: Caller, candidacy: Candidacy) -> Permission:
    """The administrator or the HR officer who acts for the facility."""
    if not caller.has_role("regional-administrator", "facility-hr-officer"):
        return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer decides on eligibility."))
    return ALLOWED if caller.manages(candidacy.authority_path) else Refusal("other-authority", _("The candidacy belongs to another authority."))


def can_register_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this facility."))
