"""Make the acts of the institutes: `python tests/stories/maroc-2021/make_institutes.py`.

3,000 seats in 2020–2021 and 4,000 in 2021–2022 (source: the handbook's figures of the institutes), shared over the twelve regions and their streams; what the
institutes tell of their intakes is invented, as are the candidates of the one intake that is conducted here, that of mental health at Fès.
"""

import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.stories.making import areas, moroccan

ACTS = Path(__file__).parent / "acts" / "10-institutes"
SEATS = {2020: 3000, 2021: 4000}
SEATED_IN = {
    "MA-01": "MA-01-511", "MA-02": "MA-02-411", "MA-03": "MA-03-231", "MA-04": "MA-04-421", "MA-05": "MA-05-091", "MA-06": "MA-06-141", "MA-07": "MA-07-351", "MA-08": "MA-08-201",
    "MA-09": "MA-09-001", "MA-10": "MA-10-261", "MA-11": "MA-11-321", "MA-12": "MA-12-391",
}  # fmt: skip
WEIGHTS = {"MA-01": 10, "MA-02": 7, "MA-03": 13, "MA-04": 15, "MA-05": 7, "MA-06": 17, "MA-07": 11, "MA-08": 4, "MA-09": 8, "MA-10": 3, "MA-11": 3, "MA-12": 2}
STREAMS = {"MA-IP": 38, "MA-SF": 18, "MA-IAR": 9, "MA-ISUSI": 8, "MA-ISFC": 8, "MA-TL": 7, "MA-TR": 6, "MA-ISM": 3, "MA-KI": 3}
FEWER = {"MA-08": 6, "MA-10": 5, "MA-11": 5, "MA-12": 4}
"""Smaller institutes teach the first of these streams alone."""
PRIVATE = {"MA-03-IPS": ("MA-03", "Institut privé des professions de santé de Fès", "المعهد الخاص لمهن الصحة بفاس"), "MA-06-IPS": ("MA-06", "Institut privé des sciences infirmières de Casablanca", "المعهد الخاص لعلوم التمريض بالدار البيضاء")}  # fmt: skip
HERE = ("MA-03-ISPITS", "MA-ISM", 2021)
"""The one intake that is conducted candidate by candidate."""
HERE_SEATS = 12
CANDIDATES = 20


def main() -> None:
    chance = random.Random("maroc-2021/instituts")
    ACTS.mkdir(parents=True, exist_ok=True)
    seats = {year: shared_out(total) for year, total in SEATS.items()}
    institutes(seats[2021])
    for year, lines in seats.items():
        more = [("MA-03-IPS", "MA-IP", 40), ("MA-03-IPS", "MA-KI", 20), ("MA-06-IPS", "MA-IP", 60)]
        decision = f"Décision du ministre n° {18 + year - 2020}/{year}"
        write(f"seats-{year}.csv", ("facility_code", "stream", "year", "seats", "decision"), [(code, stream, year, count, decision) for code, stream, count in [*lines, *more]])
    told(chance, seats)
    lines = [("as", "act", "kind", "service", "file")]
    for year in SEATS:
        lines.append(("ispits", "import-file", "seat_capacities", "training", f"@seats-{year}.csv"))
    write("30-seats.csv", lines[0], lines[1:])
    conventions()
    competition(chance)


def shared_out(total: int) -> list[tuple[str, str, int]]:
    """So many seats over regions and streams, by weight, the largest remainders first; nobody is left without a class."""
    wanted = [(f"{region}-ISPITS", stream, weight * share) for region, weight in WEIGHTS.items() for stream, share in list(STREAMS.items())[: FEWER.get(region, len(STREAMS))]]
    all_shares = sum(share for *_where, share in wanted)
    fixed = {(HERE[0], HERE[1]): HERE_SEATS}
    exact = [(code, stream, max(6.0, total * share / all_shares)) for code, stream, share in wanted]
    scale = (total - sum(fixed.values())) / sum(count for code, stream, count in exact if (code, stream) not in fixed)
    scaled = [(code, stream, fixed.get((code, stream), count * scale)) for code, stream, count in exact]
    found = {(code, stream): int(count) for code, stream, count in scaled}
    left = total - sum(found.values())
    for code, stream, _count in sorted(scaled, key=lambda one: int(one[2]) - one[2])[:left]:
        found[code, stream] += 1
    assert sum(found.values()) == total
    return [(code, stream, count) for (code, stream), count in found.items()]


def institutes(seats: list[tuple[str, str, int]]) -> None:
    names = {area["code"]: area for area in areas("morocco")}
    columns = ("reference", "facility_code", "name", "other_name", "accreditation", "accredited_by", "streams", "valid_from", "valid_to")
    lines = []
    for region, seat in SEATED_IN.items():
        code = f"{region}-ISPITS"
        streams = " ".join(stream for where, stream, _count in seats if where == code)
        name = f"Institut supérieur des professions infirmières et techniques de santé de {names[seat]['name']}"
        other = f"المعهد العالي للمهن التمريضية وتقنيات الصحة – {names[seat]['name_ar']}"
        lines.append((f"{code}-I", code, name, other, f"ISPITS/{region[3:]}/2013", "Ministère de la Santé", streams, "2013-10-01", ""))
    for code, (_region, name, other) in PRIVATE.items():
        lines.append(
            (
                f"{code}-I",
                code,
                name,
                other,
                f"AP/{code[3:5]}/2018",
                "Ministère de la Santé et département de la formation professionnelle",
                "MA-IP MA-KI MA-AS",
                "2018-09-01",
                "2023-08-31",
            )
        )
    write("20-institutes.csv", ("done_on", "as", "act", *columns), [("2021-05-11", "ispits", "register-institute", *line) for line in lines])
    facility = ("authority", "code", "name", "type", "level", "ownership", "area_code", "technical_supervisor", "remoteness", "valid_from")
    rows = [(region, code, name, "training_institute", "regional", "private", SEATED_IN[region], "", "none", "01/09/2018") for code, (region, name, _other) in PRIVATE.items()]
    write("facilities.csv", facility, rows)
    write("10-facilities.csv", ("as", "act", "kind", "file"), [("amal", "import-file", "facilities", "@facilities.csv"), ("amal", "wait-for-events", "", "")])


def told(chance: random.Random, seats: dict[int, list[tuple[str, str, int]]]) -> None:
    """What each institute says of its intakes: how many wanted a seat, the cut-off, how many registered."""
    rows = []
    for year, lines in seats.items():
        for code, stream, count in lines:
            if (code, stream, year) != HERE:
                applicants = count * chance.randint(9, 22)
                filled = count - chance.choice((0, 0, 0, 1, 1, 2)) if count > 8 else count
                rows.append((code, year, stream, applicants, applicants // 2 - chance.randint(0, 20), f"{chance.randrange(1180, 1560) / 100:.2f}", filled))
    rows += [("MA-03-IPS", 2021, "MA-IP", 64, 64, "", 31), ("MA-03-IPS", 2021, "MA-KI", 30, 30, "", 20), ("MA-06-IPS", 2021, "MA-IP", 85, 85, "", 52)]
    write("numbers.csv", ("facility_code", "year", "stream", "applicants", "sat", "cut_off", "filled"), rows)
    codes = sorted({(row[0], row[1]) for row in rows}, key=lambda one: (one[1], one[0]))
    who = {"MA-03-ISPITS": "ispits-fes", "MA-03-IPS": "ips-fes"}
    days = {2020: "2021-05-20", 2021: "2021-10-08"}
    acts = [(days[year], who.get(code, "ispits"), "tell-intakes", f"{code}-{year}", code, year, "@numbers.csv") for code, year in codes]
    write("40-told.csv", ("done_on", "as", "act", "reference", "facility_code", "year", "numbers"), acts)


def conventions() -> None:
    columns = (
        "done_on",
        "as",
        "act",
        "reference",
        "number",
        "institute_code",
        "partner_code",
        "subject",
        "starts_on",
        "ends_on",
        "signed_on",
        "seats",
        "placements",
        "teachers",
        "refused",
    )
    same = ("2021-09-01", "2024-08-31", "2021-07-05")
    write("50-conventions.csv", columns, [
        ("2021-07-05", "ispits", "sign-institute-convention", "MA-CONV-0", "PP/00/2021", "MA-03-ISPITS", "MA-03-CHR", "Stages hospitaliers", *same, "", "60", "", "409 convention-within-a-sector"),
        ("2021-07-05", "training-fes", "sign-institute-convention", "MA-CONV-1", "PP/03/2021", "MA-03-ISPITS", "MA-03-IPS", "Places et enseignants partagés entre le public et le privé", *same, "30", "", "4", ""),
        ("2021-07-06", "training-fes", "sign-institute-convention", "MA-CONV-2", "PP/04/2021", "MA-03-IPS", "MA-03-CHR", "Stages des étudiants du privé à l’hôpital régional", *same, "", "45", "2", ""),
        ("2021-07-08", "ispits", "sign-institute-convention", "MA-CONV-3", "PP/06/2021", "MA-06-ISPITS", "MA-06-IPS", "Places et laboratoires partagés", *same, "40", "20", "6", ""),
    ])  # fmt: skip
    columns = ("done_on", "as", "act", "reference", "facility_code", "unit", "places", "institutes", "starts_on", "ends_on")
    write("60-places.csv", columns, [
        ("2021-09-20", "head-chr-fes", "offer-clinical-places", "MA-STAGE-MED", "MA-03-CHR", "Médecine", 8, "MA-03-ISPITS MA-03-IPS", "2021-10-01", "2022-06-30"),
        ("2021-09-20", "head-chr-fes", "offer-clinical-places", "MA-STAGE-PSY", "MA-03-CHR", "Psychiatrie", 6, "MA-03-ISPITS", "2021-10-01", "2022-06-30"),
    ])  # fmt: skip


def competition(chance: random.Random) -> None:
    """Twelve seats for mental health at Fès, one reserved: twenty candidates, a seat given up, one that lapses, a student who leaves and is replaced."""
    notice = ("done_on", "as", "act", "reference", "facility_code", "stream", "year", "seats", "reserved", "opens_on", "closes_on", "refused")
    window = ("2021-07-12", "2021-08-08")
    write("70-notice.csv", notice, [
        ("2021-07-05", "ispits-fes", "open-intake", "MA-INTAKE-0", *HERE, HERE_SEATS + 3, "", *window, "409 intake-above-capacity"),
        ("2021-07-05", "ispits-fes", "open-intake", "MA-INTAKE", *HERE, HERE_SEATS, "disability=1", *window, ""),
    ])  # fmt: skip
    taken: set[str] = set()
    people, applications, scores = [], [], []
    for number in range(1, CANDIDATES + 1):
        sex = "female" if chance.random() < 0.65 else "male"
        name = moroccan(chance, sex)
        while name.written in taken:
            name = moroccan(chance, sex)
        taken.add(name.written)
        born = date(2002, 1, 1) + timedelta(days=chance.randrange(900))
        people.append(("ispits-fes", "enter-person", f"MA-ETU-{number:02}", name.written, name.other, born.isoformat(), sex, "student"))
        regional, national = chance.randrange(44, 72) / 4, chance.randrange(44, 72) / 4
        scores.append(regional * 0.25 + national * 0.75)
        day = date(2021, 7, 12) + timedelta(days=chance.randrange(27))
        diploma = chance.choice(("sciences-physics", "sciences-life-earth", "sciences-maths"))
        quota = "disability" if number == 17 else ""
        applications.append((day.isoformat(), "ispits-fes", "apply-to-intake", f"MA-DOS-{number:02}", "MA-INTAKE", f"MA-ETU-{number:02}", diploma, regional, national, quota, ""))
    people.append(("ispits-fes", "enter-person", "MA-ETU-21", "Zineb Saidi El Alami", "زينب السعيدي العلمي", "1988-02-14", "female", "student"))
    applications.append(("2021-08-06", "ispits-fes", "apply-to-intake", "MA-DOS-21", "MA-INTAKE", "MA-ETU-21", "sciences-physics", 14, 15, "", "409 age-outside"))
    applications.append(("2021-08-09", "ispits-fes", "apply-to-intake", "MA-DOS-22", "MA-INTAKE", "MA-ETU-01", "letters", 14, 15, "", "409 window-closed"))
    write("71-people.csv", ("as", "act", "reference", "full_name", "name_in_other_script", "birth_date", "sex", "purpose"), people)
    write("72-applications.csv", ("done_on", "as", "act", "reference", "intake", "person", "diploma", "regional", "national", "quota", "refused"), applications)
    cut_off = sorted(scores, reverse=True)[17] - 0.01
    sits = [number for number, score in enumerate(scores, start=1) if round(score, 2) >= round(cut_off, 2)]
    marks = {number: chance.randrange(30, 70) / 4 for number in sits}
    marks[17] = min(marks.values()) - 1
    absent = sits[5] if sits[5] != 17 else sits[6]
    write("marks.csv", ("number", "mark"), [(number, "" if number == absent else mark) for number, mark in marks.items()])
    ranked = sorted((number for number in marks if number != absent), key=lambda number: (-marks[number], -scores[number - 1], number))
    admitted = [*[number for number in ranked if number != 17][: HERE_SEATS - 1], 17]
    waiting = [number for number in ranked if number not in admitted]
    gives_up, late, leaves = admitted[2], admitted[4], admitted[6]
    columns = ("done_on", "as", "act", "reference", "intake", "cut_off", "marks", "applicant", "reason", "student", "refused")
    lines: list[dict[str, object]] = [
        {"done_on": "2021-08-16", "act": "publish-cut-off", "intake": "MA-INTAKE", "cut_off": f"{cut_off:.2f}"},
        {"done_on": "2021-08-30", "act": "enter-intake-marks", "intake": "MA-INTAKE", "marks": "@marks.csv"},
        {"done_on": "2021-09-01", "act": "publish-intake-list", "intake": "MA-INTAKE"},
        {"done_on": "2021-09-03", "act": "give-up-seat", "applicant": f"MA-DOS-{gives_up:02}", "reason": "Admise en faculté de médecine"},
        {"done_on": "2021-09-03", "act": "register-student", "reference": "MA-STU-W", "applicant": f"MA-DOS-{waiting[2]:02}", "refused": "409 state-does-not-allow"},
    ]
    registered = [number for number in admitted if number not in (gives_up, late)] + [waiting[0]]
    lines += [{"done_on": "2021-09-07", "act": "register-student", "reference": f"MA-STU-{number:02}", "applicant": f"MA-DOS-{number:02}"} for number in registered]
    lines += [
        {"done_on": "2021-09-14", "act": "register-student", "reference": "MA-STU-L", "applicant": f"MA-DOS-{late:02}", "refused": "409 registration-late"},
        {"done_on": "2021-09-14", "act": "let-seats-lapse", "intake": "MA-INTAKE"},
        {"done_on": "2021-09-16", "act": "register-student", "reference": f"MA-STU-{waiting[1]:02}", "applicant": f"MA-DOS-{waiting[1]:02}"},
        {"done_on": "2021-09-20", "act": "leave-studies", "reference": "MA-LEFT", "student": f"MA-STU-{leaves:02}", "reason": "Réorientation"},
        {"done_on": "2021-09-22", "act": "register-student", "reference": f"MA-STU-{waiting[2]:02}", "applicant": f"MA-DOS-{waiting[2]:02}"},
    ]
    write("73-competition.csv", columns, [[({"as": "ispits-fes"} | line).get(column, "") for column in columns] for line in lines])
    columns = ("done_on", "as", "act", "reference", "clinical place", "intake", "students", "starts_on", "ends_on", "refused")
    same = ("ispits-fes", "book-clinical-group")
    write("80-groups.csv", columns, [
        ("2021-10-11", *same, "MA-GROUP-1", "MA-STAGE-PSY", "MA-INTAKE", 6, "2021-11-01", "2021-12-24", ""),
        ("2021-10-11", *same, "MA-GROUP-2", "MA-STAGE-PSY", "MA-INTAKE", 3, "2021-12-20", "2022-01-28", "409 unit-full"),
        ("2021-10-11", *same, "MA-GROUP-3", "MA-STAGE-PSY", "MA-INTAKE", 6, "2021-12-27", "2022-02-18", ""),
    ])  # fmt: skip


def write(name: str, columns: tuple[str, ...], rows: list) -> None:
    with (ACTS / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
