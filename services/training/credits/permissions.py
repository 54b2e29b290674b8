"""Who declares and who verifies hours of continuing education."""

from uuid import UUID

from services.training.credits.models import CreditEntry
from services.training.roles import acts_for, can_send_people
from shared.auth import ALLOWED, Caller, Permission
from shared.i18n import _
from shared.segregation import another_person


def can_judge(caller: Caller, entry: CreditEntry, *, own_person: UUID | None = None) -> Permission:
    """Those who may declare, never the one who declared these hours nor their holder (SEC-02, R-HOLDER); `own_person` is the person behind the caller's account."""
    allowed = can_send_people(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.actor == entry.declared_by:
        return another_person("verifier-is-declarer", _("Another person than the one who declared these hours must verify them."))
    if own_person is not None and own_person == entry.person_id:
        return another_person("holder-does-not-verify", _("These hours are your own: another person verifies them."))
    return acts_for(caller, entry.authority_path)
