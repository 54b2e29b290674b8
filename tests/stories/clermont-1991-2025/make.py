"""Make the registers of this story: `python tests/stories/clermont-1991-2025/make.py`.

The hospitals and universities are real; people are invented. Two registers side by side: the host's in Clermont-Ferrand, and
that of the university and its hospital in Hanoi, which sends them.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.stories.making import Register, french, vietnamese, write

HERE = Path(__file__).parent
HOST, HOME = "FR-63", "VN-YHN"
UNITS = {"cardiovascular-surgery": "Chirurgie cardiovasculaire", "anaesthesia-icu": "Réanimation", "imaging": "Imagerie", "general-medicine": "Médecine interne"}
DEPARTMENTS = {"cardiovascular-surgery": "Khoa Phẫu thuật tim mạch", "anaesthesia-icu": "Khoa Hồi sức tích cực", "imaging": "Khoa Chẩn đoán hình ảnh"}


def main() -> None:
    host = Register(HERE, "CF", french, employment="civil_servant")
    hospital = host.facility(
        authority=HOST, code="FR-63-CHU", name="Centre hospitalier universitaire de Clermont-Ferrand", type="hospital", level="regional", area_code="FR-63", valid_from="01/01/1975"
    )
    host.facility(
        authority=HOST,
        code="FR-63-UCA",
        name="Université Clermont Auvergne, unité de formation de médecine",
        type="training_institute",
        level="regional",
        area_code="FR-63",
        valid_from="01/01/1975",
    )
    for specialty, unit in UNITS.items():
        host.staff(hospital, unit, "FR-MS", 4, specialty=specialty)
        host.staff(hospital, unit, "FR-IDE", 4)
    host.staff(hospital, "Direction des affaires médicales", "FR-DIR", 1)
    host.write()
    home = Register(HERE, "YH", vietnamese)
    home.chance.seed("Hà Nội")
    home.facility(
        authority=HOME,
        code="VN-YHN-DHY",
        name="Trường Đại học Y Dược, Đại học Quốc gia Hà Nội",
        type="training_institute",
        level="central",
        area_code="VN-01-00229",
        valid_from="01/01/1975",
    )
    sending = home.facility(
        authority=HOME,
        code="VN-YHN-BV",
        name="Bệnh viện Đại học Y Dược, Đại học Quốc gia Hà Nội",
        type="hospital",
        level="central",
        area_code="VN-01-00229",
        valid_from="01/01/1975",
    )
    for specialty, unit in DEPARTMENTS.items():
        home.staff(sending, unit, "VN-BSCK", 5, specialty=specialty, degree="resident")
        home.staff(sending, unit, "VN-DDDH", 4)
    for name, rows in {"facilities": home.facilities, "posts": home.posts, "people": home.people, "assignments": home.assignments}.items():
        write(HERE / "bulk" / f"hanoi-{name}.csv", rows)


if __name__ == "__main__":
    main()
