"""Who reads figures, and who opens the records behind them."""

from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _

HUMAN_RESOURCES = ("regional-administrator", "signatory", "auditor")
OF_A_FACILITY = ("facility-hr-officer", "head-of-facility")
READERS = (*HUMAN_RESOURCES, *OF_A_FACILITY, "ministry-analyst", "training-institute", "licensing-officer", "committee-member")


def can_read_figures(caller: Caller) -> Permission:
    """Those who act for a territory or a facility, analysts, and machines with the scope for it; the place is judged with the question."""
    if "observatory.read" in caller.scopes or caller.has_role(*READERS):
        return ALLOWED
    return Refusal("role-missing", _("Your role does not allow this."))


def can_open_records(caller: Caller) -> Permission:
    """The records are people: human resources of the territory open them, those who see figures only do not."""
    if caller.has_role(*HUMAN_RESOURCES):
        return ALLOWED
    return Refusal("figures-only", _("You see figures; the records behind them are for the human resources of the territory."))
