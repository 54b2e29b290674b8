"""Who names trainers, says which skills are taught, and assesses them."""

from services.training.roles import ORGANISERS, READERS, can_organise
from services.training.sessions.models import TrainingSession
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

TRAINERS = (*ORGANISERS, "head-of-facility", "mentor")
NAMERS = (*ORGANISERS, "head-of-facility")

can_name_trainers = with_role(*NAMERS)
can_assess_skills = with_role(*TRAINERS)


def can_read_skills(caller: Caller) -> Permission:
    """Those who read enrolments, and those who teach."""
    return ALLOWED if caller.has_role(*READERS, "mentor") or "training.read" in caller.scopes else Refusal("role-missing", _("Your role does not allow this."))


def sends_trainers(caller: Caller, training: TrainingSession) -> bool:
    """The caller works for a facility that sends trainers to the session, or for its authority."""
    return not set(caller.parties).isdisjoint(training.shared_with)


def can_assess(caller: Caller, training: TrainingSession) -> Permission:
    """The organiser, and those who come to teach."""
    if caller.has_role(*TRAINERS) and sends_trainers(caller, training):
        return ALLOWED
    return can_organise(caller, training)
