"""Requests to partners with their outcome, and who stays in the territory: each figure opens as many records as it counts."""

from typing import Any

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import Message, employed, facility, fact

YEAR = {"from": "2024-01-01", "to": "2024-12-31", "as_of": "2024-12-31"}


def request(number: int, state: str = "asked", *, asked_on: str = "2024-04-08", settled_on: str | None = None, kind: str = "housing", reason: str | None = None) -> Message:
    body = {"kind": kind, "state": state, "asked_on": asked_on, "settled_on": settled_on, "refused_by": "candidate" if reason else None, "reason": reason}
    return fact("recruitment.service_requests", "asked" if state == "asked" else "settled", f"request {number}", **body)


async def seen(ask: Ask, figure: str) -> tuple[Any, int]:
    value = (await ask(figure, **YEAR)).json()
    return value["value"], len((await ask(f"{figure}/records", **YEAR)).json()["items"])


async def test_requests_and_outcomes(ask: Ask, tell: Tell) -> None:
    solved, refused = {"settled_on": "2024-05-01"}, {"settled_on": "2024-05-02", "reason": "too_expensive"}
    await tell(
        request(1), request(2, "solved", **solved), request(3, "refused", **refused), request(4, asked_on="2023-12-31"), request(5, "solved", asked_on="2023-12-31", **solved)
    )
    assert [await seen(ask, f"services.{name}") for name in ("requests", "solved", "refused")] == [(3, 3), (2, 2), (1, 1)]
    assert (await ask("services.refused/breakdown", **YEAR, by="field")).json()["cells"][0]["code"] == "too_expensive"


async def test_a_change_of_employer_in_the_territory_is_staying(ask: Ask, tell: Tell) -> None:
    """Of five who came in 2023 one stayed, one went to a neighbour, one left the territory after 7 months, one left and came back; a sixth has been there for long."""
    await tell(facility("VN-22-H2"), facility("VN-01-H9", at=("VN", "VN-01", "VN-01-C9"), manager="VN-01"))
    stays, moves, leaves, returns = (
        employed(name, first="2023-03-01", last=last) for name, last in (("stays", None), ("moves", "2023-08-31"), ("leaves", "2023-09-30"), ("returns", "2023-06-30"))
    )
    after = [
        employed("moves", "VN-22-H2", first="2023-09-01", key="2"),
        employed("leaves", "VN-01-H9", first="2023-10-01", key="2"),
        employed("returns", "VN-22-H2", first="2024-02-01", key="2"),
    ]
    await tell(
        *stays, *moves, *leaves, *returns, *(message for messages in after for message in messages), *employed("long", first="2015-01-01"), *employed("new", first="2024-06-01")
    )
    assert await seen(ask, "retention.territory_12m") == (75, 3)
    half = (await ask("retention.territory_6m", **YEAR)).json()
    assert (half["numerator"], half["denominator"]) == (1, 1)  # the one who came in June 2024: half a year later the others’ were over in 2023
