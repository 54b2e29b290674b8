"""Who may read, sign, number and revoke decisions."""

from services.appointment.decisions.models import Decision
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

READERS = ("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "training-institute", "licensing-officer", "auditor")
READ_SCOPE = "appointment.read"


def can_read_decisions(caller: Caller) -> Permission:
    """Those who work with decisions, each at their own places; a ministry's machine for its territory."""
    if caller.is_machine:
        return ALLOWED if READ_SCOPE in caller.scopes else Refusal("scope-missing", _("This client lacks the scope {scope}."), {"scope": READ_SCOPE})
    return with_role(*READERS)(caller)


can_sign_decisions = with_role("signatory")
can_number_decisions = with_role("signatory", "regional-administrator", "facility-hr-officer")
can_keep_register = with_role("signatory", "regional-administrator")


def can_keep(caller: Caller, authority_path: str) -> Permission:
    """Those who sign or administer for the authority itself."""
    if can_keep_register(caller) is ALLOWED and caller.manages(authority_path):
        return ALLOWED
    return Refusal("other-authority", _("Only a signatory or administrator of this authority keeps its register."))


def can_sign(caller: Caller, decision: Decision) -> Permission:
    """A signatory of an authority above the place that is concerned. That it is not the proposer is a rule of its own (SEC-02)."""
    if not caller.has_role("signatory"):
        return Refusal("role-missing", _("Only a signatory signs decisions."))
    return ALLOWED if caller.manages(decision.authority_path) else Refusal("other-authority", _("The decision belongs to another authority."))


def can_revoke(caller: Caller, decision: Decision) -> Permission:
    """The same power that signs also takes back."""
    return can_sign(caller, decision)


def can_number(caller: Caller, decision: Decision) -> Permission:
    """Whoever keeps the file writes the number that stands on the signed paper."""
    if can_number_decisions(caller) is not ALLOWED:
        return Refusal("role-missing", _("Your role does not allow this."))
    return ALLOWED if caller.manages(decision.authority_path) else Refusal("other-authority", _("The decision belongs to another authority."))


def can_propose_replacement(caller: Caller, decision: Decision) -> Permission:
    """Whoever may number it proposes another text; a signatory then signs it."""
    return can_number(caller, decision)
