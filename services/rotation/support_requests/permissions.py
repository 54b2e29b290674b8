"""Who may ask for support, and who decides on a request."""

from services.rotation.sides import OTHER_SIDE, STAFF_OF_A_SIDE, can_read_rotation, may_act_for
from services.rotation.support_requests.models import SupportRequest
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

can_submit_requests = with_role(*STAFF_OF_A_SIDE)
can_read_requests = can_read_rotation


def can_submit(caller: Caller, receiver: tuple[str, str]) -> Permission:
    """Somebody of the facility that needs the support, or of the authority above."""
    return may_act_for(caller, receiver)


def can_decide(caller: Caller, request: SupportRequest) -> Permission:
    """The administrator, or the facility that is asked; never the person who submitted it (SEC-02)."""
    if not caller.has_role("regional-administrator", "signatory", "head-of-facility", "facility-hr-officer"):
        return Refusal("role-missing", _("Only an administrator or the facility that is asked decides on a request."))
    if caller.actor == request.submitted_by:
        return another_person("decider-is-author", _("Another person than the one who submitted the request must decide on it."))
    if caller.has_role("regional-administrator", "signatory") and caller.manages(request.authority_path):
        return ALLOWED
    return ALLOWED if request.giver_code is not None and request.giver_code in caller.facilities else OTHER_SIDE
