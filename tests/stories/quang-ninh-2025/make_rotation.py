"""Make the rotation part of this story: `python tests/stories/quang-ninh-2025/make_rotation.py`.

13 agreements of provincial hospitals with the former district centres (the article: overall support to 13 centres), 171 of
centres with their commune stations; the visits of nine months, held or missed with a reason; support requests, missions
on signed orders, techniques handed over. Days, people and reasons are invented (a fixed seed, so the same files each time).
"""

import csv
import random
import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
chance = random.Random("rotation")
Row = dict[str, Any]

MONTHS = range(1, 10)
HR_OF = {"BVT": "hr-bvt", "BVBC": "hr-bc", "BVSN": "hr-sn", "BVUB": "hr-ub", "TTBCE": "hr-bache"}
REASONS = ["staff_shortage", "weather", "transport", "receiver_not_ready"]
ISLANDS = {"TTVD", "TTCT"}

# what each hospital promises each centre: specialty, visits a month, techniques
OBLIGATIONS = {
    "TTHL": "internal-medicine:2 surgery:1 imaging:1",
    "TTMC": "surgery:1:laparoscopic-appendectomy internal-medicine:1 obstetrics:1 anaesthesia-icu:1",
    "TTCP": "internal-medicine:1 orthopaedic-surgery:1",
    "TTVD": "anaesthesia-icu:1:mechanical-ventilation emergency:1 obstetrics:1",
    "TTUB": "internal-medicine:2 paediatrics:1",
    "TTDT": "ophthalmology:1:phacoemulsification surgery:1 internal-medicine:1",
    "TTQY": "emergency:1 obstetrics:1 internal-medicine:1",
    "TTBL": "imaging:1 paediatrics:1 internal-medicine:1",
    "TTTY": "emergency:1:stroke-thrombolysis surgery:1 haematology:1",
    "TTHH": "surgery:1 internal-medicine:1 obstetrics:1",
    "TTBCE": "obstetrics:1:obstetric-ultrasound internal-medicine:1 paediatrics:1",
    "TTDH": "paediatrics:2:newborn-resuscitation obstetrics:1",
    "TTCT": "internal-medicine:1 emergency:1",
}

# code, title, specialty, cases supervised and alone, items
PACKAGES = [
    ("laparoscopic-appendectomy", "Phẫu thuật nội soi cắt ruột thừa", "surgery", 5, 6, ["Đặt trocar", "Bộc lộ mạc treo", "Xử lý gốc ruột thừa"]),
    ("stroke-thrombolysis", "Tiêu sợi huyết trong đột quỵ nhồi máu não cấp", "emergency", 3, 4, ["Sàng lọc và thang điểm NIHSS", "Chỉ định và liều thuốc", "Theo dõi 24 giờ"]),
    ("newborn-resuscitation", "Hồi sức sơ sinh tại phòng sinh", "paediatrics", 6, 8, ["Thông khí áp lực dương", "Đặt nội khí quản"]),
    ("obstetric-ultrasound", "Siêu âm sản khoa hình thái", "obstetrics", 20, 30, ["Ba tháng đầu", "Hình thái ba tháng giữa"]),
    ("mechanical-ventilation", "Thở máy xâm nhập", "anaesthesia-icu", 8, 10, ["Cài đặt máy", "Cai máy"]),
    ("phacoemulsification", "Phẫu thuật phaco điều trị đục thủy tinh thể", "ophthalmology", 20, 30, ["Đường mổ và xé bao", "Tán nhân", "Đặt thủy tinh thể"]),
]
# technique, core, centre, planned on, state at the end, final levels of the learners (all items the same unless a list)
TRANSFERS = [
    ("laparoscopic-appendectomy", "BVT", "TTMC", "2025-02-24", "accepted", [4, 4, 3]),
    ("stroke-thrombolysis", "BVBC", "TTTY", "2025-03-03", "accepted", [4, 4]),
    ("newborn-resuscitation", "BVSN", "TTDH", "2025-02-10", "accepted", [5, 4, 4]),
    ("obstetric-ultrasound", "BVBC", "TTBCE", "2025-04-28", "autonomous_trial", [4, 3]),
    ("mechanical-ventilation", "BVT", "TTVD", "2025-05-05", "supervised", [3, 3]),
    ("phacoemulsification", "BVUB", "TTDT", "2025-05-26", "observed", [2, 2]),
]

# source, destination, specialty, mode, pattern, first day, last day, how far it is on 30 September
MISSIONS = [
    ("BVT", "TTMC", "surgery", "transfer", "continuous", "2025-03-03", "2025-04-25", "closed"),
    ("BVBC", "TTTY", "emergency", "transfer", "continuous", "2025-03-10", "2025-04-30", "closed"),
    ("BVSN", "TTDH", "paediatrics", "transfer", "continuous", "2025-02-17", "2025-03-31", "closed"),
    ("BVBC", "TTBCE", "obstetrics", "transfer", "continuous", "2025-05-05", "2025-06-27", "reported"),
    ("BVT", "TTVD", "anaesthesia-icu", "transfer", "continuous", "2025-05-12", "2025-07-11", "reported"),
    ("BVUB", "TTDT", "ophthalmology", "transfer", "continuous", "2025-06-02", "2025-07-25", "one report"),
    ("BVTT", "TTCT", "emergency", "manpower", "weekly_days", "2025-04-01", "2025-06-25", "ended"),
    ("BVBC", "TTBL", "imaging", "manpower", "continuous", "2025-07-07", "2025-10-03", "in_progress"),
    ("BVBC", "TTHH", "surgery", "manpower", "continuous", "2025-08-04", "2025-10-31", "in_progress"),
    ("BVUB", "TTQY", "emergency", "manpower", "continuous", "2025-08-11", "2025-10-10", "in_progress"),
    ("BVT", "TTCP", "orthopaedic-surgery", "manpower", "continuous", "2025-09-15", "2025-11-14", "in_progress"),
    ("BVBC", "TTBCE", "internal-medicine", "manpower", "continuous", "2025-10-06", "2025-12-05", "ordered"),
]
ORDERED_TOGETHER = [(2,), (0, 1), (6,), (3, 4), (5,), (7,), (8, 9), (10,), (11,)]
"""Signed in one go: once the last of them is agreed and before the first of them begins."""
TECHNIQUE_OF = {(core, centre): technique for technique, core, centre, *_rest in TRANSFERS}


def main() -> None:
    agreements()
    visits()
    staff = Staff()
    learners = {centre: staff.doctors(centre, 3 if len(levels) > 2 else 2) for *_head, centre, _day, _state, levels in TRANSFERS}
    requests(learners)
    missions(staff)
    techniques(staff, learners)


def read(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def write(name: str, rows: Iterable[Row]) -> None:
    """One file; a row without a column leaves it empty."""
    lines = list(rows)
    columns = list(dict.fromkeys(["done_on", "as", "act", "reference"] * ("act" in lines[0]) + [column for line in lines for column in line]))
    with (HERE / "acts" / f"{name}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


FACILITIES = {row["code"]: row for row in read("bulk/facilities.csv")}
CENTRES = [code for code, row in FACILITIES.items() if row["type"] == "health_centre"]
STATIONS = [code for code, row in FACILITIES.items() if row["type"] == "station"]
WAIT = {"act": "wait-for-events"}


def short(code: str) -> str:
    return code.removeprefix("VN-22-")


def giver_of(code: str) -> str:
    return str(FACILITIES[code]["technical_supervisor"])


def agreements() -> None:
    """Each hospital with its centres, signed by both sides; each centre with its stations, signed on paper before."""
    table = [
        {"reference": f"QN-HT-{short(code)}", "giver_code": giver_of(code), "receiver_code": code, "model": "comprehensive", "programme": "comprehensive-support"}
        | {"number": f"{number:02}/TT-HTTD", "starts_on": "2025-01-01", "ends_on": "2027-12-31", "signed_on": "", "obligations": OBLIGATIONS[short(code)]}
        for number, code in enumerate(CENTRES, start=1)
    ]
    write("rotation-centre-agreements", table)
    write(
        "rotation-station-agreements",
        [
            {"reference": f"QN-TYT-{short(code)}", "giver_code": giver_of(code), "receiver_code": code, "model": "comprehensive", "programme": "comprehensive-support"}
            | {"number": "", "starts_on": "2025-01-01", "ends_on": "2026-12-31", "signed_on": "2024-12-30", "obligations": "internal-medicine:1"}
            for code in STATIONS
        ],
    )
    lines: list[Row] = [{"done_on": "2024-12-16", "as": "linh", "act": "draft-agreements", "reference": "QN-HT-2025", "agreements": "@rotation-centre-agreements.csv"}]
    heads = {"giver": {"VN-22-BVT": "head-bvt"}, "receiver": {"VN-22-TTBCE": "head-bache"}}
    for day, side, other in (("2024-12-20", "giver", "director"), ("2024-12-27", "receiver", "deputy")):
        signed: dict[str, list[str]] = {}
        for row in table:
            signed.setdefault(heads[side].get(row[f"{side}_code"], other), []).append(row["reference"])
        lines += [
            {"done_on": day, "as": person, "act": "sign-agreements", "reference": f"QN-HT-2025-{side}-{person}", "side": side, "agreements": " ".join(names)}
            for person, names in signed.items()
        ]
    lines.append({"done_on": "2025-01-06", "as": "linh", "act": "draft-agreements", "reference": "QN-TYT-2025", "agreements": "@rotation-station-agreements.csv"})
    write("60-agreements", lines)


def visits() -> None:
    """Each quarter for the centres, each month for the stations; a word is missing for some visits of September."""
    sheets: dict[str, tuple[str, str]] = {}
    rows: list[Row] = []
    for code in CENTRES:
        giver = short(giver_of(code))
        for month in MONTHS:
            quarter = (month + 2) // 3
            sheet = f"QN-TH-{giver}-Q{quarter}"
            sheets[sheet] = (last_day(quarter * 3).isoformat(), HR_OF.get(giver, "linh"))
            for word in OBLIGATIONS[short(code)].split():
                specialty, count = word.split(":")[:2]
                missed = 0.3 if short(code) in ISLANDS else 0.12
                rows += [row for number in range(int(count)) if (row := visit(sheet, f"QN-HT-{short(code)}", specialty, month, number, missed, (12, 45)))]
    for code in STATIONS:
        centre = short(giver_of(code))
        for month in MONTHS:
            own = centre in HR_OF
            sheet = f"QN-TH-{centre}-Q{(month + 2) // 3}" if own else f"QN-TH-TYT-{month:02}"
            sheets[sheet] = (last_day(((month + 2) // 3) * 3 if own else month).isoformat(), HR_OF.get(centre, "linh"))
            missed = 0.22 if centre in ISLANDS else 0.08
            if row := visit(sheet, f"QN-TYT-{short(code)}", "internal-medicine", month, 0, missed, (6, 28)):
                rows.append(row)
    write("rotation-visits", rows)
    ordered = sorted(sheets.items(), key=lambda item: (item[1][0], item[0]))
    write("61-visits", [{"done_on": day, "as": person, "act": "record-visits", "reference": sheet, "visits": "@rotation-visits.csv"} for sheet, (day, person) in ordered])


def visit(sheet: str, agreement: str, specialty: str, month: int, number: int, missed: float, consultations: tuple[int, int]) -> Row | None:
    row = {"sheet": sheet, "agreement": agreement, "specialty": specialty, "outcome": "held", "held_on": "", "month": "", "consultations": "", "reason": ""}
    if month == 9 and chance.random() < 0.1:
        return None
    if chance.random() < missed:
        return row | {"outcome": "missed", "month": date(2025, month, 1), "reason": chance.choice(REASONS)}
    working = [day for day in (date(2025, month, each) for each in range(1, monthrange(2025, month)[1] + 1)) if day.weekday() < 5]
    half = working[len(working) // 2 :] if number else working[: len(working) // 2]
    return row | {"held_on": chance.choice(half), "consultations": chance.randint(*consultations)}


def last_day(month: int) -> date:
    return date(2025, month, monthrange(2025, month)[1])


class Staff:
    """Who works where, each used once, and nobody whom another part of the story sends away."""

    def __init__(self) -> None:
        others = [path for path in (HERE / "acts").glob("*.csv") if not re.match(r"6\d-|rotation-", path.name)]
        self.taken = {number for path in others for number in re.findall(r"QN-\d{6}", path.read_text(encoding="utf-8"))}
        stays = {row["worker_no"]: row["facility_code"] for row in read("bulk/assignments.csv") if row["kind"] == "primary" and not row["end_date"]}
        self.people = [
            row
            for row in read("bulk/people.csv")
            if stays.get(row["worker_no"]) == row["facility_code"] and int(row["birth_date"][-4:]) > 1974 and int(row["start_date"][-4:]) < 2023
        ]

    def specialist(self, place: str, specialty: str) -> str:
        """A specialist of a hospital who has not been chosen yet: whoever goes is away."""
        free = [number for number in self._of(place, specialty) if number not in self.taken]
        assert free, (place, specialty)
        self.taken.add(free[0])
        return free[0]

    def assessors(self, place: str, specialty: str) -> list[str]:
        """Two specialists who find the levels of learners; it takes nobody away."""
        return self._of(place, specialty)[-2:]

    def _of(self, place: str, specialty: str) -> list[str]:
        return [row["worker_no"] for row in self.people if row["facility_code"] == f"VN-22-{place}" and row["specialty"] == specialty]

    def doctors(self, place: str, count: int) -> list[str]:
        """Doctors of a centre; learning takes nobody away, so they may be in another part of the story too."""
        found = [row["worker_no"] for row in self.people if row["facility_code"] == f"VN-22-{place}" and row["occupation_code"] in ("VN-BS", "VN-BSCK")][:count]
        assert len(found) == count, (place, found)
        return found


def requests(learners: dict[str, list[str]]) -> None:
    """What the centres asked for: by the administrator for those without an account of their own, decided by another person."""
    lines: list[Row] = []
    number = 0

    def ask(centre: str, specialty: str, mode: str, wanted_from: str, outcome: str, days: int, **more: Any) -> None:
        nonlocal number
        number += 1
        reference, giver = f"QN-YC-{number:02}", giver_of(f"VN-22-{centre}")
        asked_on = date.fromisoformat(wanted_from) - timedelta(days=45)
        person, decider = ("hr-bache", "linh") if centre == "TTBCE" else ("linh", "director")
        ready = {"equipment_ready": "no" if outcome == "not_ready" else "yes", "licence_scope_ready": "yes"}
        lines.append(
            {"done_on": asked_on, "as": person, "act": "ask-for-support", "reference": reference, "receiver_code": f"VN-22-{centre}", "giver_code": giver}
            | {"mode": mode, "specialty": specialty, "wanted_from": wanted_from, "days_needed": days, "urgency": "normal"}
            | ready
            | more
        )
        if outcome:
            comments = {"not_ready": "Chờ bàn giao máy", "refused": "Tuyến tỉnh đã tiếp nhận chuyển viện trong ngày"}
            lines.append(
                {"done_on": asked_on + timedelta(days=9), "as": decider, "act": "decide-support", "request": reference, "outcome": outcome, "comment": comments.get(outcome, "")}
            )

    for source, centre, specialty, mode, _pattern, first, last, _state in MISSIONS:
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
        more: Row = {"urgency": "high"} if mode == "manpower" else {}
        if technique := TECHNIQUE_OF.get((source, centre)) if mode == "transfer" else None:
            more = {"technique": technique, "baseline_level": 1, "target_level": 4, "learners": " ".join(learners[centre])}
        if centre == "TTBCE" and mode == "manpower":
            more |= {"need": "QN-NEED-26", "text": "Chờ tuyển dụng bác sĩ theo Nghị quyết 28/2023/NQ-HĐND."}
        ask(centre, specialty, mode, first, "validated", days, **more)
    ask("TTBL", "ophthalmology", "transfer", "2025-10-15", "not_ready", 40, technique="phacoemulsification", baseline_level=1, target_level=4)
    ask("TTUB", "haematology", "manpower", "2025-08-20", "refused", 20)
    ask("TTCT", "surgery", "manpower", "2025-11-03", "", 30, urgency="high")
    write("62-support-requests", [{"done_on": "", "as": "", **WAIT}, *lines])


def missions(staff: Staff) -> None:
    """Proposed by the source, agreed by both sides and the worker, ordered by the director, and how far each is."""
    proposed: list[Row] = []
    done: list[Row] = []
    signed: list[Row] = []
    closed: list[Row] = []
    licences: list[Row] = []
    for number, (source, centre, specialty, mode, pattern, first, last, state) in enumerate(MISSIONS, start=1):
        reference, start, end = f"QN-LP-{number:02}", date.fromisoformat(first), date.fromisoformat(last)
        worker = staff.specialist(source, specialty)
        licences.append(
            {"done_on": "2025-01-06", "as": "licensing", "act": "record-licence", "reference": f"QN-GPHN-{worker}", "worker": worker, "scope": specialty}
            | {"number": f"{worker[-6:]}/QNI-CCHN", "authority": "Sở Y tế Quảng Ninh", "issued_on": "2019-06-03", "expires_on": ""}
        )
        by = HR_OF.get(source, "linh")
        technique = TECHNIQUE_OF.get((source, centre)) if mode == "transfer" else None
        source_head = "head-bvt" if source == "BVT" else "deputy" if by == "linh" else "linh"
        destination = HR_OF.get(centre, "deputy" if by == "linh" else "linh")
        day = start - timedelta(days=26)
        title = next((title for code, title, *_rest in PACKAGES if code == technique), "")
        proposed.append(
            {"done_on": day, "as": by, "act": "propose-mission", "reference": reference, "worker": worker, "receiver_code": f"VN-22-{centre}"}
            | {"programme": "duty-rotation" if source == "BVTT" else "comprehensive-support", "request": f"QN-YC-{number:02}", "technique": technique or "", "specialty": specialty}
            | {"mode": mode, "pattern": pattern, "weekdays": "1 2" if pattern == "weekly_days" else "", "starts_on": first, "ends_on": last}
            | {"autonomy_level": 5 if technique else "", "objectives": f"Chuyển giao kỹ thuật: {title}" if title else "Hỗ trợ khám chữa bệnh tại chỗ trong thời gian thiếu bác sĩ"}
            | {"allowance": 150_000 * ((end - start).days + 1), "currency": "VND"}
        )
        own = {"mission": reference}
        proposed += [
            {
                "done_on": day + timedelta(days=3),
                "as": source_head,
                "act": "agree-at-source",
                "outcome": "agreed",
                "handover": "Bác sĩ cùng khoa nhận bàn giao người bệnh và lịch trực",
            }
            | own,
            {"done_on": day + timedelta(days=4), "as": by, "act": "answer-for-worker", "answer": "consents"} | own,
            {"done_on": day + timedelta(days=7), "as": destination, "act": "agree-at-destination", "outcome": "agreed", "lodging": "Nhà công vụ của trung tâm"}
            | {"transport": "Tàu cao tốc, trung tâm chi trả" if centre in ISLANDS else "Xe của trung tâm"}
            | own,
        ]
        if state == "ordered":
            continue
        done.append({"done_on": first, "as": by, "act": "leave-for-mission"} | own)
        if state == "in_progress":
            continue
        done.append({"done_on": last, "as": by, "act": "end-mission"} | own)
        report = {"act": "report-mission", "cases": chance.randint(14, 60), "people_trained": 2 if technique else ""} | own
        if state != "ended":
            summary = "Đã hoàn thành nội dung theo quyết định; bàn giao hồ sơ và quy trình kỹ thuật."
            done.append({"done_on": end + timedelta(days=6), "as": by, "reference": f"{reference}/worker", "side": "worker", "summary": summary} | report)
        if state in ("reported", "closed"):
            summary = "Đơn vị tiếp nhận đánh giá tốt; nhân viên tại chỗ thực hiện được dưới giám sát."
            done.append({"done_on": end + timedelta(days=9), "as": destination, "reference": f"{reference}/destination", "side": "destination", "summary": summary} | report)
        if state == "closed":
            evaluated = end + timedelta(days=20)
            closed += [
                {"done_on": evaluated, "as": "linh", "act": "evaluate-mission", "objectives_met": "yes", "comment": "Đạt mục tiêu chuyển giao."} | own,
                {"done_on": evaluated + timedelta(days=5), "as": "linh", "act": "close-mission"} | own,
            ]
    for together in ORDERED_TOGETHER:
        signed_on = max(date.fromisoformat(MISSIONS[place][5]) for place in together) - timedelta(days=18)
        numbers = " ".join(f"{410 + 7 * place}/QĐ-SYT" for place in together)
        things = " ".join(f"QN-LP-{place + 1:02}" for place in together)
        signed.append({"done_on": signed_on, "as": "director", "act": "sign-decisions", "of": "mission", "thing": things, "decision_number": numbers})
    write("60-licences", licences)
    write("63-missions", proposed)
    write("64-mission-orders", [*signed, WAIT])
    write("65-mission-reports", done)
    write("68-mission-closings", closed)
    print(len(MISSIONS), "missions")


def techniques(staff: Staff, learners: dict[str, list[str]]) -> None:
    """Packages, levels at first and since, cases month by month, and three acceptances."""
    items: list[Row] = []
    levels: list[Row] = []
    lines: list[Row] = []
    accepted: list[Row] = []
    for code, title, specialty, supervised, autonomous, parts in PACKAGES:
        items += [{"technique": code, "code": f"step-{place}", "title": part} for place, part in enumerate(parts, start=1)]
        lines.append(
            {"done_on": "2025-01-10", "as": "training", "act": "publish-package", "reference": f"QN-GKT-{code}", "authority": "VN-22", "code": code, "title": title}
            | {"specialty": specialty, "target_level": 4, "min_cases_supervised": supervised, "min_cases_autonomous": autonomous, "items": "@rotation-items.csv"}
        )
    for number, (technique, core, centre, planned, state, final) in enumerate(TRANSFERS, start=1):
        reference, first, by = f"QN-KT-{number:02}", date.fromisoformat(planned), HR_OF[core]
        _code, _title, specialty, supervised, autonomous, parts = next(package for package in PACKAGES if package[0] == technique)
        assessors = staff.assessors(core, specialty)
        lines.append(
            {
                "done_on": planned,
                "as": by,
                "act": "plan-technique",
                "reference": reference,
                "technique": technique,
                "facility_code": f"VN-22-{centre}",
                "core_code": f"VN-22-{core}",
            }
            | {"learners": " ".join(learners[centre])}
        )
        months = 3 if state == "accepted" else 2
        rounds = [(first + timedelta(days=7), [1 if place else 2 for place, _level in enumerate(final)]), (first + timedelta(days=32 * months), final)]
        for place, (day, found) in enumerate(rounds, start=1):
            sheet = f"{reference}-{place}"
            for learner, level in zip(learners[centre], found, strict=True):
                for item in range(1, len(parts) + 1):
                    two = {"assessor": assessors[0], "second_assessor": assessors[1] if level >= 4 else ""}
                    levels.append({"sheet": sheet, "learner": learner, "item": f"step-{item}", "level": level} | two)
            lines.append({"done_on": day, "as": by, "act": "record-levels", "reference": sheet, "technique": reference, "levels": "@rotation-levels.csv"})
        for place in range(months if state != "observed" else 0):
            month = (first.replace(day=1) + timedelta(days=32 * (place + 1))).replace(day=1)
            alone = -(-autonomous // months) if state == "accepted" else 0 if state == "supervised" else 4
            lines.append(
                {"done_on": last_day(month.month), "as": by, "act": "record-cases", "reference": f"{reference}-{month:%m}", "technique": reference, "month": month}
                | {"supervised": -(-supervised // months), "autonomous": alone}
            )
        step = "autonomous_trial" if state == "accepted" else state
        lines.append({"done_on": rounds[-1][0], "as": by, "act": "step-technique", "reference": f"{reference}-{step}", "technique": reference, "step": step})
        if state == "accepted":
            day = rounds[-1][0] + timedelta(days=15)
            accepted.append(
                {"done_on": day, "as": "head-bvt" if core == "BVT" else "director", "act": "accept-technique", "technique": reference, "comment": "Nghiệm thu kỹ thuật"}
            )
    write("rotation-items", items)
    write("rotation-levels", levels)
    write("66-techniques", lines)
    write("67-acceptances", accepted)


if __name__ == "__main__":
    main()
