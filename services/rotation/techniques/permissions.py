"""Who publishes a package, plans and follows a transfer, and accepts a technique."""

from services.rotation.sides import OTHER_SIDE, ROLE_MISSING, STAFF_OF_A_SIDE, acts_for, can_read_rotation, may_act_for
from services.rotation.techniques.models import Transfer
from shared.auth import ALLOWED, Caller, Permission, path_of, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

can_read_techniques = can_read_rotation
can_publish_packages = with_role("regional-administrator", "training-institute", "head-of-facility")
TEACHERS = (*STAFF_OF_A_SIDE, "training-institute", "mentor")
can_plan_transfers = with_role(*STAFF_OF_A_SIDE)


def can_publish(caller: Caller, authority: str) -> Permission:
    """Whoever works for this authority."""
    return ALLOWED if caller.manages(path_of(authority)) else OTHER_SIDE


def _sides(transfer: Transfer) -> tuple[tuple[str, str], ...]:
    return (transfer.facility, transfer.core) if transfer.core else (transfer.facility,)


def can_follow(caller: Caller, transfer: Transfer) -> Permission:
    """Levels, cases, learners and steps: either side, those who teach included."""
    return may_act_for(caller, *_sides(transfer), roles=TEACHERS)


def can_accept(caller: Caller, transfer: Transfer) -> Permission:
    """The head of the core hospital, or of the facility itself for a technique opened by a sponsored study; never who planned it or recorded its last levels."""
    if not caller.has_role("head-of-facility", "signatory"):
        return ROLE_MISSING
    side = transfer.core if transfer.origin == "support" else transfer.facility
    if side is None or not acts_for(caller, *side):
        return Refusal("not-the-core", _("The hospital that handed the technique over accepts it."))
    recorders = {row.recorded_by for row in transfer.levels}
    if caller.actor == transfer.planned_by or caller.actor in recorders:
        return another_person("acceptor-is-recorder", _("Another person than those who planned the transfer or recorded its levels must accept it."))
    return ALLOWED


def can_review(caller: Caller, transfer: Transfer) -> Permission:
    """The administrator or a head of either side."""
    return may_act_for(caller, *_sides(transfer), roles=("regional-administrator", "head-of-facility", "signatory"))
