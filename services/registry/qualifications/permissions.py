"""Who declares and who verifies: never the same person (SEC-02)."""

from uuid import UUID

from services.registry.persons.permissions import HR_WRITERS, can_write_people
from services.registry.qualifications.models import Qualification
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person


def can_declare_qualifications(caller: Caller) -> Permission:
    return can_write_people(caller)


def can_verify_qualifications(caller: Caller) -> Permission:
    if caller.has_role(*HR_WRITERS, "signatory", "licensing-officer"):
        return ALLOWED
    return Refusal("verification-closed", _("Your role does not verify qualifications."))


def can_verify(caller: Caller, qualification: Qualification, own_person: UUID | None) -> Permission:
    """Neither whoever declared a qualification nor its holder verifies it (SEC-02, R-HOLDER); `own_person` is the person behind the caller's account."""
    allowed = can_verify_qualifications(caller)
    if allowed is not ALLOWED:
        return allowed
    if qualification.declared_by == caller.actor:
        return another_person("declarer-does-not-verify", _("You declared this qualification: another person verifies it (SEC-02)."))
    if qualification.person_id == own_person:
        return another_person("holder-does-not-verify", _("This qualification is your own: another person verifies it (SEC-02)."))
    return ALLOWED
