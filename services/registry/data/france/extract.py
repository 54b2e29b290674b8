"""Make `areas.csv.gz` from the data package @etalab/decoupage-administratif 6.0.0 (see ATTRIBUTION.md).

    python services/registry/data/france/extract.py .../decoupage-administratif/data

Every region and department; inter-municipal bodies (EPCI) and communes of the departments listed in DETAILED.
"""

import csv
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COLUMNS = ["key", "level", "code", "name", "short_name", "type", "parent_code", "valid_from", "valid_to"]
DETAILED = ("44",)
# A department and a region may bear the same number (44): regions are named by ISO 3166-2, those overseas by their ISO country letters.
REGIONS = {
    "01": "GP", "02": "MQ", "03": "GF", "04": "RE", "06": "YT", "11": "IDF", "24": "CVL", "27": "BFC", "28": "NOR", "32": "HDF", "44": "GES", "52": "PDL", "53": "BRE",
    "75": "NAQ", "76": "OCC", "84": "ARA", "93": "PAC", "94": "20R",
}  # fmt: skip
BODIES = {"CC": "communauté de communes", "CA": "communauté d’agglomération", "CU": "communauté urbaine", "METRO": "métropole"}


def main(folder: Path) -> None:
    regions, departments, communes, bodies = (json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("regions", "departements", "communes", "epci"))
    areas = [line("FR", "country", "France", "pays", "")]
    areas += [line(f"FR-{REGIONS[one['code']]}", "region", one["nom"], "région", "FR") for one in regions if one["code"] in REGIONS]
    areas += [line(f"FR-{one['code']}", "department", one["nom"], "département", f"FR-{REGIONS[one['region']]}") for one in departments if one["region"] in REGIONS]
    for department in DETAILED:
        areas += detailed(department, communes, bodies)
    write("areas.csv.gz", areas)


def detailed(department: str, communes: list[dict[str, Any]], bodies: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The communes of a department, each below its EPCI; of an EPCI that reaches into another department, the part that lies here."""
    here = {one["code"]: one for one in communes if one.get("departement") == department and one["type"] == "commune-actuelle"}
    found = []
    for body in bodies:
        members = [one["code"] for one in body["membres"] if one["code"] in here]
        if members:
            code = f"FR-{department}-{body['code']}"
            found.append(line(code, "epci", body["nom"], BODIES[body["type"]], f"FR-{department}"))
            found += [line(f"FR-{department}-{member}", "commune", here.pop(member)["nom"], "commune", code) for member in members]
    if here:
        raise SystemExit(f"communes of {department} without EPCI: {sorted(here)}")
    return found


def line(code: str, level: str, name: str, kind: str, parent: str) -> dict[str, str]:
    name = name.replace("'", "’")
    return dict(zip(COLUMNS, [code, level, code, name, name, kind, parent, "", ""], strict=True))


def write(name: str, lines: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    (HERE / name).write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
