"""Make the shortages, the stays abroad and the sponsored studies of this story: `python tests/stories/quang-ninh-2025/make_studies.py`.

The article counts 81 people sent to Guangxi; who they are, when they went, the delegation and the studies are invented
(a fixed seed, so the same files each time). Nobody who attends a session of the story goes abroad or studies in it.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GUANGXI = 81
BOARD, SIGNATORY = "linh", "director"
OFFICERS = {"VN-22-BVT": "hr-bvt", "VN-22-BVBC": "hr-bc", "VN-22-BVSN": "hr-sn", "VN-22-BVUB": "hr-ub", "VN-22-TTBCE": "hr-bache"}
HOSTS = [
    "Bệnh viện Nhân dân Khu tự trị dân tộc Choang Quảng Tây",
    "Bệnh viện trực thuộc số 1, Đại học Y Quảng Tây",
    "Bệnh viện Thụy Khang, Đại học Trung y dược Quảng Tây",
]
COVER = "Khoa đã bố trí lại lịch trực trong thời gian đi học"

# facility (empty: several), field, occupations, title, first day, weeks, how many, technique brought home
COURSES = [
    ("VN-22-BVT", "imaging", ["VN-BS"], "Siêu âm tim nâng cao", "2025-01-13", 2, 6, "Siêu âm tim gắng sức"),
    ("VN-22-BVBC", "surgery", ["VN-BS"], "Phẫu thuật nội soi cơ bản", "2025-02-17", 3, 6, "Cắt ruột thừa nội soi"),
    ("VN-22-BVSN", "obstetrics", ["VN-BS", "VN-HSDH"], "Chẩn đoán trước sinh", "2025-02-24", 3, 6, "Chọc ối chẩn đoán"),
    ("", "traditional-medicine", ["VN-BSYHCT"], "Châm cứu và phục hồi chức năng", "2025-03-10", 4, 9, "Điện châm phục hồi sau đột quỵ"),
    ("VN-22-BVUB", "intensive-care", ["VN-BS"], "Hồi sức tích cực và lọc máu liên tục", "2025-03-24", 4, 5, "Lọc máu liên tục"),
    ("VN-22-BVT", "nursing", ["VN-DDDH"], "Điều dưỡng hồi sức", "2025-04-07", 3, 8, "Chăm sóc người bệnh thở máy"),
    ("VN-22-BVBC", "imaging", ["VN-KTV", "VN-BS"], "Chụp cộng hưởng từ", "2025-04-14", 4, 6, "Cộng hưởng từ khớp gối"),
    ("", "internal-medicine", ["VN-BS"], "Nội soi tiêu hóa can thiệp", "2025-05-12", 4, 7, "Cắt polyp đại tràng qua nội soi"),
    ("VN-22-BVSN", "paediatrics", ["VN-BS", "VN-DDDH"], "Hồi sức sơ sinh", "2025-05-19", 3, 6, "Thở CPAP cho trẻ sơ sinh"),
    ("VN-22-BVUB", "nursing", ["VN-DDDH"], "Điều dưỡng phòng mổ", "2025-06-16", 3, 6, "Dụng cụ viên phẫu thuật nội soi"),
    ("", "imaging", ["VN-BS"], "Siêu âm tại tuyến cơ sở", "2025-07-14", 2, 6, "Siêu âm cấp cứu tại giường"),
    ("VN-22-BVT", "internal-medicine", ["VN-BS"], "Can thiệp tim mạch cơ bản", "2025-08-11", 4, 5, "Chụp động mạch vành"),
    ("VN-22-BVBC", "intensive-care", ["VN-DDDH"], "Điều dưỡng cấp cứu", "2025-09-08", 4, 5, ""),
]
assert sum(course[6] for course in COURSES) == GUANGXI

SPECIALTY_NAMES = {
    "anaesthesia-icu": "Gây mê hồi sức", "haematology": "Huyết học", "orthopaedic-surgery": "Chấn thương chỉnh hình", "imaging": "Chẩn đoán hình ảnh",
    "emergency": "Cấp cứu", "paediatrics": "Nhi khoa", "obstetrics": "Sản phụ khoa", "internal-medicine": "Nội khoa", "surgery": "Ngoại khoa",
}  # fmt: skip
TECHNIQUES = {
    "anaesthesia-icu": "Gây tê vùng dưới hướng dẫn siêu âm", "haematology": "Tủy đồ và truyền máu từng phần", "orthopaedic-surgery": "Thay khớp háng toàn phần",
    "imaging": "Cộng hưởng từ thần kinh", "emergency": "Tiêu sợi huyết trong đột quỵ", "paediatrics": "Thở máy cao tần sơ sinh", "obstetrics": "Mổ nội soi phụ khoa",
    "internal-medicine": "Nội soi siêu âm tiêu hóa", "surgery": "Cắt gan nội soi",
}  # fmt: skip
UNIVERSITIES = {"ck1": "Đại học Y Hà Nội", "ck2": "Đại học Y Hà Nội", "master": "Đại học Y Dược Hải Phòng", "phd": "Học viện Quân y"}
COSTS = {"ck1": (90, 38), "ck2": (120, 52), "master": (84, 30), "phd": (150, 66)}  # millions: tuition, course expenses
SALARY = {"ck1": 192, "ck2": 216, "master": 192, "phd": 288}
MONTHS = {"ck1": 24, "ck2": 24, "master": 24, "phd": 36}

# programme, specialty, facility, first day, how far it has come by 30 September 2025
STUDIES = [
    ("ck1", "anaesthesia-icu", "VN-22-TTBCE", "2023-09-01", "graduated"),
    ("ck1", "imaging", "VN-22-BVUB", "2023-09-01", "graduated"),
    ("ck2", "paediatrics", "VN-22-BVSN", "2023-09-01", "graduated"),
    ("ck1", "emergency", "VN-22-BVBC", "2024-09-03", "abandoned"),
    ("ck1", "anaesthesia-icu", "VN-22-BVT", "2024-09-03", "studying"),
    ("ck1", "haematology", "VN-22-BVT", "2024-09-03", "studying"),
    ("ck1", "orthopaedic-surgery", "VN-22-BVBC", "2024-09-03", "studying"),
    ("ck1", "imaging", "VN-22-BVBC", "2024-09-03", "studying"),
    ("ck1", "paediatrics", "VN-22-BVSN", "2024-09-03", "studying"),
    ("ck1", "internal-medicine", "VN-22-BVUB", "2024-09-03", "studying"),
    ("ck2", "anaesthesia-icu", "VN-22-BVT", "2024-09-03", "studying"),
    ("ck2", "orthopaedic-surgery", "VN-22-BVUB", "2024-09-03", "studying"),
    ("master", "internal-medicine", "VN-22-BVBC", "2024-09-03", "studying"),
    ("phd", "surgery", "VN-22-BVT", "2024-10-01", "studying"),
    ("ck1", "haematology", "VN-22-BVBC", "2025-03-03", "studying"),
    ("ck1", "emergency", "VN-22-BVT", "2025-03-03", "studying"),
    ("ck1", "orthopaedic-surgery", "VN-22-BVUB", "2025-09-03", "enrolled"),
    ("ck2", "haematology", "VN-22-BVT", "2025-09-03", "enrolled"),
    ("ck1", "anaesthesia-icu", "VN-22-BVSN", "2025-10-06", "bonded"),
    ("ck1", "internal-medicine", "VN-22-BVBC", "2025-10-06", "bonded"),
    ("ck2", "emergency", "VN-22-BVBC", "2025-10-06", "bonded"),
    ("ck1", "surgery", "VN-22-BVT", "2025-11-03", "board"),
    ("master", "paediatrics", "VN-22-BVSN", "2025-11-03", "eligible"),
    ("ck1", "obstetrics", "VN-22-BVUB", "2025-11-03", "applied"),
]
STEPS = ["applied", "eligible", "board", "bonded", "enrolled", "studying", "graduated"]

chance = random.Random("studies")
Row = dict[str, Any]


def main() -> None:
    people = [row for row in read("bulk/people.csv") if row["employment_type"] == "public_employee"]
    busy = {
        row["worker_no"] for path in sorted((HERE / "acts").glob("*.csv")) if path.name < "30" or path.name[0].isalpha() for row in read(f"acts/{path.name}") if "worker_no" in row
    }
    busy |= {row["worker"] for path in sorted((HERE / "acts").glob("1*.csv")) for row in read(f"acts/{path.name}") if row.get("worker")}
    free = [row for row in people if row["worker_no"] not in busy]
    chance.shuffle(free)
    write("18-shortages", shortages())
    studies(free)
    stays(free)


def read(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def write(name: str, rows: list[Row]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (HERE / f"acts/{name}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def year_of_birth(person: Row) -> int:
    return int(person["birth_date"][-4:])


def day_of(written: str) -> date:
    day, month, year = written.split("/")
    return date(int(year), int(month), int(day))


def take(free: list[Row], wanted: int, **conditions: Any) -> list[Row]:
    """The next people who fit, who are then no longer free."""
    fits = [person for person in free if all(person[name] in values for name, values in conditions.items())][:wanted]
    assert len(fits) == wanted, conditions
    for person in fits:
        free.remove(person)
    return fits


def shortages() -> list[Row]:
    reasons = {
        "haematology": ("", "Thiếu bác sĩ huyết học tại các bệnh viện tuyến tỉnh; nhiều đợt tuyển không có ứng viên"),
        "anaesthesia-icu": ("", "Thiếu bác sĩ gây mê hồi sức, phẫu thuật cấp cứu phải chờ kíp trực"),
        "orthopaedic-surgery": ("", "Thiếu phẫu thuật viên chấn thương chỉnh hình tại các trung tâm y tế miền núi, hải đảo"),
        "": ("VN-BS", "Thiếu bác sĩ tại các trung tâm y tế và trạm y tế vùng khó khăn"),
    }
    return [
        {"done_on": "2025-01-03", "as": "linh", "act": "declare-shortage", "reference": f"QN-THIEU-{number:02d}", "authority": "VN-22", "specialty": specialty}
        | {"occupation_code": occupation, "reason": reason, "valid_from": "2025-01-01", "valid_to": "2026-12-31"}
        for number, (specialty, (occupation, reason)) in enumerate(reasons.items(), start=1)
    ]


def stays(free: list[Row]) -> None:
    proposals, signatures, departures, returns, reports = [], [], [], [], []
    groups = [
        ("short_course", place, field, occupations, title, date.fromisoformat(first), weeks * 7 - 3, count, learnt, "CN", "CN-GX", HOSTS[number % len(HOSTS)], "")
        for number, (place, field, occupations, title, first, weeks, count, learnt) in enumerate(COURSES)
    ]
    leaders = "Tham quan, học tập mô hình điều phối ghép tạng"
    transplant = "Quy trình chẩn đoán chết não và báo điều phối ghép tạng"
    groups.append(("delegation", "", "organ-transplantation", ["VN-BSCK"], leaders, date(2025, 6, 9), 12, 6, transplant, "FR", "FR-IDF", "Agence de la biomédecine", "Bộ Y tế"))
    for number, (kind, place, field, occupations, title, first, days, count, learnt, country, region, host, led_by) in enumerate(groups, start=1):
        reference, last = f"QN-NN-{number:02d}", first + timedelta(days=days - 1)
        places = [place] if place else ["VN-22-BVYDCT", "VN-22-BVLK"] if field == "traditional-medicine" else list(OFFICERS)[:4]
        going = take(free, count, facility_code=places, occupation_code=occupations)
        named = take(free, count // 3, facility_code=[place], occupation_code=occupations) if place else []
        words = [f"{person['worker_no']}/{cover['worker_no']}" if cover else person["worker_no"] for person, cover in zip(going, named + [None] * count, strict=False)]
        officer = OFFICERS[place] if place else "linh"
        proposals.append(
            {
                "done_on": first - timedelta(days=24),
                "as": officer,
                "act": "propose-stay",
                "reference": reference,
                "kind": kind,
                "title": title,
                "country": country,
                "region": region,
            }
            | {"host": host, "field": field, "led_by": led_by, "starts_on": first, "ends_on": last, "participants": " ".join(words), "cover_reason": COVER}
        )
        signatures.append(
            {"done_on": first - timedelta(days=11), "as": SIGNATORY, "act": "sign-decision", "of": "stay", "thing": reference, "decision_number": f"{1200 + number * 3}/QĐ-SYT"}
        )
        departures.append({"done_on": first, "as": officer, "act": "leave-for-stay", "stay": reference})
        if last <= date(2025, 9, 30):
            returns.append({"done_on": last, "as": officer, "act": "return-from-stay", "stay": reference})
        if last <= date(2025, 9, 12):
            summary = f"Đã hoàn thành khóa “{title}” tại {host}; có kế hoạch triển khai tại đơn vị."
            reports.append({"done_on": last + timedelta(days=9), "as": officer, "act": "report-on-stay", "stay": reference, "report": summary, "learnt": learnt})
    signatures.append({"act": "wait-for-events"})
    for name, rows in (("30-stays", proposals), ("31-stay-decisions", signatures), ("32-departures", departures), ("33-returns", returns), ("34-stay-reports", reports)):
        write(name, rows)


def studies(free: list[Row]) -> None:
    files: dict[str, list[Row]] = {
        name: []
        for name in (
            "19-needs-of-studies", "19-validations-of-needs", "35-1-applications", "35-2-eligibility", "35-3-boards", "35-4-decisions", "36-1-enrolments", "36-2-progress",
            "36-3-outcomes", "36-4-returns",
        )
    }  # fmt: skip
    for number, (programme, specialty, place, first, stage) in enumerate(STUDIES, start=1):
        study(files, free, number, programme, specialty, place, date.fromisoformat(first), stage)
    files["35-4-decisions"].append({"act": "wait-for-events"})
    for name, rows in files.items():
        write(name, rows)


def who_studies(free: list[Row], programme: str, specialty: str, place: str, first: date) -> Row:
    """A doctor young enough to serve the months owed, with the practice or the degree that the programme asks."""
    conditions: dict[str, Any] = {"facility_code": [place]}
    if programme in ("ck2", "phd"):
        conditions |= {"occupation_code": ["VN-BSCK"], "specialty": [specialty], "degree": ["ck1"] if programme == "ck2" else ["master", "ck2", "ck1"]}
    else:
        conditions |= {"occupation_code": ["VN-BS"]}
    young = [
        person for person in free if year_of_birth(person) > first.year - 48 and day_of(person["start_date"]) < first - timedelta(days=800) and person["status"] == "confirmed"
    ]
    [person] = take(young, 1, **conditions)
    free.remove(person)
    return person


def study(files: dict[str, list[Row]], free: list[Row], number: int, programme: str, specialty: str, place: str, first: date, stage: str) -> None:
    person, officer = who_studies(free, programme, specialty, place, first), OFFICERS[place]
    need, reference = f"QN-NC-{number:02d}", f"QN-DT-{number:02d}"
    years, months = divmod(first.month - 1 + MONTHS[programme], 12)
    last = date(first.year + years, months + 1, first.day) - timedelta(days=1)
    reached = STEPS.index("studying" if stage == "abandoned" else stage)
    files["19-needs-of-studies"].append(
        {
            "done_on": first - timedelta(days=120),
            "as": officer,
            "act": "state-need",
            "reference": need,
            "facility_code": place,
            "occupation_code": "VN-BSCK",
            "specialty": specialty,
        }
        | {"quantity": 1, "reason": "new_service", "post": ""}
    )
    files["19-validations-of-needs"].append({"done_on": first - timedelta(days=110), "as": "linh", "act": "validate-need", "need": need})
    tuition, expenses = COSTS[programme]
    files["35-1-applications"].append(
        {"done_on": first - timedelta(days=80), "as": officer, "act": "apply-for-study", "reference": reference, "worker": person["worker_no"], "need": need}
        | {"programme": programme, "specialty": specialty, "institution": UNIVERSITIES[programme], "technique": TECHNIQUES[specialty], "starts_on": first, "ends_on": last}
        | {"full_time": "no" if programme == "phd" else "yes", "tuition": tuition * 1_000_000, "course_expenses": expenses * 1_000_000, "salary": SALARY[programme] * 1_000_000}
        | {"cover_reason": f"Khoa {SPECIALTY_NAMES[specialty]} có bác sĩ bệnh viện vệ tinh luân phiên hỗ trợ"}
    )
    if reached >= STEPS.index("eligible"):
        files["35-2-eligibility"].append(
            {"done_on": first - timedelta(days=70), "as": officer, "act": "judge-study", "sponsorship": reference, "outcome": "eligible", "comment": "Đủ điều kiện theo quy định."}
        )
    if reached >= STEPS.index("board"):
        comment = "Hội đồng đào tạo thông qua theo nhu cầu của đơn vị."
        files["35-3-boards"].append(
            {"done_on": first - timedelta(days=55), "as": BOARD, "act": "decide-at-board", "sponsorship": reference, "outcome": "approved", "comment": comment}
        )
    if reached >= STEPS.index("bonded"):
        signed = first - timedelta(days=30)
        files["35-4-decisions"].append(
            {"done_on": signed, "as": SIGNATORY, "act": "sign-decision", "of": "sponsorship", "thing": reference, "decision_number": f"{1400 + number * 4}/QĐ-SYT"}
        )
    if reached >= STEPS.index("enrolled"):
        files["36-1-enrolments"].append({"done_on": first, "as": officer, "act": "enrol-in-study", "sponsorship": reference})
    if reached >= STEPS.index("studying"):
        files["36-2-progress"].append(
            {
                "done_on": first + timedelta(days=170),
                "as": officer,
                "act": "report-progress",
                "sponsorship": reference,
                "standing": "delayed" if stage == "abandoned" else "on_track",
            }
            | {"comment": "Phải học lại một học phần." if stage == "abandoned" else "Hoàn thành các học phần của học kỳ."}
        )
    if stage == "graduated":
        files["36-3-outcomes"].append(
            {"done_on": last - timedelta(days=7), "as": officer, "act": "end-study", "sponsorship": reference, "outcome": "graduated"}
            | {"diploma_number": f"{programme.upper()}-2025-{300 + number}", "comment": ""}
        )
        files["36-4-returns"].append({"done_on": last + timedelta(days=1), "as": officer, "act": "return-from-study", "sponsorship": reference})
    if stage == "abandoned":
        files["36-3-outcomes"].append(
            {"done_on": "2025-05-12", "as": officer, "act": "end-study", "sponsorship": reference, "outcome": "abandoned", "diploma_number": ""}
            | {"comment": "Người học xin thôi học, không nêu lý do."}
        )
        files["36-4-returns"].append({"done_on": "2025-05-14", "as": officer, "act": "return-from-study", "sponsorship": reference})


if __name__ == "__main__":
    main()
