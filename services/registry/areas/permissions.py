"""Who may read the directory: areas, occupations and facilities are public to whoever has signed in."""

from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _


def can_read_directory(caller: Caller) -> Permission:
    """Everyone who is signed in; a machine needs the scope `registry.read`."""
    if caller.is_machine and "registry.read" not in caller.scopes:
        return Refusal("scope-missing", _("This client lacks the scope {scope}."), {"scope": "registry.read"})
    return ALLOWED
