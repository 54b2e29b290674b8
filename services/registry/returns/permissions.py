"""Who asks for returns and who hands them in; whoever reads the establishment reads their state, because they name nobody."""

from services.registry.persons.permissions import can_read_posts, can_write_at, can_write_people
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _

can_read_returns = can_read_posts
can_hand_in = can_write_people
can_hand_in_at = can_write_at


def can_call_returns(caller: Caller) -> Permission:
    if caller.has_role("regional-administrator", "ministry-analyst"):
        return ALLOWED
    return Refusal("returns-are-asked-by-the-authority", _("Returns are asked for by a regional administrator, or by the ministry."))


def can_call_returns_of(caller: Caller, authority_path: str) -> Permission:
    allowed = can_call_returns(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("authority-not-yours", _("This authority is not yours."))
