"""Seats of initial training: those of the running academic year and of the one before, of public institutes, and how many are filled."""

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import Message, fact

DAY = {"as_of": "2025-09-30"}


def seats(stream: str, year: int, count: int, *, ownership: str = "public", name: str = "seat_capacities", **more: object) -> Message:
    days = {"starts_on": f"{year}-09-01", "ends_on": f"{year + 1}-08-31", "year": year, "stream": stream, "ownership": ownership}
    return fact(f"training.{name}", "set", f"{name} {stream} {year} {ownership}", **days | {"seats": count, "state": "set", "set_on": f"{year}-06-01"} | more)


async def test_before_and_after_are_two_years_of_public_institutes_and_open_their_records(ask: Ask, tell: Tell) -> None:
    await tell(seats("VN-BS", 2024, 30), seats("VN-BS", 2025, 40), seats("VN-DD", 2025, 5), seats("VN-BS", 2025, 70, ownership="private"), seats("VN-BS", 2023, 11))
    found = {name: (await ask(f"seats.{name}", **DAY)).json() for name in ("before", "after")}
    assert {name: (each["value"], each["numerator"]) for name, each in found.items()} == {"before": (30, 1), "after": (45, 2)}
    assert sorted(each["amount"] for each in (await ask("seats.after/records", **DAY)).json()["items"]) == [5, 40]


async def test_the_newest_word_about_an_intake_counts(ask: Ask, tell: Tell) -> None:
    for filled in (36, 35):
        await tell(seats("VN-BS", 2025, 40, name="intakes", filled=filled, state="closed", opened_on="2025-09-10"))
    seen = (await ask("seats.filled", **DAY)).json()
    assert (seen["value"], seen["numerator"]) == (35, 1)
