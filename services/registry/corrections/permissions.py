"""Who decides on what a person disputes: HR of the authority that keeps the file, and never whoever asked or whose file it is (SEC-02)."""

from uuid import UUID

from services.registry.corrections.models import Correction
from services.registry.persons.permissions import can_change_person, can_write_people
from services.registry.rules import SEC_02_OWN
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_decide_corrections(caller: Caller) -> Permission:
    return can_write_people(caller)


def can_decide(caller: Caller, correction: Correction, own_person: UUID | None) -> Permission:
    """`own_person` is the person behind the caller's account."""
    allowed = can_change_person(caller, correction.authority_path)
    if allowed is not ALLOWED:
        return allowed
    if correction.requested_by == caller.actor or correction.person_id == own_person:
        return Refusal("own-file", _("Another person decides on a correction than the one whose file it is or who asked."), rule=SEC_02_OWN, possible=_("Ask a colleague of HR."))
    return ALLOWED
