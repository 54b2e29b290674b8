"""A session: planned, opened, confirmed from its minimum, held once attendance is whole; or stopped, with the days given back."""

from typing import Any

import orjson
import pytest
from sqlalchemy import text

from shared.db import worker_session
from tests.training.world import HALF_DAYS, PROVINCIAL, REMOTE, ROOT, World


async def announced(topic: str) -> list[dict[str, Any]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, subject, data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": topic})
        return [{"type": row.type, "subject": str(row.subject), "data": orjson.loads(row.data)} for row in rows]


class TestTheWholeWay:
    async def test_from_the_plan_to_the_credit(self, world: World) -> None:
        """Plan → course → session → enrolment with hold → attendance → marks → held, each told to the others."""
        plan = await world.approved_plan()
        session = await world.opened(plan_id=plan["id"], axis="P-IN")
        first, second = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        answers = await world.enrolled(session, first, second)
        assert (answers["enrolled"], answers["waiting"], answers["refused"]) == (2, 0, 0)
        assert all(item["enrolment"]["held"] for item in answers["items"])
        await world.confirmed(session)
        await world.attendance(session, {first: [1, 2, 3, 4], second: [1, 2]})
        await world.marks(session, {first: (40, 85)})
        done = await world.held(session)
        assert (done["state"], done["enrolled"], done["completed"]) == ("done", 2, 1)
        states = {event["data"]["person_id"]: event["data"] for event in await announced("relais.training.enrolments")}
        assert (states[first]["state"], states[first]["attended"], states[first]["attendance_percent"]) == ("passed", True, 100)
        assert (states[second]["state"], states[second]["attended"], states[second]["attendance_percent"]) == ("absent", False, 50)
        types = [event["type"].split(".")[-2] for event in await announced("relais.training.sessions")]
        assert types == ["opened", "changed", "confirmed", "changed", "held"]
        holds = await announced("relais.training.holds")
        assert [event["data"]["outcome"] for event in holds] == ["confirmed", "confirmed"]
        told = (await announced("relais.training.plans"))[-1]["data"]
        assert (told["state"], told["axes"][0]["spent"]) == ("executing", 40_000_000)
