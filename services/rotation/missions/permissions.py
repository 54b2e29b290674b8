"""Who proposes a mission, who answers for each side, and who closes it."""

from services.rotation.missions.models import Mission
from services.rotation.sides import OTHER_SIDE, ROLE_MISSING, acts_for, can_read_rotation, may_act_for
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.i18n import _
from shared.segregation import another_person

PROPOSERS = ("regional-administrator", "facility-hr-officer", "head-of-facility")
AGREERS = (*PROPOSERS, "signatory")
can_propose_missions = with_role(*PROPOSERS)
can_read_missions = can_read_rotation
IS_PROPOSER = another_person("agreer-is-proposer", _("Another person than the one who proposed the mission must agree to it."))


def can_propose(caller: Caller, source: tuple[str, str]) -> Permission:
    """Somebody of the source, or of the authority above: whoever goes is theirs."""
    return may_act_for(caller, source, roles=PROPOSERS)


def can_agree_source(caller: Caller, mission: Mission) -> Permission:
    """The source answers by another person than the proposer (SEC-02)."""
    return IS_PROPOSER if caller.actor == mission.proposed_by else may_act_for(caller, mission.source, roles=AGREERS)


def can_answer_worker(caller: Caller, mission: Mission) -> Permission:
    """What the worker answers is recorded by the source."""
    return may_act_for(caller, mission.source, roles=PROPOSERS)


def can_agree_destination(caller: Caller, mission: Mission) -> Permission:
    """The destination answers by another person than the proposer (SEC-02)."""
    return IS_PROPOSER if caller.actor == mission.proposed_by else may_act_for(caller, mission.destination, roles=AGREERS)


def can_lead(caller: Caller, mission: Mission) -> Permission:
    """Departure, suspension, days not done, the end: somebody of either side."""
    return may_act_for(caller, mission.source, mission.destination, roles=PROPOSERS)


def can_recall(caller: Caller, mission: Mission) -> Permission:
    """The source calls its own person back; it is always a person who decides."""
    return may_act_for(caller, mission.source, roles=PROPOSERS)


def can_report(caller: Caller, mission: Mission, side: str) -> Permission:
    """The one who went reports through the source; the destination reports for itself."""
    return may_act_for(caller, mission.source if side == "worker" else mission.destination, roles=PROPOSERS)


def can_evaluate(caller: Caller, mission: Mission) -> Permission:
    """The administrator or the head of a side; never the person who wrote both reports."""
    if not caller.has_role("regional-administrator", "head-of-facility", "signatory"):
        return ROLE_MISSING
    if len(mission.reports) > 1 and all(report.reported_by == caller.actor for report in mission.reports):
        return another_person("evaluator-is-reporter", _("Another person than the one who wrote both reports must evaluate the mission."))
    return ALLOWED if any(acts_for(caller, code, path) for code, path in (mission.source, mission.destination)) else OTHER_SIDE
