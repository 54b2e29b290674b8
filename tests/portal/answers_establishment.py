"""What the registry answers about posts, assignments, employments and the establishment, for the tests of the pages."""

from typing import Any

from tests.portal.world import ASSIGNMENT, FACILITY, PERSON_READ, POST, POST_READ, allowed, page, uid

R = "/api/v1/registry"
FULL, FROZEN, ABOLISHED, HELD, CONFLICTING, CONTRACT, PRACTICE, DEGREE = (uid(number) for number in range(1000, 1008))


def closed(act: str, reason: str, possible: str | None = None) -> dict[str, Any]:
    return {"act": act, "allowed": False, "reason": reason, "rule": None, "possible": possible}


HOLDER = {"assignment_id": HELD, "person_id": uid(1), "kind": "primary", "fte_share": 1.0, "valid_from": "2021-01-01", "valid_to": None, "over_filled": None, "away": True}
PERIOD = POST_READ["periods"][0]
POSTS = {
    FULL: POST_READ
    | {"id": FULL, "state": "over_filled", "filled_share": 2.0, "functionally_empty": True, "holders": [HOLDER, HOLDER | {"person_id": uid(2), "over_filled": "reorganisation"}]},
    FROZEN: POST_READ
    | {
        "id": FROZEN,
        "state": "frozen",
        "frozen": True,
        "reason": "hiring stop",
        "periods": [PERIOD, PERIOD | {"valid_from": "2025-07-01", "frozen": True, "act": "frozen", "reason": "hiring stop"}],
        "available_actions": allowed("unfreeze"),
    },
    ABOLISHED: POST_READ | {"id": ABOLISHED, "state": "abolished", "available_actions": [closed("change", "The post is abolished after 2025-06-30 already.")]},
}
ASSIGNMENTS = {
    HELD: ASSIGNMENT | {"id": HELD, "available_actions": allowed("end", "change", "transfer", "correct"), "warnings": ["On 2025-01-01 this person holds 1.2 of a full time."]},
    CONFLICTING: ASSIGNMENT
    | {"id": CONFLICTING, "state": "conflicting", "conflict": "post-full", "available_actions": [*allowed("activate", "end"), closed("change", "It does not count.")]},
}
EMPLOYMENT = {
    "id": CONTRACT, "person_id": uid(1), "worker_id": uid(400), "facility_id": uid(300), "facility_code": "VN-22-BVT", "facility_name": "Bệnh viện đa khoa tỉnh Quảng Ninh", "practice_name": None,
    "practice_area": None, "employment_type": "contract_fixed", "status": "confirmed", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "term_months": 12, "departure": None,
    "ended_reason": None, "decision": "to_regularise", "done_on": "2025-01-01", "entered_afterwards": False, "version": 1, "available_actions": allowed("renew", "suspend", "end", "resume"),
    "periods": [{"valid_from": "2025-01-01", "valid_to": "2025-12-31", "status": "confirmed", "act": "recorded", "reason": None, "term_months": 12, "decision": "to_regularise", "done_on": "2025-01-01"}],
}  # fmt: skip
EMPLOYMENTS = {
    CONTRACT: EMPLOYMENT,
    PRACTICE: EMPLOYMENT
    | {
        "id": PRACTICE,
        "facility_id": None,
        "facility_code": None,
        "facility_name": None,
        "practice_name": "Phòng khám Hoa Mai",
        "practice_area": "VN-22-06652",
        "employment_type": "liberal",
        "departure": "retired",
        "ended_reason": "retired",
        "available_actions": [closed("end", "This employment already ends on 2025-12-31.")],
    },
}
QUALIFICATION = {
    "id": DEGREE, "person_id": uid(1), "type": "degree", "title": "Bác sĩ đa khoa", "specialty": None, "institution": "Đại học Y Hà Nội", "country": "VN", "number": None, "issued_on": None,
    "issued_year": 2010, "state": "declared", "verified_on": None, "verification_method": None, "version": 1, "available_actions": allowed("verify"),
}  # fmt: skip
ESTABLISHMENT = {
    "facility_code": "VN-22-BVT", "day": "2025-09-30", "posts": 3, "fte": 3.0, "filled_share": 2.0, "leaving_until": "2026-09-30",
    "states": [{"state": "filled", "posts": 2, "fte": 2.0}, {"state": "vacant", "posts": 1, "fte": 1.0}], "functionally_empty": [POSTS[FULL]],
    "leaving": [
        {"person_id": uid(1), "on": "2025-12-31", "ground": "contract_end", "assignment_id": HELD, "post_id": POST, "unit": "Khoa Nội", "occupation_code": "VN-BS", "employment_id": CONTRACT},
        {"person_id": uid(2), "on": "2026-03-31", "ground": "retirement", "assignment_id": CONFLICTING, "post_id": None, "unit": None, "occupation_code": "VN-BS", "employment_id": None},
    ],
}  # fmt: skip
ROUND, DONE_ROUND, CEILING = uid(1030), uid(1031), uid(1032)
CEILING_READ = {
    "id": CEILING, "round_id": ROUND, "year": 2026, "facility_code": "VN-22-BVT", "facility_name": "Bệnh viện đa khoa tỉnh Quảng Ninh", "asked_fte": 3.5, "justification": "khoa mới", "asked_on": "2025-09-20",
    "arbitrated_fte": None, "comment": None, "arbitrated_on": None, "state": "asked", "standing_fte": 3.0, "version": 1, "available_actions": allowed("arbitrate"),
}  # fmt: skip
ROUND_READ = {
    "id": ROUND, "reference": None, "authority": "VN-22", "year": 2026, "ask_by": "2025-10-31", "state": "open", "decision_number": None, "notified_on": None, "opened_on": "2025-09-01",
    "ceilings": [CEILING_READ], "version": 1, "available_actions": allowed("ask", "notify"),
}  # fmt: skip
ROUNDS = {
    ROUND: ROUND_READ,
    DONE_ROUND: ROUND_READ
    | {
        "id": DONE_ROUND,
        "year": 2025,
        "state": "notified",
        "decision_number": "3456/QĐ-UBND",
        "notified_on": "2024-12-20",
        "ceilings": [],
        "available_actions": [closed("ask", "The state is “notified”.")],
    },
}
RULE = {"id": "REG-POST-ACTS", "value": None, "unit": "", "citation": "Relais rule book, registry", "confidence": "confirmed"}
HELD_BY = {
    "type": "/problems/post-held", "title": "A rule refuses this", "status": 409, "detail": "Somebody holds this post from 2021-01-01 to ….", "rule": RULE,
    "possible": "End or move it before 2025-12-31, or choose a later last day.", "assignment_id": HELD, "person_id": uid(1), "assignments": [HELD],
}  # fmt: skip
DEPARTURES = {"reasons": {"retired": "retirement", "resigned": "voluntary"}, "rule": RULE | {"id": "REG-DEPARTURE", "value": {"retired": "retirement"}}}

ANSWERS: dict[str, Any] = {
    f"{R}/posts": page(POST_READ, *POSTS.values()),
    f"{R}/posts/{POST}": POST_READ,
    **{f"{R}/posts/{key}": post for key, post in POSTS.items()},
    **{f"{R}/assignments/{key}": one for key, one in ASSIGNMENTS.items()},
    f"{R}/employments": page(*EMPLOYMENTS.values()),
    f"{R}/employments/departures": DEPARTURES,
    **{f"{R}/employments/{key}": one for key, one in EMPLOYMENTS.items()},
    f"{R}/persons/{uid(1)}/qualifications": page(QUALIFICATION),
    f"{R}/persons/search": {"id": uid(1010), "items": [PERSON_READ | {"occupation_name": "Bác sĩ", "facility_name": None}], "next": None},
    f"{R}/establishment": ESTABLISHMENT,
    f"{R}/establishment/rounds": page(*ROUNDS.values()),
    **{f"{R}/establishment/rounds/{key}": one for key, one in ROUNDS.items()},
    f"{R}/establishment/ceilings/{CEILING}": CEILING_READ,
    f"{R}/facilities/{FACILITY['id']}": FACILITY | {"available_actions": allowed("change", "close")},
}
