"""Answers of the APIs as the portal meets them: a small province with believable people, so that pages are tested without the services."""

from typing import Any
from uuid import UUID

from services.portal.clients import Refusal


def uid(number: int) -> str:
    return str(UUID(int=0x0198_0000_0000_7000_8000_0000_0000_0000 + number))


PEOPLE = {
    uid(1): "Nguyễn Thị Hoa",
    uid(2): "Đặng Thị Ánh",
    uid(3): "Lê Hoàng Diễm Quỳnh",
    uid(4): "Trần Quốc Toản",
    uid(5): "Vũ Đức Nghĩa",
    uid(6): "Phạm Thị Ngọc Ẩn",
}
POLICY, CAMPAIGN, NEED, CANDIDACY, HIRE, POST = uid(100), uid(101), uid(102), uid(103), uid(104), uid(105)
RULE = {"id": "ATT-01", "value": ["VN-BS", "VN-BSCK"], "unit": "titles", "citation": "Resolution 28/2023/NQ-HĐND", "confidence": "confirmed"}


def allowed(*acts: str) -> list[dict[str, Any]]:
    return [{"act": act, "allowed": True, "reason": None, "rule": None, "possible": None} for act in acts]


def page(*items: dict[str, Any], cursor: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next": cursor}


def card(person_id: str, year: int, occupation: str = "VN-BS", facility: str = "VN-22-BVT", unit: str = "Khoa Hồi sức tích cực") -> dict[str, Any]:
    return {
        "id": person_id, "name": PEOPLE[person_id], "birth_year": year, "sex": "female", "occupation": occupation, "occupation_name": "Bác sĩ", "worker_no": "QN-0001",
        "facility": facility, "facility_name": "Bệnh viện đa khoa tỉnh Quảng Ninh", "unit": unit, "post_id": POST, "assignment_id": uid(200), "kind": "primary", "fte_share": 1.0,
    }  # fmt: skip


FACILITY = {
    "id": uid(300), "code": "VN-22-BVT", "name": "Bệnh viện đa khoa tỉnh Quảng Ninh", "type": "hospital", "level": "province", "ownership": "public",
    "area": {"id": uid(301), "code": "VN-22-06685", "name": "Phường Hồng Gai", "level": "commune"}, "area_path": ["VN", "VN-22", "VN-22-06685"], "area_is_estimated": False,
    "authority": "VN-22", "authority_path": "VN.VN-22.VN-22-BVT", "technical_supervisor": "VN-01-BM", "host": None, "remoteness": "none", "tier": None,
    "latitude": None, "longitude": None, "valid_from": "2010-01-01", "valid_to": None, "available_actions": [],
}  # fmt: skip
STATION = FACILITY | {
    "id": uid(302),
    "code": "VN-22-TYT-07200",
    "name": "Trạm Y tế đặc khu Cô Tô",
    "type": "station",
    "level": "commune",
    "remoteness": "island",
    "technical_supervisor": "VN-22-TTCT",
    "area_is_estimated": True,
}

SCHEDULE = [{"percent": 60, "months_after_start": 0}, {"percent": 40, "months_after_start": 24}]
BREACH = {"kind": "PRORATA", "multiple": None, "steps": [], "citation": None, "confidence": "to_confirm"}
POLICY_READ = {
    "id": POLICY, "reference": "NQ28", "resolution_no": "28/2023/NQ-HĐND", "title": "Chính sách thu hút bác sĩ về công tác tại tỉnh Quảng Ninh", "authority": "VN-22",
    "valid_from": "2023-12-08", "valid_to": "2025-12-31", "target_hires": 298, "currency": "VND",
    "eligible": {"occupations": ["VN-BS", "VN-BSCK"], "excluded_occupations": ["VN-BSYHCT", "VN-BSDP"], "excludes_former_public_staff": True},
    "tiers": [
        {"facility_group": "provincial", "degree": "ck2", "amount": 750_000_000},
        {"facility_group": "provincial", "degree": "resident", "amount": 550_000_000},
        {"facility_group": "remote-centre", "degree": "resident", "amount": 700_000_000},
        {"facility_group": "remote-centre", "degree": "ck1", "amount": 700_000_000},
        {"facility_group": "remote-centre", "degree": "doctor", "amount": 450_000_000},
        {"facility_group": "centre", "degree": "doctor", "amount": 300_000_000},
    ],
    "commitment_years": {"experienced": 5, "new_graduate": 7}, "payment_schedule": SCHEDULE, "breach_policy": BREACH, "citation": "Nghị quyết 28/2023/NQ-HĐND ngày 08/12/2023 của HĐND tỉnh Quảng Ninh", "state": "approved",
    "proposed_on": "2023-11-20", "approved_on": "2023-12-08", "available_actions": [{"act": "approve", "allowed": False, "reason": "This act is not open: the state is “approved”.", "rule": None, "possible": None}],
}  # fmt: skip

NEED_READ = {
    "id": NEED, "reference": None, "facility_code": "VN-22-BVT", "occupation_code": "VN-BS", "specialty": "anaesthesia-icu", "quantity": 2, "hires": 1, "reason": "vacancy",
    "post_id": POST, "state": "validated", "identified_on": "2025-08-20", "validated_on": "2025-08-25", "available_actions": [],
    "pool_id": None, "round_id": None, "wanted_from": None, "difficulty": None, "closed_on": None, "closing_reason": None,
}  # fmt: skip

CAMPAIGN_READ = {
    "id": CAMPAIGN, "reference": None, "code": "C-22/2025", "title": "Thu hút bác sĩ, đợt 2 năm 2025", "authority": "VN-22", "policy_id": POLICY, "need_ids": [NEED], "opens_on": "2025-09-01",
    "closes_on": "2025-10-01", "is_open": True, "rule_pack": "vn-2020", "state": "published", "drafted_on": "2025-08-26", "published_on": "2025-09-01", "available_actions": [],
}  # fmt: skip

CRITERIA = [
    {"id": "policy-in-force", "met": True, "text": "The policy is approved and in force on 2025-09-10.", "possible": None, "rule": RULE | {"id": "ATT-VALIDITY", "value": ["2023-12-08", "2025-12-31"], "unit": "period"}},
    {"id": "occupation-eligible", "met": True, "text": "The policy is open to the title VN-BS.", "possible": None, "rule": RULE},
    {"id": "not-former-public-staff", "met": False, "text": "The person has not left the public health service of the authority.", "possible": "The person may still be hired without the attraction policy.", "rule": RULE | {"value": True, "unit": "excludes former public staff", "confidence": "to_confirm"}},
]  # fmt: skip

CANDIDACY_READ = {
    "id": CANDIDACY, "reference": None, "campaign_id": CAMPAIGN, "need_id": NEED, "policy_id": POLICY, "person_id": uid(2), "occupation_code": "VN-BS", "degree": "resident", "experience": "experienced",
    "left_public_sector_of_province": False, "facility_code": "VN-22-BVT", "state": "eligible", "submitted_on": "2025-09-10", "decided_on": "2025-09-16", "comment": None, "criteria": CRITERIA,
    "available_actions": allowed("propose_hire"),
}  # fmt: skip

HIRE_READ = {
    "id": HIRE, "reference": None, "candidacy_id": CANDIDACY, "need_id": NEED, "policy_id": POLICY, "person_id": uid(2), "occupation_code": "VN-BS", "post_id": POST, "facility_code": "VN-22-BVT",
    "starts_on": "2025-10-01", "state": "proposed", "proposed_on": "2025-09-20", "signed_on": None, "decision_number": None, "decision": None, "entered_afterwards": False,
    "grant": {"amount": 550_000_000, "currency": "VND", "facility_group": "provincial", "degree": "resident", "commitment_years": 5, "commitment_ends_on": "2030-09-30", "payment_schedule": SCHEDULE, "breach_policy": BREACH, "frozen": False,
              "rules": [RULE | {"id": "ATT-04", "value": 550_000_000, "unit": "VND"}, RULE | {"id": "ATT-YEARS", "value": 5, "unit": "years"}]},
    "conflict": None, "withdrawn_on": None, "withdrawal_reason": None, "revoked_on": None, "revoked_from": None, "landing": None, "available_actions": allowed("withdraw"),
}  # fmt: skip

POST_READ = {
    "id": POST, "reference": "VN-22-BVT/GMHS/01", "facility_id": uid(300), "facility_code": "VN-22-BVT", "facility_name": "Bệnh viện đa khoa tỉnh Quảng Ninh", "unit": "Khoa Gây mê hồi sức", "unit_id": None, "job_position": "Bác sĩ hạng III",
    "occupation_code": "VN-BS", "occupation_name": "Bác sĩ", "specialty": "anaesthesia-icu", "fte": 1.0, "filled_share": 0.0, "free_share": 1.0, "state": "vacant", "open_from": "2024-01-01", "close_to": None,
    "is_management": False, "frozen": False, "decision": "to_regularise", "holders": [], "available_actions": allowed("assign", "change", "freeze", "abolish"),
    "functionally_empty": False, "reason": None, "version": 1, "periods": [{"valid_from": "2024-01-01", "valid_to": None, "unit": "Khoa Gây mê hồi sức", "fte": 1.0, "frozen": False, "act": "recorded", "reason": None, "decision": "to_regularise", "done_on": "2024-01-01", "recorded_at": "2024-01-01T02:00:00Z"}],
}  # fmt: skip

PERSON_READ = {
    "id": uid(1), "name": PEOPLE[uid(1)], "names": [{"kind": "legal", "script": None, "value": PEOPLE[uid(1)]}], "birth_date": "1986-03-09", "birth_year": 1986, "sex": "female", "purposes": ["worker"],
    "workers": [{"id": uid(400), "occupation_code": "VN-BSCK", "specialty": "Hồi sức tích cực", "worker_no": "QN-01234"}], "reference": None, "version": 1, "also_known": [], "available_actions": allowed("assign"),
}  # fmt: skip


def timeline_item(kind: str, starts: str | None, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind, "id": uid(500), "starts_on": starts, "ends_on": None, "title": None, "occupation_code": None, "facility_code": "VN-22-BVT", "facility_name": "Bệnh viện đa khoa tỉnh Quảng Ninh", "unit": None, "post_id": None,
        "assignment_kind": None, "employment_type": None, "fte_share": None, "state": "active", "conflict": None, "decision": None, "decided_on": starts or "2011-06-30", "recorded_at": f"{starts or '2011-06-30'}T02:00:00Z",
        "entered_afterwards": False, "source_service": None, "source_id": None, "reason": None, "superseded": None,
    } | more  # fmt: skip


TIMELINE = {
    "person_id": uid(1), "as_of": None, "known_at": None,
    "items": [
        timeline_item("qualification", "2010-06-30", title="Bác sĩ đa khoa, Đại học Y Hà Nội", state="verified", facility_code=None, facility_name=None),
        timeline_item("employment", "2011-03-01", ends_on="2020-12-31", employment_type="public_employee", state="confirmed", decision="311/QĐ-SYT", facility_name="Trung tâm Y tế huyện Ba Chẽ"),
        timeline_item("assignment", "2011-03-01", ends_on="2020-12-31", title="Bác sĩ", assignment_kind="primary", fte_share=1.0, unit="Khoa Nội", decision="311/QĐ-SYT", facility_name="Trung tâm Y tế huyện Ba Chẽ", decided_on="2011-02-20"),
        timeline_item("assignment", "2021-02-01", title="Bác sĩ chuyên khoa", assignment_kind="primary", fte_share=1.0, unit="Khoa Ngoại", decision="12/QĐ-SYT", superseded={"act": "corrected", "on": "2021-03-04T03:00:00Z", "by": None, "reason": "sai khoa"}),
        timeline_item("employment", "2021-01-01", employment_type="public_employee", state="confirmed", decision="12/QĐ-SYT"),
        timeline_item("assignment", "2021-01-01", title="Bác sĩ chuyên khoa", assignment_kind="primary", fte_share=0.8, unit="Khoa Hồi sức tích cực", decision="to_regularise", decided_on="2020-12-20", entered_afterwards=True, recorded_at="2023-01-15T02:00:00Z", source_service="recruitment", source_id=HIRE),
        timeline_item("assignment", "2025-05-05", title="Bác sĩ chuyên khoa", assignment_kind="concurrent", fte_share=0.4, conflict="post-full", state="conflicting", facility_name="Bệnh viện Sản Nhi"),
    ],
}  # fmt: skip

ASSIGNMENT = {
    "id": uid(200), "person_id": uid(1), "worker_id": uid(400), "occupation_code": "VN-BSCK", "post_id": POST, "facility_id": uid(300), "facility_code": "VN-22-BVT", "facility_name": "Bệnh viện đa khoa tỉnh Quảng Ninh",
    "unit": "Khoa Hồi sức tích cực", "kind": "primary", "fte_share": 0.8, "starts_on": "2021-01-01", "ends_on": None, "state": "active", "conflict": None, "decision": "to_regularise", "retroactive": False, "entered_afterwards": True,
    "source_service": "recruitment", "source_id": HIRE, "reference": None, "periods": [], "version": 1, "warnings": [], "available_actions": [],
}  # fmt: skip


def figure(figure_id: str, title: str, unit: str, value: float | None, decimals: int, numerator: int, denominator: int | None) -> dict[str, Any]:
    return {
        "id": figure_id, "service": figure_id.split(".", maxsplit=1)[0], "title": title, "definition": "Bác sĩ đang làm việc tại ngày tính, trên 10.000 dân. Công lập và tư nhân; mỗi người tính một lần, tại cơ sở phân công chính.", "unit": unit, "value": value, "decimals": decimals, "numerator": numerator,
        "numerator_text": "Bác sĩ đang làm việc", "denominator": denominator, "denominator_text": "Dân số", "band": None, "why": None, "rule": None, "source": "Sổ đăng ký nhân lực (phân công, chức danh); dân số công bố", "as_of": "2025-09-30", "from": None, "to": None,
        "area": {"code": "VN-22", "name": "Quảng Ninh", "level": "province"}, "complete": True, "coverage": {"facilities": 204, "reporting": 204, "estimated": 12, "text": "204/204"},
        "boundaries_of": "2025-09-30", "currency": None, "amounts": [],
        "population": {"year": 2025, "value": 1_430_000, "source": "Dự báo dân số", "kind": "illustrative"} if denominator == 1_430_000 else None, "policy": None, "beside": None, "records": f"/api/v1/observatory/figures/{figure_id}/records",
    }  # fmt: skip


FIGURES = {
    found["id"]: found
    for found in (
        figure("density.doctors", "Mật độ bác sĩ", "trên 10.000 dân", 17.4, 1, 2488, 1_430_000),
        figure("density.pharmacists", "Mật độ dược sĩ đại học", "trên 10.000 dân", 7.4, 1, 1058, 1_430_000),
        figure("density.nurses", "Mật độ điều dưỡng", "trên 10.000 dân", 26.5, 1, 3790, 1_430_000),
        figure("recruitment.policy_hires", "Số người tuyển dụng theo chính sách thu hút", "người", 25, 0, 25, None),
        figure("recruitment.policy_attainment_percent", "Mức độ đạt chỉ tiêu chính sách thu hút", "%", 8.4, 1, 25, 298),
    )
}

OCCUPATIONS = [
    {"code": "VN-BS", "names": {"fr": "Médecin", "vi": "Bác sĩ", "en": "Doctor"}},
    {"code": "VN-BSCK", "names": {"fr": "Médecin spécialiste", "vi": "Bác sĩ chuyên khoa", "en": "Specialist doctor"}},
    {"code": "VN-BSYHCT", "names": {"fr": "Médecin de médecine traditionnelle", "vi": "Bác sĩ y học cổ truyền", "en": "Doctor of traditional medicine"}},
    {"code": "VN-BSDP", "names": {"fr": "Médecin de médecine préventive", "vi": "Bác sĩ y học dự phòng", "en": "Doctor of preventive medicine"}},
]

REPORT = {
    "id": uid(600), "kind": "people", "mode": "update", "state": "checked", "file_name": "danh-sach-nhan-vien.xlsx", "rows": 2466, "good": 2461, "changed": 3, "bad": 2, "unchanged": 0,
    "questions": None, "columns": {"worker_no": "Mã nhân viên", "full_name": "Họ và tên", "birth_date": "Ngày sinh", "sex": "Giới tính", "occupation_code": "Chức danh", "facility_code": "Mã cơ sở", "start_date": "Ngày bắt đầu", "specialty": "Chuyên khoa", "employment_type": "Hình thức"},
    "unknown_words": [{"column": "occupation_code", "written": "Bác sỹ ĐK", "rows": 14}], "lists": {"occupation_code": [{"code": "VN-BS", "name": "Bác sĩ"}, {"code": "VN-YS", "name": "Y sĩ"}]},
    "report": [{"row": 17, "column": "birth_date", "reason": "Viết ngày sinh dạng dd/mm/yyyy hoặc chỉ năm sinh."}, {"row": 233, "column": "facility_code", "reason": "Không có cơ sở mang mã VN-22-XX."}],
    "report_is_complete": False, "written": 0, "created_at": "2025-09-29T02:10:00Z", "done": 0, "total": None, "problem": None,
}  # fmt: skip
IMPORT_ROWS = [
    {"row": 2, "state": "good", "values": {"worker_no": "0001", "full_name": "Nguyễn Thị Ánh", "birth_date": "1985-03-05", "sex": "female", "occupation_code": "VN-BS", "facility_code": "VN-22-BVT", "start_date": "2010-09-01"}, "reasons": [],
     "changes": [{"column": "full_name", "before": "Nguyễn Thị Anh", "after": "Nguyễn Thị Ánh"}, {"column": "birth_date", "before": "1985-01-01", "after": "1985-03-05"}, {"column": "specialty", "before": None, "after": "Nội khoa"}, {"column": "employment_type", "before": "public_employee", "after": "civil_servant"}]},
]  # fmt: skip
RUNNING = REPORT | {"id": uid(602), "state": "writing", "done": 120_000, "total": 1_000_000, "report": [], "unknown_words": []}
FAILED = REPORT | {"id": uid(603), "state": "stopped", "written": 40_000, "problem": "Dòng 62 không đọc được.", "report": [], "unknown_words": [], "report_is_complete": True}
ASKING = REPORT | {
    "id": uid(601), "state": "asking", "rows": 0, "good": 0, "changed": 0, "bad": 0, "report": [], "unknown_words": [],
    "questions": {"missing": ["worker_no", "occupation_code"], "columns": ["worker_no", "occupation_code", "specialty", "employment_type"], "headings": [{"heading": "Số hồ sơ", "examples": ["0001", "0002"]}, {"heading": "Ngạch", "examples": ["Bác sỹ ĐK"]}, {"heading": "Ghi chú", "examples": []}]},
}  # fmt: skip

WORK_ITEM = {
    "id": uid(700), "kind": "conflicting-assignment", "reason": "post-full", "subject_kind": "assignment", "subject_id": uid(500), "person_id": uid(4), "post_id": POST, "facility_code": "VN-22-BVSN", "state": "open",
    "opened_at": "2025-09-28T03:00:00Z", "closed_at": None, "sentence": "A hire was decided for a post that is full. End an assignment on the post, or move this one, then activate it.",
}  # fmt: skip

HEALTH = {
    "status": "up",
    "services": {
        "registry": {"status": "up", "breaker": "closed", "database": "up", "oldest_unpublished_seconds": 0.2, "replaying": 0, "lag": 0, "consumer_silent_seconds": 0.4, "parked": 0, "dead_letters": 0},
        "recruitment": {"status": "up", "breaker": "closed", "database": "up", "oldest_unpublished_seconds": 48.0, "replaying": 0, "lag": 12, "consumer_silent_seconds": 0.4, "parked": 3, "dead_letters": 1},
        "observatory": {"status": "down", "breaker": "open"},
        "portal": {"status": "up", "breaker": "closed", "database": "up"},
    },
}  # fmt: skip

NEED_OPEN = NEED_READ | {
    "id": uid(106),
    "state": "identified",
    "validated_on": None,
    "hires": 0,
    "facility_code": "VN-22-TTBCE",
    "specialty": "orthopaedic-surgery",
    "available_actions": allowed("validate"),
}
CANDIDACY_NEW = CANDIDACY_READ | {"id": uid(107), "person_id": uid(3), "state": "submitted", "decided_on": None, "available_actions": allowed("find_eligible", "find_ineligible")}
HIRE_DONE = HIRE_READ | {"id": uid(108), "candidacy_id": uid(109), "person_id": uid(5), "state": "decided", "signed_on": "2025-09-25", "decision_number": "1207/QĐ-SYT", "decision": "1207/QĐ-SYT", "starts_on": "2025-09-29", "entered_afterwards": True,
    "landing": {"state": "active", "assignment_id": uid(200)}, "available_actions": []}  # fmt: skip
CANDIDACY_DONE = CANDIDACY_READ | {"id": uid(109), "person_id": uid(5)}

RECORDS = [
    {"record_id": uid(200), "topic": "registry.assignments", "field": "VN-BS", "state": "active", "kind": "assignment", "ends_on": None, "amount": None, "currency": None, "person_id": person, "worker_id": uid(400), "assignment_id": uid(200), "hire_id": None, "facility_code": "VN-22-BVT", "occupation_code": "VN-BS", "done_on": "2025-01-01", "starts_on": "2025-01-01"} for person in PEOPLE
]  # fmt: skip

R, H, F = "/api/v1/registry", "/api/v1/recruitment", "/api/v1/observatory"

ANSWERS: dict[str, Any] = {
    f"{R}/occupations": page(*OCCUPATIONS),
    f"{R}/persons": page(*(card(person, 1970 + n * 5) for n, person in enumerate(PEOPLE)), cursor="c2"),
    f"{R}/persons/{uid(1)}": PERSON_READ,
    f"{R}/persons/{uid(2)}": PERSON_READ | {"id": uid(2), "name": PEOPLE[uid(2)], "workers": [], "purposes": ["candidate"]},
    f"{R}/persons/{uid(1)}/timeline": TIMELINE,
    f"{R}/persons/{uid(1)}/qualifications": page(
        {
            "id": uid(401),
            "person_id": uid(1),
            "type": "degree",
            "title": "Bác sĩ đa khoa",
            "specialty": None,
            "institution": "Đại học Y Hà Nội",
            "country": "VN",
            "number": None,
            "issued_on": "2010-06-30",
            "issued_year": 2010,
            "state": "verified",
        }
    ),
    f"{R}/persons/search/{uid(900)}": page(*(card(person, 1980) for person in PEOPLE)) | {"id": uid(900)},
    f"{R}/assignments": page(ASSIGNMENT),
    f"{R}/facilities": page(FACILITY, STATION, cursor="c2"),
    f"{R}/facilities/{uid(300)}/periods": page(FACILITY | {"valid_to": "2025-06-30"}, FACILITY | {"valid_from": "2025-07-01"}),
    f"{R}/posts": page(POST_READ, POST_READ | {"id": uid(110), "state": "filled", "filled_share": 1.0}),
    f"{R}/posts/{POST}": POST_READ
    | {
        "holders": [
            {"assignment_id": uid(200), "person_id": uid(1), "kind": "primary", "fte_share": 0.5, "valid_from": "2024-01-01", "valid_to": None, "over_filled": None, "away": False}
        ]
    },
    f"{R}/work-items": page(WORK_ITEM),
    f"{R}/imports/{uid(600)}": REPORT,
    f"{R}/imports/{uid(600)}/rows": page(*IMPORT_ROWS),
    f"{R}/imports/{uid(601)}": ASKING,
    f"{R}/imports/{uid(602)}": RUNNING,
    f"{R}/imports/{uid(603)}": FAILED,
    f"{R}/imports": page(RUNNING, REPORT),
    f"{H}/policies": page(POLICY_READ),
    f"{H}/policies/{POLICY}": POLICY_READ,
    f"{H}/needs": page(NEED_OPEN, NEED_READ),
    f"{H}/needs/{NEED}": NEED_READ,
    f"{H}/needs/{uid(106)}": NEED_OPEN,
    f"{H}/campaigns": page(CAMPAIGN_READ),
    f"{H}/campaigns/{CAMPAIGN}": CAMPAIGN_READ,
    f"{H}/candidacies": page(CANDIDACY_READ, CANDIDACY_NEW),
    f"{H}/candidacies/{CANDIDACY}": CANDIDACY_READ,
    f"{H}/candidacies/{uid(107)}": CANDIDACY_NEW,
    f"{H}/candidacies/{uid(109)}": CANDIDACY_DONE,
    f"{H}/hires": page(HIRE_READ, HIRE_DONE),
    f"{H}/hires/{HIRE}": HIRE_READ,
    f"{F}/figures": page(*({name: found[name] for name in ("id", "title", "definition", "unit")} for found in FIGURES.values())),
    f"{F}/figures/values": page(*FIGURES.values()),
    **{
        f"{F}/figures/{name}/series": {
            **{field: found[field] for field in ("id", "title", "unit", "decimals")},
            "currency": None,
            "boundaries": "day",
            "lines": [
                {
                    "area": found["area"],
                    "points": [{"as_of": f"2025-{month:02}-28", "value": found["value"], "numerator": 9, "denominator": None, "band": None} for month in range(1, 10)],
                }
            ],
        }
        for name, found in FIGURES.items()
    },
    **{f"{F}/figures/{name}": found for name, found in FIGURES.items()},
    **{f"{F}/figures/{name}/records": page(*RECORDS, cursor="c2") for name in FIGURES},
    "/health": HEALTH,
}


class World:
    """Answers `Api._ask`; a test may change an answer or look at what was sent."""

    def __init__(self) -> None:
        self.answers = dict(ANSWERS)
        self.refusals: dict[str, Refusal] = {}
        self.sent: list[tuple[str, str, Any]] = []
        self.sent_with: list[str] = []
        self.left_to_the_worker: list[str] = []

    async def ask(self, api: Any, method: str, path: str, **request: Any) -> Any:
        self.sent.append((method, path, request["json"] if "json" in request else request.get("params")))
        self.sent_with.append(api._headers.get("Authorization", ""))
        if (request.get("headers") or {}).get("Prefer") == "respond-async":
            self.left_to_the_worker.append(path)
        for refused in (path, f"{method} {path}"):
            if refused in self.refusals:
                raise self.refusals[refused]
        if path.endswith("/persons/lookup"):
            return {"items": [{"id": person, "name": PEOPLE[person]} for person in request["json"]["ids"] if person in PEOPLE]}
        params = request.get("params") or {}
        if path == f"{H}/hires" and params.get("candidacy"):
            return page(*(hire for hire in self.answers[path]["items"] if hire["candidacy_id"] == params["candidacy"]))
        if path == f"{H}/candidacies" and params.get("state"):
            return page(*(item for item in self.answers[path]["items"] if item["state"] == params["state"]))
        if path == f"{H}/needs" and params.get("state"):
            return page(*(item for item in self.answers[path]["items"] if item["state"] == params["state"]))
        if path == f"{R}/facilities" and params.get("code"):
            return page(*(item for item in self.answers[path]["items"] if item["code"] == params["code"]))
        if path in self.answers:
            return self.answers[path]
        raise Refusal(404, {"type": "http://127.0.0.1:8080/problems/not-found", "title": "Not found", "status": 404, "detail": "There is nothing here that you may see."})
