"""Make the cooperation and mentoring part of this story: `python tests/stories/hanoi-2026/make_cooperation.py`.

A programme under Resolution 72-NQ/TW, the agreement of Vân Đình hospital with the station of its commune in 8 specialties, agreements of
other models, visits of three months, meetings, referrals, one technique handed over; a session of Bạch Mai for 104 people of stations with
skills before and after; and the mentoring that follows. Days, people and levels are invented (a fixed seed, the same files each time).
"""

import csv
import random
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
chance = random.Random("cooperation")
Row = dict[str, Any]

HOSPITAL, POST = "VN-01-BVVD", "VN-01-TYT-10354"
AGREEMENT, MENTORSHIP, SESSION, PROGRAMME = "HN-TT-01", "HN-KC-01", "HN-LOP-01", "HN-CT-01"
FIELDS = ("internal-medicine", "surgery", "obstetrics", "paediatrics", "ent", "dentistry", "ophthalmology", "traditional-medicine")
TWICE = ("internal-medicine",)
ACTS = ("cardiac-arrest", "anaphylaxis")
MISSED = {("dentistry", 2): "receiver_not_ready", ("ent", 1): "staff_shortage", ("ophthalmology", 3): "transport"}
OTHERS = [  # stations with an agreement of another model or hospital
    ("HN-TT-02", "VN-01-BVXP", 1, "telehealth"),
    ("HN-TT-03", "VN-01-BVTT", 2, "guidance"),
    ("HN-TT-04", "VN-01-BVHD", 3, "comprehensive"),
]


def read(name: str) -> list[dict[str, str]]:
    with (HERE / "bulk" / name).open(encoding="utf-8") as content:
        return list(csv.DictReader(content))


def write(name: str, rows: Iterable[Row]) -> None:
    rows = list(rows)
    path = HERE / "acts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as content:
        table = csv.DictWriter(content, fieldnames=list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def by(done_on: str, who: str, act: str, **columns: Any) -> Row:
    return {"done_on": done_on, "as": who, "act": act} | columns


def main() -> None:
    people = read("people.csv")
    stations = sorted({row["facility_code"] for row in people if "-TYT-" in row["facility_code"]} - {POST})
    staff = {code: [row["worker_no"] for row in people if row["facility_code"] == code] for code in [POST, *stations]}
    doctors = {row["specialty"]: row["worker_no"] for row in reversed(people) if row["facility_code"] == HOSPITAL and row["occupation_code"] != "VN-DDDH"}
    agreements(stations)
    visits()
    meetings_and_referrals()
    technique(doctors["obstetrics"], doctors["surgery"], staff[POST])
    session([number for code in [POST, *stations][:13] for number in staff[code]])
    mentoring(doctors, staff[POST])


def agreements(stations: list[str]) -> None:
    write("10-cooperation/cooperation-targets.csv", [
        {"programme": PROGRAMME, "indicator": "posts_covered_percent", "value": 50, "due_on": "2026-12-31", "text": ""},
        {"programme": PROGRAMME, "indicator": "visits_held_percent", "value": 90, "due_on": "2026-12-31", "text": ""},
        {"programme": PROGRAMME, "indicator": "other", "value": 4, "due_on": "2027-12-31", "text": "Mỗi trạm y tế có ít nhất 4 đến 5 bác sĩ"},
    ])  # fmt: skip
    write("10-cooperation/10-programme.csv", [
        by("2026-01-02", "hanoi", "publish-cooperation", reference=PROGRAMME, authority="VN-01", code="hospital-post-2026", title="Phối hợp bệnh viện và trạm y tế",
           policy="Nghị quyết 72-NQ/TW của Bộ Chính trị", purpose="Thu hẹp khoảng cách chuyên môn giữa các tuyến, giảm chuyển tuyến", models="comprehensive guidance telehealth",
           starts_on="2026-01-01", ends_on="2030-12-31", targets="@cooperation-targets.csv"),
    ])  # fmt: skip
    promised = " ".join(f"{specialty}:{2 if specialty in TWICE else 1}" + (":obstetric-ultrasound" if specialty == "obstetrics" else "") for specialty in FIELDS)
    drafted = [(AGREEMENT, HOSPITAL, POST, "comprehensive", promised)] + [(ref, giver, stations[place], model, "internal-medicine:1") for ref, giver, place, model in OTHERS]
    write("10-cooperation/20-agreements.csv", [
        by("2026-01-03", "hanoi", "draft-agreement-of-programme", reference=ref, giver_code=giver, receiver_code=receiver, model=model, programme="comprehensive-support",
           number=f"{number:02}/TT-HTCM", starts_on="2026-01-01", ends_on="2028-12-31", cooperation_programme=PROGRAMME, obligations=said)
        for number, (ref, giver, receiver, model, said) in enumerate(drafted, start=1)
    ])  # fmt: skip
    everything = " ".join(ref for ref, *_rest in OTHERS)
    write("10-cooperation/21-signatures.csv", [
        by("2026-01-04", "head-vandinh", "sign-agreements", reference="HN-KY-01", side="giver", agreements=AGREEMENT),
        by("2026-01-05", "head-station", "sign-agreements", reference="HN-KY-02", side="receiver", agreements=AGREEMENT),
        by("2026-01-05", "hanoi-director", "sign-agreements", reference="HN-KY-03", side="giver", agreements=everything),
        by("2026-01-06", "hanoi", "sign-agreements", reference="HN-KY-04", side="receiver", agreements=everything),
    ])  # fmt: skip
    write("10-cooperation/22-focal-points.csv", [
        by("2026-01-07", "hr-vandinh", "name-focal-point", agreement=AGREEMENT, side="giver", worker="HN-0001"),
        by("2026-01-07", "focal-station", "name-focal-point", agreement=AGREEMENT, side="receiver", worker="HN-0081"),
    ])  # fmt: skip
    write("10-cooperation/23-heard.csv", [by("2026-01-07", "hanoi", "wait-for-events")])


def visits() -> None:
    """27 visits promised in three months: three are missed with their reasons, the others held."""
    sheets, told = [], []
    for month in (1, 2, 3):
        sheet = f"HN-TT-{month}"
        sheets.append(by(f"2026-{month:02}-28", "focal-station", "record-visits", reference=sheet, visits="@cooperation-visits.csv"))
        for specialty in FIELDS:
            for number in range(2 if specialty in TWICE else 1):
                row = {"sheet": sheet, "agreement": AGREEMENT, "specialty": specialty}
                if reason := MISSED.get((specialty, month)):
                    told.append(row | {"outcome": "missed", "held_on": "", "month": f"2026-{month:02}-01", "reason": reason, "consultations": ""})
                else:
                    day = date(2026, month, chance.randint(8, 14) + 12 * number)
                    told.append(row | {"outcome": "held", "held_on": day.isoformat(), "month": "", "reason": "", "consultations": str(chance.randint(12, 38))})
    write("10-cooperation/cooperation-visits.csv", told)
    write("10-cooperation/30-visits.csv", sheets)


def meetings_and_referrals() -> None:
    topics = [
        ("2026-01-22", "Quản lý đái tháo đường tại trạm"),
        ("2026-02-26", "Xử trí tăng huyết áp"),
        ("2026-03-26", "Nhận biết sớm đột quỵ"),
        ("2026-04-23", "Hen phế quản ở trẻ em"),
    ]
    write("10-cooperation/cooperation-meetings.csv", [{"series": "HN-CD-01", "planned_on": day, "topic": topic} for day, topic in topics])
    write("10-cooperation/40-series.csv", [
        by("2026-01-10", "focal-vandinh", "plan-series", reference="HN-CD-01", agreement=AGREEMENT, kind="thematic", title="Sinh hoạt chuyên đề hằng tháng", specialty="internal-medicine",
           meetings="@cooperation-meetings.csv"),
    ])  # fmt: skip
    write("10-cooperation/41-meetings.csv", [
        by("2026-01-23", "focal-station", "say-meeting", series="HN-CD-01", number=1, outcome="held", held_on="2026-01-22", participants=24, reason=""),
        by("2026-02-27", "focal-station", "say-meeting", series="HN-CD-01", number=2, outcome="held", held_on="2026-02-26", participants=31, reason=""),
        by("2026-03-27", "focal-station", "say-meeting", series="HN-CD-01", number=3, outcome="cancelled", held_on="", participants="", reason="Báo cáo viên đi chống dịch"),
    ])  # fmt: skip
    counts = {"2025-10": 61, "2025-11": 64, "2025-12": 59, "2026-01": 55, "2026-02": 46, "2026-03": 41}
    write("10-cooperation/50-referrals.csv", [
        by("2026-03-31", "focal-station", "tell-referrals", reference=f"HN-CTU-{month}", facility_code=POST, month=f"{month}-01", referred=referred, consultations=chance.randint(820, 910))
        for month, referred in counts.items()
    ])  # fmt: skip


def technique(core: str, second: str, learners: list[str]) -> None:
    """Obstetric ultrasound is handed over to the station: two learn it, and the hospital accepts it."""
    chosen, code, ref = learners[:2], "obstetric-ultrasound", "HN-KT-01"
    write(
        "10-cooperation/cooperation-items.csv",
        [{"technique": code, "code": "first-trimester", "title": "Ba tháng đầu"}, {"technique": code, "code": "morphology", "title": "Hình thái ba tháng giữa"}],
    )
    steps = {"2026-01-09": 1, "2026-03-10": 4}
    write("10-cooperation/cooperation-levels.csv", [
        {"sheet": f"{ref}-{day}", "learner": learner, "item": item, "level": level, "assessor": core, "second_assessor": second if level >= 4 else ""}
        for day, level in steps.items() for learner in chosen for item in ("first-trimester", "morphology")
    ])  # fmt: skip
    write("10-cooperation/60-technique.csv", [
        by("2026-01-08", "hanoi-training", "publish-package", reference="HN-GKT-01", authority="VN-01", code=code, title="Siêu âm sản khoa", specialty="obstetrics", target_level=4,
           min_cases_supervised=10, min_cases_autonomous=6, items="@cooperation-items.csv"),
    ])  # fmt: skip
    write("10-cooperation/61-technique.csv", [
        by("2026-01-08", "hr-vandinh", "plan-technique", reference=ref, technique=code, facility_code=POST, core_code=HOSPITAL, learners=" ".join(chosen)),
    ])  # fmt: skip
    write("10-cooperation/62-levels.csv", [by(day, "focal-vandinh", "record-levels", technique=ref, reference=f"{ref}-{day}", levels="@cooperation-levels.csv") for day in steps])
    write("10-cooperation/63-cases.csv", [
        by(f"2026-{month:02}-28", "focal-station", "record-cases", reference=f"{ref}-ca-{month}", technique=ref, month=f"2026-{month:02}-01", supervised=supervised, autonomous=alone) for month, supervised, alone in ((1, 6, 0), (2, 8, 2), (3, 2, 9))
    ])  # fmt: skip
    write("10-cooperation/64-steps.csv", [
        by(day, "focal-vandinh", "step-technique", reference=f"{ref}-{step}", technique=ref, step=step) for day, step in (("2026-01-09", "theory"), ("2026-01-19", "observed"), ("2026-02-02", "supervised"), ("2026-03-11", "autonomous_trial"))
    ])  # fmt: skip
    write("10-cooperation/65-acceptance.csv", [by("2026-03-28", "head-vandinh", "accept-technique", technique=ref, comment="Hai cán bộ tự làm được, đủ số ca")])


def session(participants: list[str]) -> None:
    """104 people of 13 stations learn two acts from doctors of Bạch Mai, and each skill is assessed before and after."""
    days = ("2026-01-15", "2026-01-16")
    halves = " ".join(f"{day}/{part}/{HOSPITAL}" for day in days for part in ("morning", "afternoon"))
    write("20-mentoring/10-acts.csv", [
        by("2026-01-02", "hanoi-training", "publish-act", reference=f"HN-DM-{number}", authority="VN-01", code=code, title=title, kind="emergency", specialty="emergency", protocol_version=version)
        for number, (code, title, version) in enumerate([("cardiac-arrest", "Cấp cứu ngừng tuần hoàn", "2025"), ("anaphylaxis", "Cấp cứu phản vệ", "TT 51/2017")], start=1)
    ])  # fmt: skip
    write("20-mentoring/11-course.csv", [
        by("2026-01-03", "hanoi-training", "add-course", reference="HN-KH-01", authority="VN-01", code="CC-01", title="Cấp cứu ngừng tuần hoàn và phản vệ", kind="specialised", field="emergency", skill="professional",
           hours=16, provider="Bệnh viện Bạch Mai"),
    ])  # fmt: skip
    write("20-mentoring/12-session.csv", [
        by("2026-01-03", "hanoi-training", "plan-session-with-trainers", reference=SESSION, authority="VN-01", course="HN-KH-01", title="Cấp cứu ngừng tuần hoàn và phản vệ cho trạm y tế", provider="Bệnh viện Bạch Mai",
           half_days=halves, capacity=110, min_participants=60, trainer_facilities="VN-BYT-BM"),
    ])  # fmt: skip
    write("20-mentoring/13-skills.csv", [by("2026-01-04", "hanoi-training", "teach-skills", session=SESSION, skills="cardiac-arrest:3 anaphylaxis:3")])
    write("20-mentoring/14-trainers.csv", [by("2026-01-05", "bachmai", "name-trainers", session=SESSION, trainers="BM-0001 BM-0002 BM-0007")])
    write("20-mentoring/mentoring-people.csv", [{"session": SESSION, "worker_no": number, "present": "1 2 3 4"} for number in participants])
    write("20-mentoring/15-enrolments.csv", [by("2026-01-07", "hanoi-training", "enrol-people", session=SESSION, people="@mentoring-people.csv")])
    write("20-mentoring/16-confirmation.csv", [by("2026-01-10", "hanoi-training", "confirm-session", session=SESSION)])
    levels = []
    for number in participants:
        for act in ACTS:
            before = chance.choices((1, 2, 3), (60, 30, 10))[0]
            levels += [
                {"worker_no": number, "act": act, "moment": moment, "level": level}
                for moment, level in (("before", before), ("after", max(before, chance.choices((2, 3), (8, 92))[0])))
            ]
    write("20-mentoring/mentoring-skills.csv", levels)
    first, second = (row["full_name"] for row in read("bach-mai-people.csv")[:2])
    write(
        "20-mentoring/17-before.csv",
        [
            by(
                days[0],
                "mentor-bachmai",
                "assess-skills",
                reference=f"{SESSION}-before",
                session=SESSION,
                moment="before",
                assessor=first,
                second_assessor="",
                levels="@mentoring-skills.csv",
            )
        ],
    )
    write("20-mentoring/18-attendance.csv", [by(days[1], "hanoi-training", "enter-attendance", session=SESSION, half_days=4, people="@mentoring-people.csv")])
    write(
        "20-mentoring/19-after.csv",
        [
            by(
                days[1],
                "mentor-bachmai",
                "assess-skills",
                reference=f"{SESSION}-after",
                session=SESSION,
                moment="after",
                assessor=first,
                second_assessor=second,
                levels="@mentoring-skills.csv",
            )
        ],
    )
    write("20-mentoring/20-held.csv", [by("2026-01-17", "hanoi-training", "hold-session", session=SESSION)])
    for moment in ("before", "after"):
        told = [row["level"] >= 3 for row in levels if row["moment"] == moment]
        print(f"training.skills_{moment}: {sum(told)} of {len(told)}")


def mentoring(doctors: dict[str, str], mentees: list[str]) -> None:
    """The hospital's doctors teach the station's eight people; their head attests first what the doctors can do."""
    mentors = [doctors["internal-medicine"], doctors["surgery"], doctors["paediatrics"]]
    write("20-mentoring/30-mentorship.csv", [
        by("2026-01-19", "focal-station", "open-mentorship", reference=MENTORSHIP, facility_code=POST, mentor_facility=HOSPITAL, agreement=AGREEMENT, starts_on="2026-01-19", ends_on="2026-12-31",
           acts=" ".join(ACTS), mentees=" ".join(mentees)),
    ])  # fmt: skip
    write("20-mentoring/31-mentors.csv", [by("2026-01-20", "hr-vandinh", "name-mentors", mentorship=MENTORSHIP, mentors=" ".join(mentors))])
    write("20-mentoring/32-mentors-levels.csv", [
        by("2026-01-20", "head-vandinh", "attest-level", reference=f"HN-XN-{number}-{act}", worker=mentor, taught=act, level=5, found_on="2026-01-12")
        for number, mentor in enumerate(mentors, start=1) for act in ACTS
    ])  # fmt: skip
    write(
        "20-mentoring/33-needed.csv",
        [by("2026-01-20", "head-station", "set-needed-level", reference=f"HN-CD-{act}", facility_code=POST, taught=act, level=4, since="2026-01-20") for act in ACTS],
    )
    reached = {(mentee, act): (1 + place % 2, 4 if place < 5 else 3) for place, mentee in enumerate(mentees) for act in ACTS}
    days = ("2026-01-22", "2026-02-24", "2026-03-24")
    entries, number = [], 0
    for (mentee, act), (first, last) in reached.items():
        for day, level in zip(days, (first, max(first, last - 1), last), strict=True):
            number += 1
            entries.append({
                "sheet": f"HN-SO-{day}", "reference": f"HN-SO-{number:03}", "mentee": mentee, "act": act, "level": level, "found_on": day, "mentor": mentors[0],
                "second_assessor": mentors[1] if level >= 4 else "", "reassessment": "", "feedback": "",
            })  # fmt: skip
    write("20-mentoring/mentoring-entries.csv", entries)
    write(
        "20-mentoring/34-logbook.csv",
        [by(day, "focal-vandinh", "write-logbook", mentorship=MENTORSHIP, reference=f"HN-SO-{day}", entries="@mentoring-entries.csv") for day in days],
    )
    last = [f"{MENTORSHIP}/{row['reference']}" for row in entries if row["found_on"] == days[-1]]
    write("20-mentoring/35-attestations.csv", [by("2026-03-27", "head-station", "attest-entry", entry=entry) for entry in last])
    at_first, now = (sum(max(0, 4 - levels[place]) for levels in reached.values()) for place in (0, 1))
    print(f"mentoring.gap_closure_percent: {at_first} → {now}, {round(100 * (at_first - now) / at_first)} %")


if __name__ == "__main__":
    main()
