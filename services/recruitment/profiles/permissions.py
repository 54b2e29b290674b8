"""Who keeps the files of those who look for work, who reads them and who decides on them."""

from services.recruitment.needs.models import Need
from services.recruitment.pools.models import Pool
from services.recruitment.profiles.models import Profile
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

KEEPERS = ("regional-administrator", "pool-coordinator", "adviser")
DECIDERS = ("regional-administrator", "facility-hr-officer", "head-of-facility")

can_keep_profiles = with_role(*KEEPERS)
can_read_profiles = with_role(*KEEPERS, *DECIDERS, "signatory", "auditor")
can_decide_matches = with_role(*DECIDERS)


def can_open_in(caller: Caller, pool: Pool) -> Permission:
    return ALLOWED if caller.manages(pool.authority_path) else Refusal("other-authority", _("Another authority coordinates this pool."))


def can_keep(caller: Caller, profile: Profile) -> Permission:
    """The coordinator, an adviser or the administrator of the pool's authority; never an employer."""
    if not can_keep_profiles(caller):
        return Refusal("role-missing", _("Only the coordinator of the pool or an adviser keeps this file."))
    return ALLOWED if caller.manages(profile.authority_path) else Refusal("other-authority", _("Another authority coordinates this pool."))


def can_decide(caller: Caller, need: Need) -> Permission:
    """The employer whose need it is."""
    if not can_decide_matches(caller):
        return Refusal("role-missing", _("Only the employer whose need it is decides."))
    return ALLOWED if caller.manages(need.authority_path) else Refusal("other-authority", _("The need belongs to another authority."))
