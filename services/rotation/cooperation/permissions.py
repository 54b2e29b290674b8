"""Who publishes a programme of cooperation, and who reads it."""

from services.rotation.sides import OTHER_SIDE, can_read_rotation
from shared.auth import ALLOWED, Caller, Permission, path_of, with_role

can_read_cooperation = can_read_rotation
can_publish_programmes = with_role("regional-administrator", "signatory")


def can_publish_for(caller: Caller, authority: str) -> Permission:
    """Whoever works for this authority."""
    return ALLOWED if caller.manages(path_of(authority)) else OTHER_SIDE
