"""Who may send and answer offers."""

from services.recruitment.offers.models import Offer
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_send_offers = with_role("regional-administrator", "facility-hr-officer")
can_read_offers = with_role("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor")


def can_answer(caller: Caller, offer: Offer) -> Permission:
    """Whoever sends offers records the person's answer."""
    if not can_send_offers(caller):
        return Refusal("role-missing", _("Only a regional administrator or a facility's HR officer records the answer to an offer."))
    return ALLOWED if caller.manages(offer.authority_path) else Refusal("other-authority", _("The offer belongs to another authority."))
