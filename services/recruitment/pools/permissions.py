"""Who coordinates a pool, who speaks for a member, and who reads."""

from services.recruitment.pools.models import Pool
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

COORDINATORS = ("regional-administrator", "pool-coordinator")
SPEAKERS = ("facility-hr-officer", "head-of-facility", "signatory", "service-partner")

can_coordinate_pools = with_role(*COORDINATORS)
can_speak_in_pools = with_role(*COORDINATORS, *SPEAKERS)
can_read_pools = with_role(*COORDINATORS, *SPEAKERS, "adviser", "auditor")


def can_coordinate_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this authority."))


def can_coordinate(caller: Caller, pool: Pool) -> Permission:
    """The coordinator of the pool, or the administrator of its authority."""
    if not can_coordinate_pools(caller):
        return Refusal("role-missing", _("Only the coordinator of the pool does this."))
    return ALLOWED if caller.manages(pool.authority_path) else Refusal("other-authority", _("Another authority coordinates this pool."))


def can_speak_for(caller: Caller, pool: Pool, facility_path: str) -> Permission:
    """A member speaks for itself; the coordinator enters what a member said or signed on paper."""
    if can_coordinate(caller, pool) is ALLOWED:
        return ALLOWED
    if not caller.has_role(*SPEAKERS):
        return Refusal("role-missing", _("Only a member’s own people or the coordinator of the pool do this."))
    return ALLOWED if caller.manages(facility_path) else Refusal("other-authority", _("You do not act for this facility."))
