"""What the services answer about stays abroad, sponsored studies, shortages and hard posts."""

from typing import Any

from tests.portal.world import BREACH, NEED, POST, RULE, allowed, page, uid

T, H, R = "/api/v1/training", "/api/v1/recruitment", "/api/v1/registry"
GROUP, ORDERED, STUDY, DONE_STUDY, SHORTAGE = uid(1100), uid(1101), uid(1110), uid(1111), uid(1120)

STAY_READ: dict[str, Any] = {
    "id": uid(1102), "group_id": GROUP, "person_id": uid(1), "facility_code": "VN-22-BVT", "unit": "Khoa Chẩn đoán hình ảnh", "kind": "short_course", "title": "Siêu âm tim nâng cao",
    "country": "CN", "region": "CN-GX", "host": "Bệnh viện Nhân dân Quảng Tây", "field": "imaging", "starts_on": "2025-10-13", "ends_on": "2025-11-07", "cover_person_id": uid(2),
    "cover_reason": None, "override_reason": None, "state": "proposed", "decision": None, "departed_on": None, "returned_on": None, "reported_on": None, "report": None, "learnt": [],
    "end_reason": None, "available_actions": allowed("cancel"),
}  # fmt: skip
GROUP_READ: dict[str, Any] = {
    "id": GROUP, "reference": None, "facility_code": "VN-22-BVT", "kind": "short_course", "title": "Siêu âm tim nâng cao", "country": "CN", "region": "CN-GX",
    "host": "Bệnh viện Nhân dân Quảng Tây", "field": "imaging", "led_by": None, "starts_on": "2025-10-13", "ends_on": "2025-11-07", "state": "proposed", "proposed_on": "2025-09-20",
    "signed_on": None, "decision": None, "ended_on": None, "end_reason": None, "stays": [STAY_READ], "refused": [], "available_actions": allowed("add", "withdraw"),
}  # fmt: skip
BACK = STAY_READ | {"id": uid(1103), "group_id": ORDERED, "cover_person_id": None, "cover_reason": "Khoa đã bố trí lại lịch trực", "override_reason": "Bãi Cháy cử người hỗ trợ"}
BACK |= {"state": "returned", "decision": "1203/QĐ-SYT", "departed_on": "2025-06-09", "returned_on": "2025-06-20", "available_actions": []}
ORDERED_READ = GROUP_READ | {
    "id": ORDERED, "kind": "delegation", "country": "FR", "region": "FR-IDF", "field": "organ-transplantation", "led_by": "Bộ Y tế", "state": "ordered", "signed_on": "2025-05-29",
    "decision": "1203/QĐ-SYT", "stays": [BACK], "available_actions": allowed("report"),
}  # fmt: skip
LEAVING = GROUP_READ | {"id": uid(1104), "state": "ordered", "stays": [STAY_READ | {"state": "ordered"}], "available_actions": allowed("depart")}

CRITERIA = [
    {"id": "probation-over", "met": True, "text": "The probation is over.", "possible": None, "rule": RULE | {"id": "TRN-PROBATION", "value": True, "unit": "probation over"}},
    {"id": "age", "met": False, "text": "The person is at most 45 on the first day of a first postgraduate study.", "possible": "Another person.", "rule": RULE | {"id": "TRN-AGE-civil_servant", "value": {"from": "2025-07-01", "years": 45}, "unit": "completed years"}},
]  # fmt: skip
STUDY_READ: dict[str, Any] = {
    "id": STUDY, "reference": None, "person_id": uid(1), "facility_code": "VN-22-BVT", "unit": "Khoa Gây mê hồi sức", "occupation_code": "VN-BS", "employment_type": "public_employee",
    "programme": "ck1", "specialty": "anaesthesia-icu", "institution": "Đại học Y Hà Nội", "country": "VN", "need_id": NEED, "technique": "Gây tê vùng dưới siêu âm", "full_time": True,
    "first_postgraduate": True, "starts_on": "2025-02-01", "ends_on": "2027-01-31", "course_months": 24,
    "cost_items": [{"kind": "tuition", "amount": 90_000_000}, {"kind": "salary", "amount": 192_000_000}], "currency": "VND", "benefit_amount": 90_000_000, "bond_factor": 2.0,
    "months_due": 48, "bond_ends_on": "2031-01-31", "breach_policy": BREACH | {"citation": "Decree 101/2017/NĐ-CP", "confidence": "confirmed"}, "cover_person_id": None,
    "cover_reason": "Bệnh viện vệ tinh hỗ trợ", "override_reason": None, "criteria": CRITERIA, "state": "applied", "applied_on": "2025-01-06", "judged_on": None, "judged_comment": None,
    "board_on": None, "board_comment": None, "signed_on": None, "decision": None, "enrolled_on": None, "progress": [], "progress_due_on": None, "outcome": None, "outcome_on": None,
    "outcome_comment": None, "diploma_number": None, "degree_check": None, "degree_checked_on": None, "returned_on": None, "ended_on": None, "end_reason": None,
    "available_actions": allowed("judge", "withdraw"),
}  # fmt: skip
DONE = STUDY_READ | {
    "id": DONE_STUDY, "state": "graduated", "judged_on": "2025-01-08", "board_on": "2025-01-10", "signed_on": "2025-01-20", "decision": "1404/QĐ-SYT", "enrolled_on": "2025-02-03",
    "progress": [{"period_to": "2025-07-28", "standing": "on_track", "comment": None, "reported_on": "2025-07-28"}], "progress_due_on": "2026-01-28", "outcome": "graduated",
    "outcome_on": "2025-09-25", "diploma_number": "CK1-118", "available_actions": allowed("return", "check_degree"),
}  # fmt: skip
STATES = [STUDY_READ | {"id": uid(1130 + n), "state": state, "available_actions": allowed(*acts)} for n, (state, acts) in enumerate((
    ("eligible", ("board",)), ("board_approved", ()), ("bonded", ("enrol", "abandon")), ("studying", ("progress", "graduate", "fail", "abandon")), ("conflicting", ()), ("abandoned", ("return",)),
))]  # fmt: skip

SHORTAGE_READ = {
    "id": SHORTAGE, "reference": None, "authority": "VN-22", "specialty": "haematology", "occupation_code": None, "reason": "Thiếu bác sĩ huyết học", "legal_basis": None,
    "valid_from": "2025-01-01", "valid_to": "2026-12-31", "in_force": True, "state": "declared", "declared_on": "2025-01-03", "ended_on": None, "available_actions": allowed("end"),
}  # fmt: skip
HARD_POSTS = {
    "on": "2025-09-30",
    "items": [
        {"post_id": POST, "facility_code": "VN-22-BVT", "unit": "Khoa Gây mê hồi sức", "occupation_code": "VN-BS", "specialty": "anaesthesia-icu", "free": 1.0, "remoteness": "mountain",
         "vacant_since": "2025-01-01", "months_vacant": 8, "applications": 1, "shortage_id": SHORTAGE, "reasons": ["remote", "shortage", "long_vacant", "few_applications"]},
    ],
    "rules": {"remote": RULE | {"id": "REC-HARD-PLACE", "value": ["mountain"], "unit": "kinds of place"}},
}  # fmt: skip

ANSWERS: dict[str, Any] = {
    f"{T}/stay-groups": page(GROUP_READ, ORDERED_READ),
    f"{T}/stay-groups/{GROUP}": GROUP_READ,
    f"{T}/stay-groups/{ORDERED}": ORDERED_READ,
    f"{T}/stay-groups/{LEAVING['id']}": LEAVING,
    f"{T}/sponsorships": page(STUDY_READ, DONE, *STATES),
    f"{T}/sponsorships/{STUDY}": STUDY_READ,
    f"{T}/sponsorships/{DONE_STUDY}": DONE,
    **{f"{T}/sponsorships/{study['id']}": study for study in STATES},
    f"{H}/shortages": page(SHORTAGE_READ),
    f"{H}/shortages/{SHORTAGE}": SHORTAGE_READ,
    f"{H}/hard-posts": HARD_POSTS,
}
