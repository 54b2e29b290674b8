"""What the services answer to the pages of training."""

from typing import Any

from tests.portal.world import allowed, card, page, uid

T, R = "/api/v1/training", "/api/v1/registry"
PLAN, DRAFT_PLAN, COURSE, SESSION, OPEN_SESSION, ENROLMENT, CERTIFICATE, CREDIT = (uid(number) for number in range(7000, 7008))
CODE = "ABCD-EFGH-JKMN"
RULE = {"id": "TRN-ATTENDED", "value": 80, "unit": "% of half-days", "citation": "Relais rule book, training 4.2", "confidence": "to_confirm"}


def closed(*acts: str) -> list[dict[str, Any]]:
    """Acts that are not open, with the reason."""
    return [{"act": act, "allowed": False, "reason": "This act is not open: the state is “draft”.", "rule": None, "possible": "It is open later."} for act in acts]


PLAN_ACTS = ("edit", "submit", "arbitrate", "return", "approve", "revise", "spend", "close")
AXIS = {
    "id": uid(7100), "code": "P-IN", "title": "Đào tạo chuyên môn tại chỗ", "skill": "professional", "mode": "in_house", "requested": 9_600_000_000, "budget": 9_000_000_000,
    "spent": 620_000_000, "sessions_held": 14, "trained": 330, "share_spent": 6.9,
}  # fmt: skip
PLAN_READ = {
    "id": PLAN, "reference": "KH-2025-2030", "authority": "VN-22", "facility_code": None, "title": "Kế hoạch đào tạo giai đoạn 2025–2030", "year_from": 2025, "year_to": 2030,
    "state": "executing", "currency": "VND", "axes": [AXIS], "budget": 9_000_000_000, "spent": 620_000_000, "drafted_on": "2025-01-03", "submitted_on": "2025-01-03",
    "actions": [{"id": uid(7101), "axis": "P-IN", "title": "Các lớp hồi sức", "course_id": None, "quantity": 36, "done": 6, "starts_on": "2025-01-01", "ends_on": "2030-12-31", "budget": 1_800_000_000}],
    "arbitrated_on": "2025-01-08", "approved_on": "2025-01-10", "decision_number": "21/QĐ-SYT", "decision": "21/QĐ-SYT", "revised_on": None, "revision_reason": None,
    "revision_window": ["2025-06-01", "2025-07-31"], "revision_rule": RULE, "closed_on": None, "available_actions": allowed("spend", "close", "revise") + closed("edit", "submit", "arbitrate", "return", "approve"),
}  # fmt: skip
DRAFT_READ = PLAN_READ | {
    "id": DRAFT_PLAN, "facility_code": "VN-22-BVT", "authority": "VN-22-BVT", "title": "Kế hoạch đào tạo năm 2025", "year_to": 2025, "state": "submitted", "approved_on": None, "decision": None,
    "decision_number": None, "actions": [], "available_actions": allowed("arbitrate", "return") + closed("edit", "submit", "approve", "revise", "spend", "close"),
}  # fmt: skip
EXECUTION = {
    "plan_id": PLAN, "as_of": "2025-09-30", "currency": "VND", "axes": [AXIS], "budget": 9_000_000_000, "spent": 620_000_000, "share_spent": 6.9, "actions_planned": 36, "actions_done": 6,
    "share_executed": 16.7, "sessions_held": 14, "completions": 330, "cost_per_trained_person": 1_878_788, "rule": RULE,
}  # fmt: skip
COURSE_READ = {
    "id": COURSE, "reference": None, "authority": "VN-22", "code": "HSCC-01", "title": "Hồi sức cấp cứu cơ bản", "kind": "in_house", "field": "intensive-care", "skill": "professional", "hours": 16.0,
    "credits": 16.0, "provider": None, "state": "open", "created_on": "2025-01-09", "available_actions": [],
}  # fmt: skip
HALF_DAYS = [
    {"number": 1, "day": "2025-09-29", "part": "morning", "facility_code": "VN-22-BVT", "room": None},
    {"number": 2, "day": "2025-09-30", "part": "morning", "facility_code": "VN-22-TYT-07200", "room": "A2"},
]
SESSION_ACTS = ("open", "enrol", "confirm", "convene", "enter-attendance", "enter-marks", "hold", "certify", "evaluate", "postpone", "reschedule", "cancel")
SESSION_READ = {
    "id": SESSION, "reference": None, "authority": "VN-22", "course_id": COURSE, "course_code": "HSCC-01", "title": "Hồi sức cấp cứu cơ bản – khóa 1/2025", "field": "intensive-care", "plan_id": PLAN,
    "axis_id": uid(7100), "first_day": "2025-09-29", "last_day": "2025-09-30", "half_days": HALF_DAYS, "facility_codes": ["VN-22-BVT", "VN-22-TYT-07200"], "capacity": 30, "min_participants": 12,
    "enrolled": 2, "waiting": 1, "completed": 1, "trainer_ids": [uid(3)], "provider": None, "currency": "VND", "cost": 33_000_000, "assessed": True, "hours": 16.0, "credits": 16.0, "attendance_rule": RULE,
    "pass_rule": RULE | {"id": "TRN-PASS", "value": 60, "unit": "marks of 100"}, "state": "running", "planned_on": "2025-08-20", "opened_on": "2025-08-20", "confirmed_on": "2025-09-20", "held_on": None,
    "evaluated_on": None, "ended_on": None, "reason": None, "satisfaction": None, "answers": None, "available_actions": allowed(*SESSION_ACTS),
}  # fmt: skip
OPEN_READ = SESSION_READ | {"id": OPEN_SESSION, "state": "cancelled", "reason": "Bão số 5", "ended_on": "2025-09-20", "plan_id": None, "available_actions": closed(*SESSION_ACTS)}
ENROLMENT_READ = {
    "id": ENROLMENT, "session_id": SESSION, "session_title": SESSION_READ["title"], "field": "intensive-care", "first_day": "2025-09-29", "last_day": "2025-09-30", "person_id": uid(1),
    "facility_code": "VN-22-BVT", "occupation_code": "VN-BS", "state": "passed", "half_days": 2, "half_days_present": 2, "half_days_entered": 2, "presence": {"1": True, "2": True}, "attendance_percent": 100.0,
    "attended": True, "entered_afterwards": True, "pre_mark": 45.5, "post_mark": 80.0, "hours_credited": 0.0, "held": True, "requested_on": "2025-09-01", "convened_on": "2025-09-20",
    "attendance_on": "2025-09-30", "assessed_on": "2025-09-30", "credited_on": None, "withdrawn_on": None, "withdrawal_reason": None, "available_actions": allowed("withdraw"),
}  # fmt: skip
SECOND = ENROLMENT_READ | {"id": uid(7200), "person_id": uid(2), "state": "convened", "presence": {}, "half_days_present": 0, "half_days_entered": 0, "attendance_percent": 0.0, "pre_mark": None, "post_mark": None,
                           "entered_afterwards": False, "attendance_on": None}  # fmt: skip
CERTIFICATE_READ = {
    "id": CERTIFICATE, "number": "0001/2025/VN-22", "code": CODE, "check_url": f"http://127.0.0.1:8080/check/{CODE}", "enrolment_id": ENROLMENT, "session_id": SESSION, "person_id": uid(1),
    "facility_code": "VN-22-BVT", "title": SESSION_READ["title"], "hours": 16.0, "first_day": "2025-09-29", "last_day": "2025-09-30", "issued_on": "2025-09-30", "valid_to": None, "state": "issued",
    "revoked_on": None, "revocation_reason": None, "available_actions": allowed("revoke"),
}  # fmt: skip
CHECKED = {
    "number": "0001/2025/VN-22", "authority": "VN-22", "initials": "N.T.H.", "title": SESSION_READ["title"], "hours": 16.0, "first_day": "2025-09-29", "last_day": "2025-09-30",
    "issued_on": "2025-09-30", "valid_to": None, "valid": True, "revoked_on": None,
}  # fmt: skip
BALANCE = {
    "person_id": uid(1), "facility_code": "VN-22-BVT", "as_of": "2025-09-30", "cycle_start": "2024-01-01", "cycle_end": "2028-12-31", "unit": "hours", "minimum": 120.0, "earned": 24.0, "declared": 8.0,
    "elapsed_percent": 35.0, "expected": 42.0, "missing": 96.0, "standing": "behind", "rules": [RULE | {"id": "CME-01", "value": {"from": "2024-01-01", "years": 5, "minimum": 120}}],
}  # fmt: skip
CREDIT_READ = {
    "id": CREDIT, "reference": None, "person_id": uid(1), "facility_code": "VN-22-BVT", "source": "external", "title": "Hội nghị tim mạch", "provider": "Bệnh viện Bạch Mai", "hours": 8.0,
    "earned_on": "2025-05-10", "state": "declared", "counts": False, "evidence": None, "enrolment_id": None, "declared_on": "2025-06-01", "verified_on": None, "comment": None, "available_actions": allowed("verify", "refuse"),
}  # fmt: skip

ANSWERS: dict[str, Any] = {
    f"{T}/plans": page(PLAN_READ, DRAFT_READ),
    f"{T}/plans/coverage": {"year": 2025, "facilities": ["VN-22-BVT", "VN-22-TYT-07200"], "with_plan": ["VN-22-BVT"], "with_draft": [], "share": 50.0},
    f"{T}/plans/{PLAN}": PLAN_READ,
    f"{T}/plans/{PLAN}/execution": EXECUTION,
    f"{T}/plans/{DRAFT_PLAN}": DRAFT_READ,
    f"{T}/plans/{DRAFT_PLAN}/execution": EXECUTION | {"cost_per_trained_person": None, "share_executed": None},
    f"{T}/courses": page(COURSE_READ),
    f"{T}/sessions": page(SESSION_READ, OPEN_READ),
    f"{T}/sessions/{SESSION}": SESSION_READ,
    f"{T}/sessions/{OPEN_SESSION}": OPEN_READ,
    f"{T}/enrolments": page(ENROLMENT_READ, SECOND),
    f"{T}/enrolments/{ENROLMENT}": ENROLMENT_READ,
    f"{T}/certificates": page(CERTIFICATE_READ),
    f"{T}/certificates/{CERTIFICATE}": CERTIFICATE_READ,
    f"{T}/certificates/check/{CODE}": CHECKED,
    f"{T}/credits": page(CREDIT_READ),
    f"{T}/credits/own": page(CREDIT_READ),
    f"{T}/credits/balances/own": BALANCE,
    f"{T}/credits/balances": [BALANCE],
    f"{T}/credits/balances/{uid(1)}": BALANCE,
    f"{R}/persons": page(card(uid(1), 1986), card(uid(2), 1990)),
}
