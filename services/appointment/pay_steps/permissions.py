"""Who may read, enter and propose pay steps."""

from services.appointment.pay_steps.models import PayStep, PayStepList
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_keep_pay_steps = with_role("regional-administrator", "facility-hr-officer")


def can_keep(caller: Caller, thing: PayStep | PayStepList) -> Permission:
    """The HR officer or administrator who acts for the facility. A signatory grants, in the register of decisions."""
    if not caller.has_role("regional-administrator", "facility-hr-officer"):
        return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer keeps pay steps."))
    return ALLOWED if caller.manages(thing.authority_path) else Refusal("other-authority", _("You do not act for this facility."))
