"""The things of rotation whose changes are read, and by whom."""

from services.rotation.agreements.queries import agreements_visible_to
from services.rotation.missions.queries import missions_visible_to
from services.rotation.sides import can_read_rotation
from services.rotation.support_requests.queries import requests_visible_to
from services.rotation.techniques.queries import packages_visible_to, transfers_visible_to
from services.rotation.visits.queries import visits_visible_to
from shared.history import HistoryOf

HISTORY = {
    "agreement": HistoryOf(agreements_visible_to, can_read_rotation),
    "visit": HistoryOf(visits_visible_to, can_read_rotation),
    "support_request": HistoryOf(requests_visible_to, can_read_rotation),
    "mission": HistoryOf(missions_visible_to, can_read_rotation),
    "technique_package": HistoryOf(packages_visible_to, can_read_rotation),
    "technique": HistoryOf(transfers_visible_to, can_read_rotation),
}
