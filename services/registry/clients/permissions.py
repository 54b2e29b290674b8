"""Who sets quotas: whoever runs the installation. A program reads its own."""

from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_keep_quotas = with_role("operations")


def can_read_own_quota(caller: Caller) -> Permission:
    return ALLOWED if caller.is_machine else Refusal("machine-only", _("People have no quota: this address answers programs."))
