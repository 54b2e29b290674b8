"""Who takes extracts: programs with the scope `registry.extract`; names only with `registry.read` beside it."""

from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _

EXTRACT, READ = "registry.extract", "registry.read"


def can_extract(caller: Caller) -> Permission:
    """A whole register leaves by one request: that is granted to a program by a scope of its own, never by a role."""
    if not caller.is_machine:
        return Refusal("machine-only", _("Extracts are taken by programs; people take lists."))
    return ALLOWED if EXTRACT in caller.scopes else _lacks(EXTRACT)


def can_extract_names(caller: Caller) -> Permission:
    return ALLOWED if READ in caller.scopes else _lacks(READ)


def _lacks(scope: str) -> Refusal:
    return Refusal("scope-missing", _("This client lacks the scope {scope}."), {"scope": scope})
