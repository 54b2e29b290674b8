"""Who imports: those who keep the register by hand may also load it."""

from services.registry.facilities.permissions import can_write_facilities
from services.registry.persons.permissions import can_write_people
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_import(caller: Caller) -> Permission:
    return can_write_people(caller)


def can_import_kind(caller: Caller, kind: str) -> Permission:
    """Facilities are loaded by a regional administrator; people, posts and assignments by HR, each for their own facilities."""
    allowed = can_write_facilities(caller) if kind == "facilities" else can_import(caller)
    if allowed is not ALLOWED:
        return allowed
    if not caller.scope:
        return Refusal("no-relation", _("You have no relation with an authority or a facility today."))
    return ALLOWED
