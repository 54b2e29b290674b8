"""What the APIs answer about mentoring, skills and cooperation, as the portal meets it."""

from typing import Any

from tests.portal.answers_rotation import AGREEMENT, AGREEMENT_READ, HELD_VISIT, VISIT, O
from tests.portal.world import PEOPLE, allowed, page, uid

T = "/api/v1/training"
MENTORSHIP, SESSION, ENTRY, SERIES, PROGRAMME = uid(900), uid(901), uid(902), uid(903), uid(904)
LOST_ACT = {"act": "attest", "allowed": False, "reason": "Your role does not allow this.", "rule": None, "possible": None}


def person(number: int, part: str) -> dict[str, Any]:
    return {"person_id": uid(number), "part": part, "name": PEOPLE[uid(number)], "occupation_code": "VN-BS", "named_on": "2025-03-01", "left_on": None}


ACTS = [
    {"code": "cardiac-arrest", "title": "Cấp cứu ngừng tuần hoàn", "kind": "emergency", "protocol_version": "2.1"},
    {"code": "obstetric-ultrasound", "title": "Siêu âm sản khoa", "kind": "para_clinical", "protocol_version": None},
]
CATALOGUE = [
    act | {"id": uid(910 + number), "reference": None, "authority": "VN-22", "specialty": "intensive-care", "published_on": "2025-01-02"}
    for number, act in enumerate([*ACTS, {"code": "anaphylaxis", "title": "Sốc phản vệ", "kind": "emergency", "protocol_version": "1"}])
]
MENTORSHIP_READ: dict[str, Any] = {
    "id": MENTORSHIP, "reference": None, "facility_code": "VN-22-TYT-07200", "mentor_facility": "VN-22-BVT", "agreement_id": AGREEMENT, "session_id": None, "starts_on": "2025-03-01",
    "ends_on": "2025-12-31", "ended_on": None, "reason": None, "state": "active", "acts": ACTS,
    "people": [person(1, "mentor"), person(2, "mentor"), person(3, "mentee"), person(4, "mentee"), person(6, "mentee")],
    "last_written": {"act": "cardiac-arrest", "mentor_id": uid(2), "second_assessor_id": None, "found_on": "2025-09-20"},
    "available_actions": allowed("write", "name_mentees", "name_mentors", "add_acts", "end"),
}  # fmt: skip
ENTRY_READ: dict[str, Any] = {
    "id": ENTRY, "reference": None, "mentorship_id": MENTORSHIP, "agreement_id": AGREEMENT, "session_id": None, "facility_code": "VN-22-TYT-07200", "person_id": uid(3), "act": "cardiac-arrest",
    "act_title": "Cấp cứu ngừng tuần hoàn", "act_kind": "emergency", "protocol_version": "2.1", "level": 3, "found_on": "2025-06-02", "place": "VN-22-TYT-07200", "mentor_id": uid(1),
    "second_assessor_id": None, "reassessment": None, "feedback": "Ép tim đúng nhịp", "state": "recorded", "recorded_on": "2025-06-02", "attested_on": None, "struck_on": None, "struck_reason": None,
    "available_actions": allowed("attest", "strike"),
}  # fmt: skip
ENTRIES = [
    ENTRY_READ
    | {"id": uid(905), "level": 1, "found_on": "2025-03-10", "state": "attested", "attested_on": "2025-03-12", "available_actions": [LOST_ACT, LOST_ACT | {"act": "strike"}]},
    ENTRY_READ,
    ENTRY_READ | {"id": uid(906), "person_id": uid(4), "level": 4, "second_assessor_id": uid(2)},
    ENTRY_READ | {"id": uid(907), "person_id": uid(4), "level": 3, "found_on": "2025-08-02", "reassessment": "Sau ba tháng nghỉ ốm"},
]
GAP = {"facility_code": "VN-22-TYT-07200", "as_of": "2025-09-30", "learners": 3, "acts": 1, "gap_baseline": 10, "gap_now": 4, "gap_closure_percent": 60}
CELLS = [
    {"person_id": uid(number), "name": PEOPLE[uid(number)], "act": "cardiac-arrest", "act_title": "Cấp cứu ngừng tuần hoàn", "needed": 4, "first": first, "now": now}
    for number, first, now in ((3, 1, 3), (4, 4, 4), (6, None, None))
]
TARGET = {
    "id": uid(908),
    "facility_code": "VN-22-TYT-07200",
    "act": "cardiac-arrest",
    "act_title": "Cấp cứu ngừng tuần hoàn",
    "occupation_code": None,
    "level": 4,
    "since": "2025-03-01",
}
SKILLS: dict[str, Any] = {
    "session_id": SESSION, "title": "Cấp cứu ngừng tuần hoàn và sốc phản vệ", "first_day": "2025-09-10", "last_day": "2025-09-11", "trainer_facilities": ["VN-22-BVT"],
    "skills": [
        {"act": act["code"], "title": act["title"], "kind": act["kind"], "protocol_version": act["protocol_version"], "target_level": 3, "before_assessed": 104, "before_at_level": 12, "after_assessed": 104, "after_at_level": 97}
        for act in ACTS
    ],
    "trainers": [{"person_id": uid(1), "facility_code": "VN-22-BVT", "name": PEOPLE[uid(1)]}, {"person_id": uid(2), "facility_code": "VN-22-BVT", "name": PEOPLE[uid(2)]}],
    "participants": [
        {"enrolment_id": uid(920 + number), "person_id": uid(number), "facility_code": "VN-22-TYT-07200", "name": PEOPLE[uid(number)], "before": {"cardiac-arrest": 1}, "after": {}} for number in (3, 4, 6)
    ],
    "available_actions": allowed("teach_skills", "name_trainers", "assess"),
}  # fmt: skip
PROGRAMME_READ = {
    "id": PROGRAMME, "reference": None, "authority": "VN-22", "code": "hospital-post", "title": "Phối hợp bệnh viện – trạm y tế", "policy": "Nghị quyết 72-NQ/TW", "purpose": "Thu hẹp khoảng cách giữa các tuyến",
    "models": ["comprehensive", "telehealth"], "starts_on": "2025-01-01", "ends_on": "2030-12-31",
    "targets": [
        {"indicator": "posts_covered_percent", "value": 90, "due_on": "2027-12-31", "text": None, "reached": 42},
        {"indicator": "other", "value": 4, "due_on": "2027-12-31", "text": "Mỗi trạm có ít nhất 4 bác sĩ", "reached": None},
    ],
}  # fmt: skip
SERIES_READ = {
    "id": SERIES, "reference": None, "agreement_id": AGREEMENT, "giver_code": "VN-22-BVT", "receiver_code": "VN-22-TYT-07200", "kind": "thematic", "title": "Sinh hoạt chuyên đề", "specialty": "obstetrics",
    "planned": 3, "held": 1, "cancelled": 1, "participants": 42,
    "meetings": [
        {"number": 1, "planned_on": "2025-02-15", "topic": "Đái tháo đường", "held_on": "2025-02-16", "participants": 42, "reason": None},
        {"number": 2, "planned_on": "2025-05-15", "topic": "Tăng huyết áp", "held_on": None, "participants": None, "reason": "Bão số 3"},
        {"number": 3, "planned_on": "2025-11-15", "topic": "Hen phế quản", "held_on": None, "participants": None, "reason": None},
    ],
}  # fmt: skip


def referred(month: str, count: int) -> dict[str, Any]:
    return {"id": uid(930), "facility_code": "VN-22-TYT-07200", "month": month, "specialty": "all", "referred": count, "consultations": 10 * count, "told_on": "2025-09-02"}


TREND = {
    "facility_code": "VN-22-TYT-07200",
    "specialty": "all",
    "items": [
        referred("2024-11-01", 40),
        referred("2024-12-01", 43),
        referred("2025-01-01", 41),
        referred("2025-02-01", 33),
        referred("2025-04-01", 27),
        referred("2025-05-01", 24),
    ],
    "agreements": [{"id": AGREEMENT, "giver_code": "VN-22-BVT", "model": "comprehensive", "starts_on": "2025-01-01", "ends_on": "2027-12-31"}],
}
COVERAGE = {
    "as_of": "2025-09-30", "facility_type": "station", "facilities": 2, "with_agreement": 1, "by_model": {"comprehensive": 1},
    "items": [{"facility_code": "VN-22-TYT-07200", "models": ["comprehensive"], "givers": ["VN-22-BVT"]}, {"facility_code": "VN-22-TYT-07201", "models": [], "givers": []}],
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    f"{T}/mentoring/mentorships": page(MENTORSHIP_READ),
    f"{T}/mentoring/mentorships/{MENTORSHIP}": MENTORSHIP_READ,
    f"{T}/mentoring/acts": page(*CATALOGUE),
    f"{T}/mentoring/entries": page(*ENTRIES),
    f"{T}/mentoring/targets": page(TARGET),
    f"{T}/mentoring/gaps": {"items": [GAP]},
    f"{T}/mentoring/gaps/VN-22-TYT-07200": GAP | {"cells": CELLS},
    f"{T}/sessions/{SESSION}/skills": SKILLS,
    f"{O}/agreements": page(AGREEMENT_READ),
    f"{O}/agreements/{AGREEMENT}": AGREEMENT_READ,
    f"{O}/agreements/coverage": COVERAGE,
    f"{O}/visits": page(VISIT | {"planned_on": "2025-09-20"}, HELD_VISIT),
    f"{O}/series": page(SERIES_READ),
    f"{O}/referrals/trend": TREND,
    f"{O}/cooperation-programmes": page(PROGRAMME_READ),
}
