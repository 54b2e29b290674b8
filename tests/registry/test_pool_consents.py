"""Somebody looks for work in a pool: an employer without consent finds no such person in the register, and none any more once it is withdrawn."""

from uuid import uuid4

from services.registry.consumers import consumer
from tests.registry.test_candidates import ROOT, entered, seen_by
from tests.registry.world import World
from tests.support.hearing import Message, hear, message


def shown(about: dict[str, str], *, to: list[str], hidden_from: list[str]) -> Message:
    body = {"id": about["profile"], "person_id": about["person"], "shown_to": to, "hidden_from": hidden_from}
    return message("relais.recruitment.profiles", "recruitment.profile.shown.v1", body)


async def test_an_employer_without_consent_finds_nobody(world: World) -> None:
    about = await entered(world) | {"profile": str(uuid4())}
    assert [await seen_by(world, about, who) for who in ("hr-bvt", "hr-bc")] == [404, 404]
    await hear(consumer, shown(about, to=["VN-22-BVT"], hidden_from=[]))
    assert [await seen_by(world, about, who) for who in ("hr-bvt", "hr-bc")] == [200, 404]
    names = (await world.api.as_("hr-bc").post(f"{ROOT}/persons/lookup", json={"ids": [about["person"]]})).json()["items"]
    assert names == []
    await hear(consumer, shown(about, to=[], hidden_from=["VN-22-BVT"]))
    assert [await seen_by(world, about, who) for who in ("hr-bvt", "hr-bc")] == [404, 404]
