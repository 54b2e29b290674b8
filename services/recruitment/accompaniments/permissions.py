"""Who accompanies candidates, and who reads the dossiers: nobody who hires them."""

from services.recruitment.accompaniments.models import Accompaniment
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

ADVISERS = ("adviser", "pool-coordinator", "regional-administrator")
can_accompany = with_role(*ADVISERS)
can_read_accompaniments = with_role(*ADVISERS, "auditor")


def can_accompany_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this authority."))


def can_keep(caller: Caller, dossier: Accompaniment) -> Permission:
    """The adviser who is named, or whoever coordinates the territory."""
    if can_accompany(caller) is not ALLOWED:
        return Refusal("role-missing", _("Your role does not allow this."))
    if not caller.manages(dossier.authority_path):
        return Refusal("other-authority", _("You do not act for this authority."))
    if dossier.adviser != caller.actor and not caller.has_role("pool-coordinator", "regional-administrator"):
        return Refusal("another-adviser", _("Another adviser accompanies this person: {adviser}."), {"adviser": dossier.adviser_name})
    return ALLOWED
