"""Hires under an attraction policy, and how far its target is attained."""

import pytest

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import ROOT, hire, known, policy
from tests.support.api import Api

HIRES, ATTAINMENT = "recruitment.policy_hires", "recruitment.policy_attainment_percent"


async def test_without_a_policy_no_value_and_says_why(ask: Ask, api: Api) -> None:
    for figure in (HIRES, ATTAINMENT):
        seen = (await ask(figure)).json()
        assert (seen["value"], seen["records"]) == (None, None)
        assert "VN-22" in seen["why"]
    records = await api.as_("linh").get(f"{ROOT}/figures/{HIRES}/records", params={"area": "VN-22", "as_of": "2025-09-30"})
    assert records.json()["items"] == []


async def test_the_article(ask: Ask, tell: Tell, api: Api) -> None:
    """25 hires of a target of 298: 8.4 %."""
    await tell(policy(), *[hire(str(number), f"2024-{1 + number % 12:02}-15") for number in range(25)])
    hires, attainment = (await ask(HIRES)).json(), (await ask(ATTAINMENT)).json()
    assert (hires["value"], hires["numerator"], hires["denominator"]) == (25, 25, None)
    assert (attainment["value"], attainment["numerator"], attainment["denominator"]) == (8.4, 25, 298)
    assert (hires["from"], hires["to"], hires["as_of"]) == ("2023-12-08", "2025-09-30", "2025-09-30")
    assert hires["policy"]["resolution_no"] == "28/2023/NQ-HĐND"
    records = (await api.as_("linh").get(hires["records"])).json()["items"]
    assert len({record["hire_id"] for record in records}) == len(records) == 25


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"as_of": "2023-12-08"}, 1),
        ({"as_of": "2025-01-01"}, 2),
        ({"as_of": "2025-12-31"}, 3),
        ({"as_of": "2026-06-01"}, 4),  # signed after the policy's end: it was decided under it all the same
        ({"from": "2025-01-01", "to": "2025-01-01"}, 1),
        ({"from": "2025-01-02", "to": "2025-12-30", "as_of": "2025-12-31"}, 0),
        ({"from": "2025-01-01", "to": "2025-12-31", "as_of": "2025-06-30"}, 1),  # the date ends the period
    ],
)
async def test_the_period(ask: Ask, tell: Tell, params: dict[str, str], count: int) -> None:
    await tell(policy(), hire("A", "2023-12-08"), hire("B", "2025-01-01"), hire("C", "2025-12-31"), hire("D", "2026-01-02"))
    assert (await ask(HIRES, **params)).json()["value"] == count


async def test_the_last_policy_that_had_begun_or_the_one_named(ask: Ask, tell: Tell) -> None:
    await tell(
        policy(), policy("NQ-99", first="2025-06-01", last=None, target=50), hire("A", "2024-01-01"), hire("B", "2025-07-01", under="NQ-99"), hire("C", "2025-08-01", under="NQ-99")
    )
    assert (await ask(ATTAINMENT, as_of="2025-05-31")).json()["denominator"] == 298
    assert (await ask(ATTAINMENT)).json()["value"] == 4.0
    assert (await ask(HIRES, policy=known("NQ-28"))).json()["value"] == 1
    assert (await ask(HIRES, policy=known("unknown"))).json()["value"] is None


async def test_another_authority_sees_none_of_it(ask: Ask, tell: Tell, api: Api) -> None:
    await tell(policy(), hire("A", "2024-01-01"))
    assert (await ask(HIRES, "hanoi")).status_code == 404
    assert (await ask(HIRES, "hanoi", area="VN-01")).json()["value"] is None
    assert (await ask(HIRES, "hanoi", area="VN-01", policy=known("NQ-28"))).json()["value"] is None


async def test_an_analyst_sees_no_small_cell(ask: Ask, tell: Tell) -> None:
    await tell(policy(), hire("A", "2024-01-01"))
    seen = (await ask(ATTAINMENT, "analyst")).json()
    assert (seen["value"], seen["numerator"], seen["band"]) == (None, None, "1–4")
