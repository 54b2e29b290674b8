"""What recruitment answers about vacancies, applications, accompaniment and partner services."""

from typing import Any

from tests.portal.world import NEED, RULE, allowed, page, uid

H = "/api/v1/recruitment"
P = f"{H}/public"
VACANCY, APPLICATION, CHOICE, DOSSIER, REQUEST, PAPER, POOL = (uid(1900 + n) for n in range(7))
KEY = "k" * 40

PUBLISHED: dict[str, Any] = {
    "id": VACANCY, "title": "Bác sĩ khoa Nội", "occupation_code": "VN-BS", "employer": "Bệnh viện đa khoa tỉnh", "facility_code": "VN-22-BVT", "place": "Hạ Long", "area_code": "VN-22-06652",
    "seats": 2, "about": "Khoa 30 giường.", "contract": "Không xác định thời hạn", "hours": None, "pay": None, "starts_from": "2025-11-01", "housing": "Nhà công vụ", "childcare": None,
    "transport": "Xe đưa đón", "published_on": "2025-09-01", "closes_on": "2025-10-31", "is_campaign": False, "in_pool": True,
}  # fmt: skip
OTHER = PUBLISHED | {"id": uid(1920), "title": "Bác sĩ Ba Chẽ", "employer": "TTYT Ba Chẽ", "facility_code": "VN-22-TTBCE", "place": "Ba Chẽ", "housing": None}
VACANCY_READ = PUBLISHED | {
    "reference": None, "need_id": NEED, "pool_id": POOL, "campaign_id": None, "opens_on": "2025-09-01", "withdrawn_on": None, "withdrawal_reason": None, "state": "published",
    "available_actions": allowed("withdraw"),
}  # fmt: skip
CHOICE_READ: dict[str, Any] = {
    "id": CHOICE, "vacancy": PUBLISHED, "facility_code": "VN-22-BVT", "need_id": NEED, "candidacy_id": None, "state": "interview", "consented_on": "2025-09-10", "consent_withdrawn_on": None,
    "moved_on": "2025-09-12", "reason": None, "available_actions": allowed("read", "interview", "keep", "turn_down"),
}  # fmt: skip
LEFT = CHOICE_READ | {"id": uid(1921), "vacancy": OTHER, "state": "withdrawn", "consent_withdrawn_on": "2025-09-15", "available_actions": []}
COMMON: dict[str, Any] = {
    "id": APPLICATION, "state": "open", "submitted_on": "2025-09-10", "ended_on": None, "degree": "diploma", "experience": "experienced", "available_from": "2025-11-01",
    "message": "Tôi muốn về gần nhà.", "wishes": ["housing"], "choices": [CHOICE_READ, LEFT],
    "steps": [{"what": "received", "choice_id": None, "done_on": "2025-09-10", "note": None}, {"what": "interview", "choice_id": CHOICE, "done_on": "2025-09-12", "note": "Thứ Hai 9 giờ"}],
    "files": [{"id": PAPER, "paper": "cv", "kind": "pdf", "size": 1000, "added_on": "2025-09-10", "is_kept": True}],
}  # fmt: skip
OWN = COMMON | {"link_until": "2026-01-31", "key": None, "in_pool": True}
APPLICATION_READ = COMMON | {"reference": None, "person_id": uid(1), "pool_id": POOL, "occupation_code": "VN-BS", "shared_with": ["VN-22-BVT"], "link_until": "2026-01-31", "available_actions": allowed("renew_link")}  # fmt: skip
DOSSIER_READ: dict[str, Any] = {
    "id": DOSSIER, "reference": None, "pool_id": POOL, "person_id": uid(1), "adviser_name": "Nguyễn Thùy Linh", "goal": "Về gần nhà", "opened_on": "2025-09-01", "next_step": "Gọi lại",
    "next_on": "2025-10-03", "closed_on": None, "outcome": None, "outcome_words": None, "state": "open", "available_actions": allowed("add_entry", "ask_service", "close"),
    "entries": [{"id": uid(1922), "kind": "contact", "channel": "phone", "words": "Đã gọi.", "done_on": "2025-09-03"}],
}  # fmt: skip
REQUEST_READ: dict[str, Any] = {
    "id": REQUEST, "reference": None, "pool_id": POOL, "accompaniment_id": DOSSIER, "person_id": uid(1), "kind": "housing", "wanted": "Hai phòng", "place": "Ba Chẽ", "wanted_from": "2025-11-01",
    "partner_code": "VN-22-TTBCE", "offer_id": None, "asked_on": "2025-09-05", "settled_on": None, "refused_by": None, "reason": None, "words": None, "state": "asked",
    "ended_offers": [{"title": "Nhà tập thể", "ended_on": "2025-09-15"}],
    "available_actions": allowed("solve", "refuse", "withdraw"),
}  # fmt: skip
REFUSED = REQUEST_READ | {
    "id": uid(1923),
    "state": "refused",
    "ended_offers": [],
    "settled_on": "2025-09-20",
    "refused_by": "candidate",
    "reason": "too_expensive",
    "available_actions": [],
    "person_id": None,
    "accompaniment_id": None,
}
OFFER: dict[str, Any] = {
    "id": uid(1924), "reference": None, "pool_id": POOL, "facility_code": "VN-22-TTBCE", "kind": "housing", "title": "Phòng công vụ", "place": "Ba Chẽ", "capacity": 2, "taken": 1, "conditions": None,
    "available_from": "2025-09-01", "available_to": None, "offered_on": "2025-09-01", "ended_on": None, "state": "offered", "available_actions": allowed("end"),
}  # fmt: skip
CONTACT: dict[str, Any] = {
    "id": uid(1925), "reference": None, "pool_id": POOL, "person_id": uid(1), "occupation_code": "VN-BS", "channel": "forum", "outcome": "interested", "words": None, "follow_up_on": "2025-10-05",
    "contacted_on": "2025-09-01", "contacted_by": "x#y",
}  # fmt: skip
CONTEST = uid(1930)
RULES = [
    RULE | {"id": "CONTEST-AGE", "value": {"from": 18, "to": None}, "unit": "completed years on 1 January"},
    RULE | {"id": "CONTEST-DOCUMENTS", "value": ["application_form"], "unit": "documents at the application"},
]
NOTICE: dict[str, Any] = {
    "id": CONTEST, "code": "C-2025", "title": "Kỳ thi tuyển điều dưỡng", "authority": "Quảng Ninh", "authority_code": "VN-22", "grade": "III", "opening_decision": "QĐ 214", "opens_on": "2025-09-01",
    "closes_on": "2025-10-31", "exam_on": "2025-12-01", "posts": 180, "documents": ["identity", "application_form", "degree"], "quotas": [], "priorities": ["merit"], "rules": RULES,
    "lots": [{"id": uid(1931), "region": "Quảng Ninh", "occupation_code": "VN-XX", "titles": [{"code": "VN-XX", "names": {"en": "Nurse", "vi": "Điều dưỡng"}}], "posts": 180, "places": [{"id": NEED, "name": "Ba Chẽ"}]}],
    "papers": [{"code": "written", "title": "Bài viết", "kind": "written", "minutes": 120, "coefficient": "2", "double_marked": True}],
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "id": uid(1932), "contest_code": "C-2025", "contest_title": NOTICE["title"], "authority": "Quảng Ninh", "region": "Quảng Ninh", "occupation_code": "VN-XX", "exam_on": "2025-12-01", "state": "inadmissible",
    "submitted_on": "2025-09-20", "decided_on": "2025-09-25", "reason": "Bằng không đọc được", "appeal_until": "2025-10-10", "answered_on": None, "answer": None, "withdrawn_on": None,
    "files": [{"id": PAPER, "paper": "degree", "kind": "pdf", "size": 1000, "added_on": "2025-09-20", "is_kept": True}], "link_until": "2026-03-01", "results_on": None, "outcome": None, "rank": None, "total": None,
}  # fmt: skip
POOL_READ = {"id": POOL, "title": "Vùng Đông Bắc", "partners": [{"facility_code": "VN-22-TTBCE", "state": "member"}, {"facility_code": "VN-22-BVT", "state": "left"}]}
ANSWERS: dict[str, Any] = {
    f"{P}/vacancies": page(PUBLISHED, OTHER), f"{P}/vacancies/{VACANCY}": PUBLISHED, f"{P}/application": OWN, f"{P}/contests": page(NOTICE), f"{P}/contests/{CONTEST}": NOTICE, f"{P}/contest-application": ENTRY, f"{H}/vacancies": page(VACANCY_READ), f"{H}/vacancies/{VACANCY}": VACANCY_READ,
    f"{H}/applications": page(APPLICATION_READ), f"{H}/applications/{APPLICATION}": APPLICATION_READ, f"{H}/applications/own": page(OWN), f"{H}/accompaniments": page(DOSSIER_READ),
    f"{H}/accompaniments/{DOSSIER}": DOSSIER_READ, f"{H}/outreaches": page(CONTACT), f"{H}/service-requests": page(REQUEST_READ, REFUSED), f"{H}/service-requests/{REQUEST}": REQUEST_READ,
    f"{H}/service-requests/{REFUSED['id']}": REFUSED, f"{H}/service-offers": page(OFFER), f"{H}/pools": page(POOL_READ), f"{H}/pools/{POOL}": POOL_READ,
    f"{H}/service-requests/sums": {"items": [{"kind": "housing", "state": "refused", "refused_by": "candidate", "reason": "too_expensive", "requests": 2}, {"kind": "housing", "state": "solved", "refused_by": None, "reason": None, "requests": 5}]},
}  # fmt: skip
TOO_LARGE = {"type": "http://x/problems/file-too-large", "title": "The request is too large", "status": 413, "detail": "The file is larger than 10 MB.", "rule": RULE, "possible": "Send at most 10 MB.", "fields": [{"path": "cv", "reason": "The file is larger than 10 MB."}]}  # fmt: skip
