"""Lists of training as files: `GET /api/v1/training/exports/<list>?format=csv|xlsx|pdf|ndjson`, with the filters of the list."""

from services.training.certificates.api import list_certificates
from services.training.certificates.schemas import CertificateRead
from services.training.credits.api import list_credits
from services.training.credits.schemas import CreditRead
from services.training.enrolments.api import list_enrolments
from services.training.enrolments.schemas import EnrolmentRead
from services.training.exports.models import Export
from services.training.institutes.api import list_capacities, list_conventions, list_institutes
from services.training.institutes.schemas import CapacityRead, ConventionRead, InstituteRead
from services.training.intakes.api import list_candidates, list_intakes, list_students
from services.training.intakes.permissions import can_read_candidates
from services.training.intakes.schemas import CandidateRead, IntakeRead, StudentRead
from services.training.mentoring.api import list_entries, list_mentorships
from services.training.mentoring.permissions import can_read_mentoring
from services.training.mentoring.schemas import EntryRead, MentorshipRead
from services.training.placements.api import list_placements, list_places
from services.training.placements.permissions import can_read_places
from services.training.placements.schemas import PlacementRead, PlaceRead
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
exports.add_list(
    "institutes",
    list_institutes,
    *fields("reference", "facility_code", "name", "region", "ownership", "state"),
    read=InstituteRead,
    title=_("Institutes"),
    allowed=can_read_offers,
)
exports.add_list(
    "seat-capacities",
    list_capacities,
    *fields("reference", "facility_code", "region", "ownership", "stream", "year", "seats", "starts_on", "ends_on", "decision"),
    read=CapacityRead,
    title=_("Seats by stream and year"),
    allowed=can_read_offers,
)
exports.add_list(
    "institute-conventions",
    list_conventions,
    *fields("reference", "number", "institute_code", "partner_code", "subject", "starts_on", "ends_on", "seats", "placements", "signed_on", "ended_on", "state"),
    read=ConventionRead,
    title=_("Conventions between institutes"),
    allowed=can_read_offers,
)
exports.add_list(
    "intakes",
    list_intakes,
    *fields("reference", "facility_code", "region", "ownership", "stream", "year", "seats", "applicants", "cut_off", "filled", "free", "listed_on", "state"),
    read=IntakeRead,
    title=_("Intakes"),
    allowed=can_read_offers,
)
exports.add_list(
    "intake-candidates",
    list_candidates,
    *fields("reference", "person_id", "facility_code", "degree", "rank", "state"),
    read=CandidateRead,
    title=_("Candidates of an intake"),
    allowed=can_read_candidates,
)
exports.add_list(
    "students",
    list_students,
    *fields("reference", "person_id", "facility_code", "stream", "study_year", "registered_on", "graduated_on", "state"),
    read=StudentRead,
    title=_("Students"),
    allowed=can_read_candidates,
)
exports.add_list(
    "clinical-places",
    list_places,
    *fields("reference", "facility_code", "unit", "starts_on", "ends_on", "places", "free"),
    read=PlaceRead,
    title=_("Clinical places"),
    allowed=can_read_places,
)
exports.add_list(
    "clinical-placements",
    list_placements,
    *fields("reference", "facility_code", "host_code", "unit", "stream", "students", "starts_on", "ends_on", "state"),
    read=PlacementRead,
    title=_("Clinical placements"),
    allowed=can_read_places,
)
exports.add_list(
    "mentorships",
    list_mentorships,
    *fields("reference", "facility_code", "mentor_facility", "starts_on", "ends_on", "ended_on", "state"),
    read=MentorshipRead,
    title=_("Mentoring"),
    allowed=can_read_mentoring,
)
exports.add_list(
    "mentoring-entries",
    list_entries,
    *fields("reference", "worker_no", "facility_code", "act", "act_title", "level", "found_on", "attested_on", "state"),
    read=EntryRead,
    title=_("Mentoring logbook"),
    allowed=can_read_mentoring,
)
