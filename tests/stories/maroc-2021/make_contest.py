"""Make the acts of the regional contest: `python tests/stories/maroc-2021/make_contest.py`.

180 posts in Fès-Meknès (source: the handbook's contest): 160 for nurses, for whom fewer apply than there are posts, so that reserved seats
revert; 20 for midwives, for whom more do, so that a list waits. Candidates are invented; a mark is given to a number, which the system draws.

Five nurses' posts that stayed vacant are in another contest, after the year of the figures. It is open for years, so that a candidate can apply on
the public site, where an application is of the day on which it is sent.
"""

import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.stories.making import moroccan

ACTS = Path(__file__).parent / "acts" / "30-contest"
PLACES = ("MA-03-CHR", "MA-03-061-CHP", "MA-03-171-CHP", "MA-03-271-CHP", "MA-03-451-CHP", "MA-03-131-CHP", "MA-03-531-CHP", "MA-03-561-CHP")
NURSES = dict(zip(PLACES, (40, 30, 15, 10, 15, 10, 20, 20), strict=True))
MIDWIVES = {"MA-03-CHR": 6, "MA-03-061-CHP": 6, "MA-03-531-CHP": 4, "MA-03-561-CHP": 4}
CANDIDATES = {"MA-IP": 34, "MA-SF": 26}
QUOTAS = ("", "", "", "resistance", "", "", "disability", "")
JURY = {"jury-chair": ("Pr Abdelilah Sebti", "chair"), "jury-1": ("Dr Wafaa Mernissi", "member"), "jury-2": ("Dr Tarik Benjelloun", "member"), "jury-3": ("Mme Ilham Cherkaoui", "member"), "jury-4": ("M. Anas Ghallab", "member")}  # fmt: skip
TAKEN: set[str] = set()
APART = {7, 23}
"""Scripts whose two marks differ by more than two points: a third member marks them."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"  # fmt: skip
SITE_KEY = "fes-meknes-lien-prive-de-demonstration-01"
"""The secret of the private link of whoever applies on the site."""


def main() -> None:
    chance = random.Random("maroc-2021/concours")
    ACTS.mkdir(parents=True, exist_ok=True)
    needs = [
        (f"MA-NEED-{occupation}-{place}", place, occupation, quantity) for occupation, places in (("MA-IP", NURSES), ("MA-SF", MIDWIVES)) for place, quantity in places.items()
    ]
    posts = [(f"{place}-{occupation}-C{number:03}", place, occupation) for _need, place, occupation, quantity in needs for number in range(1, quantity + 1)]
    write(
        "posts.csv",
        ("reference", "facility_code", "unit", "occupation_code", "specialty", "fte", "open_from"),
        [(reference, place, "Soins", occupation, "", "1", "01/07/2021") for reference, place, occupation in posts],
    )
    write("1-posts.csv", ("as", "act", "kind", "file"), [("amal", "import-file", "posts", "@posts.csv"), ("amal", "wait-for-events", "", "")])
    write("2-needs.csv", ("done_on", "as", "act", "reference", "facility_code", "occupation_code", "quantity", "reason", "need"), [
        *(("2021-04-12", "fes", "state-need", reference, place, occupation, quantity, "norm_gap", "") for reference, place, occupation, quantity in needs),
        *(("2021-04-20", "fes-director", "validate-need", "", "", "", "", "", reference) for reference, *_rest in needs),
    ])  # fmt: skip
    write(
        "papers.csv",
        ("code", "title", "kind", "minutes", "coefficient", "double_marked"),
        [("written", "Épreuve écrite", "written", 120, 2, "yes"), ("practical", "Épreuve pratique", "practical", 120, 3, "no")],
    )
    columns = (
        "done_on",
        "as",
        "act",
        "reference",
        "contest",
        "code",
        "title",
        "authority",
        "grade",
        "opening_decision",
        "opens_on",
        "closes_on",
        "exam_on",
        "papers",
        "needs",
        "account",
        "role",
    )
    opened = {
        "code": "C-FM-2021",
        "title": "Concours régional de recrutement d’infirmiers et de sages-femmes",
        "authority": "MA-03",
        "grade": "1",
        "opening_decision": "Décision 214/2021 du 3 mai 2021",
    }
    opened |= {"opens_on": "2021-05-17", "closes_on": "2021-06-06", "exam_on": "2021-06-27", "papers": "@papers.csv", "needs": " ".join(need[0] for need in needs)}
    lines = [{"done_on": "2021-05-03", "as": "fes", "act": "open-contest", "reference": "MA-CONTEST"} | opened]
    lines += [
        {"done_on": "2021-05-04", "as": "fes", "act": "name-jury-member", "reference": f"MA-{name}", "contest": "MA-CONTEST", "account": name, "title": title, "role": role}
        for name, (title, role) in JURY.items()
    ]
    lines += [{"done_on": "2021-05-10", "as": "fes", "act": "publish-contest", "contest": "MA-CONTEST"}]
    write("3-notice.csv", columns, [[line.get(column, "") for column in columns] for line in lines])
    people, applications, judged = [], [], []
    places = {"MA-IP": list(NURSES), "MA-SF": list(MIDWIVES)}
    for number, occupation in enumerate([occupation for occupation, count in CANDIDATES.items() for _one in range(count)], start=1):
        sex = "female" if chance.random() < (1.0 if occupation == "MA-SF" else 0.6) else "male"
        born = date(1989, 1, 1) + timedelta(days=chance.randrange(3600))
        people.append(("fes", "enter-person", f"MA-CDT-{number:03}", two_given_names(chance, sex), born.isoformat(), sex, "candidate"))
        choices = " ".join(f"MA-NEED-{occupation}-{place}" for place in chance.sample(places[occupation], 3))
        quota = QUOTAS[number % len(QUOTAS)]
        applied = (date(2021, 5, 17) + timedelta(days=chance.randrange(20))).isoformat()
        applications.append(
            (
                applied,
                "fes",
                "apply-in-contest",
                f"MA-APP-{number:03}",
                "MA-CONTEST",
                f"MA-CDT-{number:03}",
                occupation,
                "bachelor",
                "new_graduate",
                quota,
                choices,
                "identity degree" if number != 11 else "identity",
            )
        )
        outcome = ("inadmissible", "Le diplôme manque au dossier") if number == 11 else ("admitted", "")
        judged.append(("2021-06-10", "fes", "judge-application", f"MA-APP-{number:03}", *outcome, "yes" if quota else ""))
    write("4-candidates.csv", ("as", "act", "reference", "full_name", "birth_date", "sex", "purpose"), people)
    write(
        "5-applications.csv", ("done_on", "as", "act", "reference", "contest", "person", "occupation_code", "degree", "experience", "quota", "choices", "documents"), applications
    )
    write("6-admissibility.csv", ("done_on", "as", "act", "application", "outcome", "reason", "quota_proven"), judged)
    marks_and_list(chance, admitted=len(judged) - 1)
    posts_that_stayed_vacant()


def two_given_names(chance: random.Random, sex: str) -> str:
    """Nobody of the register has the same name: the register would ask whether it is the same person."""
    while True:
        given, family = moroccan(chance, sex).written.split(" ", 1)
        second = moroccan(chance, sex).written.split(" ", 1)[0]
        name = f"{given} {second} {family}"
        if given != second and name not in TAKEN:
            TAKEN.add(name)
            return name


def marks_and_list(chance: random.Random, *, admitted: int) -> None:
    numbers = [f"{number:03}" for number in range(1, admitted + 1)]
    good = {number: chance.randrange(36, 66) / 4 for number in numbers}
    first = dict(good)
    second = {number: mark + (3 if place in APART else 0.5) for place, (number, mark) in enumerate(good.items())}
    third = {number: good[number] + 2.5 for place, number in enumerate(numbers) if place in APART}
    practical = {number: min(20.0, max(0.0, chance.randrange(16, 76) / 4)) for number in numbers}
    sheets = {
        "written-1": ("jury-1", "written", first),
        "written-2": ("jury-2", "written", second),
        "written-3": ("jury-3", "written", third),
        "practical": ("jury-4", "practical", practical),
    }
    for name, (_who, _paper, marks) in sheets.items():
        write(f"marks-{name}.csv", ("number", "mark"), list(marks.items()))
    columns = ("done_on", "as", "act", "reference", "contest", "account", "application", "ground", "paper", "marks", "seed", "list_valid_until", "called", "reason", "starts_on")
    lines: list[dict[str, str]] = [
        {"done_on": "2021-06-14", "as": "fes", "act": "declare-jury-conflict", "reference": "MA-CONFLICT", "contest": "MA-CONTEST", "account": "jury-chair", "application": "MA-APP-005", "ground": "family"},
        {"done_on": "2021-06-16", "as": "fes", "act": "post-contest-list", "contest": "MA-CONTEST"},
        {"done_on": "2021-06-27", "as": "fes", "act": "give-contest-numbers", "contest": "MA-CONTEST"},
        *({"done_on": "2021-07-05", "as": who, "act": "enter-contest-marks", "reference": f"MA-MARKS-{name}", "contest": "MA-CONTEST", "paper": paper, "marks": f"@marks-{name}.csv"} for name, (who, paper, _marks) in sheets.items()),
        {"done_on": "2021-07-09", "as": "jury-chair", "act": "close-contest-marks", "contest": "MA-CONTEST"},
        {"done_on": "2021-07-12", "as": "jury-chair", "act": "lift-anonymity", "contest": "MA-CONTEST"},
        {"done_on": "2021-07-12", "as": "jury-chair", "act": "rank-contest", "contest": "MA-CONTEST", "seed": "Fès, 12 juillet 2021, boule 41"},
        {"done_on": "2021-07-15", "as": "fes", "act": "publish-contest-results", "contest": "MA-CONTEST", "list_valid_until": "2021-12-31"},
        {"done_on": "2021-07-19", "as": "fes", "act": "send-contest-offers", "contest": "MA-CONTEST"},
        {"done_on": "2021-07-26", "as": "fes", "act": "accept-offer", "reference": "MA-YES-1", "called": "MA-CONTEST MA-SF 1"},
        {"done_on": "2021-07-27", "as": "fes", "act": "accept-offer", "reference": "MA-YES-2", "called": "MA-CONTEST MA-SF 2"},
        {"done_on": "2021-07-28", "as": "fes", "act": "decline-offer", "reference": "MA-NO-1", "called": "MA-CONTEST MA-SF 3", "reason": "A trouvé un poste à Rabat"},
        {"done_on": "2021-07-29", "as": "fes", "act": "send-contest-offers", "reference": "MA-CALL-2", "contest": "MA-CONTEST"},
        {"done_on": "2021-08-02", "as": "fes", "act": "hire-called", "reference": "MA-HIRE-1", "called": "MA-CONTEST MA-SF 1", "starts_on": "2021-09-01"},
    ]  # fmt: skip
    write("8-decision.csv", ("done_on", "as", "act", "of", "thing", "decision_number"), [("2021-08-10", "fes-director", "sign-decision", "hire", "MA-HIRE-1", "DRS-FM/388/2021")])
    write("7-list.csv", columns, [[line.get(column, "") for column in columns] for line in lines])


def posts_that_stayed_vacant() -> None:
    """One candidate comes to the counter again, with the diploma that was missing, another one applies on the site; the same person judges both."""
    need, contest = "MA-NEED-2022", "MA-CONTEST-2022"
    write("91-need.csv", ("done_on", "as", "act", "reference", "facility_code", "occupation_code", "quantity", "reason", "need"), [
        ("2022-01-03", "fes", "state-need", need, "MA-03-CHR", "MA-IP", 5, "norm_gap", ""),
        ("2022-01-10", "fes-director", "validate-need", "", "", "", "", "", need),
    ])  # fmt: skip
    told = ("C-FM-2022", "Concours régional d’infirmiers : postes restés vacants en 2021", "MA-03", "1", "Décision 12/2022 du 12 janvier 2022")
    write("92-notice.csv", ("done_on", "as", "act", "reference", "contest", "code", "title", "authority", "grade", "opening_decision", "opens_on", "closes_on", "exam_on", "papers", "needs", "account", "role"), [
        ("2022-01-12", "fes", "open-contest", contest, "", *told, "2022-01-31", "2031-12-31", "2032-02-01", "@papers.csv", need, "", ""),
        *(("2022-01-13", "fes", "name-jury-member", f"{contest}-{name}", contest, "", title, *[""] * 8, name, role) for name, (title, role) in JURY.items()),
        ("2022-01-17", "fes", "publish-contest", "", contest, *[""] * 12),
    ])  # fmt: skip
    write("93-application.csv", ("done_on", "as", "act", "reference", "contest", "person", "occupation_code", "degree", "experience", "quota", "choices", "documents"), [
        ("2022-02-07", "fes", "apply-in-contest", "MA-APP-2022-01", contest, "MA-CDT-011", "MA-IP", "bachelor", "new_graduate", "", need, "identity degree"),
    ])  # fmt: skip
    for paper in ("identite.pdf", "diplome.pdf"):
        (ACTS / paper).write_bytes(PDF)
    write("94-site.csv", ("as", "act", "contest", "key", "name", "birth_date", "email", "occupation_code", "degree", "experience", "choices", "identity_paper", "degree_paper"), [
        ("anyone", "apply-in-contest-on-site", contest, SITE_KEY, "Hajar Sefrioui", "1999-04-18", "hajar.sefrioui@example.org", "MA-IP", "bachelor", "new_graduate", need, "@identite.pdf", "@diplome.pdf"),
    ])  # fmt: skip
    write("95-admissibility.csv", ("done_on", "as", "act", "application", "outcome", "quota_proven"), [
        ("2022-02-10", "fes", "judge-application", "MA-APP-2022-01", "admitted", ""),
        ("", "fes", "judge-application", SITE_KEY, "admitted", ""),
    ])  # fmt: skip


def write(name: str, columns: tuple[str, ...], rows: list) -> None:
    with (ACTS / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
