"""A facility that comes under another authority takes the rows about it along, on its day: the walls follow here as in the registry."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from services.recruitment.consumers import consumer
from shared.db import worker_session
from shared.directory import follow_places
from tests.recruitment.world import PROVINCIAL, ROOT, World, facility
from tests.support.hearing import hear

FORMER, NEW = f"VN.VN-22.{PROVINCIAL}", f"VN.VN-31.{PROVINCIAL}"
BODY = {"facility_code": PROVINCIAL, "occupation_code": "VN-BS", "reason": "vacancy"}


def moved_on(day: str) -> Any:
    """The hospital comes under the authority VN-31 on a day."""
    same = {"tier": "provincial", "area_code": "VN-22-06676"}
    eve = f"{day[:8]}{int(day[8:]) - 1:02d}"
    return facility(periods=[same | {"valid_from": "1976-01-01", "valid_to": eve, "authority_path": FORMER}, same | {"valid_from": day, "valid_to": None, "authority_path": NEW}])


async def seen_by(world: World, territory: str) -> int:
    reader = world.api.as_("linh", groups=[f"/territories/{territory}"])
    return len((await reader.get(f"{ROOT}/needs")).json()["items"])


@pytest.fixture
async def need(world: World) -> dict[str, Any]:
    return await world.act("hr-bvt", "/needs", BODY)


async def test_the_new_authority_finds_what_the_former_one_no_longer_sees(world: World, need: dict[str, Any]) -> None:
    assert [await seen_by(world, territory) for territory in ("VN-22", "VN-31")] == [1, 0]
    await hear(consumer, moved_on("2025-09-15"))
    assert [await seen_by(world, territory) for territory in ("VN-22", "VN-31")] == [0, 1]
    await hear(consumer, facility())
    assert [await seen_by(world, territory) for territory in ("VN-22", "VN-31")] == [1, 0]


async def test_not_before_its_day(world: World, need: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    await hear(consumer, moved_on("2025-11-15"))
    await follow_places()
    assert [await seen_by(world, territory) for territory in ("VN-22", "VN-31")] == [1, 0]
    monkeypatch.setattr("shared.directory.today", lambda: date(2025, 11, 17))
    await follow_places()
    assert [await seen_by(world, territory) for territory in ("VN-22", "VN-31")] == [0, 1]


async def test_what_is_shared_with_the_facility_is_shared_with_its_authority_too(world: World, need: dict[str, Any]) -> None:
    async with worker_session() as session:
        await session.execute(text("UPDATE needs SET authority_path = 'VN.VN-22.VN-22-TTBCE', shared_with = :parties"), {"parties": [PROVINCIAL]})
    await hear(consumer, moved_on("2025-09-15"))
    assert [await seen_by(world, territory) for territory in ("VN-22", "VN-31")] == [1, 1]
