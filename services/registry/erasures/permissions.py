"""Who has a file erased: whoever keeps it proposes, a records officer of the same authority confirms, and they are two (SEC-02)."""

from uuid import UUID

from services.registry.erasures.models import ANOTHER, ANOTHER_TEXT, Erasure
from services.registry.persons.permissions import HR_WRITERS, can_change_person, can_write_people
from services.registry.rules import PRP_ERASURE
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person


def can_read_erasures(caller: Caller) -> Permission:
    if caller.has_role(*HR_WRITERS, "auditor"):
        return ALLOWED
    return Refusal("erasures-closed", _("Your role does not open the erasures of files."))


def can_propose(caller: Caller, authority_path: str) -> Permission:
    return can_change_person(caller, authority_path)


def can_decide_erasures(caller: Caller) -> Permission:
    if caller.has_role("records-officer"):
        return can_write_people(caller)
    return Refusal("decided-by-records-officer", _("A records officer decides whether a file is erased."))


def can_decide(caller: Caller, erasure: Erasure, own_person: UUID | None) -> Permission:
    """`own_person` is the person behind the caller's account."""
    allowed = can_decide_erasures(caller)
    if allowed is ALLOWED:
        allowed = can_change_person(caller, erasure.authority_path)
    if allowed is ALLOWED and (erasure.asked_by == caller.actor or own_person == erasure.person_id):
        return another_person(ANOTHER, ANOTHER_TEXT, PRP_ERASURE)
    return allowed
