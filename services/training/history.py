"""The things of training whose changes are read, and by whom."""

from services.training.courses.queries import courses_visible_to
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
    "plan": HistoryOf(plans_visible_to, can_read_changes),
    "course": HistoryOf(courses_visible_to, can_read_changes),
    "session": HistoryOf(sessions_visible_to, can_read_changes),
    "stay": HistoryOf(stays_visible_to, can_read_stays),
    "stay_group": HistoryOf(groups_visible_to, can_read_stays),
    "sponsorship": HistoryOf(sponsorships_visible_to, can_read_sponsorships),
}
