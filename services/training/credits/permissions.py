"""Who declares and who verifies hours of continuing education."""

from services.training.credits.models import CreditEntry
from services.training.roles import acts_for, can_send_people
from shared.auth import ALLOWED, Caller, Permission
from shared.i18n import _
from shared.segregation import another_person


def can_judge(caller: Caller, entry: CreditEntry) -> Permission:
    """Those who may declare, never the one who declared these hours (SEC-02)."""
    allowed = can_send_people(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.actor == entry.declared_by:
        return another_person("verifier-is-declarer", _("Another person than the one who declared these hours must verify them."))
    return acts_for(caller, entry.authority_path)
