"""What the APIs answer about rotation, as the portal meets it."""

from typing import Any

from tests.portal.world import RULE, R, allowed, card, page, uid

O = "/api/v1/rotation"  # noqa: E741
AGREEMENT, DRAFT, REQUEST, NOT_READY, TECHNIQUE, TRIAL, PACKAGE = uid(800), uid(801), uid(802), uid(803), uid(804), uid(805), uid(806)
MISSION_STATES = ("proposed", "source_ok", "worker_ok", "destination_ok", "ordered", "in_progress", "suspended", "ended", "reported", "evaluated", "closed", "refused")
MISSIONS = {state: uid(820 + number) for number, state in enumerate(MISSION_STATES)}
CLOSED_ACT = {"act": "suspend", "allowed": False, "reason": "Your role does not allow this.", "rule": None, "possible": None}

AGREEMENT_READ: dict[str, Any] = {
    "id": AGREEMENT, "reference": "QN-HT-TTBCE", "giver_code": "VN-22-BVT", "receiver_code": "VN-22-TYT-07200", "model": "comprehensive", "programme": "comprehensive-support", "number": "09/TT-HTTD",
    "starts_on": "2025-01-01", "ends_on": "2027-12-31", "ended_on": None, "giver_contact": uid(1), "receiver_contact": None,
    "giver_contact_name": None, "receiver_contact_name": None, "programme_id": None, "state": "active", "drafted_on": "2024-12-16",
    "giver_signed_on": "2024-12-20", "receiver_signed_on": "2024-12-27", "on_paper": False, "reason": None,
    "obligations": [
        {"id": uid(810), "specialty": "obstetrics", "visits_per_month": 1, "techniques": ["obstetric-ultrasound"]},
        {"id": uid(811), "specialty": "paediatrics", "visits_per_month": 2, "techniques": []},
    ],
    "available_actions": [*allowed("suspend", "terminate"), CLOSED_ACT | {"act": "resume"}],
}  # fmt: skip
DRAFT_READ = AGREEMENT_READ | {"id": DRAFT, "state": "draft", "giver_signed_on": "2024-12-20", "receiver_signed_on": None, "available_actions": allowed("sign_receiver")}
DELIVERED = {
    "items": [
        {
            "specialty": "obstetrics",
            "month": f"2025-{month:02}-01",
            "promised": 1,
            "held": month % 2,
            "held_beyond": 0,
            "missed": 1 - month % 2,
            "silent": 0,
            "consultations": 21 * (month % 2),
        }
        for month in range(1, 9)
    ]
    + [{"specialty": "obstetrics", "month": "2025-09-01", "promised": 1, "held": 0, "held_beyond": 0, "missed": 0, "silent": 1, "consultations": 0}],
    "promised": 9,
    "held": 4,
    "missed": 4,
}
VISIT = {
    "id": uid(812), "reference": None, "agreement_id": AGREEMENT, "giver_code": "VN-22-BVT", "receiver_code": "VN-22-TYT-07200", "specialty": "obstetrics", "month": "2025-09-01", "promised_on": "2025-09-01",
    "planned_on": None, "held_on": None, "visitors": [], "consultations": None, "reason": None, "state": "promised", "said_on": None,
}  # fmt: skip
HELD_VISIT = VISIT | {"id": uid(813), "specialty": "paediatrics", "state": "held", "held_on": "2025-09-09", "consultations": 18}

REQUEST_READ: dict[str, Any] = {
    "id": REQUEST, "reference": "QN-YC-04", "giver_code": "VN-22-BVT", "receiver_code": "VN-22-TYT-07200", "agreement_id": AGREEMENT, "need_id": uid(102), "mode": "transfer", "specialty": "obstetrics",
    "technique": "obstetric-ultrasound", "baseline_level": 1, "target_level": 4, "learners": [uid(2)], "equipment_ready": True, "licence_scope_ready": True, "missing": [], "urgency": "high",
    "wanted_from": "2025-05-05", "days_needed": 54, "text": "Chưa có bác sĩ siêu âm sản khoa", "state": "validated", "submitted_on": "2025-03-21", "decided_on": "2025-03-30", "comment": None,
    "days_planned": 54, "coverage_percent": 100, "available_actions": [],
}  # fmt: skip
NOT_READY_READ = REQUEST_READ | {
    "id": NOT_READY,
    "state": "submitted",
    "learners": [],
    "equipment_ready": False,
    "missing": ["learners", "equipment"],
    "decided_on": None,
    "days_planned": 0,
    "coverage_percent": 0,
    "available_actions": allowed("validate", "find_not_ready", "refuse", "complete"),
}

MISSION: dict[str, Any] = {
    "id": MISSIONS["proposed"], "reference": "QN-LP-04", "person_id": uid(1), "occupation_code": "VN-BSCK", "specialty": "obstetrics", "giver_code": "VN-22-BVT", "giver_unit": "Khoa Phụ sản",
    "receiver_code": "VN-22-TYT-07200", "programme": "comprehensive-support", "agreement_id": AGREEMENT, "request_id": REQUEST, "need_id": None, "technique": "obstetric-ultrasound", "autonomy_level": 5,
    "mode": "transfer", "pattern": "continuous", "weekdays": [], "week": None, "periods": [{"starts_on": "2025-05-05", "ends_on": "2025-06-27"}], "starts_on": "2025-05-05", "ends_on": "2025-06-27",
    "first_planned_end": "2025-06-27", "days_planned": 54, "days_done": 0, "days_not_done": [], "objectives": "Chuyển giao siêu âm sản khoa hình thái", "allowance": 8_100_000, "currency": "VND",
    "allowance_held": False, "lodging": None, "transport": None, "handover": None, "override_reason": None, "state": "proposed", "proposed_on": "2025-04-09", "source_on": None, "worker_answer": None,
    "worker_on": None, "worker_reason": None, "destination_on": None, "signed_on": None, "decision": None, "departed_on": None, "suspended_on": None, "ended_on": None, "reason": None, "reports": [],
    "short_from": None, "short_to": None, "short_by": None, "licence_lost_on": None, "licence_lost_why": None,
    "evaluated_on": None, "objectives_met": None, "evaluation": None, "closed_on": None, "follow_ups": [], "entered_afterwards": True, "available_actions": allowed("agree_source", "cancel"),
}  # fmt: skip
REPORTS = [
    {"side": "worker", "summary": "Đã hoàn thành", "cases": 31, "people_trained": 2, "reported_on": "2025-07-03"},
    {"side": "destination", "summary": "Tốt", "cases": None, "people_trained": None, "reported_on": "2025-07-06"},
]


def _missions() -> dict[str, dict[str, Any]]:
    """One mission in each state, with what it has passed."""
    passed: dict[str, Any] = {}
    steps: dict[str, tuple[dict[str, Any], list[str]]] = {
        "proposed": ({}, ["agree_source", "cancel"]),
        "source_ok": ({"source_on": "2025-04-12", "handover": "BS Hùng"}, ["answer_worker"]),
        "worker_ok": ({"worker_answer": "consents", "worker_on": "2025-04-13"}, ["agree_destination"]),
        "destination_ok": ({"destination_on": "2025-04-16", "lodging": "Nhà công vụ", "transport": "Xe"}, []),
        "ordered": ({"signed_on": "2025-04-28", "decision": "to_regularise"}, ["depart"]),
        "in_progress": ({"departed_on": "2025-05-05", "days_done": 20}, ["end", "extend", "suspend", "recall"]),
        "suspended": ({"suspended_on": "2025-05-20", "reason": "Bão"}, ["resume"]),
        "ended": ({"ended_on": "2025-06-27", "days_done": 54, "allowance_held": True, "reports": REPORTS[:1]}, ["report_destination"]),
        "reported": ({"reports": REPORTS, "allowance_held": False, "decision": "431/QĐ-SYT"}, ["evaluate"]),
        "evaluated": ({"evaluated_on": "2025-07-17", "objectives_met": "yes", "evaluation": "Đạt"}, ["close"]),
        "closed": (
            {
                "closed_on": "2025-07-22",
                "follow_ups": [
                    {"months": 3, "due_on": "2025-09-27", "done_on": "2025-09-25", "practised": True, "comment": "Vẫn làm"},
                    {"months": 6, "due_on": "2025-12-27", "done_on": None, "practised": None, "comment": None},
                ],
            },
            [],
        ),
    }
    made = {}
    for state, (facts, acts) in steps.items():
        passed |= facts
        made[state] = MISSION | passed | {"id": MISSIONS[state], "state": state, "available_actions": allowed(*acts)}
    return made | {"refused": MISSION | {"id": MISSIONS["refused"], "state": "refused", "reason": "Khoa đang thiếu người", "available_actions": []}}


ITEMS = [{"code": "first", "title": "Ba tháng đầu"}, {"code": "second", "title": "Hình thái ba tháng giữa"}]
TECHNIQUE_READ: dict[str, Any] = {
    "id": TECHNIQUE, "reference": "QN-KT-04", "technique": "obstetric-ultrasound", "title": "Siêu âm sản khoa hình thái", "specialty": "obstetrics", "items": ITEMS, "facility_code": "VN-22-TYT-07200",
    "core_code": "VN-22-BVT", "agreement_id": None, "request_id": REQUEST, "origin": "support", "target_level": 4, "started_on": "2025-04-28", "state": "accepted", "gap_baseline": 16, "gap_now": 4,
    "gap_closure_percent": 75,
    "matrix": [
        {"person_id": uid(2), "here": True, "at_level": True, "cells": [{"item": "first", "first": 1, "now": 4, "assessed_on": "2025-06-30"}, {"item": "second", "first": 1, "now": 4, "assessed_on": "2025-06-30"}]},
        {"person_id": uid(3), "here": False, "at_level": False, "cells": [{"item": "first", "first": 2, "now": 3, "assessed_on": "2025-06-30"}, {"item": "second", "first": None, "now": None, "assessed_on": None}]},
    ],
    "history": [{"person_id": uid(2), "item": "first", "level": 4, "assessed_on": "2025-06-30", "assessor": uid(1), "second_assessor": uid(4)}],
    "cases": [{"month": "2025-06-01", "supervised": 12, "autonomous": 4}],
    "criteria": [{"id": "people", "wanted": 2, "found": 1, "met": False}, {"id": "cases_autonomous", "wanted": 4, "found": 4, "met": True}],
    "accepted_on": "2025-07-10", "reviewed_on": None, "comment": "Nghiệm thu", "available_actions": [*allowed("record_levels", "review"), CLOSED_ACT | {"act": "accept"}],
}  # fmt: skip
TRIAL_READ = TECHNIQUE_READ | {
    "id": TRIAL,
    "state": "autonomous_trial",
    "accepted_on": None,
    "gap_closure_percent": None,
    "available_actions": allowed("accept", "record_levels", "start_trial", "review"),
}
PACKAGE_READ = {
    "id": PACKAGE, "reference": None, "code": "obstetric-ultrasound", "title": "Siêu âm sản khoa hình thái", "specialty": "obstetrics", "items": ITEMS, "equipment": [], "drugs": [], "licence_scope": None,
    "target_level": 4, "min_cases_supervised": 20, "min_cases_autonomous": 30, "published_on": "2025-01-10",
}  # fmt: skip
TURNS = {
    "items": [
        {
            "person_id": uid(1),
            "occupation_code": "VN-BSCK",
            "specialty": "obstetrics",
            "days": 0,
            "eligible_years": "5.00",
            "burden": "0.00",
            "last_day": None,
            "exempt": False,
            "lot": "0a",
        },
        {
            "person_id": uid(4),
            "occupation_code": "VN-BSCK",
            "specialty": "obstetrics",
            "days": 54,
            "eligible_years": "5.00",
            "burden": "21.60",
            "last_day": "2025-06-27",
            "exempt": True,
            "lot": "1b",
        },
    ],
    "seed": "VN-22-BVT obstetrics 2025-09-30",
    "algorithm": "sha256",
    "gini": "0.50",
    "rule": RULE | {"id": "ROT-05", "value": {"years": 5}},
}
PROGRAMMES = {
    "items": [
        {"code": code, "area": None, "duty": False, "patterns": ["continuous"], "tour_min_months": None, "tour_max_days": None, "total_max_days": None, "rule": RULE}
        for code in ("comprehensive-support", "project-1816")
    ]
}

ANSWERS: dict[str, Any] = {
    f"{O}/agreements": page(AGREEMENT_READ, DRAFT_READ),
    f"{O}/agreements/{AGREEMENT}": AGREEMENT_READ,
    f"{O}/agreements/{DRAFT}": DRAFT_READ,
    f"{O}/visits": page(VISIT, HELD_VISIT),
    f"{O}/visits/delivered": DELIVERED,
    f"{O}/programmes": PROGRAMMES,
    f"{O}/support-requests": page(REQUEST_READ, NOT_READY_READ),
    f"{O}/support-requests/{REQUEST}": REQUEST_READ,
    f"{O}/support-requests/{NOT_READY}": NOT_READY_READ,
    f"{O}/missions": page(*_missions().values()),
    f"{O}/missions/turns": TURNS,
    **{f"{O}/missions/{mission['id']}": mission for mission in _missions().values()},
    f"{O}/expected-techniques": page(
        *(
            {
                "id": uid(990 + number),
                "technique": "Gây mê nội khí quản",
                "specialty": "anaesthesia-icu",
                "facility_code": "VN-22-TTBCE",
                "standing": standing,
                "since": "2027-01-31",
            }
            for number, standing in enumerate(("expected", "graduated", "opened"))
        )
    ),
    f"{O}/techniques": page(TECHNIQUE_READ, TRIAL_READ),
    f"{O}/techniques/{TECHNIQUE}": TECHNIQUE_READ,
    f"{O}/techniques/{TRIAL}": TRIAL_READ,
    f"{O}/technique-packages": page(PACKAGE_READ),
    f"{R}/persons/search": page(card(uid(2), 1990), card(uid(4), 1981)),
}
