"""Figures of a pool: its members, what is open as of any day, hires, and how long each took."""

from typing import Any

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import Message, facility, fact, known

YEAR = {"from": "2025-01-01", "to": "2025-12-31", "as_of": "2025-12-31"}


def need(number: int, *, occupation: str = "VN-DDDH", quantity: int = 1, act: str = "validated", closed_on: str | None = None, pool: str | None = "pool") -> Message:
    body = {"occupation_code": occupation, "quantity": quantity, "pool_id": known(pool) if pool else None, "identified_on": "2025-01-05", "validated_on": "2025-01-10"}
    return fact("recruitment.needs", act, f"need {number}", state=act, closed_on=closed_on, **body)


def hire(number: int, for_need: int, signed_on: str, *, since: str | None = "2025-01-05", act: str = "decided") -> Message:
    body = {"need_id": known(f"need {for_need}"), "needed_since": since, "done_on": signed_on, "starts_on": signed_on, "occupation_code": "VN-DDDH", "state": act}
    return fact("recruitment.hires", act, f"hire {number}", f"hired {number}", **body)


async def value(ask: Ask, figure: str, **asked: str) -> Any:
    return (await ask(figure, **asked)).json()["value"]


async def test_what_is_open_on_any_day(ask: Ask, tell: Tell) -> None:
    """Two of four stay: one is filled in June, one closed in September, one was never put before a pool; a revoked hire fills nothing."""
    await tell(need(1), need(2, quantity=2), need(3, occupation="VN-BS"), need(4, act="closed", closed_on="2025-09-01"), need(5, pool=None))
    await tell(hire(1, 1, "2025-06-01"), hire(2, 2, "2025-06-01"), hire(3, 3, "2025-06-01", act="revoked"))
    seen = [await value(ask, "needs.open", as_of=day) for day in ("2025-01-09", "2025-05-31", "2025-06-01", "2025-12-31")]
    assert seen == [0, 4, 3, 2]
    assert len((await ask("needs.open/records", as_of="2025-12-31")).json()["items"]) == 2
    cells = (await ask("needs.by_profession/breakdown", as_of="2025-12-31", by="field")).json()["cells"]
    assert {cell["code"]: cell["numerator"] for cell in cells} == {"VN-DDDH": 1, "VN-BS": 1}


async def test_members_that_accepted_and_have_not_left(ask: Ask, tell: Tell) -> None:
    def member(name: str, **more: Any) -> Message:
        return fact("recruitment.pool_partners", "accepted", name, facility_code=name, **{"kind": "hospital", "joined_on": "2025-01-01", "state": "member"} | more)

    left = {"accepted_on": "2025-01-15", "left_on": "2025-03-31", "state": "left"}
    await tell(facility("VN-22-H2"), facility("VN-22-H3"), member("VN-22-H1", accepted_on="2025-01-15"), member("VN-22-H2", accepted_on=None), member("VN-22-H3", **left))
    assert [await value(ask, "pool.partners", as_of=day) for day in ("2025-01-14", "2025-03-30", "2025-03-31")] == [0, 2, 1]


async def test_the_median_is_the_middle_one_and_of_two_the_point_between(ask: Ask, tell: Tell) -> None:
    await tell(hire(1, 1, "2025-01-15"), hire(2, 2, "2025-02-04"), hire(3, 3, "2025-12-31", act="revoked"), hire(4, 4, "2025-03-01", since=None))
    seen = (await ask("recruitment.median_days_need_to_hire", **YEAR)).json()
    assert (seen["value"], seen["numerator"]) == (20, 2)
    assert await value(ask, "recruitment.hires", **YEAR) == 3
    await tell(hire(5, 5, "2025-01-08"))
    assert await value(ask, "recruitment.median_days_need_to_hire", **YEAR) == 10
