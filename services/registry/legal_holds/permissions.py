"""Who keeps records from being erased: those who sign for the authority and its auditors, never those who keep the files."""

from services.registry.legal_holds.models import NOT_BY_PLACER, NOT_BY_PLACER_TEXT, LegalHold
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

HOLDERS = ("signatory", "auditor")


def can_hold(caller: Caller) -> Permission:
    """Placing and lifting are apart from HR: whoever would erase a file does not say that it may be erased."""
    if caller.has_role(*HOLDERS):
        return ALLOWED
    return Refusal("held-by-the-authority", _("Only a signatory or an auditor of the authority places and lifts a legal hold."))


def can_lift(caller: Caller, hold: LegalHold) -> Permission:
    allowed = can_hold(caller)
    return another_person(NOT_BY_PLACER, NOT_BY_PLACER_TEXT) if allowed is ALLOWED and hold.placed_by == caller.actor else allowed


def can_read_legal_holds(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role("regional-administrator") else can_hold(caller)
