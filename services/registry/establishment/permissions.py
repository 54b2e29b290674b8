"""Who runs the yearly round: the authority opens, arbitrates and notifies; HR of a facility asks."""

from services.registry.persons.permissions import can_write_at
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_run_rounds(caller: Caller) -> Permission:
    if caller.has_role("regional-administrator"):
        return ALLOWED
    return Refusal("rounds-are-run-by-the-authority", _("Only a regional administrator runs the yearly round of the establishment."))


def can_run_round_of(caller: Caller, authority_path: str) -> Permission:
    allowed = can_run_rounds(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("authority-not-yours", _("This authority is not yours."))


def can_ask_at(caller: Caller, authority_path: str) -> Permission:
    return can_write_at(caller, authority_path)
