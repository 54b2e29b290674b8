"""Make the acts of those who govern: `python tests/stories/maroc-2021/make_governance.py`.

Article: the national meeting of 25 and 26 June 2021 and, within it, the seventh meeting of the committee that coordinates the institutes; their themes.
Source: Law 55-19 (receipt, legal delay, silence). What was decided, by whom and by when, the plan, the orders and the requests are illustrative.
"""

import csv
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
ACTS = HERE / "acts" / "20-governance"
COUNTER = HERE / "acts" / "40-counter"
REGIONS = [f"MA-{number:02}" for number in range(1, 13)]
FIRST_WAVE = ("MA-03", "MA-04", "MA-06", "MA-07")
MEETINGS = (
    (1, "2018-03-15", "2018-03-15", "Rabat"), (2, "2018-11-08", "2018-11-08", "Rabat"), (3, "2019-05-16", "2019-05-16", "Casablanca"), (4, "2019-12-05", "2019-12-05", "Marrakech"),
    (5, "2020-07-09", "2020-07-09", "Rabat"), (6, "2020-12-17", "2020-12-17", "Rabat"), (7, "2021-06-25", "2021-06-25", "Skhirat"),
)  # fmt: skip
SIXTH = (  # kind, text, owner, due, what became of it: (day, outcome, evidence, seen by the seventh meeting)
    ("decision", "Un calendrier unique des concours d’accès aux instituts", "Direction des ressources humaines", "2021-03-31", ("2021-03-22", "done", "Calendrier commun publié le 22 mars 2021", "")),
    ("decision", "Un règlement intérieur commun des douze instituts", "Division de la formation", "2021-05-31", ("2021-06-25", "under_way", "Projet soumis aux directeurs, neuf avis reçus sur douze", "yes")),
    ("recommendation", "Recenser la capacité d’accueil de chaque filière", "Directeurs des instituts", "2021-04-30", ("2021-04-28", "done", "Recensement des douze régions transmis", "")),
    ("recommendation", "Conclure une convention type avec les instituts privés", "Division de la formation", "2021-06-30", ("2021-06-25", "under_way", "Modèle validé, trois conventions en discussion", "yes")),
    ("recommendation", "Évaluer les terrains de stage de chaque hôpital régional", "Directions régionales", "2021-05-31", ("2021-06-25", "under_way", "Sept régions sur douze ont rendu leur évaluation", "yes")),
    ("recommendation", "Ouvrir une filière d’assistants sociaux", "Division de la formation", "2021-06-15", ("2021-06-25", "dropped", "Reportée au plan 2023, faute d’enseignants", "yes")),
)  # fmt: skip
SEVENTH = (
    ("decision", "Porter la capacité des instituts publics de 3 000 à 4 000 places", "Direction des ressources humaines", "2021-09-30", ("2021-09-20", "done", "Capacités arrêtées pour la rentrée 2021")),
    ("decision", "Une commission mixte public-privé par région", "Directions régionales", "2021-12-15", ("2021-12-10", "under_way", "Commissions installées dans huit régions")),
    ("recommendation", "Réserver des terrains de stage aux instituts privés conventionnés", "Directions régionales", "2021-11-30", None),
    ("recommendation", "Recruter des enseignants permanents pour les nouvelles places", "Direction des ressources humaines", "2022-06-30", ("2021-12-06", "under_way", "Cent vingt postes demandés au budget 2022")),
)  # fmt: skip
NATIONAL = (
    ("recommendation", "Déléguer aux directeurs régionaux les actes de gestion courante", "Direction des ressources humaines", "2021-12-31", ("2021-07-01", "under_way", "Quatre régions depuis le 1er juillet 2021")),
    ("recommendation", "Mesurer les délais de chaque acte, par région", "Directions régionales", "2021-10-31", ("2021-10-25", "done", "Délais publiés par région")),
    ("recommendation", "Simplifier les démarches des agents, candidats et praticiens privés", "Division de l’organisation", "2021-12-31", ("2021-12-20", "under_way", "Neuf démarches au recueil, pièces réduites")),
    ("recommendation", "Délivrer les attestations en ligne avec un code de vérification", "Division de l’informatique", "2021-09-30", ("2021-09-28", "done", "Attestations en ligne dans la région Fès-Meknès")),
    ("recommendation", "Évaluer chaque année la gestion régionale des ressources humaines", "Inspection générale", "2021-11-30", None),
)  # fmt: skip
AXES = (
    ("Capacités de formation", "Augmenter les places"), ("Capacités de formation", "Encadrer les étudiants"), ("Coordination du public et du privé", "Partager les terrains de stage"),
    ("Gestion régionale des ressources humaines", "Décider au plus près"), ("Gestion régionale des ressources humaines", "Évaluer et améliorer"), ("Démarches simplifiées et numériques", "Réduire pièces et étapes"),
    ("Démarches simplifiées et numériques", "Répondre dans le délai"),
)  # fmt: skip
ACTIONS = (  # reference, axis, objective, title, owner, region, indicator, area, target, first, due, origin, progress [(day, %, text)], closure (day, outcome, evidence)
    ("A-01", 1, 1, "Arrêter les capacités par filière et par région", "Division de la formation", "", "", "", "", "2021-07-15", "2021-09-30", "M7-1", [("2021-08-31", 60, "Dix régions arrêtées")], ("2021-09-22", "done", "Capacités publiées")),
    ("A-02", 1, 1, "Équiper les salles des nouvelles places", "Direction des équipements", "", "", "", "", "2021-09-01", "2022-06-30", "M7-1", [("2021-12-01", 35, "Marchés attribués dans cinq régions")], None),
    ("A-03", 1, 2, "Recruter des enseignants permanents", "Direction des ressources humaines", "", "stock.staff", "", "", "2021-09-01", "2022-09-30", "M7-4", [("2021-12-06", 20, "Postes demandés au budget 2022")], None),
    ("A-04", 1, 2, "Former les encadrants de stage", "Institut de Fès", "MA-03", "", "", "", "2021-09-01", "2021-12-15", "", [("2021-11-30", 50, "Deux sessions sur quatre tenues")], None),
    ("A-05", 2, 1, "Signer la convention type avec les instituts privés", "Division de la formation", "", "", "", "", "2021-07-15", "2021-12-31", "", [("2021-12-10", 70, "Huit conventions prêtes")], None),
    ("A-06", 2, 1, "Installer les commissions mixtes régionales", "Directions régionales", "", "", "", "", "2021-07-15", "2021-11-30", "M7-2", [("2021-10-15", 50, "Six commissions installées"), ("2021-12-10", 67, "Huit commissions installées")], None),
    ("A-07", 2, 1, "Installer la commission mixte de Fès-Meknès", "Direction régionale de Fès-Meknès", "MA-03", "", "", "", "2021-07-15", "2021-10-31", "M7-2", [("2021-10-12", 100, "Commission installée le 12 octobre")], ("2021-10-20", "done", "Procès-verbal d’installation")),
    ("A-08", 3, 1, "Déléguer les indemnités et les récompenses aux régions", "Direction des ressources humaines", "", "acts.by_region_percent", "MA", 60, "2021-07-15", "2021-12-31", "N-1", [("2021-10-01", 40, "Première vague en vigueur"), ("2021-12-15", 80, "Arrêté de la seconde vague signé")], None),
    ("A-09", 3, 2, "Publier les délais de chaque acte, par région", "Direction régionale de Fès-Meknès", "MA-03", "", "", "", "2021-07-15", "2021-10-31", "N-2", [("2021-10-20", 100, "Délais publiés")], ("2021-10-28", "done", "Page des délais ouverte aux régions")),
    ("A-10", 3, 2, "Une évaluation annuelle de la gestion régionale", "Inspection générale", "", "", "", "", "2021-09-01", "2021-11-30", "N-5", [], None),
    ("A-11", 4, 1, "Publier le recueil des démarches", "Division de l’organisation", "", "", "", "", "2021-07-15", "2021-10-15", "N-3", [("2021-09-30", 90, "Neuf démarches rédigées")], ("2021-10-14", "done", "Recueil publié au titre de la loi 55-19")),
    ("A-12", 4, 1, "Supprimer les légalisations de copies", "Division de l’organisation", "", "", "", "", "2021-09-01", "2022-03-31", "N-3", [("2021-12-20", 40, "Projet de circulaire")], None),
    ("A-13", 4, 2, "Répondre à neuf demandes sur dix dans le délai légal", "Directions régionales", "MA-03", "requests.in_time_percent", "MA-03", 90, "2021-07-15", "2022-12-31", "N-3", [("2021-12-20", 60, "Guichet unique à Fès et à Meknès")], None),
    ("A-14", 4, 2, "Attestations en ligne avec code de vérification", "Division de l’informatique", "MA-03", "", "", "", "2021-07-15", "2021-09-30", "N-4", [("2021-09-15", 90, "Essai à l’hôpital régional")], ("2021-09-29", "done", "Attestations délivrées et vérifiables")),
    ("A-15", 4, 2, "Bornes d’accueil dans les hôpitaux provinciaux", "Division de l’informatique", "", "", "", "", "2021-09-01", "2022-06-30", "", [], ("2021-12-01", "dropped", "Remplacées par le guichet en ligne")),
)  # fmt: skip
BEFORE = ((58, 3), (49, 5), (73, 2), (61, 1), (66, 4), (80, 2), (55, 3), (70, 2), (64, 1), (52, 3))
"""Benefits proposed before the delegation: days to the signature, people."""
AFTER = ((6, 3), (4, 2), (9, 4), (5, 1), (7, 2), (8, 3), (3, 2), (6, 1))
PROCEDURES = (  # code, facility of the person, who enters, who answers, share of the sample
    ("employment_attestation", "MA-03-CHR", "fes", "hr-chr-fes", 14), ("service_record", "MA-03-CHR", "fes", "hr-chr-fes", 7), ("contest_authorisation", "MA-03-CHR", "hr-chr-fes", "head-chr-fes", 6),
    ("transfer", "MA-03-CHR", "hr-chr-fes", "head-chr-fes", 6), ("exchange_of_posts", "MA-03-CHR", "hr-chr-fes", "head-chr-fes", 3), ("unpaid_leave", "MA-03-CHR", "hr-chr-fes", "head-chr-fes", 4),
)  # fmt: skip
DAYS = {"employment_attestation": 3, "service_record": 10, "contest_authorisation": 15, "transfer": 60, "exchange_of_posts": 60, "unpaid_leave": 30}


def main() -> None:
    ACTS.mkdir(parents=True, exist_ok=True)
    people = list(csv.DictReader((HERE / "bulk" / "people.csv").open(encoding="utf-8")))
    the_meetings(people)
    the_plan()
    the_delegations([one["worker_no"] for one in people if one["facility_code"] == "MA-03-CHR"], [one["worker_no"] for one in people if one["facility_code"] == "MA-01-CHR"])
    the_requests([one["worker_no"] for one in people if one["facility_code"] == "MA-03-CHR"])
    the_counter()


def the_meetings(people: list[dict[str, str]]) -> None:
    write("10-committees.csv", "done_on,as,act,reference,authority,code,title,kind", [
        ("2018-01-15", "amal", "found-committee", "C-ISPITS", "MA", "ispits-coordination", "Commission centrale de coordination de la formation dans les ISPITS", "committee"),
        ("2021-04-01", "amal", "found-committee", "C-NATIONAL", "MA", "national-hr", "Réunion nationale des ressources humaines", "national_meeting"),
    ])  # fmt: skip
    write("agenda.csv", "meeting,day,subject", [
        ("M6", "2020-12-17", "Bilan de la rentrée 2020"), ("M6", "2020-12-17", "Calendrier des concours"), ("M6", "2020-12-17", "Terrains de stage"),
        ("NATIONAL", "2021-06-25", "Généralisation de la couverture sociale : besoins en ressources humaines"), ("NATIONAL", "2021-06-25", "Septième réunion de la commission de coordination des ISPITS"),
        ("NATIONAL", "2021-06-26", "Gestion régionale des ressources humaines : évaluer et améliorer"), ("NATIONAL", "2021-06-26", "Démarches simplifiées et numériques"),
        ("M7", "2021-06-25", "Suites de la sixième réunion"), ("M7", "2021-06-25", "Augmenter la capacité de formation"), ("M7", "2021-06-25", "Coordination des secteurs public et privé"),
    ])  # fmt: skip
    columns = "done_on,as,act,reference,body,number,starts_on,ends_on,place,area_code,within,agenda"
    planned = [(before(first, 40), "amal", "plan-meeting", f"M{number}", "C-ISPITS", number, first, last, place, "MA", "NATIONAL" if number == 7 else "", "@agenda.csv") for number, first, last, place in MEETINGS]  # fmt: skip
    national = ("2021-05-03", "amal", "plan-meeting", "NATIONAL", "C-NATIONAL", 2021, "2021-06-25", "2021-06-26", "Skhirat", "MA", "", "@agenda.csv")
    write("11-meetings.csv", columns, [*planned[:6], national, planned[6]])
    managers = {region: [one["worker_no"] for one in people if one["facility_code"] == f"{region}-DRS"] for region in REGIONS}
    write("participants.csv", "meeting,area_code,capacity,people,workers", [
        *(("NATIONAL", region, "Responsables régionaux des ressources humaines", 1, managers[region][0]) for region in REGIONS),
        *(("NATIONAL", region, "Responsables régionaux de la formation", 1, managers[region][1]) for region in REGIONS),
        ("NATIONAL", "MA", "Administration centrale", 18, ""),
        *(("M7", region, "Directeurs des instituts", 1, "") for region in REGIONS),
        ("M7", "MA", "Administration centrale", 8, ""),
        *(("M6", region, "Directeurs des instituts", 1, "") for region in REGIONS if region not in ("MA-11", "MA-12")),
        ("M6", "MA", "Administration centrale", 7, ""),
    ])  # fmt: skip
    write("12-participants.csv", "done_on,as,act,meeting,participants", [
        ("2020-12-17", "amal", "say-participants", "M6", "@participants.csv"), ("2021-06-26", "amal", "say-participants", "NATIONAL", "@participants.csv"),
        ("2021-06-25", "amal", "say-participants", "M7", "@participants.csv"),
    ])  # fmt: skip
    held = [(last, "amal", "hold-meeting", f"M{number}", "") for number, _first, last, _place in MEETINGS]
    write("13-held.csv", "done_on,as,act,meeting,refused", [*held, ("2021-06-26", "amal", "hold-meeting", "NATIONAL", "")])
    texts = [("M6", number, "2020-12-17", one) for number, one in enumerate(SIXTH, start=1)]
    texts += [("M7", number, "2021-06-25", one) for number, one in enumerate(SEVENTH, start=1)] + [("NATIONAL", number, "2021-06-26", one) for number, one in enumerate(NATIONAL, start=1)]  # fmt: skip
    name = {"M6": "M6", "M7": "M7", "NATIONAL": "N"}
    write("14-resolutions.csv", "done_on,as,act,reference,meeting,kind,text,owner,due_on", [
        (day, "amal", "write-resolution", f"{name[meeting]}-{number}", meeting, kind, text, owner, due) for meeting, number, day, (kind, text, owner, due, _followed) in texts
    ])  # fmt: skip
    adopted = [(after(last, 12), "rabat-director", "adopt-minutes", f"M{number}", "") for number, _first, last, _place in MEETINGS]
    refused = [("2021-07-05", "amal", "adopt-minutes", "NATIONAL", "403 minutes-are-yours")]
    write("15-adopted.csv", "done_on,as,act,meeting,refused", [*adopted, *refused, ("2021-07-08", "rabat-director", "adopt-minutes", "NATIONAL", "")])
    followed = [(followed[0], f"{name[meeting]}-{number}", followed[1], followed[2], "M7" if len(followed) > 3 and followed[3] else "") for meeting, number, _day, (*_said, followed) in texts if followed]  # fmt: skip
    write("16-followed.csv", "done_on,as,act,reference,resolution,outcome,evidence,seen_by", [
        (day, "amal", "follow-resolution", f"F-{resolution}", resolution, outcome, evidence, seen) for day, resolution, outcome, evidence, seen in sorted(followed)
    ])  # fmt: skip


def the_plan() -> None:
    write("axes.csv", "axis,objective", AXES)
    write("20-plan.csv", "done_on,as,act,reference,authority,title,starts_on,ends_on,axes", [
        ("2021-07-09", "amal", "draft-strategy", "PLAN", "MA", "Plan stratégique des ressources humaines 2021-2022", "2021-07-01", "2022-12-31", "@axes.csv"),
    ])  # fmt: skip
    write("21-actions.csv", "done_on,as,act,reference,strategy,axis,objective,title,owner,area_code,indicator,indicator_area,target,starts_on,due_on,resolution", [
        ("2021-07-09", "amal", "add-plan-action", reference, "PLAN", axis, objective, title, owner, area, indicator, indicator_area, target, first, due, origin)
        for reference, axis, objective, title, owner, area, indicator, indicator_area, target, first, due, origin, *_rest in ACTIONS
    ])  # fmt: skip
    write("22-approval.csv", "done_on,as,act,strategy,refused", [
        ("2021-07-12", "amal", "approve-strategy", "PLAN", "403 plan-is-yours"), ("2021-07-12", "rabat-director", "approve-strategy", "PLAN", ""),
    ])  # fmt: skip
    told = [(day, "fes" if one[5] == "MA-03" else "amal", "report-plan-progress", f"{one[0]}-{number}", one[0], percent, text, "", "", "") for one in ACTIONS for number, (day, percent, text) in enumerate(one[12], start=1)]  # fmt: skip
    closed = [(one[13][0], "rabat-director", "close-plan-action", f"{one[0]}-C", one[0], "", "", one[13][1], one[13][2], "") for one in ACTIONS if one[13]]
    refused = ("2021-10-19", "fes", "close-plan-action", "A-07-R", "A-07", "", "", "done", "Commission installée", "403 other-authority")
    write("23-progress.csv", "done_on,as,act,reference,plan action,percent,text,outcome,evidence,refused", sorted([*told, *closed, refused]))


def the_delegations(staff: list[str], of_tangier: list[str]) -> None:
    columns = "done_on,as,act,reference,authority,delegated,place,competent,nature,citation,valid_from,valid_to"
    centre = [("2021-01-11", "amal", "delegate-act", f"D-MA-{act}", "MA", act, "MA", "MA", "power", "Décret 2-06-656, attributions du ministre", "2015-01-01", "") for act in ("benefits", "awards")]  # fmt: skip
    first = [("2021-06-30", "amal", "delegate-act", f"D-{region}-{act}", "MA", act, region, region, nature, "Arrêté 1853-21 du 28 juin 2021", "2021-07-01", "") for region in FIRST_WAVE for act, nature in (("benefits", "power"), ("awards", "signature"))]  # fmt: skip
    second = [("2021-12-15", "amal", "delegate-act", f"D-{region}-benefits", "MA", "benefits", region, region, "power", "Arrêté 3642-21 du 13 décembre 2021", "2022-01-01", "") for region in REGIONS if region not in FIRST_WAVE]  # fmt: skip
    write("30-delegations.csv", columns, [*centre, *first, *second])
    proposals, signatures = [], []
    people = iter(staff * 2)
    for number, (days, count) in enumerate(BEFORE, start=1):
        proposals.append((after("2021-01-18", 9 * number), "hr-chr-fes", f"B-{number:02}", days, [next(people) for _one in range(count)], "rabat-director", "Arrêté"))
    for number, (days, count) in enumerate(AFTER, start=len(BEFORE) + 1):
        proposals.append(
            (after("2021-07-05", 18 * (number - len(BEFORE))), "hr-chr-fes", f"B-{number:02}", days, [next(people) for _one in range(count)], "fes-director", "Décision")
        )
    for number, (day, days) in enumerate((("2021-03-02", 71), ("2021-09-06", 64)), start=1):
        proposals.append((day, "tanger", f"T-{number:02}", days, [of_tangier[number]], "rabat-director", "Arrêté"))
    write("31-benefits.csv", "done_on,as,act,reference,workers,kind,amount,currency,frequency,starts_on,basis", [
        (day, who, "propose-benefit", reference, " ".join(workers), "responsibility" if number % 2 else "hazard", 60000, "MAD", "monthly", "2022-01-01", "Décret 2-99-651 sur les indemnités")
        for number, (day, who, reference, _days, workers, _signer, _paper) in enumerate(sorted(proposals))
    ])  # fmt: skip
    for day, _who, reference, days, _workers, signer, paper in proposals:
        signatures.append((after(day, days), signer, "sign-decision", "benefit", reference, f"{paper} {reference}/2021", ""))
    # Who is not competent on the day is refused: the region before the first of July, the centre after.
    refused = [("2021-03-15", "fes-director", "sign-decision", "benefit", "B-01", "", "409 authority-not-competent"), ("2021-07-26", "rabat-director", "sign-decision", "benefit", "B-11", "", "409 authority-not-competent")]  # fmt: skip
    write("32-signatures.csv", "done_on,as,act,of,thing,decision_number,refused", [*refused, *sorted(signatures)])


def the_requests(staff: list[str]) -> None:
    chance = random.Random("maroc-2021/demandes")
    received, answered, in_time, due, pending = [], [], 0, 0, 0
    number = 0
    for code, facility, enters, answers, count in PROCEDURES:
        for place in range(count):
            number += 1
            reference, day = f"R-{number:02}", date(2021, 1, 11) + timedelta(days=int(340 * place / count) + chance.randint(0, 6))
            received.append((day.isoformat(), enters, "receive-request", reference, staff[number % len(staff)], facility, code, ""))
            if code == "transfer" and place == count - 2:  # still waits at the end of the year, long after its delay
                pending += 1
                due += 1
                continue
            late = (code, place) in {("service_record", 1), ("transfer", 0), ("employment_attestation", 2), ("unpaid_leave", 0)}
            took = DAYS[code] * 2 + 20 if late else max(1, DAYS[code] - chance.randint(1, max(1, DAYS[code] // 2)))
            decided = day + timedelta(days=took)
            if decided > date(2021, 12, 31):
                pending += 1
                continue
            due, in_time = due + 1, in_time + (not late)
            refuses = code in ("transfer", "exchange_of_posts") and place % 3 == 1
            answered.append(
                (
                    decided.isoformat(),
                    answers,
                    "answer-request",
                    reference,
                    "refusal" if refuses else "acceptance",
                    "Aucun poste vacant dans la résidence demandée" if refuses else "",
                )
            )
    write("40-received.csv", "done_on,as,act,reference,worker,facility_code,procedure,note", sorted(received))
    refused = (received[0][0], "fes", "answer-request", "R-01", "acceptance", "", "403 receiver-does-not-decide")
    write("41-answered.csv", "done_on,as,act,request,step,comment,refused", [refused, *((*one, "") for one in sorted(answered))])
    print(number, "requests,", in_time, "of", due, "answered in time:", round(100 * in_time / due, 1), "%,", pending, "wait")


def the_counter() -> None:
    """Those who have no account here ask on paper, and staff enter it for them: candidates of the contest, whose delay is not over when the year ends, and two private
    practitioners of the neighbouring region. Another person than the one who entered it decides."""
    COUNTER.mkdir(parents=True, exist_ok=True)
    practitioners = [("tanger", "enter-person", "MA-LIB-01", "Soukaina El Alaoui", "سكينة العلوي", "1979-05-14", "female", "contact"), ("tanger", "enter-person", "MA-LIB-02", "Omar Benhaddou", "عمر بنحدو", "1971-11-02", "male", "contact")]  # fmt: skip
    write("10-people.csv", "as,act,reference,full_name,name_in_other_script,birth_date,sex,purpose", practitioners, COUNTER)
    asked = [
        (f"2021-12-{26 + number}", "fes", "receive-request", f"G-{number:02}", f"MA-CDT-{number:03}", "MA-03-DRS", "contest_results", "Demande déposée au guichet")
        for number in (1, 2, 3)
    ]
    asked += [
        (day, "tanger", "receive-request", f"G-{number:02}", f"MA-LIB-{number - 3:02}", "MA-01-DRS", "practice_address", "Transfert du cabinet dans la même ville")
        for number, day in ((4, "2021-09-13"), (5, "2021-10-04"))
    ]
    write("20-received.csv", "done_on,as,act,reference,person,facility_code,procedure,note", asked, COUNTER)
    followed = [
        ("2021-09-14", "tanger", "answer-request", "G-04/own", "G-04", "acceptance", "", "403 receiver-does-not-decide"),
        ("2021-09-15", "amal", "answer-request", "G-04/taken", "G-04", "taking-up", "", ""),
        ("2021-09-28", "amal", "answer-request", "G-04/decided", "G-04", "acceptance", "Adresse conforme", ""),
        ("2021-10-06", "amal", "answer-request", "G-05/taken", "G-05", "taking-up", "", ""),
        ("2021-10-22", "amal", "answer-request", "G-05/decided", "G-05", "refusal", "Le local n’a pas d’accès pour les personnes à mobilité réduite", ""),
        ("2021-12-30", "amal", "answer-request", "G-01/taken", "G-01", "taking-up", "", ""),
    ]
    write("30-followed.csv", "done_on,as,act,thing,request,step,comment,refused", followed, COUNTER)


def after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def before(day: str, days: int) -> str:
    return after(day, -days)


def write(name: str, columns: str, rows: Sequence[tuple[object, ...]], folder: Path = ACTS) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
