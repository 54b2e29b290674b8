"""Visits: what was promised is held, or missed with its reason; promised stands against delivered; silence falls due."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rotation.visits.promises import months_between
from tests.rotation.world import World, announced, known


@pytest.fixture
def world(province: World) -> World:
    return province


@pytest.fixture
async def active(world: World) -> dict[str, Any]:
    return await world.active()


class TestRecord:
    @pytest.mark.parametrize(
        ("person", "changes", "status", "slug"),
        [
            ("analyst", {}, 403, "role-missing"),
            ("hr-bc", {}, 422, "malformed"),  # sees no such agreement
            ("hr-bvt", {"agreement": "QN-AG-99"}, 422, "malformed"),
            ("hr-bvt", {"specialty": "ent"}, 422, "malformed"),
            ("hr-bvt", {"held_on": None}, 422, "malformed"),
            ("hr-bvt", {"reason": "weather"}, 422, "malformed"),
            ("hr-bvt", {"held_on": "2024-12-31"}, 409, "agreement-not-in-force"),
            ("hr-bvt", {"held_on": "2025-04-01"}, 422, "malformed"),  # after the day of the act
            ("hr-bvt", {"visitors": [str(known("stranger"))]}, 422, "malformed"),
            ("hr-bvt", {"outcome": "missed"}, 422, "malformed"),
        ],
    )
    async def test_what_is_refused(self, world: World, active: dict[str, Any], person: str, changes: dict[str, Any], status: int, slug: str) -> None:
        assert (await world.visit(active, by=person, expect=status, **changes))["type"].endswith(f"/{slug}")

    async def test_a_draft_promises_nothing(self, world: World) -> None:
        assert (await world.visit(await world.drafted(), expect=409))["type"].endswith("/agreement-not-in-force")

    async def test_either_side_says_it_and_a_promise_is_kept(self, world: World, active: dict[str, Any]) -> None:
        await world.heard(known("surgeon"))
        held = await world.visit(active, visitors=[str(known("surgeon"))])
        assert (held["state"], held["promised_on"], held["month"], held["consultations"]) == ("held", "2025-03-01", "2025-03-01", 34)
        await world.visit(active, by="hr-bache", agreement="QN-AG-01", held_on="2025-03-26")  # by its own reference, as in a file
        more = await world.visit(active, held_on="2025-03-28")
        assert more["promised_on"] is None
        line = next(
            each for each in (await world.read("linh", f"/visits/delivered?agreement={active['id']}"))["items"] if (each["specialty"], each["month"]) == ("surgery", "2025-03-01")
        )
        assert line == {"specialty": "surgery", "month": "2025-03-01", "promised": 2, "held": 3, "held_beyond": 1, "missed": 0, "silent": 0, "consultations": 102}

    async def test_missed_with_its_reason_and_only_what_was_promised(self, world: World, active: dict[str, Any]) -> None:
        missed = {"outcome": "missed", "held_on": None, "consultations": None, "month": "2025-02-20", "reason": "weather", "specialty": "paediatrics"}
        assert (await world.visit(active, **missed))["state"] == "missed"
        refused = await world.visit(active, expect=409, **missed)
        assert refused["type"].endswith("/nothing-promised")
        assert refused["rule"]["value"] == 1

    async def test_the_same_reference_again_changes_nothing(self, world: World, active: dict[str, Any]) -> None:
        first, again = await world.visit(active, reference="V-1"), await world.visit(active, reference="V-1")
        assert first["id"] == again["id"]


class TestBatch:
    async def test_a_month_at_once_each_answered_by_itself(self, world: World, active: dict[str, Any]) -> None:
        items = [
            {"reference": "V-1", "agreement": "QN-AG-01", "specialty": "surgery", "outcome": "held", "held_on": "2025-03-12", "consultations": 30},
            {"reference": "V-2", "agreement": "QN-AG-01", "specialty": "surgery", "outcome": "held", "held_on": "2026-03-12"},
            {"reference": "V-3", "agreement": "QN-AG-01", "specialty": "paediatrics", "outcome": "missed", "month": "2025-03-01", "reason": "staff_shortage"},
            {"reference": "V-4", "agreement": "NOWHERE", "specialty": "paediatrics", "outcome": "held", "held_on": "2025-03-14"},
        ]
        answered = await world.act("hr-bvt", "/visits/batch", {"items": items, "done_on": "2025-03-31"}, expect=200)
        assert (answered["recorded"], answered["refused"]) == (2, 2)
        assert [bool(answer["problem"]) for answer in answered["items"]] == [False, True, False, True]
        again = await world.act("hr-bvt", "/visits/batch", {"items": items, "done_on": "2025-03-31"}, expect=200)
        assert [answer["visit"] and answer["visit"]["id"] for answer in again["items"]] == [answer["visit"] and answer["visit"]["id"] for answer in answered["items"]]


class TestDue:
    async def test_the_first_silent_month_falls_due_and_moves_on(self, world: World, active: dict[str, Any]) -> None:
        for day in ("2025-01-08", "2025-01-22"):
            await world.visit(active, held_on=day)
        due = (await announced("dues"))[-1]
        assert (due["kind"], due["due_on"], due["facts"]["visits"], due["state"]) == ("visit_due", "2025-01-31", 1, "open")
        await world.visit(active, outcome="missed", held_on=None, consultations=None, month="2025-01-01", reason="epidemic", specialty="paediatrics")
        due = (await announced("dues"))[-1]
        assert (due["due_on"], due["facts"]["visits"]) == ("2025-02-28", 3)


@given(first=st.dates(), length=st.integers(0, 2000))
def test_months_between_two_days_are_each_named_once(first: Any, length: int) -> None:
    from datetime import date, timedelta

    last = min(first + timedelta(days=length), date.max - timedelta(days=40)) if first < date.max - timedelta(days=2040) else first
    if first > date.max - timedelta(days=40):
        return
    months = list(months_between(first, last))
    assert months[0] == first.replace(day=1)
    assert months[-1] == last.replace(day=1)
    assert len(months) == len(set(months)) == (last.year - first.year) * 12 + last.month - first.month + 1
