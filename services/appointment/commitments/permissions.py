"""Who sees commitments, who sees their money, and who acts on them."""

from services.appointment.commitments.models import Commitment
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

READ_SCOPE = "appointment.read"
CREDITORS = ("regional-administrator", "facility-hr-officer", "signatory", "auditor")

can_handle_commitments = with_role("regional-administrator", "facility-hr-officer")
can_read_money = with_role(*CREDITORS)
can_waive_repayments = with_role("signatory")
can_keep_budgets = with_role("regional-administrator", "signatory")


def can_read_commitments(caller: Caller) -> Permission:
    """Those who plan people see that somebody is bound and until when; the creditor's side alone sees money and what became of it."""
    if caller.is_machine:
        return ALLOWED if READ_SCOPE in caller.scopes else Refusal("scope-missing", _("This client lacks the scope {scope}."), {"scope": READ_SCOPE})
    return with_role(*CREDITORS, "head-of-facility", "training-institute")(caller)


def sees_money(caller: Caller) -> bool:
    return not caller.is_machine and can_read_money(caller) is ALLOWED


def can_handle(caller: Caller, commitment: Commitment) -> Permission:
    """The HR officer of the place, or the administrator of the authority."""
    if can_handle_commitments(caller) is not ALLOWED:
        return Refusal("role-missing", _("Your role does not allow this."))
    return ALLOWED if caller.manages(commitment.authority_path) else Refusal("other-authority", _("The commitment belongs to another authority."))


def can_waive(caller: Caller, commitment: Commitment) -> Permission:
    """A signatory of the authority that gave the benefit."""
    if can_waive_repayments(caller) is not ALLOWED:
        return Refusal("role-missing", _("Only a signatory gives up what is owed."))
    return ALLOWED if caller.manages(commitment.authority_path) else Refusal("other-authority", _("The commitment belongs to another authority."))
