"""Who assigns workers: HR of the authority that manages the facility, or of the facility itself."""

from services.registry.persons.permissions import can_write_at, can_write_people
from shared.auth import Caller, Permission


def can_record_assignments(caller: Caller) -> Permission:
    return can_write_people(caller)


def can_record_assignments_at(caller: Caller, authority_path: str) -> Permission:
    """A facility's assignments are written by those who manage or employ there."""
    return can_write_at(caller, authority_path)
