"""Lists of appointment as files: `GET /api/v1/appointment/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.appointment.awards.api import list_awards
from services.appointment.awards.schemas import AwardRead
from services.appointment.benefits.api import list_benefits
from services.appointment.benefits.schemas import BenefitRead
from services.appointment.commitments.api import list_commitments
from services.appointment.commitments.permissions import can_read_commitments
from services.appointment.commitments.schemas import CommitmentRead
from services.appointment.decisions.api import list_decisions
from services.appointment.decisions.permissions import can_read_decisions
from services.appointment.decisions.schemas import DecisionRead
from services.appointment.delegations.api import list_delegations
from services.appointment.delegations.permissions import can_read_delegations
from services.appointment.delegations.schemas import DelegationRead
from services.appointment.exports.models import Export
from services.appointment.mandates.api import list_mandates
from services.appointment.mandates.permissions import can_read_mandates
from services.appointment.mandates.schemas import MandateRead
from services.appointment.pay_steps.api import list_pay_steps
from services.appointment.pay_steps.schemas import PayStepRead
from services.appointment.probations.api import list_probations
from services.appointment.probations.permissions import can_read_personnel
from services.appointment.probations.schemas import ProbationRead
from shared.exports import Exports
from shared.exports.fields import fields
from shared.exports.models import kept_in
from shared.i18n import _
from shared.idempotency import Router

router = Router(prefix="/exports", tags=["exports"])
exports = Exports(router, kept=kept_in(Export))
exports.add_list(
    "decisions",
    list_decisions,
    *fields("number", "kind", "facility_code", "state", "proposed_on", "signed_on", "effective_on", "ends_on"),
    read=DecisionRead,
    title=_("Decisions"),
    allowed=can_read_decisions,
)
exports.add_list(
    "commitments",
    list_commitments,
    *fields("worker_no", "facility_code", "origin", "state", "starts_on", "ends_on", "free_on", "months_due", "months_served", "signed_on", "amount", "paid", "currency"),
    read=CommitmentRead,
    title=_("Service commitments"),
    allowed=can_read_commitments,
)
exports.add_list(
    "mandates",
    list_mandates,
    *fields("worker_no", "position_title", "rank", "kind", "facility_code", "unit", "starts_on", "ends_on", "ended_on", "state", "decision", "signed_on"),
    read=MandateRead,
    title=_("Mandates"),
    allowed=can_read_mandates,
)
exports.add_list(
    "pay-steps",
    list_pay_steps,
    *fields("worker_no", "facility_code", "occupation_code", "scale", "step", "since", "due_on", "next_on", "state", "granted_on", "decision_number"),
    read=PayStepRead,
    title=_("Pay steps"),
    allowed=can_read_personnel,
)
exports.add_list(
    "probations",
    list_probations,
    *fields("worker_no", "facility_code", "occupation_code", "starts_on", "planned_end", "due_on", "state", "ended_on", "decision_number"),
    read=ProbationRead,
    title=_("Probations"),
    allowed=can_read_personnel,
)
exports.add_list(
    "benefits",
    list_benefits,
    *fields("worker_no", "facility_code", "kind", "percent", "amount", "currency", "starts_on", "ends_on", "state", "granted_on", "decision_number"),
    read=BenefitRead,
    title=_("Benefits"),
    allowed=can_read_personnel,
)
exports.add_list(
    "awards",
    list_awards,
    *fields("worker_no", "facility_code", "title", "level", "year", "state", "proposed_on", "awarded_on", "decision_number"),
    read=AwardRead,
    title=_("Awards"),
    allowed=can_read_personnel,
)
exports.add_list(
    "delegations",
    list_delegations,
    *fields("reference", "authority", "act", "rank", "place", "competent", "nature", "citation", "valid_from", "valid_to", "end_reason", "state"),
    read=DelegationRead,
    title=_("Delegations of signature"),
    allowed=can_read_delegations,
)
