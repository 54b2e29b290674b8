"""What the codes of a list are called in its file."""

from services.registry.work_items.api import SENTENCES
from shared.i18n import _

ASSIGNMENT_KINDS = {
    "primary": _("Main assignment"),
    "concurrent": _("Concurrent assignment"),
    "acting": _("Acting"),
    "mission": _("Mission"),
    "secondment": _("Secondment"),
    "training_leave": _("Training leave"),
}
ASSIGNMENT_STATES = {"active": _("In force"), "ended": _("Ended"), "conflicting": _("Conflicting"), "revoked": _("Revoked")}
ABSENCE_STATES = {"requested": _("Requested"), "approved": _("Approved"), "refused": _("Refused"), "cancelled": _("Cancelled")}
FACILITY_TYPES = {
    "hospital": _("General hospital"),
    "specialised_hospital": _("Specialised hospital"),
    "health_centre": _("Area health centre"),
    "primary_centre": _("Primary health centre"),
    "polyclinic": _("Polyclinic"),
    "station": _("Commune health station"),
    "clinic": _("Clinic"),
    "pharmacy": _("Pharmacy"),
    "prevention_centre": _("Disease control centre"),
    "training_institute": _("Training institute"),
    "care_home": _("Care home"),
    "home_care": _("Home care"),
    "health_network": _("Network of practices"),
    "association": _("Association"),
    "authority": _("Health administration"),
    "other": _("Other facility"),
}
LICENCE_STATUSES = {"active": _("In force"), "expiring": _("Expires soon"), "expired": _("Expired"), "suspended": _("Suspended"), "revoked": _("Revoked")}
UNIT_KINDS = {
    "pole": _("Pole"),
    "department": _("Clinical department"),
    "service": _("Medical service"),
    "unit": _("Functional unit"),
    "ward": _("Ward"),
    "office": _("Office"),
}
OWNERSHIPS = {"public": _("Public"), "private": _("Private"), "private_non_profit": _("Private, non-profit"), "army": _("Army")}
POST_STATES = {
    "planned": _("Planned"),
    "authorised": _("Authorised"),
    "vacant": _("Vacant"),
    "filled": _("Filled"),
    "over_filled": _("Over-filled"),
    "frozen": _("Frozen"),
    "abolished": _("Abolished"),
}
REMOTENESS = {"none": _("Not remote"), "rural": _("Rural"), "mountain": _("Mountain"), "border": _("Border"), "island": _("Island"), "isolated": _("Isolated")}
SEXES = {"female": _("Woman"), "male": _("Man"), "other": _("Other"), "unknown": _("Not stated")}
WORK_STATES = {"open": _("Open"), "closed": _("Closed")}
WHAT_TO_DO = dict(SENTENCES)
