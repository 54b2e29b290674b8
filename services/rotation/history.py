"""The things of rotation whose changes are read, and by whom."""

from services.rotation.agreements.queries import agreements_visible_to
from services.rotation.cooperation.queries import programmes_visible_to
from services.rotation.exchange_calls.use_cases import calls_visible_to
from services.rotation.exchanges.queries import units_visible_to
from services.rotation.exports.queries import exports_visible_to
from services.rotation.guest_stays.use_cases import guests_visible_to
from services.rotation.missions.queries import missions_visible_to
from services.rotation.placements.queries import placements_visible_to
from services.rotation.referrals.use_cases import referrals_visible_to
from services.rotation.series.use_cases import series_visible_to
from services.rotation.sides import can_read_rotation
from services.rotation.support_requests.queries import requests_visible_to
from services.rotation.techniques.queries import packages_visible_to, transfers_visible_to
from services.rotation.visits.queries import visits_visible_to
from shared.history import HistoryOf

HISTORY = {
    "export": HistoryOf(exports_visible_to, can_read_rotation),
    "agreement": HistoryOf(agreements_visible_to, can_read_rotation),
    "cooperation_programme": HistoryOf(programmes_visible_to, can_read_rotation),
    "series": HistoryOf(series_visible_to, can_read_rotation),
    "referral": HistoryOf(referrals_visible_to, can_read_rotation),
    "visit": HistoryOf(visits_visible_to, can_read_rotation),
    "support_request": HistoryOf(requests_visible_to, can_read_rotation),
    "mission": HistoryOf(missions_visible_to, can_read_rotation),
    "technique_package": HistoryOf(packages_visible_to, can_read_rotation),
    "technique": HistoryOf(transfers_visible_to, can_read_rotation),
    "host_unit": HistoryOf(units_visible_to, can_read_rotation),
    "exchange_call": HistoryOf(calls_visible_to, can_read_rotation),
    "placement": HistoryOf(placements_visible_to, can_read_rotation),
    "guest_stay": HistoryOf(guests_visible_to, can_read_rotation),
}
