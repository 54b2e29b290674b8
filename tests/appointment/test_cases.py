"""A case: principle, candidates, steps, file, decision; and what its signature and its revocation change."""

import pytest
from sqlalchemy import text

from shared.db import worker_session
from tests.appointment.world import PROVINCIAL, REMOTE, known
from tests.appointment.world_leadership import Leaders, staff
from tests.support.api import Api


@pytest.fixture
async def leaders(api: Api) -> Leaders:
    leaders = Leaders(api)
    await leaders.open_places(PROVINCIAL, REMOTE)
    await staff("Ánh", "Bình", "Chi")
    return leaders


async def told(topic: str) -> list[str]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": topic})
        return [row.type.split(".")[2] for row in rows]


class TestThinPath:
    async def test_a_head_is_appointed(self, leaders: Leaders) -> None:
        position = await leaders.position()
        case = await leaders.appointed(position, "Ánh")
        assert (case["state"], case["decision"], case["nominee_id"]) == ("decided", "101/QĐ-SYT", str(known("Ánh")))
        mandate = await leaders.read(f"/mandates/{case['made_mandate_id']}")
        assert (mandate["kind"], mandate["starts_on"], mandate["ends_on"], mandate["state"]) == ("appointed", "2025-05-01", "2030-04-30", "running")
        assert (await leaders.read(f"/positions/{position['id']}"))["holder"]["person_id"] == str(known("Ánh"))
        assert await told("relais.appointment.mandates") == ["started"]
        assert (await told("relais.appointment.cases"))[-1] == "decided"
