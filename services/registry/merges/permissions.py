"""Who merges two persons: those who keep both files, one who proposes and another who confirms (REG-01)."""

from collections.abc import Sequence
from uuid import UUID

from services.registry.merges.models import ANOTHER, ANOTHER_TEXT, PROPOSED, Merge
from services.registry.persons.permissions import can_change_person, can_write_people
from services.registry.rules import REG_01_TWO
from shared.auth import ALLOWED, Caller, Permission
from shared.segregation import another_person


def can_merge_people(caller: Caller) -> Permission:
    return can_write_people(caller)


def can_merge(caller: Caller, paths: Sequence[str]) -> Permission:
    """`paths` are those of the authorities that entered the two."""
    for path in paths:
        allowed = can_change_person(caller, path)
        if allowed is not ALLOWED:
            return allowed
    return can_write_people(caller)


def can_confirm(caller: Caller, merge: Merge, paths: Sequence[str], own_person: UUID | None) -> Permission:
    """`own_person` is the person behind the caller's account."""
    allowed = can_merge(caller, paths)
    if allowed is not ALLOWED:
        return allowed
    if merge.state == PROPOSED and (merge.proposed_by == caller.actor or own_person in (merge.surviving_id, merge.retired_id)):
        return another_person(ANOTHER, ANOTHER_TEXT, REG_01_TWO)
    return ALLOWED
