"""Who acts for which side of a placement."""

from services.rotation.placements.models import Placement
from services.rotation.sides import STAFF_OF_A_SIDE, can_read_rotation, may_act_for
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

SELECTORS = (*STAFF_OF_A_SIDE, "signatory")
can_read_placements = can_read_rotation
can_keep_placements = with_role(*SELECTORS)
IS_AUTHOR = another_person("decider-is-author", _("Another person than the one who entered the application must decide."))


def can_act_home(caller: Caller, placement: Placement) -> Permission:
    """The side that sends: departure, return, replacement, return commitment."""
    return may_act_for(caller, placement.home)


def can_act_host(caller: Caller, placement: Placement) -> Permission:
    """The side that hosts: unit, supervisor, arrival, review, end."""
    return may_act_for(caller, placement.host)


def can_act_either(caller: Caller, placement: Placement) -> Permission:
    """Papers that either side may hold: language, scholarship, convention, visa, insurance."""
    return may_act_for(caller, placement.home, placement.host)


def can_decide(caller: Caller, placement: Placement) -> Permission:
    """Somebody of either side, another person than who entered the application (SEC-02)."""
    return IS_AUTHOR if caller.actor == placement.applied_by else may_act_for(caller, placement.home, placement.host, roles=SELECTORS)


def can_read_own(caller: Caller) -> Permission:
    """Somebody who signs in, whatever their role."""
    return Refusal("not-a-person", _("Only a person has a file of their own.")) if caller.is_machine else ALLOWED
