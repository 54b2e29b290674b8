"""The things of training whose changes are read, and by whom."""

from services.training.courses.queries import courses_visible_to
from services.training.exports.queries import exports_visible_to
from services.training.institutes.queries import capacities_visible_to, conventions_visible_to, institutes_visible_to
from services.training.intakes.permissions import can_read_candidates
from services.training.intakes.queries import candidates_visible_to, intakes_visible_to, students_visible_to
from services.training.mentoring.permissions import can_read_mentoring
from services.training.mentoring.queries import acts_visible_to, entries_visible_to, mentorships_visible_to, targets_visible_to
from services.training.placements.queries import placements_visible_to, places_visible_to
from services.training.plans.queries import plans_visible_to
from services.training.sessions.queries import sessions_visible_to
from services.training.sponsorships.permissions import can_read_sponsorships
from services.training.sponsorships.queries import sponsorships_visible_to
from services.training.stays.permissions import can_read_stays
from services.training.stays.queries import groups_visible_to, stays_visible_to
from shared.auth import with_role
from shared.history import HistoryOf

can_read_changes = with_role("training-institute", "regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor")

HISTORY = {
    "export": HistoryOf(exports_visible_to, can_read_changes),
    "plan": HistoryOf(plans_visible_to, can_read_changes),
    "course": HistoryOf(courses_visible_to, can_read_changes),
    "session": HistoryOf(sessions_visible_to, can_read_changes),
    "stay": HistoryOf(stays_visible_to, can_read_stays),
    "stay_group": HistoryOf(groups_visible_to, can_read_stays),
    "mentoring_act": HistoryOf(acts_visible_to, can_read_changes),
    "mentorship": HistoryOf(mentorships_visible_to, can_read_mentoring),
    "mentoring_entry": HistoryOf(entries_visible_to, can_read_mentoring),
    "mentoring_target": HistoryOf(targets_visible_to, can_read_mentoring),
    "institute": HistoryOf(institutes_visible_to, can_read_changes),
    "seat_capacity": HistoryOf(capacities_visible_to, can_read_changes),
    "institute_convention": HistoryOf(conventions_visible_to, can_read_changes),
    "intake": HistoryOf(intakes_visible_to, can_read_changes),
    "intake_candidate": HistoryOf(candidates_visible_to, can_read_candidates),
    "student": HistoryOf(students_visible_to, can_read_candidates),
    "clinical_place": HistoryOf(places_visible_to, can_read_changes),
    "clinical_placement": HistoryOf(placements_visible_to, can_read_changes),
    "sponsorship": HistoryOf(sponsorships_visible_to, can_read_sponsorships),
}
