"""Who publishes a vacancy, and who reads it with its acts. What is published is read by anybody."""

from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

PUBLISHERS = ("regional-administrator", "facility-hr-officer", "pool-coordinator")
can_publish_vacancies = with_role(*PUBLISHERS)
can_read_vacancies = with_role(*PUBLISHERS, "head-of-facility", "signatory", "adviser", "auditor")


def can_publish_at(caller: Caller, authority_path: str) -> Permission:
    """The employer's own HR, the administrator of its authority, or the coordinator of its territory."""
    if not can_publish_vacancies(caller):
        return Refusal("role-missing", _("Your role does not allow this."))
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this facility."))
