"""Make the personnel part of this story: `python tests/stories/quang-ninh-2025/make_personnel.py`.

The steps that 600 public employees of four hospitals held when the register was opened (45 of them due within 90 days of
30 September 2025, 32 granted during the nine months by eight signed lists); the probations of the 25 hires, of which the 15
that ended are confirmed; 40 benefits and 20 awards. Which people is drawn by a fixed seed; all are fictional.
"""

import csv
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEOPLE_OF_EACH, DUE, OVERDUE = 150, 45, 5
FACILITIES = {"VN-22-BVT": "hr-bvt", "VN-22-BVBC": "hr-bc", "VN-22-BVSN": "hr-sn", "VN-22-BVUB": "hr-ub"}
ROUNDS = [
    (date(2025, 3, 10), date(2025, 3, 24), [date(2025, 4, 1), date(2025, 5, 1), date(2025, 6, 1)]),
    (date(2025, 6, 10), date(2025, 6, 25), [date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1)]),
]
LINES_OF_EACH = 4
SCALE = {"VN-DDCD": "A0", "VN-HSCD": "A0", "VN-KTV": "A0", "VN-YS": "B"}
MONTHS, LAST = {"A0": 36, "A1": 36, "B": 24}, {"A0": 10, "A1": 9, "B": 12}
OPINION_BY = {"VN-22-BVT": "head-bvt", "VN-22-TTBCE": "head-bache", "VN-22-BVBC": "linh"}
PROPOSED_BY = {"VN-22-BVT": "hr-bvt", "VN-22-TTBCE": "hr-bache", "VN-22-BVBC": "hr-bc"}

chance = random.Random("personnel")
Row = dict[str, Any]


def main() -> None:
    people = public_employees()
    steps, lists = make_steps(people)
    write("bulk/pay_steps.csv", steps)
    acts = make_probations(people) | {"53-pay-step-lists": lists} | make_benefits(people) | make_awards(people)
    for name, rows in acts.items():
        write(f"acts/{name}.csv", rows)
    print(len(steps), "steps", Counter(row["act"] for rows in acts.values() for row in rows))


def public_employees() -> dict[str, list[Row]]:
    """Confirmed public employees by facility, with their first day there, as the register has them."""
    first_day = {row["worker_no"]: day_of(row["start_date"]) for row in read("bulk/assignments.csv") if row["kind"] == "primary" and not row["end_date"]}
    found: dict[str, list[Row]] = {}
    for row in read("bulk/people.csv"):
        if row["employment_type"] == "public_employee" and row["worker_no"] in first_day and first_day[row["worker_no"]] < date(2021, 1, 1):
            found.setdefault(row["facility_code"], []).append(row | {"first_day": first_day[row["worker_no"]]})
    return found


# --- pay steps --------------------------------------------------------------------------------------------------------


def make_steps(people: dict[str, list[Row]]) -> tuple[list[Row], list[Row]]:
    """Who holds which step since when, so that the day of the next one is what the story tells."""
    steps, lists, serial = [], [], 0
    due = due_days()
    for facility, officer in FACILITIES.items():
        drawn = chance.sample(sorted(people[facility], key=lambda row: row["worker_no"]), PEOPLE_OF_EACH)
        for number, (proposed, signed, days) in enumerate(ROUNDS, start=1):
            granted = [drawn.pop() for _line in range(LINES_OF_EACH)]
            for place, person in enumerate(granted):
                steps.append(step_of(person, facility, days[place % len(days)]))
            serial += 1
            reference = f"QN-NL-2025-{number}-{facility.removeprefix('VN-22-')}"
            common = {"done_on": proposed, "as": officer, "act": "propose-pay-steps", "reference": reference, "workers": " ".join(person["worker_no"] for person in granted)}
            lists.append(common | {"early_months": "", "early_reason": "", "of": "", "thing": "", "decision_number": ""})
            lists.append(
                {"done_on": signed, "as": "director", "act": "sign-decision", "reference": "", "workers": "", "early_months": "", "early_reason": ""}
                | {"of": "pay-step-list", "thing": reference, "decision_number": f"{40 + serial}/QĐ-NL"}
            )
        for person in drawn:
            steps.append(step_of(person, facility, due.pop() if due and len(due) > remaining(facility) else later()))
    return steps, sorted(lists, key=lambda row: (row["done_on"], row["act"] == "sign-decision", row["as"]))


def remaining(facility: str) -> int:
    """The due ones are spread over the four facilities, a quarter each."""
    place = list(FACILITIES).index(facility)
    return DUE - round(DUE * (place + 1) / len(FACILITIES))


def due_days() -> list[date]:
    """First days of the next step that the work-list of 30 September 2025 shows: some overdue, the others until 29 December."""
    overdue = [date(2025, chance.choice((7, 8, 9)), 1) for _person in range(OVERDUE)]
    coming = [date(2025, chance.choice((10, 11, 12)), chance.choice((1, 15))) for _person in range(DUE - OVERDUE)]
    return overdue + coming


def later() -> date:
    year, month = chance.choice((2026, 2026, 2027, 2027, 2028)), chance.randint(1, 12)
    return date(year, month, 1) if (year, month) <= (2028, 6) else date(2028, 6, 1)


def step_of(person: Row, facility: str, due_on: date) -> Row:
    scale = SCALE.get(person["occupation_code"], "A1")
    since = back(due_on, MONTHS[scale])
    served = max((since - person["first_day"]).days // 365, 0)
    step = min(1 + served * 12 // MONTHS[scale], LAST[scale] - 1)
    # On paper the register's own numbers, which nobody has here: none is invented.
    return {"worker_no": person["worker_no"], "facility_code": facility, "scale": scale, "step": step, "since": f"{since:%d/%m/%Y}", "decision_number": ""}


def back(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, day.day)


# --- probations -------------------------------------------------------------------------------------------------------


def make_probations(people: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Each hire's probation has its mentor; the 15 that ended before 30 September 2025 are reported on, judged and confirmed."""
    posts = {row["reference"]: row["facility_code"] for row in read("bulk/posts.csv")}
    mentors, reports, signatures = [], [], []
    ended: dict[date, list[str]] = {}
    for hire in read("acts/11-hires.csv"):
        facility, start = posts[hire["post"]], date.fromisoformat(hire["starts_on"])
        seniors = [row["worker_no"] for row in people[facility] if row["occupation_code"] in ("VN-BSCK", "VN-BS")]
        common = {"as": PROPOSED_BY[facility], "probation": hire["reference"]}
        mentors.append({"done_on": start + timedelta(days=7), "act": "name-mentor", "mentor": chance.choice(seniors)} | common)
        last = back(start, -9) - timedelta(days=1)
        if last >= date(2025, 9, 30):
            continue
        ended.setdefault(last, []).append(hire["reference"])
        text = "Hoàn thành nhiệm vụ chuyên môn, chấp hành nội quy, đủ năng lực làm việc độc lập."
        empty = {"favourable": "", "text": "", "outcome": ""}
        reports.append(common | empty | {"done_on": last - timedelta(days=20), "act": "enter-mentor-report", "favourable": "yes", "text": text})
        opinion = {"done_on": last - timedelta(days=15), "as": OPINION_BY[facility], "act": "give-opinion", "favourable": "yes", "text": "Đề nghị công nhận hết thời gian tập sự."}
        reports.append(common | empty | opinion)
        reports.append(common | empty | {"done_on": last - timedelta(days=12), "act": "propose-outcome", "outcome": "confirmed"})
    serial = 0
    for last, hires in sorted(ended.items()):
        numbers = []
        for _hire in hires:
            serial += 1
            numbers.append(f"{serial}/QĐ-HTS")
        signatures.append(
            {
                "done_on": last - timedelta(days=4),
                "as": "director",
                "act": "sign-decisions",
                "of": "probation-outcome",
                "thing": " ".join(hires),
                "decision_number": " ".join(numbers),
            }
        )
    wait = {"act": "wait-for-events"}  # each probation opens when the appointment service hears of the post taken up
    return {"50-mentors": [wait, *mentors], "51-probation-reports": sorted(reports, key=lambda row: (row["done_on"], row["probation"])), "52-probation-decisions": signatures}


# --- benefits and awards ----------------------------------------------------------------------------------------------

BENEFITS = [
    ("VN-22-BVT", "occupational_allowance", "60", "", "2025-02-01", 10, "Nghị định 56/2011/NĐ-CP (hồi sức, cấp cứu)"),
    ("VN-22-BVBC", "occupational_allowance", "50", "", "2025-03-01", 8, "Nghị định 56/2011/NĐ-CP"),
    ("VN-22-BVSN", "occupational_allowance", "50", "", "2025-04-01", 6, "Nghị định 56/2011/NĐ-CP"),
    ("VN-22-TTBCE", "remoteness", "70", "", "2025-01-15", 9, "Nghị định 76/2019/NĐ-CP (vùng đặc biệt khó khăn)"),
    ("VN-22-TTBCE", "housing", "", "1500000", "2025-07-01", 3, "Nghị quyết của Hội đồng nhân dân tỉnh về hỗ trợ nhà ở"),
    ("VN-22-BVUB", "responsibility", "", "468000", "2025-05-01", 4, "Thông tư 05/2005/TT-BNV (phụ cấp trách nhiệm)"),
]
TITLES = [
    ("VN-22-BVT", "advanced_worker", "unit", 2024, 4, "Hoàn thành tốt nhiệm vụ năm 2024", "Biên bản họp Hội đồng thi đua 2024", "2025-02-20"),
    ("VN-22-BVBC", "advanced_worker", "unit", 2024, 4, "Hoàn thành tốt nhiệm vụ năm 2024", "Biên bản họp Hội đồng thi đua 2024", "2025-02-20"),
    ("VN-22-TTBCE", "certificate_of_merit", "province", 2025, 2, "Thành tích xuất sắc trong khắc phục hậu quả bão", "Tờ trình 12/TTr-TTYT", "2025-02-27"),
    ("VN-22-BVSN", "initiative", "province", 2025, 2, "Quy trình báo động đỏ sản khoa toàn tỉnh", "Biên bản 07/BB-HĐSK", "2025-06-12"),
    ("VN-22-BVUB", "initiative", "province", 2025, 3, "Rút ngắn thời gian từ cửa đến kim trong đột quỵ não", "Biên bản 08/BB-HĐSK", "2025-06-12"),
    ("VN-22-BVT", "initiative", "unit", 2025, 4, "Phần mềm nhắc lịch kiểm soát nhiễm khuẩn", "Biên bản 03/BB-HĐSK-BVT", "2025-08-14"),
]
COLLECTIVE = ("VN-22-TTBCE", "certificate_of_merit", "province", 2025, "Tập thể xuất sắc trong chăm sóc sức khỏe vùng khó khăn", "Tờ trình 31/TTr-TTYT", "2025-09-01")
OFFICER = FACILITIES | {"VN-22-TTBCE": "hr-bache"}


def make_benefits(people: dict[str, list[Row]]) -> dict[str, list[Row]]:
    rows = []
    for serial, (facility, kind, percent, amount, start, count, basis) in enumerate(BENEFITS, start=1):
        proposed = date.fromisoformat(start) - timedelta(days=20)
        reference = f"QN-PC-2025-{serial:02}"
        workers = sorted(person["worker_no"] for person in chance.sample(sorted(people[facility], key=lambda row: row["worker_no"]), count))
        money = {"percent": percent, "amount": amount, "currency": "VND" if amount else "", "frequency": "monthly" if amount else ""}
        what = {"kind": kind, "starts_on": start, "basis": basis, "workers": " ".join(workers)} | money
        rows.append({"done_on": proposed, "as": OFFICER[facility], "act": "propose-benefit", "reference": reference} | what | {"of": "", "thing": "", "decision_number": ""})
        rows.append(signature(what, proposed + timedelta(days=8), "benefit", reference, f"{serial}/QĐ-PC"))
    return {"54-benefits": rows}


def make_awards(people: dict[str, list[Row]]) -> dict[str, list[Row]]:
    rows = []
    for serial, (facility, title, level, year, count, achievement, evidence, proposed) in enumerate(TITLES, start=1):
        workers = sorted(person["worker_no"] for person in chance.sample(sorted(people[facility], key=lambda row: row["worker_no"]), count))
        rows += awarded(serial, facility, title, level, year, achievement, evidence, date.fromisoformat(proposed), " ".join(workers), "")
    facility, title, level, year, achievement, evidence, proposed = COLLECTIVE
    rows += awarded(len(TITLES) + 1, facility, title, level, year, achievement, evidence, date.fromisoformat(proposed), "", facility)
    return {"55-awards": rows}


def awarded(serial: int, facility: str, title: str, level: str, year: int, achievement: str, evidence: str, day: date, workers: str, unit: str) -> list[Row]:
    reference = f"QN-KT-2025-{serial:02}"
    what = {"title": title, "level": level, "year": year, "achievement": achievement, "evidence": evidence, "facility_code": unit, "workers": workers}
    what["given_on"] = day + timedelta(days=15)
    proposal = {"done_on": day, "as": OFFICER[facility], "act": "propose-award", "reference": reference} | what | {"of": "", "thing": "", "decision_number": ""}
    return [proposal, signature(what, day + timedelta(days=8), "award", reference, f"{serial}/QĐ-KT")]


def signature(what: Row, day: date, kind: str, reference: str, number: str) -> Row:
    empty = dict.fromkeys(what, "")
    return {"done_on": day, "as": "director", "act": "sign-decision", "reference": ""} | empty | {"of": kind, "thing": reference, "decision_number": number}


# --- files ------------------------------------------------------------------------------------------------------------


def day_of(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


def read(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def write(name: str, rows: list[Row]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(dict.fromkeys(column for row in rows for column in row)), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
