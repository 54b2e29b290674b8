"""Who writes, arbitrates and approves a plan."""

from services.training.plans.models import Plan
from services.training.roles import acts_for, can_approve_plans, can_organise
from shared.auth import ALLOWED, Caller, Permission
from shared.i18n import _
from shared.segregation import another_person

can_write = can_organise


def can_arbitrate(caller: Caller, plan: Plan) -> Permission:
    """A signatory, an administrator or the head of the facility shares the money out."""
    allowed = can_approve_plans(caller)
    return acts_for(caller, plan.authority_path) if allowed is ALLOWED else allowed


def can_approve(caller: Caller, plan: Plan) -> Permission:
    """The same, but never who drafted or submitted the plan (SEC-02)."""
    if caller.actor in (plan.drafted_by, plan.submitted_by):
        return another_person("approver-is-author", _("Another person than the author of the plan must approve it."))
    return can_arbitrate(caller, plan)
