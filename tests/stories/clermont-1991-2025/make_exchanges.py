"""Make the exchange of this story: `python tests/stories/clermont-1991-2025/make_exchanges.py`.

Agreements and their lineage, units that host, calls, dossiers of 2025 with what was refused, two dossiers the other way (a surgeon of
Clermont-Ferrand is in Hanoi when the year ends), guests who came to teach, and the register of those who were trained since 1991: 71 from the old file, and one who was followed here from the call to the return. The article says 72, six
months to two years, and the fields; people, days and outcomes are invented (a fixed seed, the same files each time).
"""

import csv
import random
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))
from shared.calendars import period_end
from tests.stories.making import day, french, vietnamese

HERE = Path(__file__).parent
FOLDER = "10-exchanges"
chance = random.Random("exchanges")
Row = dict[str, Any]

HOST, HOME, UNIVERSITY, FACULTY = "FR-63-CHU", "VN-YHN-BV", "FR-63-UCA", "VN-YHN-DHY"
UNITS = {
    "cardiovascular-surgery": ("CF-U-1", "Chirurgie cardiovasculaire", 2),
    "anaesthesia-icu": ("CF-U-2", "Réanimation", 2),
    "imaging": ("CF-U-3", "Imagerie", 1),
}
FIELDS = [("cardiovascular-surgery", 26), ("anaesthesia-icu", 18), ("imaging", 12), ("nursing", 10), ("hospital-management", 5)]
UNIT_OF = {"nursing": "Chirurgie cardiovasculaire", "hospital-management": "Direction des affaires médicales"} | {field: unit for field, (_code, unit, _n) in UNITS.items()}
TODAY = ["Trưởng khoa", "Phó trưởng khoa", "Bác sĩ điều trị", "Giảng viên", "Điều dưỡng trưởng", "Phó giám đốc"]
PLACES = ["Hà Nội", "Hải Phòng", "Huế", "Thành phố Hồ Chí Minh", "Đà Nẵng"]


def write(name: str, rows: Iterable[Row]) -> None:
    rows = list(rows)
    path = HERE / "acts" / FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as content:
        table = csv.DictWriter(content, fieldnames=list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def by(done_on: str, who: str, act: str, **columns: Any) -> Row:
    return {"done_on": done_on, "as": who, "act": act} | columns


def main() -> None:
    agreements()
    units_and_calls()
    dossiers()
    other_way()
    renewal()
    register()
    guests()
    write("90-accounts.csv", [{"as": "yhn", "act": "link-account-of-person", "account": "nga-yhn", "worker": "yhn/YH-0002"}])


# ---- agreements -----------------------------------------------------------------------------------------------------


def agreements() -> None:
    """From the first one of the 1980s on, as they stood on paper; the last one is that of the dossiers of 2025."""
    both = {"giver_code": HOST, "receiver_code": HOME, "places": f"{HOST}:5 {HOME}:2", "scope": "residents postgraduates teachers techniques nursing management"}
    lines = [
        ("CF-1984", "", "1984-11", "1984-01-01", "1992-12-31", "1983-12-12", "Ministère français des Affaires étrangères"),
        ("CF-1993", "CF-1984", "1993-02", "1993-01-01", "2007-12-31", "1992-11-30", "CHU de Clermont-Ferrand"),
        ("CF-2008", "CF-1993", "2008-07", "2008-01-01", "2023-12-31", "2007-12-03", "CHU de Clermont-Ferrand"),
        ("CF-2024", "CF-2008", "2024-31", "2024-01-01", "2028-12-31", "2023-12-04", "CHU de Clermont-Ferrand, Université Clermont Auvergne"),
    ]
    names = ("reference", "previous", "number", "starts_on", "ends_on", "signed_on", "funding")
    write("10-agreements.csv", [by("2024-01-08", "clermont", "agree-exchange", **dict(zip(names, line, strict=True)), **both) for line in lines])
    outputs = [
        ("CF-2024", "technique", "Assistance circulatoire extracorporelle faite sans aide à Hanoï", "2024-06-18", ""),
        ("CF-2024", "publication", "Insuffisance cardiaque aiguë : étude commune de 212 malades", "2024-10-02", ""),
        ("CF-2024", "seminar", "Séminaire franco-vietnamien de réanimation, Hanoï", "2025-03-20", "140"),
        ("CF-2024", "training", "Formation de l’encadrement infirmier, 3 semaines", "2025-05-16", "24"),
        ("CF-2024", "project", "Télé-expertise en imagerie cardiaque", "2025-09-10", ""),
    ]
    write(
        "30-outputs.csv",
        [
            by("2025-12-01", "focal-chu", "add-output", **dict(zip(("agreement", "kind", "title", "happened_on", "people"), line, strict=True)), thing=f"CF-O-{number}")
            for number, line in enumerate(outputs, start=1)
        ],
    )


def units_and_calls() -> None:
    lines = [
        by("2024-01-15", "hr-chu", "open-host-unit", reference=code, agreement="CF-2024", facility_code=HOST, unit=unit, specialty=field, capacity=n)
        for field, (code, unit, n) in UNITS.items()
    ]
    home = {"reference": "YH-U-1", "agreement": "CF-2024", "facility_code": HOME, "unit": "Khoa Phẫu thuật tim mạch", "specialty": "cardiovascular-surgery", "capacity": 1}
    write("20-units.csv", [*lines, by("2024-01-16", "hr-yhn", "open-host-unit", **home)])
    titles = {"cardiovascular-surgery": "Chirurgie cardiovasculaire, appel 2025", "anaesthesia-icu": "Réanimation, appel 2025", "imaging": "Imagerie en coupes, appel 2025"}
    common = {"agreement": "CF-2024", "host_code": HOST, "status_type": "stagiaire_associe", "language_level": "B2", "opens_on": "2024-09-02", "closes_on": "2025-05-31"}
    write(
        "40-calls.csv",
        [
            by(
                "2024-09-02",
                "focal-chu",
                "publish-exchange-call",
                reference=f"CF-A-{UNITS[field][0][-1]}",
                title=title,
                field=field,
                places=2 if field != "imaging" else 1,
                **common,
            )
            for field, title in titles.items()
        ],
    )


# ---- the dossiers of 2025 -------------------------------------------------------------------------------------------

DOSSIERS = [  # reference, call, who, first and last day, applied, decided
    ("EX-01", "CF-A-1", "YH-0001", "2025-02-03", "2025-08-02", "2024-10-07", "2024-11-12"),
    ("EX-02", "CF-A-1", "YH-0002", "2025-09-01", "2026-08-31", "2025-01-14", "2025-03-18"),
    ("EX-03", "CF-A-1", "YH-0003", "2025-11-03", "2026-05-02", "2025-01-20", "2025-03-18"),
    ("EX-04", "CF-A-1", "YH-0004", "2025-12-01", "2026-05-31", "2025-02-03", "2025-03-18"),
    ("EX-05", "CF-A-2", "YH-0010", "2025-10-06", "2026-06-30", "2025-02-10", "2025-03-19"),
    ("EX-06", "CF-A-3", "YH-0019", "2025-11-03", "2026-05-02", "2025-03-04", "2025-04-08"),
]
SUPERVISORS = {"CF-A-1": ("CF-U-1", "clermont/CF-0001"), "CF-A-2": ("CF-U-2", "clermont/CF-0009"), "CF-A-3": ("CF-U-3", "clermont/CF-0017")}
READY = {  # language, course until, convention, visa asked, granted and until, insured until, released and by whom, promised, left
    "EX-01": ("2024-06-14", "2025-01-17", "2024-11-28", "2024-12-05", "2025-01-10", "2025-08-31", "2025-08-31", "2024-12-10", "yhn/YH-0005", "2024-12-12", "2025-02-01"),
    "EX-02": ("2025-04-11", "2025-07-18", "2025-06-20", "2025-06-27", "2025-08-08", "2026-08-31", "2026-08-31", "2025-06-24", "yhn/YH-0005", "2025-06-25", "2025-08-30"),
    "EX-05": ("2025-05-16", "2025-09-12", "2025-07-22", "2025-07-29", "2025-09-05", "2026-06-15", "2026-06-30", "2025-07-24", "yhn/YH-0011", "2025-07-25", "2025-10-04"),
}


def dossiers() -> None:
    applied = [
        by(
            applied_on,
            "hr-yhn",
            "apply-for-exchange",
            reference=name,
            **{"exchange call": call},
            worker=f"yhn/{who}",
            starts_on=first,
            ends_on=last,
            motivation="Kỹ thuật chưa làm được tại Hà Nội",
        )
        for name, call, who, first, last, applied_on, _decided in DOSSIERS
    ]
    write("50-applications.csv", applied)
    decided = [
        by(on, "focal-chu", "decide-placement", placement=name, outcome="selected", reason="Projet précis, accord du chef de service, retour prévu au même poste", refused="")
        for name, *_rest, on in DOSSIERS
    ]
    decided[-1]["refused"] = "409 quota-reached"  # the sixth of 2025 where five are agreed (EXC-01, A24)
    write("51-selection.csv", decided)
    accepted = []
    for name, call, _who, _first, _last, _applied, on in DOSSIERS[:5]:
        unit, supervisor = SUPERVISORS[call]
        accepted.append(
            by(after(on, 8), "hr-chu", "accept-placement", placement=name, **{"host unit": unit}, supervisor=supervisor, refused="409 unit-full" if name == "EX-04" else "")
        )  # the third at the same time in a unit of two
    write("52-acceptance.csv", accepted)
    write("53-papers.csv", [row for name in READY for row in papers(name)])
    write("54-release.csv", [by(ready[7], "hr-yhn", "release-for-placement", placement=name, replacement=ready[8]) for name, ready in READY.items()])
    leaving = [
        by(ready[10], "hr-yhn", "leave-for-placement", placement=name, thing=f"{name}/1", refused="409 stay-beyond-visa" if name == "EX-05" else "")
        for name, ready in READY.items()
    ]
    write("55-departures.csv", leaving)
    write("56-days.csv", [by("2025-09-10", "hr-yhn", "change-days-of-placement", placement="EX-05", ends_on="2026-06-15", reason="Thị thực hết hạn ngày 15/6/2026")])
    write("57-departure.csv", [by("2025-10-04", "hr-yhn", "leave-for-placement", placement="EX-05", thing="EX-05/2")])
    write("58-arrivals.csv", [by(on, "hr-chu", "confirm-arrival", placement=name) for name, on in (("EX-01", "2025-02-03"), ("EX-02", "2025-09-01"), ("EX-05", "2025-10-06"))])
    write(
        "60-review.csv", [by("2025-05-05", "hr-chu", "review-placement", placement="EX-01", text="Autonome dans les gestes courants ; à suivre : la circulation extracorporelle")]
    )
    write("61-end.csv", [by("2025-08-02", "hr-chu", "end-placement", placement="EX-01")])
    write("62-return.csv", [by("2025-08-05", "hr-yhn", "return-from-placement", placement="EX-01")])
    write("63-debriefing.csv", [by("2025-09-01", "hr-yhn", "debrief-placement", placement="EX-01", text="Đã báo cáo tại khoa; mở lớp cho 6 bác sĩ từ tháng 10")])


def after(on: str, days: int) -> str:
    return (date.fromisoformat(on) + timedelta(days=days)).isoformat()


def papers(name: str) -> list[Row]:
    language, course, convention, asked, granted, visa, insured, _released, _by, promised, left = READY[name]
    months = 12 if name == "EX-02" else 6 if name == "EX-01" else 9
    decided = next(one[-1] for one in DOSSIERS if one[0] == name)
    blank = dict.fromkeys(("label", "level", "asked_on", "since", "valid_until", "amount", "currency", "months"), "")

    def paper(done_on: str, kind: str, thing: str = "", **said: Any) -> Row:
        return by(done_on, "hr-yhn", "enter-paper", placement=name, paper=kind, thing=f"{name}/{thing or kind}") | blank | said

    return [
        paper(max(after(language, 20), decided), "language", label="DELF B2", level="B2", since=language, valid_until=after(language, 730)),
        paper(max(after(language, 21), decided), "course", label="Viện Pháp tại Hà Nội", level="B2", since=after(language, 30), valid_until=course),
        paper(after(convention, -10), "scholarship", label="CHU de Clermont-Ferrand", amount=110_000, currency="EUR", months=months),
        paper(convention, "convention", label=f"2025-{name[-2:]}", since=convention),
        paper(asked, "visa", thing="visa asked", label="VLS-TS", asked_on=asked),
        paper(granted, "visa", label="VLS-TS", asked_on=asked, since=granted, valid_until=visa),
        paper(granted, "insurance", label="MGEN", since=after(left, -1), valid_until=insured),
        paper(promised, "return-commitment", since=promised),
    ]


# ---- the other way --------------------------------------------------------------------------------------------------


def other_way() -> None:
    """Two surgeons of Clermont-Ferrand ask to go to Hanoi: the unit there takes one at a time. Who goes is still there at the end of the year, so that no stay more is over."""
    call = {"reference": "YH-A-1", "agreement": "CF-2024", "host_code": HOME, "title": "Phẫu thuật tim bẩm sinh, đợt 2025", "field": "cardiovascular-surgery"}
    asked = {"status_type": "observer", "language": "en", "language_level": "B2", "places": 2, "opens_on": "2025-03-03", "closes_on": "2025-06-30"}
    write("64-call-to-hanoi.csv", [by("2025-03-03", "hr-yhn", "publish-exchange-call", **call, **asked)])
    applied = [
        ("EX-08", "clermont/CF-0003", "2025-10-13", "2026-04-12", "2025-04-07"),
        ("EX-09", "clermont/CF-0004", "2026-01-12", "2026-03-11", "2025-04-14"),
    ]
    names = ("reference", "worker", "starts_on", "ends_on")
    motive = "Chirurgie des cardiopathies congénitales, file active introuvable en France"
    write(
        "65-applications-to-hanoi.csv",
        [by(one[-1], "hr-chu", "apply-for-exchange", **dict(zip(names, one[:4], strict=True)), **{"exchange call": "YH-A-1"}, motivation=motive) for one in applied],
    )
    reason = "Phù hợp với khoa; có người hướng dẫn nói tiếng Anh"
    write("66-selection-in-hanoi.csv", [by("2025-05-20", "hr-yhn", "decide-placement", placement=one[0], outcome="selected", reason=reason) for one in applied])
    hosted = {"host unit": "YH-U-1", "supervisor": "yhn/YH-0004"}
    write(
        "67-acceptance-in-hanoi.csv",
        [
            by("2025-05-27", "hr-yhn", "accept-placement", placement="EX-08", **hosted, refused=""),
            by("2025-05-28", "hr-yhn", "accept-placement", placement="EX-09", **hosted, refused="409 unit-full"),  # two at the same time in a unit of one
        ],
    )
    blank = dict.fromkeys(("label", "level", "asked_on", "since", "valid_until", "amount", "currency", "months"), "")

    def paper(done_on: str, kind: str, thing: str = "", **said: Any) -> Row:
        return by(done_on, "hr-chu", "enter-paper", placement="EX-08", paper=kind, thing=f"EX-08/{thing or kind}") | blank | said

    write(
        "68-papers-for-hanoi.csv",
        [
            paper("2025-06-10", "language", label="Cambridge C1 Advanced", level="C1", since="2024-06-20"),
            paper("2025-06-16", "scholarship", label="Université Clermont Auvergne", amount=90_000, currency="EUR", months=6),
            paper("2025-06-27", "convention", label="2025-YH-01", since="2025-06-27"),
            paper("2025-07-04", "visa", thing="visa asked", label="ĐN", asked_on="2025-07-04"),
            paper("2025-09-05", "visa", label="ĐN", asked_on="2025-07-04", since="2025-09-05", valid_until="2026-04-30"),
            paper("2025-09-05", "insurance", label="MGEN", since="2025-10-10", valid_until="2026-04-30"),
            paper("2025-07-03", "return-commitment", since="2025-07-03"),
        ],
    )
    left = [
        by("2025-07-02", "hr-chu", "release-for-placement", placement="EX-08", replacement="clermont/CF-0002", thing=""),
        by("2025-10-11", "hr-chu", "leave-for-placement", placement="EX-08", replacement="", thing="EX-08/1"),
        by("2025-10-13", "hr-yhn", "confirm-arrival", placement="EX-08", replacement="", thing=""),
    ]
    write("69-departure-to-hanoi.csv", left)


def renewal() -> None:
    """In December 2025 the hospitals and the universities sign anew; a call follows."""
    both = {
        "places": f"{HOST}:6 {HOME}:3",
        "scope": "residents postgraduates teachers students projects publications seminars techniques nursing management",
        "funding": "CHU et Université Clermont Auvergne",
    }
    write("70-ended.csv", [by("2025-12-14", "chu-director", "replace-agreement", agreement="CF-2024", reason="Remplacée par la convention signée en décembre 2025")])
    hospitals = by(
        "2025-12-14",
        "focal-chu",
        "agree-exchange",
        reference="CF-2025",
        previous="CF-2024",
        number="2025-88",
        starts_on="2025-12-15",
        ends_on="2030-12-14",
        giver_code=HOST,
        receiver_code=HOME,
        **both,
    )
    schools = by(
        "2025-12-14",
        "clermont",
        "agree-exchange",
        reference="UCA-2025",
        previous="",
        number="2025-89",
        starts_on="2025-12-15",
        ends_on="2030-12-14",
        giver_code=UNIVERSITY,
        receiver_code=FACULTY,
        **(both | {"places": f"{UNIVERSITY}:4 {FACULTY}:4"}),
    )
    write("71-renewed.csv", [hospitals, schools])
    write(
        "72-signatures.csv",
        [
            by("2025-12-15", "chu-director", "sign-agreements", reference="CF-S-1", side="giver", agreements="CF-2025 UCA-2025"),
            by("2025-12-16", "yhn-director", "sign-agreements", reference="CF-S-2", side="receiver", agreements="CF-2025 UCA-2025"),
        ],
    )
    call = {
        "reference": "CF-A-4",
        "agreement": "CF-2025",
        "host_code": HOST,
        "title": "Chirurgie cardiovasculaire, appel 2026",
        "field": "cardiovascular-surgery",
        "status_type": "stagiaire_associe",
    }
    write("73-call.csv", [by("2025-12-17", "focal-chu", "publish-exchange-call", **call, language_level="B2", places=2, opens_on="2025-12-17", closes_on="2026-01-31")])
    application = {
        "reference": "EX-07",
        "exchange call": "CF-A-4",
        "worker": "yhn/YH-0005",
        "starts_on": "2026-09-01",
        "ends_on": "2027-02-28",
        "motivation": "Phẫu thuật van tim ít xâm lấn",
    }
    write("74-application.csv", [by("2025-12-22", "hr-yhn", "apply-for-exchange", **application)])


# ---- the register since 1991 ----------------------------------------------------------------------------------------


def register() -> None:
    """71 stays that were over before, as a spreadsheet has them, and the people in it."""
    people: list[Row] = []
    stays: list[Row] = []
    fields = [field for field, n in FIELDS for _one in range(n)]
    chance.shuffle(fields)
    names: set[str] = set()
    for number, field in enumerate(fields, start=1):
        sex = "female" if chance.random() < 0.45 else "male"
        name = vietnamese(chance, sex).written
        while name in names:
            name = vietnamese(chance, sex).written
        names.add(name)
        begins = date(1991 + (number - 1) * 31 // 70, chance.choice((1, 2, 5, 9, 10, 11)), chance.randint(1, 28))
        months = 24 if number == 3 else 6 if number == 9 else chance.choice((6, 9, 12, 12, 12, 18, 24))
        ends = period_end(begins, months)
        outcome = "back" if number % 9 else "away" if number % 18 else "unknown"
        informed = chance.random() < 0.6
        out = number in (14, 41)
        told = informed and not out and outcome != "unknown" and chance.random() < 0.8
        people.append({"reference": f"HN-EX-{number:02d}", "full_name": name, "birth_date": str(begins.year - chance.randint(26, 38)), "sex": sex, "purpose": "contact"})
        stays.append(
            {
                "reference": f"CF-{begins.year}-{number:02d}",
                "person_reference": f"HN-EX-{number:02d}",
                "home_code": HOME,
                "host_code": HOST,
                "host_unit": UNIT_OF[field],
                "field": field,
                "starts_on": day(begins),
                "ends_on": day(ends),
                "purpose": "migration" if outcome == "away" else "return",
                "outcome": outcome,
                "informed_on": "15/06/2025" if informed or out else "",
                "opted_out_on": "30/06/2025" if out else "",
                "today_post": chance.choice(TODAY) if told else "",
                "today_place": ("Clermont-Ferrand" if outcome == "away" else chance.choice(PLACES)) if told else "",
                "today_on": "30/06/2025" if told else "",
            }
        )
    write("people.csv", [*people, *guest_people()])
    write("alumni.csv", stays)
    write("80-people.csv", [{"as": "yhn", "act": "import-file", "kind": "contacts", "service": "registry", "file": "@people.csv"}])
    write("81-register.csv", [{"as": "yhn", "act": "import-file", "kind": "alumni", "service": "rotation", "file": "@alumni.csv"}])
    print(len(stays), "stays,", sum(stay["outcome"] == "back" for stay in stays) + 1, "back with the one who was followed here")


# ---- guests ---------------------------------------------------------------------------------------------------------

GUESTS = 14
STAYS = 26


def guest_people() -> list[Row]:
    found: list[Row] = []
    for number in range(1, GUESTS + 1):
        sex = "female" if number % 3 == 0 else "male"
        found.append({"reference": f"FR-EX-{number:02d}", "full_name": french(chance, sex).written, "birth_date": "", "sex": sex, "purpose": "guest"})
    return found


def guests() -> None:
    """Experts who came to teach; the article says hundreds and no number, so these are examples."""
    departments = {"cardiovascular-surgery": "Khoa Phẫu thuật tim mạch", "anaesthesia-icu": "Khoa Hồi sức tích cực", "imaging": "Khoa Chẩn đoán hình ảnh"}
    stays, permissions = [], []
    for number in range(1, STAYS + 1):
        begins = date(1992 + (number - 1) * 33 // (STAYS - 1), chance.choice((3, 4, 10, 11)), chance.randint(1, 20))
        ends = begins + timedelta(days=chance.choice((4, 11, 18)))
        field = chance.choice(list(departments))
        entered = max(begins - timedelta(days=30), date(2024, 1, 20)).isoformat()
        stays.append(
            by(
                entered,
                "yhn",
                "enter-guest",
                reference=f"HN-KM-{number:02d}",
                agreement="CF-2024",
                guest=f"yhn/FR-EX-{(number - 1) % GUESTS + 1:02d}",
                sent_by="CHU de Clermont-Ferrand",
                facility_code=HOME,
                unit=departments[field],
                field=field,
                starts_on=begins.isoformat(),
                ends_on=ends.isoformat(),
            )
        )
        if begins.year >= 2010:
            practises = number % 3 == 0
            permissions.append(
                by(
                    entered,
                    "yhn",
                    "permit-guest",
                    **{"guest stay": f"HN-KM-{number:02d}"},
                    number=f"{100 + number}/GP-ĐHYD",
                    may_teach_until=ends.isoformat(),
                    may_practise_until=ends.isoformat() if practises else "",
                )
            )
    write("85-guests.csv", stays)
    write("86-permissions.csv", permissions)


if __name__ == "__main__":
    main()
