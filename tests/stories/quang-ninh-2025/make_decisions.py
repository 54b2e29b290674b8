"""Makes the acts on commitments, payments and the register: `python make_decisions.py`, after make.py. The same files each time.

Who was hired under the resolution signs a commitment some days before the first day; the support is paid some weeks after
it. Those who began in September 2025 wait for their money, one has not signed yet; one number comes late, and one text is
replaced because it cited an article that does not exist.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ACTS = Path(__file__).parent / "acts"
OFFICERS = {"VN-22-BVT": "hr-bvt", "VN-22-BVBC": "hr-bc", "VN-22-TTBCE": "hr-bache"}
LAST_PAID = date(2025, 6, 30)
NOT_SIGNED, LATE_NUMBER, REPLACED = "QN-HIRE-24", "QN-HIRE-09", "QN-HIRE-13"

pick = random.Random("decisions")  # noqa: S311 - a story, not a secret


def read(name: str) -> list[dict[str, str]]:
    with (ACTS / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def write(name: str, rows: list[dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (ACTS / name).open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def commitments(hires: list[dict[str, str]], signed: dict[str, str]) -> list[dict[str, Any]]:
    """One commitment a hire, signed between the decision and the first day."""
    found = []
    for number, hire in enumerate(hires, start=1):
        done_on = min(date.fromisoformat(signed[hire["reference"]]) + timedelta(days=pick.randint(1, 6)), date.fromisoformat(hire["starts_on"]))
        if hire["reference"] != NOT_SIGNED:
            found.append(line(done_on, hire, "sign-commitment") | {"signed_with": f"{number:02d}/CK-{done_on.year}"})
    return found


def payments(hires: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The one-off support, some weeks after the first day."""
    found = []
    for number, hire in enumerate(hires, start=1):
        done_on = date.fromisoformat(hire["starts_on"]) + timedelta(days=pick.randint(10, 28))
        if done_on <= LAST_PAID:
            found.append(line(done_on, hire, "pay-part") | {"reference": f"{hire['reference']}-1", "part": 1, "voucher": f"UNC-{done_on:%y%m}-{number:02d}"})
    return sorted(found, key=lambda row: row["done_on"])


def line(done_on: date, hire: dict[str, str], act: str) -> dict[str, Any]:
    officer = OFFICERS[hire["post"].rpartition("-P")[0]]
    return {"done_on": done_on, "as": officer, "act": act, "of": "hire", "thing": hire["reference"]}


def register() -> list[dict[str, Any]]:
    """A number that came late, and a text that is replaced by another one."""
    return [
        {"done_on": "2025-06-12", "as": "hr-bvt", "act": "number-decision", "of": "hire", "thing": LATE_NUMBER, "decision_number": "373/QĐ-SYT"},
        {
            "done_on": "2025-02-10",
            "as": "linh",
            "act": "replace-decision",
            "of": "hire",
            "thing": REPLACED,
            "legal_basis": "Nghị quyết số 28/2023/NQ-HĐND ngày 08/12/2023 của Hội đồng nhân dân tỉnh Quảng Ninh",
            "reason": "Quyết định cũ viện dẫn sai điều khoản của Nghị quyết",
        },
        {"done_on": "2025-02-14", "as": "director", "act": "sign-replacement", "of": "hire", "thing": REPLACED, "decision_number": "92/QĐ-SYT"}
        | {"retroactive_reason": "Thay thế văn bản của quyết định đã có hiệu lực; nội dung không thay đổi"},
    ]


def main() -> None:
    hires = read("11-hires.csv")[:25]
    signed = {row["thing"]: row["done_on"] for row in read("12-decisions.csv") if row["of"] == "hire"}
    write("37-commitments.csv", commitments(hires, signed))
    write("38-payments.csv", payments(hires))
    write("39-register.csv", register())


if __name__ == "__main__":
    main()
