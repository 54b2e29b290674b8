"""The things of appointment whose changes are read, and by whom."""

from services.appointment.awards.queries import awards_visible_to
from services.appointment.benefits.queries import benefits_visible_to
from services.appointment.cases.permissions import can_read_cases
from services.appointment.cases.queries import cases_visible_to
from services.appointment.commitments.permissions import can_read_commitments
from services.appointment.commitments.queries import commitments_visible_to
from services.appointment.decisions.permissions import can_read_decisions
from services.appointment.decisions.queries import decisions_visible_to
from services.appointment.delegations.permissions import can_read_delegations
from services.appointment.delegations.queries import delegations_visible_to
from services.appointment.exports.queries import exports_visible_to
from services.appointment.mandates.permissions import can_read_mandates
from services.appointment.mandates.queries import mandates_visible_to
from services.appointment.pay_steps.queries import lists_visible_to, pay_steps_visible_to
from services.appointment.positions.permissions import can_read_leaders
from services.appointment.positions.queries import positions_visible_to
from services.appointment.probations.permissions import can_read_personnel
from services.appointment.probations.queries import probations_visible_to
from services.appointment.succession.permissions import can_read_plans
from services.appointment.succession.queries import plans_visible_to
from shared.history import HistoryOf

HISTORY = {
    "export": HistoryOf(exports_visible_to, can_read_personnel),
    "decision": HistoryOf(decisions_visible_to, can_read_decisions),
    "delegation": HistoryOf(delegations_visible_to, can_read_delegations),
    "commitment": HistoryOf(commitments_visible_to, can_read_commitments),
    "position": HistoryOf(positions_visible_to, can_read_leaders),
    "case": HistoryOf(cases_visible_to, can_read_cases),
    "mandate": HistoryOf(mandates_visible_to, can_read_mandates),
    "succession_plan": HistoryOf(plans_visible_to, can_read_plans),
    "probation": HistoryOf(probations_visible_to, can_read_personnel, hidden=frozenset({"mentor_report", "self_report", "head_opinion"})),
    "pay_step": HistoryOf(pay_steps_visible_to, can_read_personnel),
    "pay_step_list": HistoryOf(lists_visible_to, can_read_personnel),
    "benefit": HistoryOf(benefits_visible_to, can_read_personnel),
    "award": HistoryOf(awards_visible_to, can_read_personnel),
}
