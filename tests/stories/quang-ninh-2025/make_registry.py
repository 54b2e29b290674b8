"""Make the registry's part of this story: `python tests/stories/quang-ninh-2025/make_registry.py`, after the other parts.

Licences of doctors, nurses, midwives and technicians; minimum staffing of the provincial hospitals; some leave; doctors who
hold several functions. Numbers and days are invented (a fixed seed). People to whom another part of the story happens take no
leave here, and the teams that it uses keep room: its sessions and missions are possible, and what goes further is refused.
"""

import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
ACTS = HERE / "acts"
OWN = ("13-", "14-", "15-", "16-", "17-")
STORY_DAY = date(2025, 9, 30)
ISSUER = "Sở Y tế Quảng Ninh"
SCOPES = {
    "VN-BS": "general-medicine",
    "VN-BSYHCT": "traditional-medicine",
    "VN-BSDP": "preventive-medicine",
    "VN-YS": "general-medicine",
    "VN-DDDH": "nursing",
    "VN-DDCD": "nursing",
    "VN-HSDH": "midwifery",
    "VN-HSCD": "midwifery",
    "VN-KTV": "medical-technology",
}
HOSPITALS = ("VN-22-BVT", "VN-22-BVBC", "VN-22-BVUB", "VN-22-BVSN")
KEY_SPECIALTIES = ("orthopaedic-surgery", "anaesthesia-icu", "emergency", "obstetrics", "paediatrics", "surgery")
OFFICERS = {"VN-22-BVT": ("hr-bvt", "head-bvt"), "VN-22-BVBC": ("hr-bc", "linh"), "VN-22-BVUB": ("hr-ub", "linh"), "VN-22-BVSN": ("hr-sn", "linh")}
WORKER = re.compile(r"QN-\d{6}")

Row = dict[str, str]
chance = random.Random("registry")


def read(name: str) -> list[Row]:
    with (HERE / "bulk" / name).open(encoding="utf-8") as source:
        return list(csv.DictReader(source))


def write(path: Path, columns: str, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns.split(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def day_of(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


def in_file(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def busy_workers() -> set[str]:
    """Workers whom another part of the story names."""
    found: set[str] = set()
    for path in sorted(ACTS.glob("*.csv")):
        if not path.name.startswith(OWN):
            found |= set(WORKER.findall(path.read_text(encoding="utf-8")))
    return found


def licensed_apart() -> set[str]:
    """Those whose licence another part enters by hand."""
    return {number for path in ACTS.glob("*-licences.csv") for number in WORKER.findall(path.read_text(encoding="utf-8"))}


def licences(people: Sequence[Row]) -> list[Row]:
    """Five years each; about one in thirty ends within 180 days of the story's last day."""
    apart, rows = licensed_apart(), []
    for one in people:
        scope = one["specialty"] or SCOPES.get(one["occupation_code"], "")
        if not scope or one["worker_no"] in apart:
            continue
        soon = chance.random() < 0.033
        earliest, latest = (date(2020, 10, 6), date(2021, 3, 25)) if soon else (date(2021, 4, 5), date(2024, 12, 20))
        first = max(earliest, day_of(one["start_date"]))
        if first > latest:
            first, latest = max(date(2021, 4, 5), day_of(one["start_date"])), date(2024, 12, 20)
        issued = first + timedelta(days=chance.randrange(max(1, (latest - first).days)))
        ends = date(issued.year + 5, issued.month, min(issued.day, 28)) - timedelta(days=1)
        rows.append(
            {
                "worker_no": one["worker_no"],
                "facility_code": one["facility_code"],
                "number": f"{one['worker_no'][3:]}/QNI-GPHN",
                "authority": ISSUER,
                "scope": scope,
                "issued_on": in_file(issued),
                "expires_on": in_file(ends),
            }
        )
    return rows


def minimums(people: Sequence[Row]) -> list[Row]:
    """A third of each key team must be present; three in five of the orthopaedists of the general hospital."""
    teams = Counter((one["facility_code"], one["specialty"]) for one in people)
    rows = []
    for facility in HOSPITALS:
        for specialty in KEY_SPECIALTIES:
            size = teams[facility, specialty]
            if size < 3:
                continue
            strict = (facility, specialty) == ("VN-22-BVT", "orthopaedic-surgery")
            least = size * 3 // 5 if strict else max(1, size // 3)
            row = {"done_on": "2024-12-20", "as": "linh", "act": "set-minimum", "reference": f"QN-TT-{facility[6:]}-{specialty}", "facility_code": facility}
            rows.append(row | {"specialty": specialty, "min_present": str(least), "valid_from": "2025-01-01", "reason": "Nhân lực tối thiểu ban ngày năm 2025"})
    return rows


def leaves(people: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Some leave of every type at the provincial hospitals, asked by HR and approved by another person."""
    busy, by_facility = busy_workers(), defaultdict(list)
    for one in people:
        if one["facility_code"] in HOSPITALS and one["worker_no"] not in busy:
            by_facility[one["facility_code"]].append(one)
    wanted = [("annual", 6, "any"), ("annual", 10, "any"), ("sick", 5, "any"), ("sick", 21, "any"), ("maternity", 181, "female"), ("unpaid", 30, "any"), ("study", 12, "any")]
    asked, approved = [], []
    for facility in HOSPITALS:
        for number, (type_, days, sex) in enumerate(wanted if facility == "VN-22-BVT" else wanted[:4], start=1):
            one = chance.choice([person for person in by_facility[facility] if sex in ("any", person["sex"]) and int(person["birth_date"][-4:]) > 1986])
            by_facility[facility].remove(one)
            begins = date(2025, 1, 6) + timedelta(days=chance.randrange(200))
            requested = begins - timedelta(days=chance.randint(3, 20))
            reference, (officer, approver) = f"QN-NP-{facility[6:]}-{number:02d}", OFFICERS[facility]
            row = {"done_on": requested.isoformat(), "as": officer, "act": "request-leave", "reference": reference, "worker": one["worker_no"], "type": type_}
            asked.append(row | {"starts_on": begins.isoformat(), "ends_on": (begins + timedelta(days=days - 1)).isoformat()})
            approved.append({"done_on": (requested + timedelta(days=2)).isoformat(), "as": approver, "act": "approve-leave", "leave": reference})
    return asked, approved


def functions_held_together(people: Sequence[Row]) -> list[Row]:
    """Twelve doctors of provincial hospitals also work one day a week, in a fifth of a full time, at a health centre (REG-02)."""
    busy = busy_workers()
    centres = sorted({one["facility_code"] for one in people if one["facility_code"].startswith("VN-22-TT")})
    doctors = [one for one in people if one["facility_code"] in HOSPITALS and one["occupation_code"] == "VN-BSCK" and one["worker_no"] not in busy]
    rows = []
    for number, one in enumerate(sorted(chance.sample(doctors, 12), key=lambda person: person["worker_no"]), start=1):
        begins = date(2025, 1, 1) + timedelta(days=30 * (number % 6))
        decided = begins - timedelta(days=10)
        row = {"done_on": decided.isoformat(), "as": "linh", "act": "assign-concurrently", "reference": f"QN-KN-{number:02d}", "worker": one["worker_no"]}
        place = {"facility_code": centres[number % len(centres)], "occupation_code": one["occupation_code"], "unit": "Khoa Khám bệnh", "fte_share": "0.2"}
        rows.append(row | place | {"starts_on": begins.isoformat(), "decision_number": f"{number + 40}/QĐ-SYT"})
    return rows


def main() -> None:
    people = read("people.csv")
    write(HERE / "bulk" / "licences.csv", "worker_no facility_code number authority scope issued_on expires_on", licences(people))
    write(ACTS / "13-minimums.csv", "done_on as act reference facility_code specialty min_present valid_from reason", minimums(people))
    write(ACTS / "14-functions.csv", "done_on as act reference worker facility_code occupation_code unit fte_share starts_on decision_number", functions_held_together(people))
    asked, approved = leaves(people)
    write(ACTS / "15-leaves.csv", "done_on as act reference worker type starts_on ends_on", asked)
    write(ACTS / "16-leave-approvals.csv", "done_on as act leave", approved)


if __name__ == "__main__":
    main()
