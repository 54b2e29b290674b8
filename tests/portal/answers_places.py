"""What the registry answers about areas and reorganisations, for the tests of the pages."""

from typing import Any

from tests.portal.world import FACILITY, POST, STATION, allowed, page, uid

R = "/api/v1/registry"
NEW, FORMER, DRAFT, DONE, BUILT, SET = uid(951), uid(952), uid(961), uid(962), uid(963), uid(971)


def area(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "code": "VN-22-06706", "name": "Phường Tuần Châu", "names": {}, "short_name": "Tuần Châu", "level": "commune", "type": "phường", "country": "VN", "parent_id": uid(950),
        "parent_code": "VN-22", "within": ["VN", "VN-22", "VN-22-06706"], "latitude": 20.93, "longitude": 106.99, "area_km2": 52.1, "valid_from": "2025-07-01", "valid_to": None,
    } | changes  # fmt: skip


AREAS = [area(NEW), area(FORMER, code="MA-01-511", name="Tanger-Assilah", names={"fr": "Tanger-Assilah", "ar": "طنجة-أصيلة"}, level="prefecture", country="MA", type="préfecture")]
LEVELS = [
    {"country": "VN", "level": level, "position": position, "names": {"fr": level, "vi": level, "en": level.title()}}
    for position, level in enumerate(("country", "province", "district", "commune"))
] + [{"country": "MA", "level": "prefecture", "position": 2, "names": {"fr": "Préfecture", "vi": "Phủ", "en": "Prefecture"}}]
SOURCES = [
    {
        "country": "MA", "loaded_at": "2026-11-20T02:00:00Z",
        "sources": [{"name": "RGPH 2024", "version": "2024", "licence": "CC BY 4.0", "holder": "Haut-Commissariat au Plan", "of": {"fr": "Codes et noms", "vi": "Mã và tên", "en": "Codes and names"}}],
    }
]  # fmt: skip


def named(identifier: str, code: str, name: str) -> dict[str, Any]:
    return {"id": identifier, "code": code, "name": name, "level": "commune"}


CHANGES = [
    {
        "from_area": named(FORMER, code, name), "to_area": named(NEW, "VN-22-06706", "Phường Tuần Châu"), "kind": kind, "effective_on": "2025-07-01", "share": share, "is_main": True,
        "is_estimated": share < 1, "legal_basis": "Law 72/2025/QH15",
    }
    for code, name, kind, share in (("VN-22-06700", "Phường Tuần Châu", "merge", 1.0), ("VN-22-06655", "Phường Việt Hưng", "split", 0.35))
]  # fmt: skip
ACTS = [
    {"act": "merge-areas", "areas": ["VN-22-06652", "VN-22-06658"], "into": {"code": "VN-22-99001", "name": "Phường Hạ Long", "type": "phường"}},
    {"act": "split-area", "area": "VN-22-06706", "into": [{"code": "VN-22-99002", "name": "Phần Đông", "type": "phường", "share": "0.6", "is_main": True}, {"code": "VN-22-99003", "name": "Phần Tây", "type": "phường", "share": "0.4"}]},
    {"act": "rename-area", "area": "VN-22-06661", "name": "Phường Cao Xanh Mới"},
    {"act": "recode-area", "area": "VN-22-06664", "code": "VN-22-99004"},
    {"act": "move-facility", "facility_code": "VN-22-BVT", "authority": "VN-22-X", "technical_supervisor": None},
    {"act": "merge-facilities", "facilities": ["VN-22-TYT-07200"], "into": "VN-22-BVT"},
    {"act": "move-posts", "facility_code": "VN-22-TYT-07200", "unit": "Khoa Sản", "to_facility_code": "VN-22-BVT", "to_unit": "Khoa Phụ sản"},
    {"act": "close-facility", "facility_code": "VN-22-TYT-07200"},
    {"act": "merge-posts", "facility_code": "VN-22-BVT", "posts": [uid(110)], "into": POST},
]  # fmt: skip


def reorganisation(identifier: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": identifier, "title": "Sắp xếp trạm y tế khu vực Hạ Long", "legal_basis": "Nghị quyết 12/NQ-HĐND", "effective_on": "2027-01-01", "acts": ACTS, "state": "draft",
        "drafted_at": "2026-11-20T02:00:00Z", "applied_at": None, "ended_at": None, "reason": None, "touched": None, "version": 1, "available_actions": allowed("change", "apply", "withdraw"),
    } | changes  # fmt: skip


def thing(number: int, name: str, before: str | None, after: str | None, **more: Any) -> dict[str, Any]:
    return {"id": uid(number), "name": name, "person_id": None, "code": None, "before": before, "after": after, "over_filled": False} | more


TOUCHED = [
    {"kind": "area", "count": 1, "items": [thing(951, "Phường Hạ Long", None, "VN-22-99001 · Phường Hạ Long", code="VN-22-99001")]},
    {"kind": "facility", "count": 1, "items": [thing(300, "Bệnh viện đa khoa tỉnh", "Phường Hồng Gai", "Phường Hạ Long", code="VN-22-BVT")]},
    {"kind": "facility-link", "count": 1, "items": [thing(300, "managed_by", "VN-22", "VN-22-X", code="VN-22-BVT")]},
    {
        "kind": "assignment",
        "count": 214,
        "items": [thing(200, "Nguyễn Thị Hoa", "VN-22-TYT-07200", "VN-22-BVT", person_id=uid(1)), thing(201, "", "VN-22-TYT-07200", "VN-22-BVT", over_filled=True)],
    },
]
PREVIEW = {
    "touched": TOUCHED,
    "elsewhere": [
        {"service": "appointment", "kind": "mandate", "facility_code": "VN-22-TYT-07200", "count": 2, "more": False},
        {"service": "rotation", "kind": "agreement-receiver", "facility_code": "VN-22-BVT", "count": 200, "more": True},
        {"service": "training", "kind": "enrolment", "facility_code": "VN-22-BVT", "count": None, "more": False},
    ],
    "stopped": None,
}
STOPPED = {
    "touched": [],
    "elsewhere": [],
    "stopped": {"act": 7, "type": "facility-has-staff", "detail": "3 assignments at VN-22-TYT-07200 go on after 2026-12-31.", "possible": "Add an act that moves its posts."},
}

TERRITORY = {
    "id": SET, "code": "VN-22-GHT-1", "kind": "ght", "name": "Cụm Hạ Long", "legal_basis": "QĐ 7", "valid_from": "2025-01-01", "valid_to": None, "version": 1,
    "members": [
        {"kind": "area", "id": NEW, "code": "VN-22-06706", "name": "Phường Tuần Châu", "valid_from": "2025-01-01", "valid_to": None},
        {"kind": "facility", "id": uid(300), "code": "VN-22-BVT", "name": "Bệnh viện đa khoa tỉnh", "valid_from": "2025-01-01", "valid_to": "2026-12-31"},
    ],
    "available_actions": allowed("join", "leave", "end"),
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    f"{R}/territories": page(TERRITORY | {"members": None}),
    f"{R}/territories/{SET}": TERRITORY,
    f"{R}/territories/{SET}/facilities": page(FACILITY, STATION),
    f"{R}/territories/{SET}/departures": TERRITORY,
    f"{R}/areas": page(*AREAS, cursor="more"),
    f"{R}/areas/levels": page(*LEVELS),
    f"{R}/areas/sources": page(*SOURCES),
    **{
        f"{R}/areas/{one}{part}": answer
        for one, shown in ((NEW, AREAS[0]), (FORMER, AREAS[1] | {"valid_to": "2025-06-30"}))
        for part, answer in (("", shown), ("/periods", page(shown | {"valid_from": None, "valid_to": "2025-06-30", "name": "Tên cũ"}, shown)), ("/changes", page(*CHANGES)))
    },
    f"{R}/facilities": page(FACILITY, STATION, cursor="more"),
    f"{R}/reorganisations": page(reorganisation(DRAFT), reorganisation(DONE, state="carried_out")),
    f"{R}/reorganisations/{DRAFT}": reorganisation(DRAFT),
    f"{R}/reorganisations/{DRAFT}/preview": PREVIEW,
    f"{R}/reorganisations/{DONE}": reorganisation(DONE, state="carried_out", applied_at="2026-11-21T02:00:00Z", available_actions=allowed("undo")),
    f"{R}/reorganisations/{DONE}/touched": page(*TOUCHED),
    f"{R}/reorganisations/{DONE}/built-on": page(),
    f"{R}/reorganisations/{BUILT}": reorganisation(BUILT, state="carried_out", applied_at="2026-11-21T02:00:00Z", available_actions=allowed("undo")),
    f"{R}/reorganisations/{BUILT}/touched": page(*TOUCHED),
    f"{R}/reorganisations/{BUILT}/built-on": page({"kind": "facility", "id": uid(302), "name": "Trạm Y tế mới"}),
}
