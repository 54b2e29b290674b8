"""Who offers services, who asks for them, who answers, and who reads."""

from services.recruitment.partner_services.models import ServiceOffer, ServiceRequest
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

ASKERS = ("adviser", "pool-coordinator", "regional-administrator")
can_offer_services = with_role("service-partner", "pool-coordinator", "regional-administrator")
can_ask_services = with_role(*ASKERS)
can_answer_services = with_role("service-partner", *ASKERS)
can_read_offers = with_role("service-partner", *ASKERS, "facility-hr-officer", "head-of-facility", "auditor")
can_read_requests = with_role("service-partner", *ASKERS, "auditor")


def can_offer_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this facility."))


def can_end(caller: Caller, offer: ServiceOffer) -> Permission:
    if can_offer_services(caller) is not ALLOWED:
        return Refusal("role-missing", _("Your role does not allow this."))
    return can_offer_at(caller, offer.authority_path)


def can_answer(caller: Caller, request: ServiceRequest) -> Permission:
    """The partner who was asked; the adviser's side enters what the partner said."""
    if can_answer_services(caller) is not ALLOWED:
        return Refusal("role-missing", _("Your role does not allow this."))
    if caller.manages(request.authority_path) or (caller.has_role("service-partner") and request.partner_code in caller.parties):
        return ALLOWED
    return Refusal("other-authority", _("You do not act for this facility."))


def reads_persons(caller: Caller, request: ServiceRequest) -> bool:
    """The partner learns who it is from the adviser, when both agreed."""
    return caller.has_role(*ASKERS, "auditor") and caller.manages(request.authority_path)
