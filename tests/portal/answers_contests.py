"""What recruitment answers about a contest and its offers."""

from typing import Any

from tests.portal.world import NEED, POST, RULE, allowed, page, uid

H, R = "/api/v1/recruitment", "/api/v1/registry"
CONTEST, LOT, APPLICATION, MEMBER, OFFER = uid(1300), uid(1301), uid(1302), uid(1303), uid(1304)
ACTS = ("name_member", "publish", "apply", "list", "number", "mark", "close_marks", "lift", "rank", "announce", "offer")
STATES = ("draft", "published", "listed", "numbered", "marks_closed", "anonymity_lifted", "ranked", "results")

CONTEST_READ: dict[str, Any] = {
    "id": CONTEST, "reference": None, "campaign_id": uid(1310), "code": "TT-2025", "title": "Thi tuyển bác sĩ", "authority": "VN-22", "grade": "III", "opening_decision": "211/QĐ-SYT",
    "opens_on": "2025-09-01", "closes_on": "2025-10-10", "is_open": True, "post_by": "2025-10-17", "exam_on": "2025-10-25", "posts": 180, "scale": "20",
    "lots": [{"id": LOT, "region": "VN-22", "occupation_code": "VN-BS", "posts": 180, "need_ids": [NEED], "seats": {"disability": 12, "resistance": 45, "general": 123}}],
    "papers": [
        {"code": "written", "title": "Thi viết", "kind": "written", "minutes": 120, "coefficient": "2", "double_marked": True},
        {"code": "practical", "title": "Thực hành", "kind": "practical", "minutes": 120, "coefficient": "3", "double_marked": False},
    ],
    "members": [
        {"id": MEMBER, "account": "http://id#chair", "title": "GS. Bùi Văn Sơn", "role": "chair", "is_you": False},
        {"id": uid(1305), "account": "http://id#linh", "title": "TS. Nguyễn Thùy Linh", "role": "member", "is_you": True},
    ],
    "quotas": ["disability", "resistance"], "priorities": ["heroes", "merit"], "rule_pack": "vn-2020", "rules": [RULE, RULE | {"id": "REC-MA-01", "value": {"resistance": 25, "disability": 7}, "unit": "percent of the posts"}],
    "state": "draft", "drafted_on": "2025-08-20", "published_on": None, "listed_on": None, "numbered_on": None, "closed_on": None, "lifted_on": None, "results_on": None,
    "list_valid_until": None, "applications": {"submitted": 2, "admitted": 310}, "available_actions": allowed(*ACTS),
}  # fmt: skip
IN_STATE = {state: CONTEST_READ | {"id": uid(1320 + place), "state": state} for place, state in enumerate(STATES)}
IN_STATE["results"] |= {"results_on": "2025-11-20", "list_valid_until": "2026-05-20"}

APPLICATION_READ: dict[str, Any] = {
    "id": APPLICATION, "reference": None, "contest_id": CONTEST, "lot_id": LOT, "region": "VN-22", "person_id": uid(1), "occupation_code": "VN-BS", "degree": "bachelor",
    "experience": "new_graduate", "age": 27, "quota": "resistance", "quota_proven": False, "priority": "heroes", "priority_proven": False, "choices": [NEED], "documents": ["identity", "degree"],
    "serving": False, "authorised": False, "state": "submitted", "submitted_on": "2025-09-12", "decided_on": None, "reason": None, "appeal_until": None, "appealed_on": None, "appeal": None,
    "answered_on": None, "answer": None, "withdrawn_on": None, "files": [{"id": uid(1940), "paper": "degree", "kind": "pdf", "size": 9, "added_on": "2021-06-15", "is_kept": True}], "link_until": "2026-02-01", "criteria": [{"id": "age", "met": True, "text": "The person is of the age that the contest asks.", "possible": None, "rule": RULE}],
    "available_actions": allowed("admit", "refuse", "withdraw", "renew_link"),
}  # fmt: skip
REFUSED = APPLICATION_READ | {
    "id": uid(1340),
    "state": "inadmissible",
    "reason": "Thiếu văn bằng",
    "decided_on": "2025-09-20",
    "appeal_until": "2025-10-05",
    "available_actions": allowed("appeal", "answer_appeal", "withdraw", "admit", "refuse", "renew_link"),
}
APPEALED = REFUSED | {"id": uid(1341), "state": "appealed", "appealed_on": "2025-09-25", "appeal": "Văn bằng đã nộp"}

SCRIPTS = {
    "items": [
        {"number": "001", "papers": [{"paper": "written", "mark": "15.5", "absent": False, "marked": True, "wanted": False}, {"paper": "practical", "mark": None, "absent": False, "marked": False, "wanted": True}]},
        {"number": "002", "papers": [{"paper": "written", "mark": None, "absent": False, "marked": False, "wanted": True}, {"paper": "practical", "mark": None, "absent": True, "marked": True, "wanted": False}]},
    ],
    "wanted": 2,
}  # fmt: skip
RESULT: dict[str, Any] = {
    "application_id": APPLICATION, "person_id": uid(1), "lot_id": LOT, "number": "001", "outcome": "selected", "rank": 1, "list": "general", "waiting": None, "average": "15.20", "total": "15.20",
    "paper": None, "tie": "papers", "choice": 1, "need_id": NEED, "candidacy_id": uid(103), "called_on": "2025-11-20", "left_on": None, "left_why": None,
}  # fmt: skip
RESULTS = [
    RESULT,
    RESULT | {"application_id": uid(1350), "person_id": uid(2), "number": "002", "outcome": "waiting", "rank": 2, "list": None, "waiting": 1, "need_id": None, "candidacy_id": None, "choice": None},
    RESULT | {"application_id": uid(1351), "person_id": uid(3), "number": "003", "outcome": "eliminated", "rank": None, "list": None, "paper": "practical", "need_id": None, "candidacy_id": None, "tie": None},
    RESULT | {"application_id": uid(1352), "person_id": uid(4), "number": "004", "outcome": "left", "rank": 3, "left_on": "2025-12-20", "left_why": "lapsed"},
]  # fmt: skip
RANKING: dict[str, Any] = {
    "id": uid(1360), "lot_id": LOT, "revision": 1, "undecided": [], "reason": "Phẫu thuật viên", "computed_on": "2025-11-18", "reproduced": True,
    "inputs": {
        "algorithm": "relais-contest-1", "lot": "sha256(seed:number), ascending", "seed": "2025-11-18 10 h", "posts": 180, "decided": [], "places": [[NEED, 180]],
        "papers": [{"code": "written", "coefficient": "2"}, {"code": "practical", "coefficient": "3"}],
        "entries": [
            {"number": "001", "marks": {"written": "31/2", "practical": "15"}, "quota": None, "points": "0", "choices": [NEED]},
            {"number": "002", "marks": {"written": "14", "practical": None}, "quota": "resistance", "points": "7.5", "choices": []},
        ],
    },
    "result": [
        {"number": "001", "outcome": "selected", "rank": 1, "list": "general", "waiting": None, "raw": "76/5", "total": "76/5", "paper": None, "tie": "papers", "place": NEED, "choice": 1},
        {"number": "002", "outcome": "absent", "rank": None, "list": None, "waiting": None, "raw": None, "total": None, "paper": "practical", "tie": None, "place": None, "choice": None},
    ],
}  # fmt: skip
OFFER_READ: dict[str, Any] = {
    "id": OFFER, "reference": None, "candidacy_id": uid(103), "need_id": NEED, "post_id": POST, "person_id": uid(1), "facility_code": "VN-22-BVT", "sent_on": "2025-09-20",
    "expires_on": "2025-10-20", "answered_on": None, "reason": None, "state": "sent", "available_actions": allowed("accept", "decline", "lapse"),
}  # fmt: skip
ACCEPTED = OFFER_READ | {"id": uid(1370), "state": "accepted", "answered_on": "2025-09-28"}

ANSWERS: dict[str, Any] = {
    f"{H}/contests": page(CONTEST_READ, *IN_STATE.values()),
    **{f"{H}/contests/{one['id']}": one for one in (CONTEST_READ, *IN_STATE.values())},
    **{f"{H}/contests/{one['id']}/scripts": SCRIPTS for one in IN_STATE.values()},
    f"{H}/contests/{IN_STATE['results']['id']}/results": page(*RESULTS),
    f"{H}/contests/{IN_STATE['results']['id']}/rankings": [RANKING, RANKING | {"revision": 2, "reproduced": False, "undecided": [["001", "002"]]}],
    f"{H}/contest-applications": page(APPLICATION_READ, REFUSED),
    **{f"{H}/contest-applications/{one['id']}": one for one in (APPLICATION_READ, REFUSED, APPEALED)},
    f"{H}/offers": page(OFFER_READ, ACCEPTED),
    **{f"{H}/offers/{one['id']}": one for one in (OFFER_READ, ACCEPTED)},
    f"{R}/accounts": page({"id": uid(1380), "username": "chair", "name": "Bùi Văn Sơn", "roles": ["committee-member"], "relations": [], "state": "open", "application": "applied", "actor": "http://id#x"}),
}  # fmt: skip
