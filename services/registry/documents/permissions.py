"""Who reads the papers of a person, who adds them, and who checks them: HR and the heads of those who employ; never whoever added one (SEC-02)."""

from uuid import UUID

from services.registry.documents.models import DocumentVersion
from services.registry.persons.permissions import HR_READERS, HR_WRITERS
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person


def can_read_documents(caller: Caller) -> Permission:
    """People alone: the papers of a file are no data of an exchange."""
    return ALLOWED if caller.has_role(*HR_READERS, "licensing-officer") else Refusal("documents-closed", _("Your role does not open the documents of persons."))


def can_add_documents(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role(*HR_WRITERS, "licensing-officer") else Refusal("documents-are-kept-by-hr", _("HR and the licensing officer keep the documents of persons."))


def can_check_documents(caller: Caller) -> Permission:
    return ALLOWED if caller.has_role(*HR_WRITERS, "licensing-officer", "signatory") else Refusal("check-closed", _("Your role does not check documents."))


def can_check(caller: Caller, version: DocumentVersion, own_person: UUID | None) -> Permission:
    allowed = can_check_documents(caller)
    if allowed is not ALLOWED:
        return allowed
    if version.added_by == caller.actor or version.person_id == own_person:
        return another_person("adder-does-not-check", _("Whoever added a document, or whose it is, does not check it."))
    return ALLOWED
