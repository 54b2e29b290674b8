"""Answers of the observatory: a work-list, a situation, a career, a breakdown, a briefing."""

from typing import Any

from tests.portal.world import FACILITY, FIGURES, POST, F, World, page, uid

MANDATE, AGREEMENT = uid(800), uid(801)


def due(number: int, kind: str, due_on: str, left: int, **more: Any) -> dict[str, Any]:
    return {
        "id": uid(810 + number),
        "kind": kind,
        "subject_id": uid(820 + number),
        "path": f"/things/{number}",
        "facility_code": "VN-22-BVT",
        "person_id": None,
        "due_on": due_on,
        "responsible": "facility-hr-officer",
        "days_left": left,
        "facts": {},
    } | more


WORK_LIST = page(
    due(1, "mandate_ends", "2025-09-01", -29, person_id=uid(1), responsible="regional-administrator"),
    due(2, "attendance_due", "2025-10-02", 2, facts={"title": "Hồi sức cấp cứu"}),
    due(3, "agreement_ends", "2025-12-31", 92, facts={"giver": "VN-22-BVT", "receiver": "VN-22-TTCT"}),
    due(4, "resolution_due", "2025-09-15", -15, responsible="regional-administrator", facility_code=None, facts={"title": "Mở thêm 20 chỗ", "owner": "Training office"}),
) | {
    "as_of": "2025-09-30",
    "counts": [
        {"kind": "agreement_ends", "overdue": 0, "week": 0, "later": 1},
        {"kind": "attendance_due", "overdue": 0, "week": 1, "later": 0},
        {"kind": "mandate_ends", "overdue": 1, "week": 0, "later": 0},
        {"kind": "resolution_due", "overdue": 1, "week": 0, "later": 0},
    ],
}

CELLS = [
    {
        "code": "VN-22-06685",
        "name": "Phường Hồng Gai",
        "value": 21.5,
        "numerator": 80,
        "denominator": 37_200,
        "band": None,
        "remoteness": None,
        "facility_type": None,
        "latitude": 20.95,
        "longitude": 107.08,
        "is_estimated": False,
    },
    {
        "code": "VN-22-07192",
        "name": "Đặc khu Cô Tô",
        "value": None,
        "numerator": None,
        "denominator": 6_500,
        "band": "1–4",
        "remoteness": "island",
        "facility_type": None,
        "latitude": 20.987,
        "longitude": 107.779,
        "is_estimated": True,
    },
]
BREAKDOWN = {"by": "area", "figure": FIGURES["density.doctors"], "cells": CELLS}

SITUATION = {
    "place": {
        "code": "VN-22-BVT",
        "facility_type": "hospital",
        "level": "province",
        "ownership": "public",
        "remoteness": "none",
        "technical_supervisor": None,
        "area_code": "VN-22-06685",
        "area_name": "Phường Hồng Gai",
    },
    "as_of": "2025-09-30",
    "from": "2025-01-01",
    "to": "2025-09-30",
    "staff": [{"group": "doctor", "assigned": 320, "away": 12}, {"group": "nurse", "assigned": 510, "away": 9}],
    "away": [{"kind": "leave", "people": 14}, {"kind": "session", "people": 7}],
    "posts_open": 900,
    "posts_vacant": 2,
    "posts_hard": 1,
    "vacant_posts": [
        {
            "post_id": POST,
            "facility_code": "VN-22-BVT",
            "unit": "Khoa Gây mê",
            "occupation_code": "VN-BS",
            "specialty": "haematology",
            "missing": 1,
            "is_hard": True,
            "is_short": True,
        }
    ],
    "shortages": [{"id": uid(802), "occupation_code": None, "specialty": "haematology", "ends_on": "2026-12-31"}],
    "needs": [{"id": uid(803), "occupation_code": "VN-BS", "specialty": None, "quantity": 2, "state": "validated"}],
    "agreements": [
        {
            "id": AGREEMENT,
            "role": "gives",
            "other_code": "VN-22-TYT-07200",
            "model": "comprehensive",
            "state": "active",
            "starts_on": "2025-01-01",
            "ends_on": "2027-12-31",
            "promised": 18,
            "held": 15,
            "missed": 2,
        }
    ],
    "missions_in": 0,
    "missions_out": 6,
    "plan": {"id": uid(804), "state": "approved", "year_from": 2025, "year_to": 2025, "actions_planned": 12, "actions_done": 7},
    "mandates_running": 1,
    "mandates": [{"id": MANDATE, "person_id": uid(1), "rank": "head", "kind": "appointed", "starts_on": "2021-03-01", "ends_on": "2026-02-28"}],
    "licences_expiring": 1,
    "licences": [{"id": uid(805), "person_id": uid(2), "expires_on": "2025-11-01"}],
    "figures": [FIGURES["density.doctors"]],
}
AREA_SITUATION = {
    "area": {"code": "VN-22", "name": "Tỉnh Quảng Ninh", "level": "province"},
    "as_of": "2025-09-30",
    "from": "2025-01-01",
    "to": "2025-09-30",
    "population": 1_430_000,
    "figures": [FIGURES["density.doctors"], FIGURES["density.nurses"]],
    "facilities": [
        {
            "code": FACILITY["code"],
            "facility_type": "hospital",
            "remoteness": "none",
            "is_estimated": False,
            "staff": 900,
            "doctors": 320,
            "nurses": None,
            "posts_vacant": 2,
            "posts_hard": 1,
            "has_agreement": False,
        }
    ],
}


def entry(topic: str, starts: str, **more: Any) -> dict[str, Any]:
    return {
        "id": uid(830),
        "topic": topic,
        "kind": None,
        "state": "done",
        "struck": False,
        "facility_code": "VN-22-BVT",
        "facility_codes": ["VN-22-BVT"],
        "starts_on": starts,
        "ends_on": None,
        "decided_on": None,
        "recorded_at": f"{starts}T02:00:00Z",
        "details": {},
    } | more


CAREER = {
    "person_id": uid(1),
    "items": [
        entry("training.stays", "2025-05-05", kind="short_course", ends_on="2025-06-20", state="returned", decided_on="2025-04-20", recorded_at="2025-06-21T02:00:00Z", details={"host": "Bệnh viện Nhân dân Quảng Tây"}),
        entry("appointment.mandates", "2021-03-01", kind="appointed", ends_on="2026-02-28", state="running", details={"rank": "head", "decision": "12/QĐ-SYT"}),
        entry("appointment.transfers", "2020-01-01", state="revoked", struck=True, facility_code="VN-22-TYT-07200", facility_codes=["VN-22-TYT-07200"]),
        entry("appointment.commitments", "2021-01-01", kind="attraction", ends_on="2025-12-31", state="running"),
    ],
}  # fmt: skip

BRIEFING = {
    "area": {"code": "VN-22", "name": "Tỉnh Quảng Ninh", "level": "province"},
    "from": "2025-01-01",
    "to": "2025-09-30",
    "as_of": "2025-09-30",
    "sections": [
        {"service": "density", "figures": [FIGURES["density.doctors"]]},
        {"service": "recruitment", "figures": [FIGURES["recruitment.policy_hires"] | {"from": "2023-12-08", "to": "2025-09-30"}]},
    ],
    "map": BREAKDOWN,
}


def answer(world: World) -> World:
    """Let the observatory answer all of it."""
    world.answers |= {
        f"{F}/work-list": WORK_LIST,
        f"{F}/places/VN-22-BVT/situation": SITUATION,
        f"{F}/areas/VN-22/situation": AREA_SITUATION,
        f"{F}/people/{uid(1)}/timeline": CAREER,
        f"{F}/figures/density.doctors/breakdown": BREAKDOWN,
        f"{F}/briefing": BRIEFING,
    }
    return world
