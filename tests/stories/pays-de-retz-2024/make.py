"""Make the register of this story: `python tests/stories/pays-de-retz-2024/make.py`.

The communes of CA Pornic Agglo and CC du Sud Estuaire are real; people are invented, and what stands of each employer is illustrative.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.stories.making import Register, french

HERE = Path(__file__).parent
AUTHORITY = "FR-44"
PORNIC, SAINT_BREVIN, PAIMBOEUF, SAINT_PERE, SAINTE_PAZANNE, CHAUMES = (f"FR-44-{code}" for code in ("44131", "44154", "44116", "44187", "44186", "44005"))
EMPLOYERS = {  # code: name, type, ownership, commune, how people are employed, staff by unit and title
    "FR-44-HIPR": (
        *("Hôpital intercommunal du Pays de Retz", "hospital", "public", PORNIC, "civil_servant"),
        {("Médecine", "FR-MG"): 3, ("Médecine", "FR-IDE"): 12, ("Médecine", "FR-AS"): 14, ("Médecine", "FR-ASH"): 8, ("Rééducation", "FR-KINE"): 2, ("Direction", "FR-CDS"): 2},
    ),
    "FR-44-EHPADSB": (
        "Ehpad de Saint-Brevin-les-Pins",
        "care_home",
        "public",
        SAINT_BREVIN,
        "civil_servant",
        {("Hébergement", "FR-IDE"): 4, ("Hébergement", "FR-AS"): 12, ("Hébergement", "FR-ASH"): 8},
    ),
    "FR-44-EHPADSP": (
        *("Ehpad de Sainte-Pazanne", "care_home", "private_non_profit", SAINTE_PAZANNE, "contract_open"),
        {("Hébergement", "FR-IDE"): 3, ("Hébergement", "FR-AS"): 9, ("Hébergement", "FR-ASH"): 6},
    ),
    "FR-44-SSIADP": ("Ssiad de Pornic", "home_care", "private_non_profit", PORNIC, "contract_open", {("Domicile", "FR-IDE"): 2, ("Domicile", "FR-AS"): 9}),
    "FR-44-SAADSE": (
        "Service d’aide à domicile du Sud Estuaire",
        "home_care",
        "private_non_profit",
        SAINT_PERE,
        "contract_open",
        {("Domicile", "FR-AD"): 12, ("Domicile", "FR-AES"): 3},
    ),
    "FR-44-MSPC": (
        "Maison de santé de Chaumes-en-Retz",
        "primary_centre",
        "private",
        CHAUMES,
        "private",
        {("Cabinet", "FR-MG"): 3, ("Cabinet", "FR-IDE"): 3, ("Cabinet", "FR-AM"): 1},
    ),
}
TOWN_HALLS = {  # where each commune lies, to the hundredth of a degree: its employers are drawn there
    PORNIC: ("47.12", "-2.10"), SAINT_BREVIN: ("47.25", "-2.17"), PAIMBOEUF: ("47.29", "-2.03"), SAINT_PERE: ("47.21", "-2.04"), SAINTE_PAZANNE: ("47.10", "-1.81"),
    CHAUMES: ("47.16", "-1.98"),
}  # fmt: skip
PARTNERS = {  # partners without posts
    "FR-44-CPTS": ("CPTS Sud Estuaire et Pays de Retz", "health_network", "private_non_profit", PORNIC),
    "FR-44-CCSE": ("Communauté de communes du Sud Estuaire", "authority", "public", PAIMBOEUF),
    "FR-44-CAPA": ("Pornic Agglo Pays de Retz", "authority", "public", PORNIC),
    "FR-44-LOGE": ("Association pour le logement des saisonniers et des soignants", "association", "private_non_profit", PORNIC),
}


def located(commune: str) -> dict[str, str]:
    return dict(zip(("latitude", "longitude"), TOWN_HALLS[commune], strict=True))


def main() -> None:
    register = Register(HERE, "PR", french, share_of_women=0.84)
    for code, (name, kind, ownership, commune, employment, units) in EMPLOYERS.items():
        register.facility(authority=AUTHORITY, code=code, name=name, type=kind, level="area", ownership=ownership, area_code=commune, **located(commune))
        for (unit, title), count in units.items():
            register.staff(code, unit, title, count, employment=employment)
    for code, (name, kind, ownership, commune) in PARTNERS.items():
        register.facility(authority=AUTHORITY, code=code, name=name, type=kind, level="area", ownership=ownership, area_code=commune, **located(commune))
    register.write()


if __name__ == "__main__":
    main()
