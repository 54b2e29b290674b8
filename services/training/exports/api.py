"""Lists of training as files: `GET /api/v1/training/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.training.certificates.api import list_certificates
from services.training.certificates.schemas import CertificateRead
from services.training.credits.api import list_credits
from services.training.credits.schemas import CreditRead
from services.training.enrolments.api import list_enrolments
from services.training.enrolments.schemas import EnrolmentRead
from services.training.exports.models import Export
from services.training.plans.api import list_plans
from services.training.plans.schemas import PlanRead
from services.training.roles import can_read_offers, can_read_training
from services.training.sessions.api import list_sessions
from services.training.sessions.schemas import SessionRead
from shared.exports import Exports
from shared.exports.fields import fields
from shared.exports.models import kept_in
from shared.i18n import _
from shared.idempotency import Router

router = Router(prefix="/exports", tags=["exports"])
exports = Exports(router, kept=kept_in(Export))
exports.add_list(
    "plans",
    list_plans,
    *fields("title", "authority", "facility_code", "year_from", "year_to", "state", "budget", "spent", "currency", "approved_on", "decision_number"),
    read=PlanRead,
    title=_("Training plans"),
    allowed=can_read_offers,
)
exports.add_list(
    "sessions",
    list_sessions,
    *fields("title", "course_code", "field", "first_day", "last_day", "capacity", "enrolled", "hours", "provider", "state"),
    read=SessionRead,
    title=_("Training sessions"),
    allowed=can_read_offers,
)
exports.add_list(
    "enrolments",
    list_enrolments,
    *fields("worker_no", "facility_code", "occupation_code", "session_title", "first_day", "last_day", "state", "hours_credited"),
    read=EnrolmentRead,
    title=_("Enrolments"),
    allowed=can_read_training,
)
exports.add_list(
    "credits",
    list_credits,
    *fields("worker_no", "facility_code", "title", "provider", "source", "hours", "earned_on", "state"),
    read=CreditRead,
    title=_("Training hours"),
    allowed=can_read_training,
)
exports.add_list(
    "certificates",
    list_certificates,
    *fields("number", "worker_no", "facility_code", "title", "hours", "issued_on", "valid_to", "state"),
    read=CertificateRead,
    title=_("Certificates of training"),
    allowed=can_read_training,
)
