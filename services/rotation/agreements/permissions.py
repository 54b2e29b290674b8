"""Who may draft, sign, suspend and read agreements."""

from services.rotation.agreements.models import Agreement
from services.rotation.sides import OTHER_SIDE, STAFF_OF_A_SIDE, acts_for, can_read_rotation, may_act_for
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_read_agreements = can_read_rotation
can_draft_agreements = with_role(*STAFF_OF_A_SIDE)
SIGNATORIES = ("head-of-facility", "signatory", "regional-administrator")


def can_draft(caller: Caller, *sides: tuple[str, str]) -> Permission:
    """Somebody of one of the two sides, or of the authority above."""
    return may_act_for(caller, *sides)


def can_enter_signed(caller: Caller) -> Permission:
    """An agreement that both sides have signed on paper is entered by the authority, not by one of them."""
    return ALLOWED if caller.has_role("regional-administrator") else Refusal("role-missing", _("Only a regional administrator enters an agreement that was signed on paper."))


def can_sign(caller: Caller, agreement: Agreement, side: str) -> Permission:
    """The head of that side's facility, or a signatory of its authority; one person never signs for both (SEC-02)."""
    if not caller.has_role(*SIGNATORIES):
        return Refusal("role-missing", _("Only a head of facility or a signatory signs an agreement."))
    other = agreement.receiver_signed_by if side == "giver" else agreement.giver_signed_by
    if caller.actor == other:
        return Refusal("same-signatory", _("The same person cannot sign for both sides."))
    return ALLOWED if acts_for(caller, *agreement.side(side)) else OTHER_SIDE


def can_name_focal_point(caller: Caller, agreement: Agreement, side: str) -> Permission:
    """Each side names its own: nobody tells another authority's people."""
    return may_act_for(caller, agreement.side(side))


def can_change(caller: Caller, agreement: Agreement) -> Permission:
    """Suspending, resuming and ending: the head of one side, or the authority."""
    return may_act_for(caller, *agreement.sides, roles=SIGNATORIES)
