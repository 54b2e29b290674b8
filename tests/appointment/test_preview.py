"""What terms would mean before anybody is bound: the handbook’s amounts, before anything is signed."""

from typing import Any

import pytest

from tests.appointment.world import ROOT
from tests.support.api import Api

PATH = f"{ROOT}/commitment-previews"
TERMS: dict[str, Any] = {
    "authority": "VN-22", "amount": 500_000_000, "starts_on": "2024-04-01", "months_due": 84, "payment_schedule": [{"percent": 100, "months_after_start": 0}], "breach_policy": {"kind": "PRORATA"}, "after_months": [30],
}  # fmt: skip
PARTS = [{"percent": 60, "months_after_start": 0}, {"percent": 40, "months_after_start": 24}]


async def ask(api: Api, *, who: str = "linh", expect: int = 200, **changes: Any) -> dict[str, Any]:
    answer = await api.as_(who).post(PATH, json=TERMS | changes)
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"payment_schedule": [{"percent": 60, "months_after_start": 0}]}, "payment_schedule"),
        ({"breach_policy": {"kind": "MULTIPLE"}}, "breach_policy"),
        ({"amount": 0}, "amount"),
        ({"months_due": 0}, "months_due"),
        ({"after_months": []}, "after_months"),
    ],
)
async def test_terms_that_do_not_hang_together(api: Api, changes: dict[str, Any], path: str) -> None:
    assert path in [field["path"] for field in (await ask(api, expect=422, **changes))["fields"]]


async def test_not_for_everybody(api: Api) -> None:
    await ask(api, who="analyst", expect=403)


async def test_a9_as_for_a_commitment(api: Api) -> None:
    found = await ask(api)
    assert [(one["months"], one["on"], one["amount"]) for one in found["owed"]] == [(30, "2026-09-30", 321_428_571)]
    assert found["free_on"] == "2031-03-31"
    assert found["rule"]["id"] == "COM-02"
    assert "84" in found["owed"][0]["formula"]


async def test_only_what_is_paid_by_then_is_owed(api: Api) -> None:
    found = await ask(api, payment_schedule=PARTS, after_months=[24, 25, 84, 24])
    assert [(part["due_on"], part["amount"]) for part in found["payments"]] == [("2024-04-01", 300_000_000), ("2026-04-01", 200_000_000)]
    assert [(one["months"], one["paid"], one["amount"]) for one in found["owed"]] == [(24, 300_000_000, 214_285_714), (25, 500_000_000, 351_190_476), (84, 500_000_000, 0)]


async def test_a_table_and_its_text(api: Api) -> None:
    steps = [{"before_months": 12, "percent": 100}, {"before_months": 36, "percent": 50}]
    found = await ask(api, breach_policy={"kind": "TIERED", "steps": steps, "citation": "Nghị quyết 28", "confidence": "confirmed"}, after_months=[6, 12, 36])
    assert [one["amount"] for one in found["owed"]] == [500_000_000, 250_000_000, 0]
    assert (found["rule"]["citation"], found["rule"]["confidence"]) == ("Nghị quyết 28", "confirmed")
