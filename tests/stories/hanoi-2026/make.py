"""Make the register of this story: `python tests/stories/hanoi-2026/make.py`.

Hospitals and communes are real; people are invented. The city's own register: four hospitals, and the health stations of
the communes nearest to Vân Đình. Bạch Mai is a central hospital: the ministry manages it, and imports its own file.
"""

import sys
from math import hypot
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.stories.making import Register, areas, vietnamese, write

HERE = Path(__file__).parent
CITY, MINISTRY, CENTRE = "VN-01", "VN-BYT", "VN-01-10354"
STATIONS = 14
HOSPITALS = {
    "VN-01-BVVD": ("Bệnh viện Đa khoa Vân Đình", CENTRE, 2),
    "VN-01-BVXP": ("Bệnh viện Đa khoa Xanh Pôn", "VN-01-00229", 1),
    "VN-01-BVHD": ("Bệnh viện Đa khoa Hà Đông", "VN-01-00229", 1),
    "VN-01-BVTT": ("Bệnh viện Đa khoa Thường Tín", "VN-01-10273", 1),
}
FIELDS = {
    "internal-medicine": "Khoa Nội", "surgery": "Khoa Ngoại", "obstetrics": "Khoa Sản", "paediatrics": "Khoa Nhi", "ent": "Khoa Tai mũi họng", "dentistry": "Khoa Răng hàm mặt",
    "ophthalmology": "Khoa Mắt", "traditional-medicine": "Khoa Y học cổ truyền",
}  # fmt: skip
"""The eight specialties of the agreement with the station of Vân Đình."""


def main() -> None:
    register = Register(HERE, "HN", vietnamese)
    for code, (name, commune, many) in HOSPITALS.items():
        register.facility(authority=CITY, code=code, name=name, type="hospital", level="province", area_code=commune)
        for specialty, unit in FIELDS.items():
            title = {"dentistry": "VN-BSRHM", "traditional-medicine": "VN-BSYHCT"}.get(specialty, "VN-BSCK")
            register.staff(code, unit, title, many, specialty=specialty, degree="ck1")
            register.staff(code, unit, "VN-DDDH", many)
    for commune in nearest_communes():
        a_station(register, commune)
    register.write()
    bach_mai()


def nearest_communes() -> list[dict[str, str]]:
    """Communes of today around Vân Đình that bore the same code before: their stations were there before July 2025."""
    known = areas("viet-nam")
    before = {area["code"] for area in known if area["level"] == "commune" and area["valid_to"]}
    today = [area for area in known if area["level"] == "commune" and area["parent_code"] == CITY and not area["valid_to"] and area["code"] in before]
    here = next(area for area in today if area["code"] == CENTRE)
    return sorted(today, key=lambda area: hypot(float(area["latitude"]) - float(here["latitude"]), float(area["longitude"]) - float(here["longitude"])))[:STATIONS]


def a_station(register: Register, commune: dict[str, str]) -> None:
    number = commune["code"].rsplit("-", 1)[1]
    code = register.facility(
        authority=CITY,
        code=f"{CITY}-TYT-{number}",
        name=f"Trạm Y tế {commune['name'][0].lower()}{commune['name'][1:]}",
        type="station",
        level="commune",
        area_code=commune["code"],
        technical_supervisor="VN-01-BVVD",
    )
    for title, count in {"VN-BS": 1, "VN-YS": 2, "VN-DDCD": 3, "VN-HSCD": 1, "VN-DSCD": 1}.items():
        register.staff(code, "Trạm Y tế", title, count, degree="college" if title != "VN-BS" else "doctor")


def bach_mai() -> None:
    """The register that the ministry imports for its own hospital."""
    register = Register(HERE, "BM", vietnamese)
    register.chance.seed("Bạch Mai")
    code = register.facility(authority=MINISTRY, code="VN-BYT-BM", name="Bệnh viện Bạch Mai", type="hospital", level="central", area_code="VN-01-00229")
    register.staff(code, "Trung tâm Cấp cứu A9", "VN-BSCK", 6, specialty="emergency", degree="ck2")
    register.staff(code, "Trung tâm Hồi sức tích cực", "VN-BSCK", 4, specialty="anaesthesia-icu", degree="ck2")
    register.staff(code, "Trung tâm Cấp cứu A9", "VN-DDDH", 4)
    for name, rows in {"facilities": register.facilities, "posts": register.posts, "people": register.people, "assignments": register.assignments}.items():
        write(HERE / "bulk" / f"bach-mai-{name}.csv", rows)


if __name__ == "__main__":
    main()
