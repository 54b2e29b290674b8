"""Make the acts of the pool: `python tests/stories/pays-de-retz-2024/make_pool.py`.

Ten members sign one charter (the article names the kinds of partners); fifty needs are stated in two rounds, of which forty stay open (the handbook's
demonstration); eight people are hired, two needs are closed otherwise. People are invented, figures are illustrative.
"""

import csv
import random
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.stories.making import french

ACTS = Path(__file__).parent / "acts" / "10-pool"
POOL = "PR-POOL"
HIPR, BREVIN, PAZANNE, SSIAD, SAAD, MSP = (f"FR-44-{code}" for code in ("HIPR", "EHPADSB", "EHPADSP", "SSIADP", "SAADSE", "MSPC"))
CPTS, CCSE, CAPA, LOGE = (f"FR-44-{code}" for code in ("CPTS", "CCSE", "CAPA", "LOGE"))
HR = {HIPR: "hr-hipr", BREVIN: "hr-ehpad-brevin", PAZANNE: "hr-ehpad-pazanne", SSIAD: "hr-ssiad", SAAD: "hr-saad", MSP: "hr-msp"}
HEADS = {HIPR: "head-hipr", BREVIN: "head-ehpad-brevin", PAZANNE: "head-ehpad-pazanne", SSIAD: "head-ssiad", SAAD: "head-saad"}
MEMBERS = {  # who accepts the charter, in what capacity
    **{
        code: (account, capacity)
        for (code, account), capacity in zip(HR.items(), ("Directeur délégué", "Directrice", "Directeur", "Présidente", "Responsable de secteur", "Gérante"), strict=True)
    },
    CPTS: ("retz-coordinator", "Présidente de la CPTS"),
    CCSE: ("retz-coordinator", "Vice-président chargé de la santé"),
    CAPA: ("retz-coordinator", "Vice-présidente chargée des solidarités"),
    LOGE: ("logement", "Directeur de l’association"),
}
CHARTER = "\\n".join((
    "Nous recrutons et gardons les professionnels à l’échelle du territoire, et non l’un contre l’autre.",
    "Chaque membre dit ses besoins et ses ressources quand la coordination les demande, deux fois par an.",
    "Une personne choisit à quels membres son dossier est montré, et peut y renoncer à tout moment.",
    "Une personne non retenue par l’un n’est proposée à un autre qu’avec son accord.",
    "Aucun membre ne débauche un professionnel d’un autre membre ; une mobilité se prépare ensemble.",
))  # fmt: skip
UNITS = {
    "FR-IDE": "Soins", "FR-AS": "Soins", "FR-ASH": "Hébergement", "FR-AD": "Domicile", "FR-MG": "Médecine", "FR-KINE": "Rééducation",
}  # fmt: skip
OPEN = {  # employer → title → needs that stay open: forty
    HIPR: {"FR-IDE": 4, "FR-AS": 4, "FR-ASH": 2, "FR-MG": 2},
    BREVIN: {"FR-IDE": 2, "FR-AS": 4, "FR-ASH": 2},
    PAZANNE: {"FR-IDE": 2, "FR-AS": 4, "FR-ASH": 2},
    SSIAD: {"FR-IDE": 1, "FR-AS": 4},
    SAAD: {"FR-AD": 5},
    MSP: {"FR-IDE": 1, "FR-MG": 1},
}
HIRED = (  # employer, title, stated on, kept on, signed on, first day
    (HIPR, "FR-IDE", "2024-01-29", "2024-03-04", "2024-03-25", "2024-04-02"),
    (HIPR, "FR-AS", "2024-01-29", "2024-03-05", "2024-03-29", "2024-04-08"),
    (BREVIN, "FR-AS", "2024-01-30", "2024-03-06", "2024-04-02", "2024-04-15"),
    (BREVIN, "FR-IDE", "2024-01-30", "2024-03-12", "2024-04-16", "2024-05-02"),
    (PAZANNE, "FR-AS", "2024-02-01", "2024-03-11", "2024-04-08", "2024-04-22"),
    (PAZANNE, "FR-ASH", "2024-02-01", "2024-03-14", "2024-04-22", "2024-05-06"),
    (SSIAD, "FR-AS", "2024-02-05", "2024-03-18", "2024-04-29", "2024-05-13"),
    (SAAD, "FR-AD", "2024-02-06", "2024-03-20", "2024-04-19", "2024-05-02"),
)
CLOSED = (
    (HIPR, "FR-KINE", "2024-01-29", "2024-06-14", "Un cabinet libéral de Pornic assure les séances par convention."),
    (MSP, "FR-IDE", "2024-02-07", "2024-05-31", "Une infirmière associée a repris les tournées."),
)
PLACES = {HIPR: "FR-44-44131", BREVIN: "FR-44-44154", PAZANNE: "FR-44-44186", SSIAD: "FR-44-44131", SAAD: "FR-44-44187", MSP: "FR-44-44005"}
DEGREES = {"FR-IDE": "state_diploma", "FR-AS": "state_diploma", "FR-ASH": "none", "FR-AD": "none"}
REASONS = (
    "Expérience en gériatrie et disponible au bon moment.",
    "Connaît déjà l’établissement, où son stage s’est bien passé.",
    "Accepte les week-ends alternés et habite à vingt minutes.",
    "Motivée par le travail à domicile, permis de conduire.",
)
LOOKING = (  # title, from when, places, consents: who looks for work and was not hired
    ("FR-IDE", "2024-09-01", (), (HIPR, BREVIN, PAZANNE)),
    ("FR-AS", "2024-06-01", ("FR-44-44154",), (BREVIN,)),
    ("FR-AS", "2025-01-06", (), (HIPR, SSIAD)),
    ("FR-ASH", "2024-09-01", (), (PAZANNE, BREVIN)),  # takes the bridge to care assistant
    ("FR-AD", "2024-05-01", ("FR-44-44187", "FR-44-44154"), (SAAD, SSIAD)),
    ("FR-IDE", "2024-03-15", (), (HIPR, MSP)),  # withdraws the consent
    ("FR-MG", "2025-01-01", (), ()),  # consents to nobody yet
)


def main() -> None:
    ACTS.mkdir(parents=True, exist_ok=True)
    chance = random.Random("pays-de-retz-2024/vivier")
    stated = needs(chance)
    posts = [
        (f"{need['facility_code']}-V{number:03}", need["facility_code"], UNITS[need["occupation_code"]], need["occupation_code"], "", "1", "01/01/2024")
        for number, need in enumerate(stated, start=1)
    ]
    write("vacant-posts.csv", ("reference", "facility_code", "unit", "occupation_code", "specialty", "fte", "open_from"), posts)
    write("1-posts.csv", ("as", "act", "kind", "file"), [("retz", "import-file", "posts", "@vacant-posts.csv"), ("retz", "wait-for-events", "", "")])
    charter_and_members()
    rounds_and_needs(stated, posts)
    people(chance, stated, posts)
    days = sorted((date.fromisoformat(signed) - date.fromisoformat(asked)).days for _code, _title, asked, _kept, signed, _first in HIRED)
    print(
        len(stated),
        "needs,",
        sum(sum(titles.values()) for titles in OPEN.values()),
        "stay open:",
        dict(Counter(title for titles in OPEN.values() for title, n in titles.items() for _one in range(n))),
    )
    print(len(HIRED), "hires, median", (days[3] + days[4]) / 2, "days", days)


def charter_and_members() -> None:
    purpose = "Recruter, accompagner et garder les professionnels de santé et d’accompagnement sur Pornic Agglo et le Sud Estuaire."
    write(
        "2-pool.csv",
        ("done_on", "as", "act", "reference", "code", "title", "authority", "purpose", "pool", "words"),
        [
            ("2024-01-08", "retz-coordinator", "open-pool", POOL, "PTRH-RETZ", "Plateforme territoriale RH du Pays de Retz", "FR-44", purpose, "", ""),
            ("2024-01-10", "retz-coordinator", "publish-charter", "", "", "", "", "", POOL, CHARTER),
        ],
    )
    joined = [("2024-01-15", "retz-coordinator", "join-pool", POOL, f"{POOL} {code}", code, "employer" if code in HR else "partner", "", "") for code in MEMBERS]
    accepted = [("2024-01-22", account, "accept-charter", POOL, "", code, "", capacity, "") for code, (account, capacity) in MEMBERS.items()]
    twice = ("2024-01-23", "retz-coordinator", "join-pool", POOL, f"{POOL} {HIPR} again", HIPR, "partner", "", "409 already-a-member")
    columns = ("done_on", "as", "act", "pool", "thing", "facility_code", "takes_part_as", "signed_as", "refused")
    write("3-a-members.csv", columns, [*joined, twice])
    write("3-b-charter.csv", columns, accepted)


def needs(chance: random.Random) -> list[dict[str, str]]:
    """Those that are hired for, those closed otherwise, and forty that stay open: most of the first round, some of the second."""
    found = [need(code, title, asked, first, "hard" if title != "FR-ASH" else "ordinary") for code, title, asked, _kept, _signed, first in HIRED]
    found += [need(code, title, asked, "2024-04-01", "very_hard") for code, title, asked, _closed, _why in CLOSED]
    for code, titles in OPEN.items():
        for title, count in titles.items():
            for number in range(count):
                second = number % 3 == 2
                asked = "2024-09-10" if second else f"2024-02-0{1 + chance.randrange(6)}"
                wanted = f"{'2025' if second else '2024'}-{chance.choice(('01', '02', '03') if second else ('04', '06', '09', '09', '11')):0>2}-01"
                found.append(need(code, title, asked, wanted, {"FR-MG": "very_hard", "FR-ASH": "ordinary"}.get(title, chance.choice(("hard", "hard", "very_hard", "ordinary")))))
    for number, one in enumerate(found, start=1):
        one["reference"] = f"PR-NEED-{number:02}"
    return found


def need(code: str, title: str, asked: str, wanted: str, difficulty: str) -> dict[str, str]:
    return {"facility_code": code, "occupation_code": title, "done_on": asked, "wanted_from": wanted, "difficulty": difficulty}


def rounds_and_needs(stated: list[dict[str, str]], posts: list[tuple[str, ...]]) -> None:
    rounds = (("PR-ROUND-1", "Besoins et ressources, hiver 2024", "2024-01-24", "2024-02-09"), ("PR-ROUND-2", "Besoins et ressources, automne 2024", "2024-09-02", "2024-09-20"))
    write(
        "4-rounds.csv",
        ("done_on", "as", "act", "reference", "pool", "title", "due_on", "facility_codes"),
        [(asked, "retz-coordinator", "ask-round", reference, POOL, title, due, "") for reference, title, asked, due in rounds],
    )
    said = [
        (one["done_on"], HR[one["facility_code"]], "put-need-before-pool", one["reference"], POOL, rounds[one["done_on"] > "2024-06"][0], one["facility_code"], one["occupation_code"], "vacancy", one["wanted_from"], one["difficulty"], post[0], "")
        for one, post in zip(stated, posts, strict=True)
    ]  # fmt: skip
    without_posts = (
        "2024-02-06",
        "retz",
        "put-need-before-pool",
        "PR-NEED-LOGE",
        POOL,
        rounds[0][0],
        LOGE,
        "FR-AS",
        "vacancy",
        "2024-09-01",
        "hard",
        "",
        "409 partner-without-posts",
    )
    write(
        "5-needs.csv",
        ("done_on", "as", "act", "reference", "pool", "round", "facility_code", "occupation_code", "reason", "wanted_from", "difficulty", "post", "refused"),
        [*said, without_posts],
    )
    validated = [(("2024-09-24" if one["done_on"] > "2024-06" else "2024-02-12"), "retz", "validate-need", one["reference"]) for one in stated]
    write("6-validation.csv", ("done_on", "as", "act", "need"), validated)
    resources = (
        ("2024-02-05", HIPR, "spare_hours", "FR-IDE", "14", "2024-03-01", "2024-12-31", "Pool de remplacement, nuits exceptées."),
        ("2024-02-06", SSIAD, "shared_post", "FR-AS", "0.5", "2024-03-01", "", "Un mi-temps à compléter dans un Ehpad voisin."),
        ("2024-02-07", CPTS, "spare_hours", "FR-MG", "8", "2024-04-01", "2024-12-31", "Vacations de médecins libéraux en Ehpad."),
        ("2024-02-08", BREVIN, "training_place", "FR-AS", "3", "2024-09-02", "2025-07-31", "Apprentissage aide-soignant."),
        ("2024-09-12", PAZANNE, "training_place", "FR-AS", "2", "2025-01-06", "2025-12-31", "Apprentissage aide-soignant."),
    )
    write(
        "7-resources.csv",
        ("done_on", "as", "act", "reference", "pool", "round", "facility_code", "kind", "occupation_code", "quantity", "available_from", "available_to", "note"),
        [
            (day, MEMBERS[code][0], "offer-resource", f"PR-RES-{number}", POOL, rounds[day > "2024-06"][0], code, kind, title, quantity, first, last, note)
            for number, (day, code, kind, title, quantity, first, last, note) in enumerate(resources, start=1)
        ],
    )
    answers = [("2024-02-08", rounds[0][0], code) for code in MEMBERS] + [("2024-09-18", rounds[1][0], code) for code in MEMBERS if code not in (CCSE, MSP)]
    write(
        "8-answers.csv",
        ("done_on", "as", "act", "round", "thing", "facility_code", "comment", "refused"),
        [
            *(
                (day, MEMBERS[code][0], "answer-round", asked, f"{asked} {code}", code, "Vu sur place." if MEMBERS[code][0] == "retz-coordinator" else "", "")
                for day, asked, code in answers
            ),
            ("2024-02-09", "hr-ssiad", "answer-round", rounds[0][0], f"{rounds[0][0]} for another", SAAD, "", "403 other-authority"),
        ],
    )
    closed = [(on, HR[code], "close-need", f"PR-NEED-{len(HIRED) + number:02}", why) for number, (code, _title, _asked, on, why) in enumerate(CLOSED, start=1)]
    write("21-closed.csv", ("done_on", "as", "act", "need", "reason"), closed)


def people(chance: random.Random, stated: list[dict[str, str]], posts: list[tuple[str, ...]]) -> None:
    """Who looks for work: eight are hired, one is not kept by a first employer, one takes a bridge, one withdraws the consent, one has given none."""
    bridges = (
        ("PR-BRIDGE-1", "FR-ASH", "FR-AS", "Diplôme d’État d’aide-soignant par l’apprentissage (Ifas de Saint-Nazaire)", 11, (BREVIN, PAZANNE, HIPR), "Arrêté du 10 juin 2021 relatif à la formation conduisant au diplôme d’État d’aide-soignant"),
        ("PR-BRIDGE-2", "FR-AD", "FR-AS", "Diplôme d’État d’aide-soignant, blocs de compétences par validation des acquis", 9, (SAAD, SSIAD), "Arrêté du 10 juin 2021, équivalences de blocs de compétences"),
        ("PR-BRIDGE-3", "FR-AS", "FR-IDE", "Formation infirmière, accès par la formation professionnelle continue", 36, (HIPR, BREVIN), "Arrêté du 31 juillet 2009 relatif au diplôme d’État d’infirmier, accès par la formation professionnelle continue"),
    )  # fmt: skip
    write(
        "10-bridges.csv",
        ("done_on", "as", "act", "reference", "pool", "from_occupation", "to_occupation", "training", "months", "partners", "evidence"),
        [
            ("2024-02-15", "retz-coordinator", "open-bridge", reference, POOL, one, other, training, months, " ".join(partners), evidence)
            for reference, one, other, training, months, partners, evidence in bridges
        ],
    )
    seekers = [(title, "2024-03-01", (PLACES[code],) if number % 2 else (), (code, *((HIPR,) if code == BREVIN else ()))) for number, (code, title, *_days) in enumerate(HIRED)]
    seekers += list(LOOKING)
    entered, opened, consents = [], [], []
    taken: set[str] = set()
    for number, (title, available, places, shown_to) in enumerate(seekers, start=1):
        sex = "female" if chance.random() < 0.8 else "male"
        name = french(chance, sex).written
        while name in taken:
            name = french(chance, sex).written
        taken.add(name)
        born = date(chance.randint(1972, 2001), 1, 1) + timedelta(days=chance.randint(0, 364))
        entered.append(("retz", "enter-person", f"PR-CDT-{number:02}", name, born.isoformat(), sex, "candidate"))
        day = "2024-02-19" if number <= len(HIRED) + 6 else "2024-10-07"
        opened.append((day, "retz-coordinator", "open-profile", f"PR-FILE-{number:02}", POOL, f"PR-CDT-{number:02}", title, available, " ".join(places), ""))
        if shown_to:
            consents.append(
                (day, "retz-coordinator", "give-consent", f"PR-FILE-{number:02}", f"PR-FILE-{number:02} {day}", " ".join(shown_to), chance.choice(("written", "oral", "online")))
            )
    write("11-people.csv", ("as", "act", "reference", "full_name", "birth_date", "sex", "purpose"), [*entered, ("retz", "wait-for-events", "", "", "", "", "")])
    write("12-files.csv", ("done_on", "as", "act", "reference", "pool", "person", "occupation_code", "available_from", "places", "note"), opened)
    write("13-consents.csv", ("done_on", "as", "act", "profile", "thing", "partners", "means"), [*consents, ("", "retz", "wait-for-events", "", "", "", "")])
    withdrawn = f"PR-FILE-{len(HIRED) + 6:02}"
    matches = [
        (kept, HR[code], "decide-match", f"PR-MATCH-{number:02}", f"PR-NEED-{number:02}", f"PR-FILE-{number:02}", "kept", chance.choice(REASONS), "")
        for number, (code, _title, _asked, kept, _signed, _first) in enumerate(HIRED, start=1)
    ]
    first_open = len(HIRED) + len(CLOSED) + 1
    matches += [
        (
            "2024-03-01",
            "hr-hipr",
            "decide-match",
            "PR-MATCH-NOT-1",
            f"PR-NEED-{first_open + 4:02}",
            "PR-FILE-03",
            "not_kept",
            "Cherche un travail de jour ; le service recrute de nuit.",
            "",
        ),
        ("2024-03-07", "hr-hipr", "decide-match", "PR-MATCH-TWICE", "PR-NEED-01", "PR-FILE-01", "not_kept", "Une seconde décision.", "409 decided-already"),
        (
            "2024-03-08",
            "retz",
            "decide-match",
            "PR-MATCH-UNSEEN",
            f"PR-NEED-{first_open:02}",
            f"PR-FILE-{len(seekers):02}",
            "kept",
            "Sans accord.",
            "409 no-consent-for-this-employer",
        ),
        ("2024-03-09", "hr-ssiad", "decide-match", "PR-MATCH-HIDDEN", "PR-NEED-07", "PR-FILE-01", "kept", "Dossier d’un autre employeur.", "404 not-found"),
    ]
    write("14-matches.csv", ("done_on", "as", "act", "reference", "need", "profile", "outcome", "reason", "refused"), sorted(matches))
    write(
        "15-withdrawal.csv",
        ("done_on", "as", "act", "profile", "reference", "need", "outcome", "reason", "refused"),
        [
            ("2024-03-22", "retz-coordinator", "withdraw-consent", withdrawn, "", "", "", "", ""),
            ("2024-03-22", "hr-hipr", "decide-match", withdrawn, "PR-MATCH-WITHDRAWN", f"PR-NEED-{first_open:02}", "kept", "Trop tard.", "404 not-found"),
        ],
    )
    hires(stated, posts)
    write(
        "20-bridges-taken.csv",
        ("done_on", "as", "act", "reference", "bridge", "profile", "to_facility", "crossing", "outcome", "refused"),
        [
            ("2024-09-02", "retz-coordinator", "take-bridge", "PR-CROSS-1", "PR-BRIDGE-1", f"PR-FILE-{len(HIRED) + 4:02}", PAZANNE, "", "", ""),
            ("2024-09-03", "retz-coordinator", "take-bridge", "PR-CROSS-2", "PR-BRIDGE-2", f"PR-FILE-{len(HIRED) + 5:02}", SSIAD, "", "", ""),
            ("2024-09-04", "retz-coordinator", "take-bridge", "PR-CROSS-3", "PR-BRIDGE-2", f"PR-FILE-{len(HIRED) + 1:02}", SSIAD, "", "", "409 bridge-from-another-profession"),
            ("2024-12-16", "retz-coordinator", "end-crossing", "", "", "", "", "PR-CROSS-2", "crossed", ""),
        ],
    )


def hires(stated: list[dict[str, str]], posts: list[tuple[str, ...]]) -> None:
    """The pooled campaign, one candidacy for each, and the decision of each employer: the register makes the employment and the assignment of it."""
    wanted = " ".join(one["reference"] for one in stated if one["done_on"] < "2024-06")
    write(
        "16-campaign.csv",
        ("done_on", "as", "act", "reference", "code", "title", "authority", "opens_on", "closes_on", "needs", "campaign"),
        [
            ("2024-02-13", "retz", "prepare-pooled-campaign", "PR-CAMPAIGN", "PTRH-2024-1", "Campagne commune du printemps 2024", "FR-44", "2024-02-15", "2024-06-30", wanted, ""),
            ("2024-02-14", "retz", "publish-campaign", "", "", "", "", "", "", "", "PR-CAMPAIGN"),
        ],
    )
    rows: list[tuple[str, ...]] = []
    for number, (code, title, _asked, kept, signed, first) in enumerate(HIRED, start=1):
        account, n = HR[code], f"{number:02}"
        offered = (date.fromisoformat(signed) - timedelta(days=5)).isoformat()
        none = ("",) * 3
        rows += [
            (kept, account, "receive-candidacy", f"PR-CAND-{n}", "PR-CAMPAIGN", f"PR-NEED-{n}", f"PR-CDT-{n}", title, DEGREES[title], "experienced", "no", "", "", *none),
            (kept, account, "judge-eligibility", "", "", "", "", "", "", "", "", f"PR-CAND-{n}", "eligible", *none),
            (offered, account, "propose-hire", f"PR-HIRE-{n}", "", "", "", "", "", "", "", f"PR-CAND-{n}", "", posts[number - 1][0], first, ""),
        ]
    columns = ("done_on", "as", "act", "reference", "campaign", "need", "person", "occupation_code", "degree", "experience", "left_public_sector_of_province", "candidacy", "outcome", "post", "starts_on", "comment")  # fmt: skip
    write("17-hires.csv", columns, rows)
    write(
        "18-signatures.csv",
        ("done_on", "as", "act", "of", "thing", "decision_number"),
        [
            (signed, HEADS[code], "sign-decision", "hire", f"PR-HIRE-{number:02}", f"{code[6:]}-2024-{100 + number}")
            for number, (code, _t, _a, _k, signed, _f) in enumerate(HIRED, start=1)
        ]
        + [("", "retz", "wait-for-events", "", "", "")],
    )
    write(
        "19-found-work.csv",
        ("done_on", "as", "act", "profile", "closing"),
        [(first, "retz-coordinator", "end-profile", f"PR-FILE-{number:02}", "hired") for number, (*_rest, first) in enumerate(HIRED, start=1)],
    )


def write(name: str, columns: tuple[str, ...], rows: list[tuple[object, ...]] | list[tuple[str, ...]]) -> None:
    number, dash, rest = name.partition("-")
    named = f"{int(number):02}-{rest}" if dash and number.isdigit() else name
    with (ACTS / named).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
