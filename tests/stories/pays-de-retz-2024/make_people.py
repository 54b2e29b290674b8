"""Make the acts around people: `python tests/stories/pays-de-retz-2024/make_people.py`.

Twelve people came in 2023: seven stay where they came, two change employer inside the territory (which is staying), three leave it within the year.
In 2024 posts are published, prospects contacted, candidates accompanied; partners are asked eight times. People and figures are illustrative.
"""

import csv
import random
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.stories.making import french

HERE = Path(__file__).parent
ACTS, NEEDS = HERE / "acts" / "20-people", HERE / "acts" / "10-pool" / "05-needs.csv"
HIPR, BREVIN, PAZANNE, SSIAD, SAAD, MSP = (f"FR-44-{code}" for code in ("HIPR", "EHPADSB", "EHPADSP", "SSIADP", "SAADSE", "MSPC"))
CAPA, CCSE, LOGE = (f"FR-44-{code}" for code in ("CAPA", "CCSE", "LOGE"))
UNITS = {HIPR: "Médecine", BREVIN: "Hébergement", PAZANNE: "Hébergement", SSIAD: "Domicile", SAAD: "Domicile"}
EMPLOYMENT = {HIPR: "civil_servant", BREVIN: "civil_servant"}
CAME = (  # where to, title, first day, last day there, where to then and from when
    (HIPR, "FR-AS", "02/01/2023", "", "", ""),
    (HIPR, "FR-ASH", "01/02/2023", "", "", ""),
    (HIPR, "FR-AS", "01/03/2023", "31/10/2023", SSIAD, "06/11/2023"),
    (BREVIN, "FR-AS", "03/04/2023", "", "", ""),
    (BREVIN, "FR-ASH", "02/05/2023", "31/12/2023", PAZANNE, "02/01/2024"),
    (BREVIN, "FR-AS", "01/06/2023", "30/11/2023", "", ""),
    (PAZANNE, "FR-AS", "03/07/2023", "", "", ""),
    (PAZANNE, "FR-ASH", "01/08/2023", "15/03/2024", "", ""),
    (SSIAD, "FR-AS", "04/09/2023", "", "", ""),
    (SSIAD, "FR-AS", "02/10/2023", "31/08/2024", "", ""),
    (SAAD, "FR-AD", "06/11/2023", "", "", ""),
    (SAAD, "FR-AD", "01/12/2023", "", "", ""),
)
TITLES = {
    "FR-IDE": ("Infirmier ou infirmière", "À partir de 2 300 € brut par mois, reprise d’ancienneté"),
    "FR-AS": ("Aide-soignant ou aide-soignante", "À partir de 2 000 € brut par mois, primes comprises"),
    "FR-ASH": ("Agent ou agente de service hospitalier", "À partir de 1 850 € brut par mois"),
    "FR-AD": ("Aide à domicile", "À partir de 1 850 € brut par mois, trajets indemnisés"),
    "FR-MG": ("Médecin généraliste", "Selon ancienneté"),
}
ABOUT = {
    HIPR: "Hôpital de proximité à Pornic, service de trente lits, équipe de jour et équipe de nuit.",
    BREVIN: "Ehpad public à dix minutes de la mer, quatre-vingts résidents, unité protégée.",
    PAZANNE: "Ehpad associatif de soixante-dix places, projet de maison ouverte sur le bourg.",
    SSIAD: "Soins à domicile sur Pornic et sa côte, tournées de douze personnes, voiture fournie.",
    SAAD: "Aide à domicile sur le Sud Estuaire, plannings par secteur, téléphone et voiture de service.",
    MSP: "Maison de santé de Chaumes-en-Retz, équipe de sept professionnels.",
}
LIFE = {  # housing, childcare, transport
    HIPR: ("Studio meublé à Pornic pendant six mois, par l’association partenaire", "Deux places réservées en crèche, de 6 h à 22 h", "Gare de Pornic à 800 mètres"),
    BREVIN: ("Chambre chez l’habitant le temps de trouver", "Relais petite enfance de Saint-Brevin", "Ligne de car depuis Saint-Nazaire"),
    PAZANNE: ("", "Assistantes maternelles partenaires", "Gare de Sainte-Pazanne à dix minutes à pied"),
    SSIAD: ("Studio meublé à Pornic pendant six mois, par l’association partenaire", "", "Voiture de service"),
    SAAD: ("", "Deux places réservées en crèche à Paimbœuf", "Prêt d’un véhicule le premier mois"),
    MSP: ("", "", "Aire de covoiturage à l’entrée du bourg"),
}
PEOPLE = ("PR-PSP-01", "PR-PSP-02", "PR-PSP-03", "PR-PSP-04", "PR-PSP-05", "PR-PSP-06")
SITE_KEY = "pays-de-retz-lien-prive-de-demonstration-01"


def write(name: str, columns: Sequence[str], lines: Sequence[dict[str, str]]) -> None:
    ACTS.mkdir(parents=True, exist_ok=True)
    with (ACTS / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def line(on: str, who: str, act: str, **told: str) -> dict[str, str]:
    return {"done_on": on, "as": who, "act": act, **told}


def acts(name: str, lines: Sequence[dict[str, str]]) -> None:
    columns = list(dict.fromkeys(column for one in lines for column in one))
    write(name, columns, lines)


def main() -> None:
    chance = random.Random("pays-de-retz-2024/people")
    arrivals(chance)
    vacancies()
    prospects(chance)
    applications()
    accompaniment()
    services()
    site()
    print(len(CAME), "came in 2023;", sum(1 for one in CAME if not one[3] or one[4]), "stay")


def arrivals(chance: random.Random) -> None:
    posts, people, assignments = [], [], []
    for number, (code, title, first, last, then, since) in enumerate(CAME, start=1):
        worker, post = f"PR-2023-{number:02}", f"{code}-A{number:03}"
        posts.append({"reference": post, "facility_code": code, "unit": UNITS[code], "occupation_code": title, "fte": "1", "open_from": "01/01/2022"})
        name = french(chance, "female")
        person = {"worker_no": worker, "full_name": name.written, "birth_date": f"{number + 3:02}/0{1 + number % 9}/{1976 + 2 * number}", "sex": "female", "occupation_code": title}
        people.append(person | {"facility_code": code, "employment_type": EMPLOYMENT.get(code, "contract_open"), "start_date": first})
        assignments.append({"worker_no": worker, "post_reference": post, "facility_code": code, "start_date": first, "end_date": last})
        if then:
            moved = f"{then}-A{number:03}"
            posts.append({"reference": moved, "facility_code": then, "unit": UNITS[then], "occupation_code": title, "fte": "1", "open_from": "01/01/2022"})
            assignments.append({"worker_no": worker, "post_reference": moved, "facility_code": then, "start_date": since, "end_date": ""})
    write("arrivals-posts.csv", ("reference", "facility_code", "unit", "occupation_code", "specialty", "fte", "open_from"), posts)
    write("arrivals-people.csv", ("worker_no", "full_name", "birth_date", "sex", "occupation_code", "facility_code", "employment_type", "start_date"), people)
    write("arrivals-assignments.csv", ("worker_no", "post_reference", "facility_code", "start_date", "end_date"), assignments)
    imported = [{"as": "retz", "act": "import-file", "kind": kind, "file": f"@arrivals-{kind}.csv"} for kind in ("posts", "people", "assignments")]
    acts("01-arrivals.csv", [*imported, {"as": "retz", "act": "wait-for-events"}])


def vacancies() -> None:
    """Two open needs of each employer; the last ones stay on the site for years, so that the demo always has something to read."""
    with NEEDS.open(encoding="utf-8") as source:
        open_needs = [row for row in csv.DictReader(source) if not row["refused"]][10:]
    lines = []
    for code in (HIPR, BREVIN, PAZANNE, SSIAD, SAAD, MSP):
        mine = [need for need in open_needs if need["facility_code"] == code]
        for place, need in enumerate((mine[0], mine[-1]), start=1):
            (title, pay), (housing, childcare, transport) = TITLES[need["occupation_code"]], LIFE[code]
            lines.append(
                line(
                    "2024-09-16" if place == 2 else "2024-02-19",
                    "retz-coordinator",
                    "publish-vacancy",
                    reference=f"PR-OFF-{code.rsplit('-', 1)[1]}-{place}",
                    need=need["reference"],
                    title=title,
                    about=ABOUT[code],
                    contract="CDI ou mutation" if code in EMPLOYMENT else "CDI",
                    hours="Temps plein ou 80 %, un week-end sur trois",
                    pay=pay,
                    housing=housing,
                    childcare=childcare,
                    transport=transport,
                    opens_on="2024-09-16" if place == 2 else "2024-02-19",
                    closes_on="2031-12-31" if place == 2 else "2024-12-15",
                )
            )
    again = dict(lines[0]) | {"reference": "PR-OFF-AGAIN", "refused": "409 published-already"}
    acts("02-vacancies.csv", [*lines, again])


def prospects(chance: random.Random) -> None:
    entered = [
        {"as": "retz", "act": "enter-person", "reference": reference, "full_name": french(chance, "female").written, "birth_date": f"{1979 + 3 * number}-0{2 + number}-1{number}", "sex": "female", "purpose": "candidate"}
        for number, reference in enumerate(PEOPLE)
    ]  # fmt: skip
    acts("03-prospects.csv", entered)
    who, told = "retz-adviser", {"authority": "FR-44", "pool": "PR-POOL"}
    lines = [
        line("2024-02-20", who, "contact-prospect", reference="PR-CTC-01", person="PR-PSP-01", occupation_code="FR-AS", channel="forum", outcome="interested", words="Forum de l’emploi de Pornic : revient de Nantes avec ses deux enfants.", follow_up_on="2024-02-27", **told),
        line("2024-02-20", who, "contact-prospect", reference="PR-CTC-02", person="PR-PSP-02", occupation_code="FR-IDE", channel="phone", outcome="later", words="Termine son contrat en juin.", follow_up_on="2024-06-03", **told),
        line("2024-02-21", who, "contact-prospect", reference="PR-CTC-03", person="PR-PSP-03", occupation_code="FR-AS", channel="email", outcome="interested", words="Souhaite un temps partiel.", **told),
        line("2024-02-21", who, "contact-prospect", reference="PR-CTC-04", person="PR-PSP-04", occupation_code="FR-AD", channel="meeting", outcome="interested", words="En reconversion.", **told),
        line("2024-02-22", who, "contact-prospect", reference="PR-CTC-05", person="PR-PSP-05", occupation_code="FR-IDE", channel="phone", outcome="interested", **told),
        line("2024-02-22", who, "contact-prospect", reference="PR-CTC-06", person="PR-PSP-06", occupation_code="FR-MG", channel="letter", outcome="never_again", words="Ne souhaite pas s’installer.", **told),
        line("2024-05-13", who, "contact-prospect", reference="PR-CTC-07", person="PR-PSP-06", occupation_code="FR-MG", channel="phone", outcome="interested", refused="409 asked-not-to-be-contacted", **told),
    ]  # fmt: skip
    acts("04-contacts.csv", lines)


def applications() -> None:
    common = {"degree": "diploma", "experience": "experienced", "available_from": "2024-04-02"}
    lines = [
        line("2024-02-28", "retz-coordinator", "enter-application", reference="PR-APP-01", person="PR-PSP-01", vacancies="PR-OFF-HIPR-1 PR-OFF-EHPADSB-1 PR-OFF-SSIADP-1", wishes="housing childcare", message="Je cherche un poste de jour, avec une solution de garde tôt le matin.", **common),
        line("2024-03-04", "retz-coordinator", "enter-application", reference="PR-APP-02", person="PR-PSP-03", vacancies="PR-OFF-EHPADSP-1 PR-OFF-SSIADP-1", wishes="mobility", **common),
        line("2024-03-05", "retz-coordinator", "enter-application", reference="PR-APP-03", person="PR-PSP-04", vacancies="PR-OFF-SAADSE-1", wishes="mobility", **common | {"degree": "no-diploma", "experience": "new_graduate"}),
    ]  # fmt: skip
    acts("05-applications.csv", lines)
    steps = [
        line("2024-03-04", "hr-hipr", "move-application", choice="PR-APP-01 FR-44-HIPR", step="interview", thing="PR-APP-01 HIPR interview"),
        line("2024-03-06", "hr-ehpad-brevin", "move-application", choice="PR-APP-01 FR-44-EHPADSB", step="read", thing="PR-APP-01 EHPADSB read"),
        line("2024-03-12", "hr-hipr", "move-application", choice="PR-APP-01 FR-44-HIPR", step="turn_down", refused="409 reasons-missing", thing="PR-APP-01 HIPR no reason"),
        line("2024-03-12", "hr-hipr", "move-application", choice="PR-APP-01 FR-44-HIPR", step="turn_down", reason="Le poste de jour est pourvu ; nous vous rappelons si un autre s’ouvre.", thing="PR-APP-01 HIPR"),
        line("2024-03-18", "hr-ehpad-brevin", "move-application", choice="PR-APP-01 FR-44-EHPADSB", step="keep", thing="PR-APP-01 EHPADSB"),
        line("2024-03-19", "hr-msp", "move-application", choice="PR-APP-02 FR-44-SSIADP", step="read", refused="404 not-found", thing="PR-APP-02 by another"),
        line("2024-03-19", "hr-ssiad", "move-application", choice="PR-APP-02 FR-44-SSIADP", step="interview", thing="PR-APP-02 SSIADP"),
    ]  # fmt: skip
    acts("06-steps.csv", steps)


def accompaniment() -> None:
    who, told = "retz-adviser", {"authority": "FR-44", "pool": "PR-POOL"}
    opened = [
        line("2024-02-27", who, "open-accompaniment", reference="PR-ACC-01", person="PR-PSP-01", goal="Revenir sur le territoire avec ses deux enfants", next_step="Visiter l’Ehpad de Saint-Brevin", next_on="2024-03-08", **told),
        line("2024-03-04", who, "open-accompaniment", reference="PR-ACC-02", person="PR-PSP-03", goal="Un temps partiel près de Sainte-Pazanne", next_step="Revoir les horaires avec l’employeur", next_on="2024-03-20", **told),
        line("2024-03-05", who, "open-accompaniment", reference="PR-ACC-03", person="PR-PSP-04", goal="Devenir aide à domicile après dix ans de commerce", next_step="Immersion d’une semaine", next_on="2024-03-25", **told),
        line("2024-03-06", who, "open-accompaniment", reference="PR-ACC-04", person="PR-PSP-05", goal="Quitter Nantes pour la côte", next_step="Chercher un logement", next_on="2024-04-02", **told),
        line("2024-03-07", who, "open-accompaniment", reference="PR-ACC-05", person="PR-PSP-03", goal="Une seconde fois", refused="409 accompanied-already", **told),
    ]  # fmt: skip
    acts("07-accompaniments.csv", opened)
    entries = [
        line("2024-03-08", who, "write-in-accompaniment", accompaniment="PR-ACC-01", thing="PR-ACC-01 visit", kind="visit", words="Visite de l’Ehpad avec la cadre de santé : l’équipe lui plaît.", next_step="Place en crèche", next_on="2024-03-22"),
        line("2024-03-22", who, "write-in-accompaniment", accompaniment="PR-ACC-01", thing="PR-ACC-01 call", kind="contact", channel="phone", words="La crèche de Saint-Brevin ouvre à 6 h : accepté.", next_step="Premier jour", next_on="2024-05-02"),
        line("2024-03-25", who, "write-in-accompaniment", accompaniment="PR-ACC-03", thing="PR-ACC-03 step", kind="step", words="Immersion d’une semaine au service d’aide à domicile.", next_step="Formation courte", next_on="2024-04-15"),
        line("2024-04-15", who, "write-in-accompaniment", accompaniment="PR-ACC-03", thing="PR-ACC-03 training", kind="training", words="Inscrite à la formation d’assistante de vie, de septembre à décembre.", next_step="Point à mi-parcours", next_on="2024-10-15"),
        line("2024-05-03", who, "close-accompaniment", accompaniment="PR-ACC-01", thing="PR-ACC-01 closed", outcome="settled", words="Installée à Saint-Brevin, enfants à l’école."),
        line("2024-05-14", who, "close-accompaniment", accompaniment="PR-ACC-04", thing="PR-ACC-04 closed", outcome="elsewhere", words="Aucun logement à un loyer possible : reste à Nantes."),
    ]  # fmt: skip
    offers = [
        line("2024-02-26", "logement", "offer-service", reference="PR-SRV-01", pool="PR-POOL", facility_code=LOGE, kind="housing", title="Studio meublé, 24 m²", place="Pornic", capacity="2", conditions="390 € par mois, six mois au plus", available_from="2024-03-01"),
        line("2024-02-26", "logement", "offer-service", reference="PR-SRV-02", pool="PR-POOL", facility_code=LOGE, kind="housing", title="Chambre chez l’habitant", place="Saint-Brevin-les-Pins", capacity="1", conditions="280 € par mois", available_from="2024-03-01"),
        line("2024-02-27", "retz-coordinator", "offer-service", reference="PR-SRV-03", pool="PR-POOL", facility_code=CAPA, kind="childcare", title="Place en crèche à horaires élargis", place="Pornic", capacity="2", conditions="De 6 h à 22 h", available_from="2024-03-01"),
        line("2024-02-27", "retz-coordinator", "offer-service", reference="PR-SRV-04", pool="PR-POOL", facility_code=CCSE, kind="mobility", title="Prêt d’un véhicule électrique", place="Paimbœuf", capacity="1", conditions="Un mois, renouvelable", available_from="2024-03-01"),
    ]  # fmt: skip
    acts("08-offers.csv", offers)
    acts("10-entries.csv", entries)


def services() -> None:
    who = "retz-adviser"

    def ask(on: str, number: int, dossier: str, kind: str, partner: str, wanted: str, place: str, wanted_from: str) -> dict[str, str]:
        return line(on, who, "ask-service", reference=f"PR-DEM-{number:02}", pool="PR-POOL", accompaniment=dossier, kind=kind, partner_code=partner, wanted=wanted, place=place, wanted_from=wanted_from)  # fmt: skip

    asked = [
        ask("2024-03-08", 1, "PR-ACC-01", "housing", LOGE, "Trois pièces, deux enfants", "Saint-Brevin-les-Pins", "2024-04-15"),
        ask("2024-03-08", 2, "PR-ACC-01", "childcare", CAPA, "Un enfant de trois ans, dès 6 h", "Saint-Brevin-les-Pins", "2024-05-02"),
        ask("2024-03-11", 3, "PR-ACC-02", "mobility", CCSE, "Un véhicule le temps d’en acheter un", "Sainte-Pazanne", "2024-04-02"),
        ask("2024-03-12", 4, "PR-ACC-03", "mobility", CCSE, "Permis obtenu, pas de voiture", "Saint-Père-en-Retz", "2024-04-08"),
        ask("2024-03-12", 5, "PR-ACC-04", "housing", LOGE, "Deux pièces à l’année, sans meubles", "Pornic", "2024-05-01"),
        ask("2024-03-13", 6, "PR-ACC-04", "housing", LOGE, "Un studio en attendant", "Pornic", "2024-05-01"),
        ask("2024-03-14", 7, "PR-ACC-02", "childcare", CAPA, "Garde le mercredi", "Sainte-Pazanne", "2024-04-02"),
        ask("2024-09-16", 8, "PR-ACC-03", "mobility", CCSE, "Trajets vers le lieu de formation", "Paimbœuf", "2024-10-01"),
    ]
    told = [
        line("2024-03-25", "logement", "answer-service", request="PR-DEM-01", thing="PR-DEM-01", outcome="solved", words="Maison de trois pièces trouvée avec un bailleur partenaire."),
        line("2024-03-22", "retz-adviser", "answer-service", request="PR-DEM-02", thing="PR-DEM-02", outcome="solved", offer="PR-SRV-03"),
        line("2024-03-20", "retz-adviser", "answer-service", request="PR-DEM-03", thing="PR-DEM-03", outcome="solved", offer="PR-SRV-04"),
        line("2024-03-21", "retz-adviser", "answer-service", request="PR-DEM-04", thing="PR-DEM-04 full", outcome="solved", offer="PR-SRV-04", refused="409 service-offer-is-full"),
        line("2024-03-26", "retz-adviser", "answer-service", request="PR-DEM-04", thing="PR-DEM-04", outcome="solved", words="Covoiturage organisé avec deux collègues."),
        line("2024-04-22", "logement", "answer-service", request="PR-DEM-05", thing="PR-DEM-05", outcome="refused", refused_by="partner", reason="none_free", words="Aucune location à l’année avant septembre."),
        line("2024-05-13", "retz-adviser", "answer-service", request="PR-DEM-06", thing="PR-DEM-06", outcome="refused", refused_by="candidate", reason="too_expensive", words="Deux loyers à la fois ne sont pas possibles."),
        line("2024-04-02", "retz-adviser", "answer-service", request="PR-DEM-07", thing="PR-DEM-07", outcome="solved", words="Assistante maternelle partenaire le mercredi."),
    ]  # fmt: skip
    acts("09-requests.csv", asked)
    acts("11-answers.csv", told)


def site() -> None:
    (ACTS / "cv.pdf").write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")  # fmt: skip
    (ACTS / "programme.pdf").write_bytes(b"MZ\x90\x00\x03\x00\x00\x00 this is no paper\n")
    told = {
        "vacancies": "PR-OFF-HIPR-2 PR-OFF-EHPADSB-2",
        "wishes": "housing",
        "name": "Morgane Le Guen",
        "email": "morgane.leguen@example.org",
        "degree": "diploma",
        "experience": "experienced",
    }
    told |= {"available_from": "2024-10-01", "message": "Je rejoins mon conjoint à Pornic à l’automne."}
    lines = [
        {"as": "anyone", "act": "apply-on-site", "thing": "program", "key": SITE_KEY.replace("01", "02"), "cv": "@programme.pdf", "refused": "422 malformed", **told},
        {"as": "anyone", "act": "apply-on-site", "thing": "Morgane", "key": SITE_KEY, "cv": "@cv.pdf", "refused": "", **told},
    ]
    acts("12-site.csv", lines)
    acts("13-account.csv", [{"as": "retz", "act": "link-candidate", "account": "candidate-retz", "person": "PR-PSP-01"}])


if __name__ == "__main__":
    main()
