"""A right to practise is kept by the licensing authority alone: HR reads it and does not edit it (SEC-02)."""

from services.registry.persons.permissions import HR_READERS
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_keep_licences(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role("licensing-officer") else Refusal("licences-are-kept-by-licensing", _("Only a licensing officer edits a right to practise."))


def can_keep_licence(caller: Caller, authority_path: str) -> Permission:
    allowed = can_keep_licences(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("Another authority keeps this person's right to practise."))


def can_read_licences(caller: Caller) -> Permission:
    if caller.has_role(*HR_READERS, "licensing-officer", "agreement-focal-point") or "registry.read" in caller.scopes:
        return ALLOWED
    return Refusal("licences-closed", _("Your role does not open licences."))
