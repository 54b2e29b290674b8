"""Who enrols and withdraws people."""

from services.training.enrolments.models import Enrolment
from services.training.roles import can_send_people
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_enrol_at(caller: Caller, authority_path: str) -> Permission:
    """A person is enrolled by those who manage or employ them."""
    allowed = can_send_people(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours."))


def can_withdraw(caller: Caller, enrolment: Enrolment) -> Permission:
    """Those who enrol, and the organiser of the session."""
    allowed = can_send_people(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.manages(enrolment.authority_path) or enrolment.session.authority in caller.parties or caller.manages(enrolment.session.authority_path):
        return ALLOWED
    return Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours."))
