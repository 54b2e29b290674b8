"""Somebody applies on the public site: entered for recruitment alone, shown to whom they chose, kept no longer than that."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.registry.consumers import consumer
from services.registry.contacts.models import Contact
from shared.db import worker_session
from tests.registry.world import World
from tests.support.hearing import hear, message

TOPIC = "relais.recruitment.applications"
ROOT = "/api/v1/registry"


async def entered(world: World, **changes: Any) -> dict[str, Any]:
    body = {"id": str(uuid4()), "authority_path": "VN.VN-22", "name": "Phạm Thị Hồng", "contacts": [{"kind": "email", "value": "hong@example.vn"}]} | changes
    answer = await world.api.post("/internal/candidates", json=body)
    assert answer.status_code == 201, answer.text
    return {"application": str(uuid4()), "person": answer.json()["person_id"], "body": body}


async def told(about: dict[str, Any], act: str = "received", **said: Any) -> None:
    body = {"id": about["application"], "person_id": about["person"], "shown_to": [], "hidden_from": []} | said
    taken = await hear(consumer, message(TOPIC, f"recruitment.application.{act}.v1", body))
    assert (taken.dead, taken.parked) == (0, 0)


async def seen_by(world: World, about: dict[str, Any], person: str) -> int:
    return int((await world.api.as_(person).get(f"{ROOT}/persons/{about['person']}")).status_code)


async def test_an_employer_sees_only_whoever_consented_and_no_longer_than_that(world: World) -> None:
    about = await entered(world)
    assert await seen_by(world, about, "hr-bvt") == 404
    await told(about, shown_to=["VN-22-BVT"])
    assert [await seen_by(world, about, who) for who in ("hr-bvt", "hr-bc", "linh", "hanoi")] == [200, 404, 200, 404]
    await told(about, "changed", state="withdrawn", is_kept=True, hidden_from=["VN-22-BVT"], changed_on="2025-10-01")
    assert await seen_by(world, about, "hr-bvt") == 404


async def test_sent_twice_it_is_one_person(world: World) -> None:
    about = await entered(world)
    assert (await entered(world, id=about["body"]["id"]))["person"] == about["person"]


async def test_a_name_without_a_letter_is_nobody(world: World) -> None:
    answer = await world.api.post(
        "/internal/candidates", json={"id": str(uuid4()), "authority_path": "VN.VN-22", "name": "12 34", "contacts": [{"kind": "email", "value": "a@b.vn"}]}
    )
    assert (answer.status_code, answer.json()["fields"][0]["path"]) == (422, "name")


@pytest.mark.parametrize(
    ("authority", "dialled", "kept"),
    [("MA.MA-03", "06 12 34 56 78", "+212612345678"), ("FR.FR-44", "06 12 34 56 78", "+33612345678"), ("VN.VN-22", "0912 345 678", "+84912345678")],
)
async def test_a_number_is_read_as_it_is_dialled_there(world: World, authority: str, dialled: str, kept: str) -> None:
    about = await entered(world, authority_path=authority, contacts=[{"kind": "phone", "value": dialled}])
    async with worker_session() as session:
        assert await session.scalar(select(Contact.value).where(Contact.person_id == UUID(about["person"]))) == kept


async def test_the_file_is_kept_while_something_is_open_and_for_its_time_after(world: World) -> None:
    about = await entered(world)

    async def kept() -> tuple[bool, bool]:
        found = (await world.api.as_("linh").get(f"{ROOT}/persons/{about['person']}/purposes")).json()["items"][0]
        return found["until"] is None, found["erase_from"] is None

    assert await kept() == (False, False)  # until recruitment tells that the application stands
    await told(about, shown_to=["VN-22-BVT"])
    assert await kept() == (True, True)
    await told(about, "changed", state="ended", is_kept=False, hidden_from=["VN-22-BVT"], changed_on="2099-01-01")
    assert await kept() == (False, False)


async def test_whom_the_register_may_know_already_is_for_hr_to_compare(world: World) -> None:
    first = await entered(world, contacts=[{"kind": "email", "value": "hong@example.vn"}, {"kind": "phone", "value": "0912345678"}])
    second = await entered(world, contacts=[{"kind": "email", "value": "hong@example.vn"}, {"kind": "phone", "value": "0912345678"}])
    assert first["person"] != second["person"]
    items = (await world.api.as_("linh").get(f"{ROOT}/duplicates")).json()["items"]
    assert {first["person"], second["person"]} in [{pair[side]["person_id"] for side in ("one", "other")} for pair in items]
