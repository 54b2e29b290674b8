"""What training answers about institutes, seats, intakes, students and clinical placements."""

from typing import Any

from tests.portal.world import RULE, allowed, page, uid

T, R = "/api/v1/training", "/api/v1/registry"
INSTITUTE, CAPACITY, INTAKE, TOLD, CANDIDATE, STUDENT, CONVENTION, PLACE, GROUP = (uid(1500 + number) for number in range(9))
OTHER = uid(1510)

INSTITUTE_READ: dict[str, Any] = {
    "id": INSTITUTE, "reference": None, "facility_code": "VN-22-BVT", "region": "VN-22", "ownership": "public", "name": "Institut supérieur de Fès",
    "other_name": "المعهد العالي للمهن التمريضية وتقنيات الصحة بفاس", "state": "open", "campuses": [{"name": "Annexe de Meknès", "area_code": "MA-03-061"}],
    "accreditations": [{"id": uid(1520), "authority": "Ministère de la Santé", "number": "12/2014", "streams": ["VN-BS", "VN-DD"], "valid_from": "2014-09-01", "valid_to": "2025-12-31"}],
    "accredited": ["VN-BS", "VN-DD"], "registered_on": "2021-05-02", "available_actions": allowed("accredit", "set_seats", "convene"),
}  # fmt: skip
CAPACITY_READ: dict[str, Any] = {
    "id": CAPACITY, "reference": None, "institute_id": INSTITUTE, "facility_code": "VN-22-BVT", "region": "VN-22", "ownership": "public", "stream": "VN-BS", "year": 2025,
    "starts_on": "2025-09-01", "ends_on": "2026-08-31", "seats": 40, "decision": "12/2025", "set_on": "2025-06-01", "available_actions": allowed("change"),
}  # fmt: skip
FREE = CAPACITY_READ | {"id": OTHER, "stream": "VN-DD", "seats": 30, "decision": None}
INTAKE_READ: dict[str, Any] = {
    "id": INTAKE, "reference": None, "capacity_id": CAPACITY, "facility_code": "VN-22-BVT", "region": "VN-22", "ownership": "public", "stream": "VN-BS", "year": 2025,
    "starts_on": "2025-09-01", "ends_on": "2026-08-31", "kept_as": "candidates", "seats": 40, "reserved": {"disability": 3}, "opens_on": "2025-09-01", "closes_on": "2025-10-10",
    "applicants": 120, "sat": 0, "cut_off": None, "filled": 0, "free": 40, "selection_ratio": 3.0, "fill_percent": 0.0, "listed_on": None, "state": "open",
    "rules": [RULE | {"id": "INT-AGE", "value": {"from": 17, "to": 30}, "unit": "completed years on 31 December"}, RULE | {"id": "INT-DIPLOMAS", "value": {"default": ["letters"], "VN-BS": ["economics"]}}],
    "available_actions": allowed("apply", "preselect", "mark", "list", "close"),
}  # fmt: skip
IN_STATE = {state: INTAKE_READ | {"id": uid(1530 + place), "state": state, "cut_off": 12.5} for place, state in enumerate(("preselected", "listed", "closed"))}
TOLD_READ = INTAKE_READ | {
    "id": TOLD,
    "kept_as": "counts",
    "state": "closed",
    "filled": 36,
    "free": 4,
    "cut_off": 13.5,
    "opens_on": None,
    "closes_on": None,
    "available_actions": [],
}
CANDIDATE_READ: dict[str, Any] = {
    "id": CANDIDATE, "reference": None, "intake_id": INTAKE, "facility_code": "VN-22-BVT", "person_id": uid(1), "number": 3, "code": "ABCD-EFGH-JKMN", "diploma": "sciences-physics",
    "regional": 15.5, "national": 13.25, "average": None, "score": 13.81, "quota": "disability", "mark": 14.0, "rank": 2, "list": "general", "called_on": "2025-10-20",
    "register_by": "2025-10-30", "declined_on": None, "reason": None, "applied_on": "2025-09-12", "state": "admitted",
    "criteria": [{"id": "cut-off", "met": True, "text": "Pre-selection score 13.81; the cut-off is 12.50.", "possible": None, "rule": RULE}], "available_actions": allowed("register", "decline"),
}  # fmt: skip
CONVENED = CANDIDATE_READ | {
    "id": uid(1540),
    "person_id": uid(2),
    "number": 4,
    "mark": None,
    "rank": None,
    "list": None,
    "state": "convened",
    "criteria": [],
    "average": 12.0,
    "regional": None,
}
STUDENT_READ: dict[str, Any] = {
    "id": STUDENT, "reference": None, "intake_id": INTAKE, "candidate_id": CANDIDATE, "facility_code": "VN-22-BVT", "stream": "VN-BS", "person_id": uid(1), "study_year": 2,
    "registered_on": "2025-10-22", "graduated_on": None, "left_on": None, "seat_freed": False, "reason": None,
    "years": [{"year": 2025, "study_year": 1, "outcome": "passed", "decided_on": "2026-07-10"}], "state": "studying", "available_actions": allowed("pass_year", "leave"),
}  # fmt: skip
OUTCOMES = {
    "registered": 36, "studying": 30, "graduated": 4, "dropped_out": 2, "employed": 3, "drop_out_percent": 5.6, "graduation_percent": 11.1, "employment_percent": 75.0,
}  # fmt: skip
CONVENTION_READ: dict[str, Any] = {
    "id": CONVENTION, "reference": None, "number": "3/2021", "institute_code": "VN-22-BVT", "institute_ownership": "public", "partner_code": "VN-22-TYT-07200", "partner_ownership": "private",
    "subject": "Accueil d’étudiants", "starts_on": "2025-09-01", "ends_on": "2025-11-30", "seats": 20, "placements": 40, "teachers": 3, "signed_on": "2025-06-30", "ended_on": None,
    "reason": None, "state": "active", "available_actions": allowed("end"),
}  # fmt: skip
CELL = {"region": "VN-22", "stream": "VN-BS", "ownership": "public", "seats": 40, "offered": 40, "filled": 36, "applicants": 120, "free": 4}
PLACE_READ = {
    "id": PLACE, "reference": None, "facility_code": "VN-22-BVT", "unit": "Khoa Sản", "starts_on": "2025-10-01", "ends_on": "2026-06-30", "places": 6, "institutes": ["VN-22-BVT"],
    "busiest": 4, "free": 2,
}  # fmt: skip
GROUP_READ = {
    "id": GROUP, "reference": None, "clinical_place_id": PLACE, "intake_id": INTAKE, "facility_code": "VN-22-BVT", "host_code": "VN-22-BVT", "unit": "Khoa Sản", "stream": "VN-BS",
    "students": 4, "starts_on": "2025-10-06", "ends_on": "2025-10-31", "reason": None, "state": "booked", "available_actions": allowed("cancel"),
}  # fmt: skip
ANSWER = {name: CANDIDATE_READ[name] for name in ("state", "score", "rank", "register_by", "criteria")} | {
    "institute": "Institut supérieur de Fès", "other_name": "المعهد العالي", "stream": "VN-BS", "year": 2025, "cut_off": 12.5, "seats": 40,
}  # fmt: skip
CUT_OFF = {
    "institute": "Institut supérieur de Fès", "other_name": "المعهد العالي", "facility_code": "VN-22-BVT", "region": "VN-22", "ownership": "public", "stream": "VN-BS", "seats": 40,
    "applicants": 120, "sat": 80, "cut_off": 13.5, "filled": 36,
}  # fmt: skip

ANSWERS: dict[str, Any] = {
    f"{T}/institutes": page(
        INSTITUTE_READ, INSTITUTE_READ | {"id": OTHER, "facility_code": "VN-22-TYT-07200", "name": "Institut privé", "other_name": None, "ownership": "private"}
    ),
    f"{T}/institutes/{INSTITUTE}": INSTITUTE_READ,
    f"{T}/seat-capacities": page(CAPACITY_READ, FREE),
    f"{T}/seat-capacities/by-region": {
        "year": 2025,
        "items": [CELL, CELL | {"ownership": "private", "filled": 0}],
        "seats": 80,
        "filled": 36,
        "free": 44,
        "before": {"public": 30},
    },
    f"{T}/intakes": page(TOLD_READ),
    f"{T}/intakes/expected-graduates": {"items": [{"year": 2028, "entered": 2025, "stream": "VN-BS", "students": 36}]},
    f"{T}/institute-conventions": page(CONVENTION_READ),
    f"{T}/institute-conventions/{CONVENTION}": CONVENTION_READ,
    f"{T}/intakes/{TOLD}": TOLD_READ,
    f"{T}/intake-candidates/{CANDIDATE}": CANDIDATE_READ,
    f"{T}/students": page(STUDENT_READ),
    f"{T}/students/{STUDENT}": STUDENT_READ,
    f"{T}/clinical-places": page(PLACE_READ),
    f"{T}/clinical-placements": page(GROUP_READ),
    f"{T}/cut-offs": {"year": 2025, "items": [CUT_OFF]},
    f"{T}/intake-answers/ABCD-EFGH-JKMN": ANSWER,
}
for one in (INTAKE_READ, *IN_STATE.values()):
    ANSWERS |= {
        f"{T}/intakes/{one['id']}": one,
        f"{T}/intakes/{one['id']}/candidates": page(CANDIDATE_READ, CONVENED),
        f"{T}/intakes/{one['id']}/outcomes": OUTCOMES,
    }
