"""What the registry answers about availability and licences, for the tests of the pages."""

from typing import Any

from tests.portal.world import allowed, page, uid

R = "/api/v1/registry"
ASKED, APPROVED, ENDING, RESTING = uid(901), uid(902), uid(911), uid(912)
CAP = {"id": "ROT-03-CAP", "value": 20, "unit": "percent of the team on mission", "citation": "Decision 1816/QĐ-BYT", "confidence": "to_confirm"}
DAYS = 30


def closed(act: str, reason: str) -> dict[str, Any]:
    return {"act": act, "allowed": False, "reason": reason, "rule": None, "possible": None}


def absence(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "reference": None, "person_id": uid(1), "facility_code": "VN-22-BVT", "type": "annual", "starts_on": "2025-11-03", "ends_on": "2025-11-07", "days": 5,
        "state": "requested", "requested_on": "2025-10-01", "decided_on": None, "reason": None, "override_reason": None, "counts_for_probation": None, "counts_for_step": None,
        "available_actions": allowed("approve", "refuse", "cancel"),
    } | changes  # fmt: skip


def licence(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "reference": None, "person_id": uid(1), "number": "004512/QNI-GPHN", "authority": "Sở Y tế Quảng Ninh", "scope": ["surgery"], "issued_on": "2021-01-01",
        "expires_on": "2025-12-31", "status": "expiring", "days_left": 92, "suspended_from": None, "suspended_until": None, "revoked_on": None, "source": "import",
        "checked_at": "2025-10-01T02:00:00Z", "rule": {"id": "LIC-EXPIRING", "value": 180}, "version": 1,
        "conditions": ["under the supervision of a specialist"], "as_of": "2025-10-01", "known_at": None,
        "acts": [{"act": "renewed", "day": "2024-12-01", "until": "2025-12-31", "reason": None, "decision_number": None, "recorded_at": "2024-12-01T02:00:00Z"}],
        "available_actions": [*allowed("renew", "suspend", "revoke", "correct"), closed("reinstate", "This act is not open: the state is “active”.")],
    } | changes  # fmt: skip


ABSENCES = [
    absence(ASKED, override_reason="đám cưới"),
    absence(APPROVED, type="sick", state="approved", decided_on="2025-10-02", counts_for_probation=False, counts_for_step=True, available_actions=allowed("cancel")),
]
LICENCES = [
    licence(ENDING),
    licence(
        RESTING,
        status="suspended",
        suspended_from="2025-09-01",
        suspended_until=None,
        expires_on=None,
        available_actions=[*allowed("reinstate"), closed("renew", "The state is “suspended”.")],
    ),
]
SPELL = {
    "starts_on": "2021-01-01", "ends_on": "2025-12-31", "standing": "in_force", "scope": ["surgery"], "conditions": [], "act": "renewed", "reason": None, "decision_number": "12/QĐ-SYT",
    "done_on": "2024-12-01", "recorded_at": "2024-12-01T02:00:00Z", "superseded_at": None, "superseded_act": None, "superseded_reason": None,
}  # fmt: skip
WRONG = SPELL | {"ends_on": "2024-12-31", "superseded_at": "2024-12-01T02:00:00Z", "superseded_act": "corrected", "superseded_reason": "read from the wrong line"}
PERIODS = {
    "licence_id": ENDING,
    "known_at": None,
    "items": [SPELL, SPELL | {"starts_on": "2026-01-01", "ends_on": None, "standing": "revoked", "act": "revoked", "reason": "court"}],
    "earlier": [WRONG],
}
MINIMUM = {
    "id": uid(921), "reference": None, "facility_code": "VN-22-BVT", "facility_name": "Bệnh viện Đa khoa tỉnh", "unit": None, "occupation_code": None, "occupation_name": None,
    "specialty": "orthopaedic-surgery", "min_present": 6, "mission_cap_percent": 20, "cap_rule": CAP, "valid_from": "2025-01-01", "valid_to": None, "reason": None, "team_today": 12,
    "present_today": 5, "available_actions": allowed("end"),
}  # fmt: skip
OVER = MINIMUM | {"id": uid(922), "occupation_code": "VN-BS", "unit": "Khoa Ngoại", "valid_to": "2025-12-31", "available_actions": []}
CALENDAR = {
    "facility_code": "VN-22-BVT", "facility_name": "Bệnh viện Đa khoa tỉnh", "unit": "Khoa Chấn thương", "starts_on": "2025-11-01", "ends_on": "2025-11-30", "units": ["Khoa Chấn thương"],
    "teams": [{
        "minimum_id": uid(921), "unit": None, "occupation_code": None, "occupation_name": None, "specialty": "orthopaedic-surgery", "min_present": 2, "mission_cap_percent": 20,
        "days": [{"day": f"2025-11-{day:02d}", "staff": 3, "present": 1 if day == 5 else 3, "on_mission": 0, "below_minimum": day == 5} for day in range(1, DAYS + 1)],
    }],
    "people": [
        {"person_id": uid(1), "occupation_code": "VN-BS", "occupation_name": "Bác sĩ", "specialty": None, "unit": "Khoa Chấn thương", "unavailable": [{"starts_on": "2025-11-03", "ends_on": "2025-11-05", "ground": "protected"}]},
        {"person_id": uid(2), "occupation_code": "VN-BS", "occupation_name": "Bác sĩ", "specialty": None, "unit": "Khoa Chấn thương", "unavailable": [{"starts_on": "2025-11-05", "ends_on": "2025-11-05", "ground": "mission"}]},
    ],
}  # fmt: skip
REFUSED = {
    "type": "/problems/below-minimum", "title": "A rule refuses this", "status": 409, "detail": "From 2025-11-03 to 2025-11-05, 1 people of the team would be present where 2 are needed.",
    "rule": {"id": "ROT-03-MIN", "value": 2, "unit": "people present by day", "citation": "Relais rule book, rotation", "confidence": "to_confirm"},
    "possible": "The nearest free days begin on 2025-11-06.",
    "conflicts": [{"day_from": "2025-11-03", "day_to": "2025-11-05", "reason": "below-minimum", "present": 1, "limit": 2}],
    "nearest": [{"starts_on": "2025-10-27", "ends_on": "2025-10-31"}, {"starts_on": "2025-11-06", "ends_on": "2025-11-10"}], "moves": [],
}  # fmt: skip

ANSWERS: dict[str, Any] = {
    f"{R}/availability": CALENDAR,
    f"{R}/absences": page(*ABSENCES),
    **{f"{R}/absences/{one['id']}": one for one in ABSENCES},
    f"{R}/staffing-minimums": page(MINIMUM, OVER),
    f"{R}/staffing-minimums/{MINIMUM['id']}": MINIMUM,
    f"{R}/staffing-minimums/{OVER['id']}": OVER,
    f"{R}/licences": page(*LICENCES),
    **{f"{R}/licences/{one['id']}": one for one in LICENCES},
    **{f"{R}/licences/{one['id']}/periods": PERIODS for one in LICENCES},
    f"{R}/persons/{uid(1)}/licences": page(*LICENCES),
}
