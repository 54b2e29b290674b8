"""What the registry answers about units, for the tests of the pages."""

from typing import Any

from tests.portal.world import FACILITY, PEOPLE, POST, POST_READ, allowed, card, page, uid

R = "/api/v1/registry"
POLE, WARD = uid(981), uid(982)
FIGURES = {"posts": 12, "vacant": 3, "filled": 8, "over_filled": 1, "frozen": 0, "fte": 12.0, "filled_share": 9.5}


def unit(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "code": "KHOI-NOI", "name": "Pôle de médecine", "kind": "pole", "official_name": "Khối Nội", "names": {"fr": "Pôle de médecine"}, "facility_id": uid(300),
        "facility_code": "VN-22-BVT", "facility_name": FACILITY["name"], "parent_id": None, "specialty": None, "services": [], "valid_from": "2020-01-01", "valid_to": None,
        "above": [], "heads": [{"post_id": POST, "job_position": "Trưởng khối", "person_ids": [uid(1)]}, {"post_id": POST, "job_position": None, "person_ids": []}], "figures": FIGURES, "version": 1,
        "periods": [
            {"valid_from": "2020-01-01", "valid_to": "2025-06-30", "facility_code": "VN-22-BVT", "name": "Khối Nội cũ", "kind": "pole", "parent_id": None, "act": "recorded", "reason": None, "decision": None, "done_on": "2020-01-01", "recorded_at": "2020-01-01T02:00:00Z"},
            {"valid_from": "2025-07-01", "valid_to": None, "facility_code": "VN-22-BVT", "name": "Khối Nội", "kind": "pole", "parent_id": None, "act": "changed", "reason": "sắp xếp lại", "decision": "12/QĐ-BVT", "done_on": "2025-06-20", "recorded_at": "2025-06-20T02:00:00Z"},
        ],
        "available_actions": allowed("change", "place-posts", "close"),
    } | changes  # fmt: skip


BELOW = unit(WARD, code="HSCC", name="Khoa Hồi sức cấp cứu", official_name="Khoa Hồi sức cấp cứu", names={}, kind="department", parent_id=POLE, above=[{"id": POLE, "code": "KHOI-NOI", "name": "Pôle de médecine", "kind": "pole"}])
TREE = {
    "facility_code": "VN-22-BVT", "facility_name": FACILITY["name"], "day": "2025-09-30", "outside": FIGURES | {"posts": 2, "vacant": 1, "filled": 1}, "named": {"Khoa Nội tiết": 2},
    "units": [unit(POLE) | {"depth": 0, "own": FIGURES}, BELOW | {"depth": 1, "own": FIGURES}], "available_actions": allowed("open"),
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    f"{R}/calendars": page(),
    f"{R}/units": page(BELOW),
    f"{R}/units/tree": TREE,
    f"{R}/units/{POLE}": unit(POLE),
    f"{R}/units/{WARD}": BELOW,
    f"{R}/units/{POLE}/posts": unit(POLE),
    f"{R}/units/{POLE}/changes": unit(POLE),
    f"{R}/posts": page(POST_READ | {"unit_id": WARD}),
    f"{R}/posts/{POST}": POST_READ | {"unit_id": WARD},
    f"{R}/persons": page(*(card(person, 1980) for person in PEOPLE)),
}
