"""Exchanges as figures: who was trained, for how long at least and at most, and who is back."""

from typing import Any

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import Message, fact


def placement(name: str, months: int, state: str = "returned", *, last: str = "2025-03-31", ended: str | None = None, **more: Any) -> Message:
    body = {
        "state": state,
        "home_code": "VN-22-H1",
        "host_code": "FR-63-CHU",
        "field": "cardiology",
        "months": months,
        "starts_on": "2024-10-01",
        "ends_on": last,
        "ended_on": ended,
    }
    return fact("rotation.placements", "returned", f"placement {name}", name, **(body | more))


async def test_trained_shortest_longest_and_back(ask: Ask, tell: Tell) -> None:
    assert (await ask("exchange.shortest_months", as_of="2025-09-30")).json()["value"] is None
    await tell(
        placement("A", 24),
        placement("B", 6, "debriefed"),
        placement("C", 12, "stayed"),
        placement("away", 3, "arrived"),
        placement("later", 36, last="2025-12-31"),
        placement("cut", 9, last="2025-12-31", ended="2025-09-01"),
    )
    seen = {name: (await ask(f"exchange.{name}", as_of="2025-09-30")).json() for name in ("placements", "shortest_months", "longest_months", "returned")}
    assert {name: (figure["value"], figure["numerator"]) for name, figure in seen.items()} == {
        "placements": (4, 4), "shortest_months": (6, 4), "longest_months": (24, 4), "returned": (3, 3),
    }  # fmt: skip
    months = (await ask("exchange.longest_months/series", as_of="2025-09-30", months=2)).json()["lines"][0]["points"]
    assert [(point["value"], point["numerator"]) for point in months] == [(24, 3), (24, 4)]
