"""What recruitment answers about a pool, those who look for work in it, and the comparison with needs."""

from typing import Any

from tests.portal.world import NEED, RULE, allowed, page, uid

H, R = "/api/v1/recruitment", "/api/v1/registry"
POOL, MEMBER, ROUND, RESOURCE, PROFILE, BRIDGE, CROSSING = (uid(2300 + number) for number in range(7))
HOSPITAL, OTHER = "VN-22-BVT", "VN-22-TTBCE"
PARTNER: dict[str, Any] = {
    "id": MEMBER, "facility_code": HOSPITAL, "takes_part_as": "employer", "kind": "hospital", "state": "member", "joined_on": "2025-01-15", "left_on": None, "leaving_reason": None,
    "acceptances": [{"edition": 1, "signed_as": "Directrice", "accepted_on": "2025-01-22"}], "is_up_to_date": False, "available_actions": allowed("accept", "leave"),
}  # fmt: skip
POOL_READ: dict[str, Any] = {
    "id": POOL, "reference": None, "code": "PTRH", "title": "Plateforme du territoire", "authority": "VN-22", "purpose": "Recruter et garder ensemble.", "state": "open", "opened_on": "2025-01-08",
    "charters": [{"id": uid(2310 + n), "edition": n, "words": "Première règle.\nSeconde règle.", "published_on": "2025-01-10"} for n in (1, 2)],
    "partners": [PARTNER, PARTNER | {"id": uid(2320), "facility_code": OTHER, "takes_part_as": "partner", "acceptances": []}, PARTNER | {"id": uid(2321), "facility_code": "VN-22-TTYT", "state": "left", "left_on": "2025-06-30", "leaving_reason": "recrute seul", "available_actions": []}],
    "is_open_to_you": True, "available_actions": allowed("publish_charter", "add_partner", "ask_round", "open_profile", "open_bridge"),
}  # fmt: skip
CELL: dict[str, Any] = {
    "occupation_code": "VN-DDDH", "area_code": None, "needs": 2, "seats": 3, "hard": 1, "posts": 10.0, "vacant": 2.0, "looking": 4, "is_tense": True,
    "reasons": [{"id": "vacancy", "is_tense": True, "value": 20.0, "rule": RULE | {"value": 15}}, {"id": "people-per-seat", "is_tense": False, "value": 1.33, "rule": RULE | {"value": 1.5}}],
}  # fmt: skip
OVERVIEW = {
    "pool_id": POOL, "as_of": "2025-09-30", "needs": 2, "seats": 3, "filled": 1, "employers": 1, "professions": [CELL, CELL | {"occupation_code": "VN-BS", "seats": 1}], "undated": 1,
    "cells": [CELL | {"area_code": "VN-22-06676", "looking": None, "reasons": [CELL["reasons"][0] | {"value": None}], "is_tense": False}],
    "months": [{"month": "2025-10", "occupation_code": "VN-DDDH", "seats": 2}, {"month": "2025-11", "occupation_code": "VN-BS", "seats": 1}], "places": [{"area_code": "VN-22-06676", "seats": 3, "needs": 2, "facilities": [HOSPITAL]}],
}  # fmt: skip
CRITERION = {"id": "title", "met": True, "text": "The title VN-DDDH answers the need for VN-DDDH.", "possible": None, "rule": RULE}
COMPARED: dict[str, Any] = {
    "need_id": NEED, "profile_id": PROFILE, "person_id": uid(1), "facility_code": HOSPITAL, "occupation_code": "VN-DDDH", "wanted_occupation": "VN-DDDH", "wanted_from": "2025-10-01",
    "available_from": "2025-09-01", "has_consented": True, "met": 2, "missing": 1, "criteria": [CRITERION, CRITERION | {"id": "where", "met": False, "possible": "Ask the person."}],
    "decision": None, "available_actions": allowed("decide"),
}  # fmt: skip
DECIDED = COMPARED | {"profile_id": uid(2330), "decision": {"state": "kept", "decided_on": "2025-09-20", "reason": "Convient", "criteria": []}}
ASKED_FIRST = COMPARED | {
    "profile_id": uid(2331),
    "has_consented": False,
    "available_actions": [{"act": "decide", "allowed": False, "reason": "The person has not consented.", "rule": None, "possible": "Ask."}],
}
PROFILE_READ: dict[str, Any] = {
    "id": PROFILE, "reference": None, "pool_id": POOL, "person_id": uid(1), "occupation_code": "VN-DDDH", "specialty": None, "available_from": "2025-09-01", "places": [HOSPITAL], "note": "Permis B",
    "state": "looking", "opened_on": "2025-08-20", "closed_on": None, "closing": None, "available_actions": allowed("consent", "withdraw", "end"),
    "consents": [{"id": uid(2340), "partners": [HOSPITAL], "means": "oral", "given_on": "2025-08-20", "withdrawn_on": "2025-08-25"}, {"id": uid(2341), "partners": [HOSPITAL], "means": "written", "given_on": "2025-08-26", "withdrawn_on": None}],
}  # fmt: skip
RESOURCE_READ: dict[str, Any] = {
    "id": RESOURCE, "reference": None, "pool_id": POOL, "round_id": ROUND, "facility_code": HOSPITAL, "kind": "spare_hours", "occupation_code": "VN-DDDH", "quantity": "12.5", "available_from": "2025-03-01",
    "available_to": None, "note": "Nuits exceptées", "state": "offered", "offered_on": "2025-02-05", "ended_on": None, "ending_reason": None, "available_actions": allowed("end"),
}  # fmt: skip
ROUND_READ: dict[str, Any] = {
    "id": ROUND, "reference": None, "pool_id": POOL, "title": "Hiver 2025", "asked_on": "2025-01-24", "due_on": "2025-02-09", "asked": [HOSPITAL, OTHER], "needs": 2, "resources": 1,
    "answers": [{"facility_code": OTHER, "comment": "Rien", "answered_on": "2025-02-08"}], "awaited": [HOSPITAL], "entered_afterwards": False,
}  # fmt: skip
BRIDGE_READ: dict[str, Any] = {
    "id": BRIDGE, "reference": None, "pool_id": POOL, "from_occupation": "VN-DDDH", "to_occupation": "VN-BS", "training": "Formation continue", "months": 36, "partners": [HOSPITAL], "evidence": "Arrêté",
    "opened_on": "2025-02-15", "taken": 1, "crossed": 0,
}  # fmt: skip
CROSSING_READ: dict[str, Any] = {
    "id": CROSSING, "reference": None, "bridge_id": BRIDGE, "pool_id": POOL, "profile_id": PROFILE, "person_id": uid(1), "to_facility": HOSPITAL, "begun_on": "2025-03-01", "ended_on": None,
    "state": "under_way", "available_actions": allowed("end"),
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    f"{H}/pools": page(POOL_READ),
    f"{H}/pools/{POOL}": POOL_READ,
    f"{H}/pools/{POOL}/overview": OVERVIEW,
    f"{H}/pools/{POOL}/rounds": page(ROUND_READ),
    f"{H}/pool-resources": page(RESOURCE_READ),
    f"{H}/profiles": page(PROFILE_READ),
    f"{H}/profiles/{PROFILE}": PROFILE_READ,
    f"{H}/profiles/{PROFILE}/needs": {"items": [COMPARED, DECIDED | {"need_id": uid(2332)}, ASKED_FIRST | {"need_id": uid(2333)}]},
    f"{H}/needs/{NEED}/profiles": {"items": [COMPARED, DECIDED, ASKED_FIRST]},
    f"{H}/bridges": page(BRIDGE_READ),
    f"{H}/crossings": page(CROSSING_READ),
}
