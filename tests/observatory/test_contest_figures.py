"""Posts opened to contests: each one is a record of the figure, at the place where it is to be filled."""

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import Message, fact

PERIOD = {"from": "2025-01-01", "to": "2025-09-30"}


def seat(number: int, *, opened_on: str = "2025-05-25") -> Message:
    more = {"code": "TT-2025", "region": "VN-22", "occupation_code": "VN-BS", "grade": "III", "state": "open", "opened_on": opened_on}
    return fact("recruitment.contest_posts", "opened", f"contest seat {number}", **more)


async def test_as_many_records_as_posts(ask: Ask, tell: Tell) -> None:
    await tell(*(seat(number) for number in range(9)), seat(99, opened_on="2024-12-31"))
    seen = (await ask("contest.posts", **PERIOD)).json()
    assert seen["value"] == 9
    assert len((await ask("contest.posts/records", **PERIOD)).json()["items"]) == 9
