"""Who answers a request: the role that its procedure names, at the facility; never whoever asked, or entered what came on paper."""

from services.registry.persons.permissions import HR_READERS
from services.registry.procedures.catalogue import Procedure
from services.registry.requests.models import Request
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

NOT_YOURS = Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours."))
ANSWERERS = ("regional-administrator", "facility-hr-officer", "head-of-facility")


def can_read_requests(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role(*HR_READERS) else Refusal("requests-closed", _("Your role does not open the requests of others."))


def can_answer_requests(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role(*ANSWERERS) else Refusal("requests-are-answered-by-hr", _("HR and the head of the facility answer requests."))


def can_answer(caller: Caller, request: Request) -> Permission:
    """Following a request up, at the facility."""
    allowed = can_answer_requests(caller)
    if allowed is not ALLOWED:
        return allowed
    if not caller.manages(request.authority_path):
        return NOT_YOURS
    if request.asked_by == caller.actor and request.channel == "online":
        return another_person("asker-does-not-decide", _("This request is your own: another person decides it (SEC-02)."))
    return ALLOWED


def can_decide(caller: Caller, request: Request, procedure: Procedure) -> Permission:
    """The role that the procedure names, or the administrator above."""
    allowed = can_answer(caller, request)
    if allowed is not ALLOWED:
        return allowed
    if request.asked_by == caller.actor:
        return another_person("receiver-does-not-decide", _("You entered this request: another person decides it (SEC-02)."))
    if caller.has_role(procedure.decides, "regional-administrator"):
        return ALLOWED
    return Refusal("decided-by-another-role", _("This procedure is decided by: {role}."), {"role": procedure.decides}, rule=procedure.rule)
