"""What the administration decides: requests answered within the legal delay, what waits, and acts signed by the region or by the centre."""

from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import Message, fact

PERIOD = {"from": "2025-01-01", "to": "2025-09-30"}


def request(key: str, state: str, *, asked: str = "2025-03-01", due: str = "2025-03-16", decided: str | None = None, **more: object) -> Message:
    told = {"procedure": "service_record", "channel": "counter", "state": state, "asked_on": asked, "due_on": due, "decided_on": decided, "by_silence": False}
    return fact("registry.requests", "changed", key, **told | more)


async def test_the_share_answered_in_time(ask: Ask, tell: Tell) -> None:
    await tell(
        request("on the last day", "accepted", decided="2025-03-16"),
        request("refused in time", "refused", decided="2025-03-02"),
        request("a day late", "accepted", decided="2025-03-17"),
        request("by silence", "accepted", decided="2025-03-17", by_silence=True),
        request("never answered", "in_review"),
        request("not due yet", "submitted", asked="2025-09-25", due="2025-10-10"),
        request("waits for a paper", "waiting"),
        request("taken back", "withdrawn"),
        request("of another year", "accepted", asked="2024-12-31", due="2025-01-15", decided="2025-01-02"),
    )
    seen = (await ask("requests.in_time_percent", **PERIOD)).json()
    assert (seen["numerator"], seen["denominator"], seen["value"]) == (2, 5, 40.0)
    assert len((await ask("requests.in_time_percent/records", **PERIOD)).json()["items"]) == 2
    assert (await ask("requests.pending")).json()["value"] == 3
    assert (await ask("requests.in_time_percent", **PERIOD | {"as_of": "2025-03-10"})).json()["value"] == 100.0


async def test_acts_are_the_region_s_or_the_centre_s(ask: Ask, tell: Tell) -> None:
    def decision(key: str, authority: str | None, state: str = "signed", signed: str | None = "2025-03-01") -> Message:
        return fact("appointment.decisions", "signed", key, kind="benefits", state=state, authority=authority, proposed_on="2025-02-01", signed_on=signed, effective_on=signed)

    await tell(
        decision("of the region", "VN-22"),
        decision("once more", "VN-22", "superseded"),
        decision("of the centre", "VN"),
        decision("of the facility", "VN-22-H1"),
        decision("taken back", "VN-22", "revoked"),
        decision("waits", None, "proposed", None),
        decision("of another year", "VN-22", signed="2024-03-01"),
    )
    assert [(await ask(f"acts.by_{level}", **PERIOD)).json()["value"] for level in ("region", "centre", "region_percent")] == [2, 1, 50]
