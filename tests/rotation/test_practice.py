"""A right to practise that is lost while its holder is on mission: the mission says from when and why, and its source decides (ROT-01)."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.rotation.consumers import consumer
from tests.rotation.world import HOSPITAL, World, announced, path_at
from tests.support.hearing import Message, hear, message


def heard_licence(person: str, *periods: tuple[str, str | None, str], **changes: Any) -> Message:
    """What the registry tells of a licence."""
    body = {
        "id": str(uuid5(NAMESPACE_URL, person)),
        "person_id": person,
        "authority_path": path_at(HOSPITAL),
        "shared_with": [],
        "scope": ["surgery"],
        "issued_on": "2015-05-05",
        "expires_on": None,
        "status": "active",
        "periods": [{"valid_from": first, "valid_to": last, "standing": standing, "scope": ["surgery"]} for first, last, standing in periods],
    }
    return message("relais.registry.licences", "registry.licence.recorded.v1", body | changes)


async def licence_dues() -> list[dict[str, Any]]:
    return [due for due in await announced("dues") if due["kind"] == "mission_licence"]


async def told(*messages: Message) -> None:
    taken = await hear(consumer, *messages)
    assert (taken.dead, taken.parked) == (0, 0)


async def test_a_revocation_is_seen_on_the_mission_and_falls_due_at_its_source(world: World) -> None:
    person = await world.surgeon()
    mission = await world.under_way(person, starts_on="2025-09-15", ends_on="2025-11-14")
    await told(heard_licence(person, ("2015-05-05", None, "in_force")))
    assert (await world.read("hr-bvt", f"/missions/{mission['id']}"))["licence_lost_on"] is None
    assert await licence_dues() == []
    await told(heard_licence(person, ("2015-05-05", "2025-10-19", "in_force"), ("2025-10-20", None, "revoked")))
    seen = await world.read("hr-bvt", f"/missions/{mission['id']}")
    assert (seen["state"], seen["licence_lost_on"], seen["licence_lost_why"]) == ("in_progress", "2025-10-20", "revoked")
    [due] = await licence_dues()
    assert (due["subject_id"], due["state"], due["due_on"], due["warn_on"], due["facility_code"]) == (mission["id"], "open", "2025-10-20", "2025-10-01", HOSPITAL)
    answer = await world.read("hr-bvt", f"/practice/{person}?on=2025-10-20")
    assert (answer["may_practise"], [one["reason"] for one in answer["reasons"]]) == (False, ["revoked"])
    await world.read("hanoi", f"/practice/{person}", expect=404)


async def test_what_is_put_right_is_said_too_and_a_mission_that_is_over_says_nothing(world: World) -> None:
    person = await world.surgeon()
    over = await world.under_way(person)
    mission = await world.under_way(person, starts_on="2025-09-15", ends_on="2025-11-14")
    await told(heard_licence(person, ("2015-05-05", "2025-08-31", "in_force")))
    seen = await world.read("hr-bvt", f"/missions/{mission['id']}")
    assert (seen["licence_lost_on"], seen["licence_lost_why"]) == ("2025-10-01", "expired")
    assert (await world.read("hr-bvt", f"/missions/{over['id']}"))["licence_lost_on"] is None
    await told(heard_licence(person, ("2015-05-05", "2025-08-31", "in_force"), ("2025-10-01", "2030-08-31", "in_force")))
    assert (await world.read("hr-bvt", f"/missions/{mission['id']}"))["licence_lost_on"] is None
    assert [due["state"] for due in await licence_dues()] == ["open", "dropped"]
