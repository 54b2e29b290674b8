"""Make the register of this story: `python tests/stories/maroc-2021/make.py`.

Regions, provinces and prefectures are real, as are the names by which their hospitals and institutes are known; people are
invented. Each region has its directorate, its regional hospital and its institute; Fès-Meknès also its provinces.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.stories.making import Register, areas, moroccan

HERE = Path(__file__).parent
DETAILED = "MA-03"
CAPITALS = {
    "MA-01": "MA-01-511", "MA-02": "MA-02-411", "MA-03": "MA-03-231", "MA-04": "MA-04-421", "MA-05": "MA-05-091", "MA-06": "MA-06-141", "MA-07": "MA-07-351", "MA-08": "MA-08-201",
    "MA-09": "MA-09-001", "MA-10": "MA-10-261", "MA-11": "MA-11-321", "MA-12": "MA-12-391",
}  # fmt: skip
"""The prefecture or province in which each regional directorate sits."""


def main() -> None:
    register = Register(HERE, "MA", moroccan, share_of_women=0.58, employment="civil_servant")
    names = {area["code"]: area["name"] for area in areas("morocco")}
    for region, seat in CAPITALS.items():
        a_region(register, region, seat, names)
    for code, name in names.items():
        if code.startswith(f"{DETAILED}-") and code != CAPITALS[DETAILED]:
            a_province(register, code, name)
    register.write()


def a_region(register: Register, region: str, seat: str, names: dict[str, str]) -> None:
    common = {"authority": region, "area_code": seat, "level": "regional"}
    directorate = register.facility(**common, code=f"{region}-DRS", name=f"Direction régionale de la santé {names[region]}", type="authority")
    hospital = register.facility(**common, code=f"{region}-CHR", name=f"Centre hospitalier régional de {names[seat]}", type="hospital")
    institute = register.facility(
        **common, code=f"{region}-ISPITS", name=f"Institut supérieur des professions infirmières et techniques de santé de {names[seat]}", type="training_institute"
    )
    many = 4 if region == DETAILED else 1
    register.staff(directorate, "Ressources humaines", "MA-ADM", 2)
    register.staff(hospital, "Médecine", "MA-MG", 2 * many)
    register.staff(hospital, "Réanimation", "MA-MS", many, specialty="anaesthesia-icu")
    register.staff(hospital, "Chirurgie", "MA-MS", many, specialty="surgery")
    register.staff(hospital, "Réanimation", "MA-IAR", 2 * many)
    register.staff(hospital, "Urgences", "MA-ISUSI", 2 * many)
    register.staff(hospital, "Médecine", "MA-IP", 4 * many)
    register.staff(hospital, "Maternité", "MA-SF", 2 * many)
    register.staff(hospital, "Laboratoire", "MA-TL", many)
    register.staff(institute, "Enseignement", "MA-IP", 2)
    register.staff(institute, "Enseignement", "MA-SF", 1)


def a_province(register: Register, code: str, name: str) -> None:
    common = {"authority": DETAILED, "area_code": code}
    hospital = register.facility(**common, code=f"{code}-CHP", name=f"Centre hospitalier provincial de {name}", type="hospital", level="province")
    register.staff(hospital, "Médecine", "MA-MG", 3)
    register.staff(hospital, "Chirurgie", "MA-MS", 1, specialty="surgery")
    register.staff(hospital, "Médecine", "MA-IP", 6)
    register.staff(hospital, "Maternité", "MA-SF", 3)
    for number, kind in enumerate(("urbain", "rural"), start=1):
        remoteness = "rural" if kind == "rural" else "none"
        centre = register.facility(
            **common,
            code=f"{code}-CS{number}",
            name=f"Centre de santé {kind} {number} de {name}",
            type="primary_centre",
            level="commune",
            technical_supervisor=hospital,
            remoteness=remoteness,
        )
        register.staff(centre, "Soins", "MA-MG", 1)
        register.staff(centre, "Soins", "MA-ISFC", 2)


if __name__ == "__main__":
    main()
