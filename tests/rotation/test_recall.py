"""The source misses its person: it is told when it is below its minimum for more than 48 hours, and a human decides on the recall (6.3, ROT-RECALL)."""

from typing import Any

import pytest

from services.rotation.consumers import consumer
from shared.inbox import Taken
from tests.rotation.world import HOSPITAL, World, announced, decided, path_at
from tests.support.hearing import Message, hear, message

RECALL = {"reason": "Khoa chỉ còn một bác sĩ", "done_on": "2025-03-14"}


def shortfall(mission: dict[str, Any], what: str = "found", **changes: Any) -> Message:
    """What the registry says of the days of a mission."""
    body = {
        "id": mission["id"],
        "source_service": "rotation",
        "source_id": mission["id"],
        "facility_code": HOSPITAL,
        "authority_path": path_at(HOSPITAL),
        "shared_with": [],
        "first_day": "2025-03-12",
        "last_day": "2025-03-16",
        "present": 1,
        "minimum": 3,
    }
    return message("relais.registry.shortfalls", f"registry.shortfall.{what}.v1", body | changes)


async def told(*messages: Message) -> Taken:
    taken = await hear(consumer, *messages)
    assert taken.dead == 0
    return taken


async def recall_dues() -> list[dict[str, Any]]:
    return [due for due in await announced("dues") if due["kind"] == "mission_recall"]


def may(mission: dict[str, Any], act: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in mission["available_actions"] if each["act"] == act)
    return found


class TestRefused:
    @pytest.mark.parametrize(("person", "slug"), [("hr-bache", "other-authority"), ("head-bache", "other-authority"), ("director", "role-missing"), ("training", "role-missing")])
    async def test_the_source_alone_recalls(self, world: World, person: str, slug: str) -> None:
        mission = await world.under_way(await world.surgeon())
        assert (await world.act(person, f"/missions/{mission['id']}/recall", RECALL, expect=403))["type"].endswith(f"/{slug}")

    async def test_with_a_reason_and_only_who_has_left(self, world: World) -> None:
        mission = await world.ordered(await world.surgeon())
        assert (await world.act("hr-bvt", f"/missions/{mission['id']}/recall", RECALL, expect=409))["type"].endswith("/state-does-not-allow")
        assert (await world.act("hr-bvt", f"/missions/{mission['id']}/recall", {}, expect=422))["type"].endswith("/malformed")


class TestAlert:
    async def test_the_mission_says_it_and_it_falls_due_after_48_hours(self, world: World) -> None:
        mission = await world.under_way(await world.surgeon())
        await told(shortfall(mission))
        seen = await world.read("hr-bvt", f"/missions/{mission['id']}")
        assert (seen["state"], seen["short_from"], seen["short_to"], seen["short_by"]) == ("in_progress", "2025-03-12", "2025-03-16", 2)
        assert may(seen, "recall")["allowed"]
        [due] = await recall_dues()
        assert (due["subject_id"], due["state"], due["warn_on"], due["due_on"], due["facility_code"]) == (mission["id"], "open", "2025-03-12", "2025-03-14", HOSPITAL)
        assert due["facts"] == {"giver": HOSPITAL, "missing": 2, "until": "2025-03-16"}

    async def test_nothing_is_recalled_by_itself(self, world: World) -> None:
        mission = await world.under_way(await world.surgeon())
        await told(shortfall(mission), shortfall(mission, last_day="2025-04-30", present=0))
        seen = await world.read("linh", f"/missions/{mission['id']}")
        assert (seen["state"], seen["short_to"], seen["short_by"]) == ("in_progress", "2025-04-30", 3)

    async def test_recalled_the_alert_is_done_and_the_days_are_free(self, world: World) -> None:
        mission = await world.under_way(await world.surgeon())
        await told(shortfall(mission))
        recalled = await world.act("head-bvt", f"/missions/{mission['id']}/recall", RECALL)
        assert (recalled["state"], recalled["ended_on"], recalled["reason"], recalled["short_from"]) == ("recalled", "2025-03-14", RECALL["reason"], None)
        assert [due["state"] for due in await recall_dues()] == ["open", "done"]
        assert (await announced("holds"))[-1]["outcome"] == "released"
        assert (await announced("missions"))[-1]["type"] == "rotation.mission.ended.v1"
        await told(shortfall(mission, "over"), shortfall(mission))
        assert (await world.read("linh", f"/missions/{mission['id']}"))["short_from"] is None
        assert len(await recall_dues()) == 2

    async def test_enough_people_again(self, world: World) -> None:
        mission = await world.under_way(await world.surgeon())
        await told(shortfall(mission))
        await told(shortfall(mission, "over"))
        assert (await world.read("linh", f"/missions/{mission['id']}"))["short_by"] is None
        assert [due["state"] for due in await recall_dues()] == ["open", "dropped"]

    async def test_a_revoked_order_leaves_nothing_to_decide(self, world: World) -> None:
        mission = await world.ordered(await world.surgeon())
        await told(shortfall(mission, first_day="2025-03-03"))
        await told(decided("revoked", mission, effective_on="2025-03-05"))
        assert [due["state"] for due in await recall_dues()] == ["open", "done"]

    async def test_of_another_service_not_yet_ordered_or_not_known_yet(self, world: World) -> None:
        mission = await world.proposed(await world.surgeon())
        await told(shortfall(mission), shortfall(mission, source_service="training"))
        assert await recall_dues() == []
        assert (await told(shortfall(mission, source_id=mission["person_id"]))).parked == 1
