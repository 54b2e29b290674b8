"""Who prepares, votes, approves and reads succession plans: they name people, so a facility does not see the authority's plan."""

from services.appointment.succession.models import Plan
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

can_prepare_plans = with_role("regional-administrator")
can_work_on_plans = with_role("regional-administrator", "committee-member", "signatory")
can_read_plans = with_role("regional-administrator", "committee-member", "signatory", "auditor")
OTHER = _("The plan belongs to another authority.")


def can_prepare(caller: Caller, authority_path: str) -> Permission:
    """The administrator of the authority."""
    if not can_prepare_plans(caller):
        return Refusal("role-missing", _("Only a regional administrator prepares a succession plan."))
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", OTHER)


def can_record_plan_vote(caller: Caller, plan: Plan) -> Permission:
    """The secretary of the committee, or the administrator."""
    if not caller.has_role("committee-member", "regional-administrator"):
        return Refusal("role-missing", _("Only the secretary of the committee records a meeting."))
    return ALLOWED if caller.manages(plan.authority_path) else Refusal("other-authority", OTHER)


def can_approve(caller: Caller, plan: Plan, proposed_by: str) -> Permission:
    """A signatory of the authority, never the person who proposed (SEC-02)."""
    if not caller.has_role("signatory"):
        return Refusal("role-missing", _("Only a signatory approves a succession plan."))
    if caller.actor == proposed_by:
        return another_person("approver-is-proposer", _("Another person than the one who proposed must approve."))
    return ALLOWED if caller.manages(plan.authority_path) else Refusal("other-authority", OTHER)
