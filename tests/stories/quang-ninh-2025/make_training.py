"""Make the training part of this story: `python tests/stories/quang-ninh-2025/make_training.py`.

The provincial plan 2025–2030 above the yearly plans of its hospitals and centres; 23 sessions held between January and
September 2025 in the five fields that the article names; 512 distinct people who attended 80 % of the half-days or more.
The titles, dates and people are invented (a fixed seed, so the same files each time).
"""

import csv
import random
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TRAINEES, NEVER, TWICE = 512, 20, 28
"""Distinct people who attended enough; people who did not come enough; people who came to a second session."""

chance = random.Random("training")
Row = dict[str, Any]

PLACES = ["BVT", "BVBC", "BVSN", "BVUB", "BVP", "BVTT", "BVLK", "BVYDCT", "BVCP", "BVHL", "CDC", "PY"]
PLACES += ["TTHL", "TTMC", "TTCP", "TTUB", "TTBL", "TTTY", "TTDH", "TTHH", "TTBCE", "TTVD", "TTDT", "TTQY", "TTCT"]
STILL_DRAFT = {"TTCT", "PY"}
HR_OF = {"BVT": "hr-bvt", "BVBC": "hr-bc", "TTBCE": "hr-bache", "BVSN": "hr-sn", "BVUB": "hr-ub"}
BIG = {"BVT", "BVBC", "BVSN", "BVUB"}

# code, title, field, hours, days, sessions of the nine months, who attends
COURSES = [
    ("HSCC-01", "Hồi sức cấp cứu cơ bản", "intensive-care", 16, 2, 4, ["VN-BS", "VN-DDDH", "VN-DDCD"]),
    ("HSCC-02", "Hồi sức tích cực và thở máy", "intensive-care", 24, 3, 2, ["VN-BS", "VN-DDDH"]),
    ("CDHA-01", "Siêu âm tổng quát tại tuyến cơ sở", "imaging", 24, 3, 2, ["VN-BS"]),
    ("CDHA-02", "Kỹ thuật chụp và đọc phim X-quang", "imaging", 16, 2, 2, ["VN-BS", "VN-KTV"]),
    ("KSNK-01", "Kiểm soát nhiễm khuẩn trong cơ sở khám chữa bệnh", "infection-control", 16, 2, 5, ["VN-DDDH", "VN-DDCD", "VN-HSDH", "VN-KTV", "VN-BSDP"]),
    ("NOI-01", "Quản lý tăng huyết áp và đái tháo đường", "internal-medicine", 16, 2, 3, ["VN-BS", "VN-DDDH", "VN-DDCD"]),
    ("NOI-02", "Cập nhật chẩn đoán và điều trị nội khoa", "internal-medicine", 24, 3, 2, ["VN-BS"]),
    ("YHCT-01", "Y học cổ truyền và phục hồi chức năng", "traditional-medicine", 24, 3, 3, ["VN-BSYHCT", "VN-DDCD"]),
]
HOSTS = ["VN-22-BVT", "VN-22-BVBC", "VN-22-BVUB", "VN-22-BVSN", "VN-22-TTMC", "VN-22-TTTY", "VN-22-CDC", "VN-22-BVCP", "VN-22-TTVD"]
HOST_OF_FIELD = {"traditional-medicine": ["VN-22-BVYDCT", "VN-22-BVLK"]}
AXIS_OF_FIELD = {"intensive-care": "P-IN", "imaging": "P-SP", "infection-control": "P-IN", "internal-medicine": "P-IN", "traditional-medicine": "P-SP"}

PROVINCE_AXES = [
    ("P-IN", "Đào tạo chuyên môn tại chỗ", "professional", "in_house", 9_600, 9_000),
    ("P-SP", "Đào tạo chuyên sâu theo chuyên ngành", "professional", "specialised", 7_200, 6_600),
    ("P-EX", "Cử đi học nơi khác: chuyên khoa, sau đại học, nước ngoài", "professional", "elsewhere", 24_000, 21_500),
    ("M-IN", "Bồi dưỡng quản lý tại chỗ", "management", "in_house", 1_800, 1_500),
    ("M-EX", "Cử cán bộ quản lý đi đào tạo", "management", "elsewhere", 3_000, 2_400),
]
PROVINCE_ACTIONS = [
    ("P-IN", "Các lớp hồi sức, cấp cứu", 36, 1_800),
    ("P-IN", "Các lớp kiểm soát nhiễm khuẩn", 30, 1_200),
    ("P-IN", "Các lớp nội khoa", 30, 1_500),
    ("P-SP", "Các lớp chẩn đoán hình ảnh", 24, 1_700),
    ("P-SP", "Các lớp y học cổ truyền, phục hồi chức năng", 18, 900),
    ("P-EX", "Đợt học ngắn hạn tại Quảng Tây", 12, 6_000),
    ("P-EX", "Cử đi học chuyên khoa I, chuyên khoa II, sau đại học", 60, 15_000),
    ("M-IN", "Lớp bồi dưỡng lãnh đạo khoa, phòng", 12, 1_200),
    ("M-EX", "Cử đi học quản lý bệnh viện", 10, 2_000),
]
EXPENSES = [
    ("P-EX", "Học phí chuyên khoa I, học kỳ I năm 2025", 412_500_000, "2025-03-20"),
    ("P-EX", "Đợt học ngắn hạn tại Quảng Tây, quý II năm 2025", 968_000_000, "2025-06-25"),
    ("M-EX", "Lớp quản lý bệnh viện, học phí năm 2025", 186_000_000, "2025-05-12"),
]


def main() -> None:
    plans()
    sessions = make_sessions()
    people = choose_people(sessions)
    write("training-people", people)
    write_sessions(sessions, people)
    attended = {row["worker_no"] for row in people if row["enough"]}
    print(len([one for one in sessions if one["state"] == "held"]), "sessions held,", len(people), "enrolments,", len(attended), "trainees")


def plans() -> None:
    axes, actions, drafts, grants, approvals = [], [], [], [], []
    for code, title, skill, mode, asked, granted in PROVINCE_AXES:
        axes.append({"authority": "VN-22", "code": code, "title": title, "skill": skill, "mode": mode, "asked_millions": asked, "granted_millions": granted})
    for axis, title, quantity, budget in PROVINCE_ACTIONS:
        actions.append({"authority": "VN-22", "axis": axis, "title": title, "quantity": quantity, "starts_on": "2025-01-01", "ends_on": "2030-12-31", "budget_millions": budget})
    common = {"act": "draft-training-plan", "currency": "VND", "axes": "@training-axes.csv", "actions": "@training-actions.csv"}
    drafts.append(
        common
        | {"done_on": "2025-01-03", "as": "training", "reference": "KH-2025-2030", "authority": "VN-22", "submit": "yes"}
        | {"title": "Kế hoạch đào tạo nhân lực y tế tỉnh Quảng Ninh giai đoạn 2025–2030", "year_from": 2025, "year_to": 2030}
    )
    for place in PLACES:
        code, size = f"VN-22-{place}", 3 if place in BIG else 1
        for axis, title, skill, mode, asked in (
            ("P-IN", "Đào tạo chuyên môn tại đơn vị", "professional", "in_house", 90 * size),
            ("P-EX", "Cử viên chức đi học", "professional", "elsewhere", 180 * size),
            ("M-EX", "Bồi dưỡng quản lý", "management", "elsewhere", 30 * size),
        ):
            granted = asked - chance.choice((0, 0, 5, 10)) * size
            axes.append({"authority": code, "code": axis, "title": title, "skill": skill, "mode": mode, "asked_millions": asked, "granted_millions": granted})
        for axis, title, quantity, budget in (("P-IN", "Lớp cập nhật kiến thức tại đơn vị", 4 * size, 60 * size), ("P-EX", "Cử đi học ngắn hạn", 3 * size, 120 * size)):
            actions.append({"authority": code, "axis": axis, "title": title, "quantity": quantity, "starts_on": "2025-01-01", "ends_on": "2025-12-31", "budget_millions": budget})
        drafts.append(
            common
            | {"done_on": "2025-01-06", "as": HR_OF.get(place, "training"), "reference": f"KH-2025-{place}", "authority": code, "submit": "no" if place in STILL_DRAFT else "yes"}
            | {"title": "Kế hoạch đào tạo năm 2025", "year_from": 2025, "year_to": 2025}
        )
    number = 18
    for draft in drafts:
        if draft["submit"] == "yes":
            granted = {"plan": draft["reference"], "authority": draft["authority"], "axes": "@training-axes.csv"}
            grants.append({"done_on": "2025-01-08", "as": "linh", "act": "arbitrate-training-plan"} | granted)
            number += chance.randint(1, 4)
            approvals.append(
                {"done_on": "2025-01-10", "as": "director", "act": "approve-training-plan", "plan": draft["reference"], "decision_number": f"{number}/QĐ-SYT", "authority": ""}
            )
    write("training-axes", axes)
    write("training-actions", actions)
    write("20-training-plans", drafts)
    write("21-training-plan-decisions", grants + approvals)
    spent = [
        {"done_on": on, "as": "training", "act": "enter-training-expense", "reference": f"CHI-2025-{position}", "plan": "KH-2025-2030", "axis": axis}
        | {"label": label, "amount": amount, "spent_on": on}
        for position, (axis, label, amount, on) in enumerate(EXPENSES, start=1)
    ]
    write("21-training-plan-spending", spent)


def make_sessions() -> list[Row]:
    """23 sessions held, one open in October, one cancelled; each on working days, at one place or two."""
    planned: list[Row] = []
    for code, title, field, _hours, days, count, occupations in COURSES:
        for _number in range(count):
            planned.append({"course": code, "title": title, "field": field, "days": days, "occupations": occupations, "state": "held"})
    chance.shuffle(planned)
    day, numbers = date(2025, 2, 17), Counter[str]()
    for one in planned:
        numbers[one["course"]] += 1
        one["first"] = day
        one["title"] = f"{one['title']} – khóa {numbers[one['course']]}/2025"
        day += timedelta(days=chance.choice((8, 9, 10, 10, 11)))
    chosen = {code: occupations for code, _title, _field, _hours, _days, _count, occupations in COURSES}
    more = [("KSNK-01", "Kiểm soát nhiễm khuẩn trong cơ sở khám chữa bệnh – khóa 6/2025", "infection-control", date(2025, 10, 14), "open")]
    more.append(("NOI-01", "Quản lý tăng huyết áp và đái tháo đường – khóa 4/2025", "internal-medicine", date(2025, 8, 25), "cancelled"))
    planned += [
        {"course": code, "title": title, "field": field, "days": 2, "occupations": chosen[code], "first": first, "state": state} for code, title, field, first, state in more
    ]
    for position, one in enumerate(planned, start=1):
        one["reference"] = f"LDT-2025-{position:02d}"
        one["dates"] = working_days(one["first"], one["days"])
        hosts = HOST_OF_FIELD.get(one["field"], HOSTS)
        first = hosts[position % len(hosts)]
        second = hosts[(position + 1) % len(hosts)] if position % 4 == 0 else first
        places = [first if day == one["dates"][0] else second for day in one["dates"]]
        one["half_days"] = [f"{day}/{part}/{place}" for day, place in zip(one["dates"], places, strict=True) for part in ("morning", "afternoon")]
    return planned


def working_days(first: date, count: int) -> list[date]:
    found, day = [], first
    while len(found) < count:
        if day.weekday() < 5 and day not in {date(2025, 4, 7), date(2025, 4, 30), date(2025, 5, 1), date(2025, 5, 2), date(2025, 9, 1), date(2025, 9, 2)}:
            found.append(day)
        day += timedelta(days=1)
    return found


def choose_people(sessions: list[Row]) -> list[Row]:
    """People of hospitals and centres, none from a small specialty team; each in a session of their occupation."""
    staff = candidates()
    chance.shuffle(staff)
    held = [one for one in sessions if one["state"] == "held"]
    wanted = TRAINEES + NEVER
    sizes = [wanted // len(held) + (position < wanted % len(held)) for position in range(len(held))]
    rows: list[Row] = []
    taken: set[str] = set()
    for one, size in zip(held, sizes, strict=True):
        for worker_no in pick(staff, taken, one, size):
            rows.append({"session": one["reference"], "worker_no": worker_no, "enough": True})
    for row in chance.sample(rows, NEVER):
        row["enough"] = False
    came = [row for row in rows if row["enough"]]
    occupation = {worker_no: code for worker_no, code, _place in staff}
    dates = {one["reference"]: one for one in sessions}
    for row in chance.sample(came, len(came)):
        if len(rows) == wanted + TWICE:
            break
        others = [one for one in held if occupation[row["worker_no"]] in one["occupations"] and one["reference"] != row["session"]]
        others = [one for one in others if not set(one["dates"]) & set(dates[row["session"]]["dates"]) and sum(r["session"] == one["reference"] for r in rows) < 29]
        if others:
            rows.append({"session": chance.choice(others)["reference"], "worker_no": row["worker_no"], "enough": chance.random() > 0.08})
    for one, size in ((next(s for s in sessions if s["state"] == "open"), 18), (next(s for s in sessions if s["state"] == "cancelled"), 9)):
        rows += [{"session": one["reference"], "worker_no": worker_no, "enough": False, "later": True} for worker_no in pick(staff, taken, one, size)]
    unmarked = held[-1]["reference"]
    for row in rows:
        half_days = len(dates[row["session"]]["half_days"])
        numbers = list(range(1, half_days + 1))
        if row.pop("later", False):
            row |= {"present": "", "pre": "", "post": ""}
            continue
        missed = 0 if half_days < 5 or chance.random() < 0.8 else 1
        absent = missed if row["enough"] else chance.randint(half_days // 2, half_days)
        present = sorted(chance.sample(numbers, half_days - absent))
        row["present"] = " ".join(map(str, present))
        row["pre"] = chance.randint(30, 66) if present else ""
        row["post"] = max(min(98, int(row["pre"]) + chance.randint(12, 36)), 60 if chance.random() < 0.94 else 42) if row["enough"] else ""
    left_out = [row for row in rows if row["session"] == unmarked and row["enough"]][:2]
    for row in left_out:
        row["post"] = ""
    return sorted(rows, key=lambda row: (row["session"], row["worker_no"]))


def candidates() -> list[tuple[str, str, str]]:
    """Worker number, occupation and place of those who have worked there since before 2024."""
    public = {f"VN-22-{place}" for place in PLACES}
    stays = {
        row["worker_no"]: row["facility_code"] for row in read("bulk/assignments.csv") if row["kind"] == "primary" and not row["end_date"] and int(row["start_date"][-4:]) < 2024
    }
    wanted = {code for *_rest, occupations in COURSES for code in occupations}
    return [
        (row["worker_no"], row["occupation_code"], row["facility_code"])
        for row in read("bulk/people.csv")
        if row["occupation_code"] in wanted and row["facility_code"] in public and stays.get(row["worker_no"]) == row["facility_code"] and not row["specialty"]
    ]


def pick(staff: list[tuple[str, str, str]], taken: set[str], one: Row, size: int) -> Iterable[str]:
    """People of the occupations of a session, at most two of the same place and occupation at once."""
    chosen: list[str] = []
    teams: dict[tuple[str, str], int] = {}
    for worker_no, occupation, place in staff:
        if len(chosen) == size:
            break
        if worker_no in taken or occupation not in one["occupations"] or teams.get((occupation, place), 0) >= 2:
            continue
        teams[occupation, place] = teams.get((occupation, place), 0) + 1
        taken.add(worker_no)
        chosen.append(worker_no)
    assert len(chosen) == size, (one["title"], len(chosen), size)
    return chosen


def write_sessions(sessions: list[Row], people: list[Row]) -> None:
    write(
        "22-courses",
        [
            {"done_on": "2025-01-09", "as": "training", "act": "add-course", "reference": f"MH-{code}", "authority": "VN-22", "code": code, "title": title, "kind": "in_house"}
            | {"field": field, "skill": "professional", "hours": hours, "provider": ""}
            for code, title, field, hours, *_rest in COURSES
        ],
    )
    made: dict[str, list[Row]] = {
        name: [] for name in ("22-sessions", "23-enrolments", "24-confirmations", "25-attendance", "26-marks", "27-held", "28-certificates", "29-evaluations")
    }
    for one in sorted(sessions, key=lambda session: session["first"]):
        first, last = one["dates"][0], one["dates"][-1]
        count = sum(row["session"] == one["reference"] for row in people)
        late = max(date(2025, 1, 13), first - timedelta(days=35))
        own = {"as": "training", "session": one["reference"]}
        listed = {"people": "@training-people.csv"}
        made["22-sessions"].append(
            {"done_on": late, "as": "training", "act": "plan-session", "reference": one["reference"], "authority": "VN-22", "course": f"MH-{one['course']}", "title": one["title"]}
            | {"plan": "KH-2025-2030", "axis": AXIS_OF_FIELD[one["field"]], "half_days": " ".join(one["half_days"]), "capacity": 30, "min_participants": 12}
            | {"currency": "VND", "cost": (len(one["dates"]) * 14 + chance.randint(0, 9)) * 1_000_000, "assessed": "yes", "provider": ""}
        )
        enrolled = min(first - timedelta(days=20), date(2025, 9, 24))
        made["23-enrolments"].append({"done_on": enrolled, "act": "enrol-people"} | own | listed)
        if one["state"] == "cancelled":
            reason = "Bão số 5: các đơn vị trực phòng chống thiên tai"
            made["24-confirmations"].append({"done_on": first - timedelta(days=2), "act": "cancel-session", "reason": reason} | own)
        if one["state"] != "held":
            continue
        made["24-confirmations"].append({"done_on": first - timedelta(days=7), "act": "confirm-session", "reason": ""} | own)
        made["25-attendance"].append({"done_on": last, "act": "enter-attendance", "half_days": len(one["half_days"])} | own | listed)
        made["26-marks"].append({"done_on": last, "act": "enter-marks"} | own | listed)
        made["27-held"].append({"done_on": last, "act": "hold-session"} | own)
        if all(row["post"] for row in people if row["session"] == one["reference"] and row["enough"]):
            made["28-certificates"].append({"done_on": last + timedelta(days=3), "act": "give-certificates"} | own)
            answers = chance.randint(count * 3 // 5, count)
            made["29-evaluations"].append(
                {"done_on": last + timedelta(days=3), "act": "evaluate-session", "satisfaction": chance.choice((4.1, 4.3, 4.4, 4.6, 4.7)), "answers": answers} | own
            )
    made["23-enrolments"].insert(0, {"done_on": "", "as": "", "act": "wait-for-events", "session": "", "people": ""})
    for name, rows in made.items():
        write(name, rows)


def read(name: str) -> Iterable[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


def write(name: str, rows: list[Row]) -> None:
    names = list(dict.fromkeys(column for row in rows for column in row if column != "enough"))
    with (HERE / "acts" / f"{name}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
