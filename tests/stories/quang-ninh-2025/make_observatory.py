"""Make the populations of the 54 communes of 1 July 2025: `python tests/stories/quang-ninh-2025/make_observatory.py`.

Illustrative: the province's 1,430,000 inhabitants spread by kind of commune and surface, so that a map per 10,000 can be drawn.
"""

import csv
import gzip
import random
from pathlib import Path

HERE = Path(__file__).parent
AREAS = HERE.parents[2] / "services/registry/data/viet-nam/areas.csv.gz"
PROVINCE, INHABITANTS = "VN-22", 1_430_000
SOURCE = "Illustrative spread of the province's population over the communes of 1 July 2025"


def main() -> None:
    chance = random.Random("observatory")
    with gzip.open(AREAS, "rt", encoding="utf-8") as source:
        communes = sorted(
            (row for row in csv.DictReader(source) if row["parent_code"] == PROVINCE and row["level"] == "commune" and row["valid_from"]), key=lambda row: row["code"]
        )
    weights = {row["code"]: chance.uniform(26, 42) if row["type"] == "phường" else chance.uniform(9, 20) if row["type"] == "xã" else chance.uniform(6, 9) for row in communes}
    weights["VN-22-07192"] = 6.5  # Cô Tô, the smallest
    total = sum(weights.values())
    values = {code: round(INHABITANTS * weight / total / 10) * 10 for code, weight in weights.items()}
    largest = max(values, key=lambda code: values[code])
    values[largest] += INHABITANTS - sum(values.values())
    with (HERE / "acts/70-commune-populations.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["done_on", "as", "act", "reference", "area_code", "year", "value", "source", "kind"], lineterminator="\n")
        writer.writeheader()
        for code, value in values.items():
            line = {"done_on": "2025-07-15", "as": "linh", "act": "declare-population", "reference": f"POP-{code}-2025", "area_code": code, "year": 2025, "value": value}
            writer.writerow(line | {"source": SOURCE, "kind": "illustrative"})
    print(len(values), "communes,", sum(values.values()), "inhabitants")


if __name__ == "__main__":
    main()
