"""Who drafts and approves a plan, who reports on its actions, who closes them, and who reads it."""

from services.observatory.figures.permissions import can_read_figures
from services.observatory.strategy.models import APPROVED_BY_ANOTHER, CLOSED_BY_ANOTHER, PlanAction, Strategy
from shared.auth import ALLOWED, Caller, Permission, path_of, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

can_read_strategies = can_read_figures
can_keep_strategies = with_role("regional-administrator")
can_approve_strategies = with_role("regional-administrator", "signatory")
_OTHER = Refusal("other-authority", _("You do not act for this authority."))


def can_draft(caller: Caller, authority_path: str) -> Permission:
    """An administrator of the authority itself."""
    allowed = can_keep_strategies(caller)
    return allowed if allowed is not ALLOWED or caller.manages(authority_path) else _OTHER


def can_approve(caller: Caller, strategy: Strategy) -> Permission:
    """Another person of the authority (SEC-02)."""
    allowed = can_approve_strategies(caller)
    if allowed is not ALLOWED:
        return allowed
    if not caller.manages(strategy.authority_path):
        return _OTHER
    return another_person("plan-is-yours", _("You drafted this plan: another person approves it."), APPROVED_BY_ANOTHER) if strategy.drafted_by == caller.actor else ALLOWED


def can_conclude(caller: Caller, strategy: Strategy) -> Permission:
    """Whoever may approve plans of the authority closes them; of each action that is still open, another person than the one who reported last (SEC-02)."""
    allowed = can_approve_strategies(caller)
    return allowed if allowed is not ALLOWED or caller.manages(strategy.authority_path) else _OTHER


def can_report(caller: Caller, action: PlanAction) -> Permission:
    """The authority of the plan, or the region that carries the action out."""
    allowed = can_keep_strategies(caller)
    if allowed is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(action.authority_path) or caller.manages(path_of(action.area_code)) else _OTHER


def can_close(caller: Caller, action: PlanAction) -> Permission:
    """The authority of the plan, by another person than the one who reported last (SEC-02)."""
    allowed = can_approve_strategies(caller)
    if allowed is not ALLOWED:
        return allowed
    if not caller.manages(action.authority_path):
        return _OTHER
    if action.reported_by == caller.actor:
        return another_person("progress-is-yours", _("You reported on this action last: another person closes it."), CLOSED_BY_ANOTHER)
    return ALLOWED
