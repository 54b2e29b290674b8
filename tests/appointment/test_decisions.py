"""The register of decisions: what others propose is filed once, signed by another person, numbered without gap, and taken back with its reason."""

from collections import defaultdict
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text

from services.appointment.consumers import consumer
from shared.db import worker_session
from tests.appointment.world import ROOT, decision_request, facility
from tests.support.api import Api
from tests.support.hearing import hear


async def announced(topic: str = "relais.appointment.decisions") -> list[dict[str, Any]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, subject, data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": topic})
        return [{"type": row.type.split(".")[2], "subject": str(row.subject), "data": orjson.loads(row.data)} for row in rows]


class Register:
    """The register as its people use it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.things: defaultdict[str, UUID] = defaultdict(uuid4)  # an aggregate of each test: its events have no gap

    async def file(self, thing: str = "hire 1", **changes: Any) -> dict[str, Any]:
        taken = await hear(consumer, decision_request(self.things[thing], **changes))
        assert (taken.dead, taken.parked) == (0, 0)
        return await self.about(thing)

    async def about(self, thing: str) -> dict[str, Any]:
        answer = await self.api.as_("linh").get(f"{ROOT}/decisions", params={"source_id": str(self.things[thing])})
        found: dict[str, Any] = answer.json()["items"][-1]
        return found

    async def act(self, person: str, decision: dict[str, Any], act: str, body: dict[str, Any] | None = None, *, expect: int = 201) -> dict[str, Any]:
        answer = await self.api.as_(person).post(f"{ROOT}/decisions/{decision['id']}/{act}", json=body or {})
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def keep(self, pattern: str = "{number}/QĐ-SYT", **more: Any) -> dict[str, Any]:
        answer = await self.api.as_("director").put(f"{ROOT}/registers/VN-22", json={"pattern": pattern} | more)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result


@pytest.fixture
async def register(api: Api) -> Register:
    await hear(consumer, facility())
    return Register(api)


class TestFile:
    async def test_what_is_proposed_waits_for_a_signature(self, register: Register) -> None:
        filed = await register.file()
        assert (filed["state"], filed["kind"], filed["decision"], filed["waiting_days"]) == ("proposed", "hire", None, 30)
        assert [event["type"] for event in await announced()] == ["filed"]

    async def test_once(self, register: Register) -> None:
        first = await register.file()
        assert await register.file() == first
        assert len(await announced()) == 1

    async def test_other_content_replaces_what_waits(self, register: Register) -> None:
        await register.file()
        assert (await register.file(effective_on="2025-12-01"))["effective_on"] == "2025-12-01"

    async def test_withdrawn_and_asked_again(self, register: Register) -> None:
        await register.file()
        assert (await register.file(state="withdrawn"))["state"] == "withdrawn"
        assert (await register.file())["state"] == "proposed"

    @pytest.mark.parametrize(("service", "kind"), [("training", "stay"), ("rotation", "mission")])
    async def test_of_every_service(self, register: Register, service: str, kind: str) -> None:
        assert (await register.file(f"{kind} 1", service=service, kind=kind))["source_service"] == service


class TestSign:
    @pytest.mark.parametrize(
        ("person", "status", "slug"), [("linh", 403, "not-allowed"), ("hr-bvt", 403, "not-allowed"), ("hanoi", 403, "not-allowed"), ("nobody", 403, "not-allowed")]
    )
    async def test_who_may_not(self, register: Register, person: str, status: int, slug: str) -> None:
        refused = await register.act(person, await register.file(), "signature", expect=status)
        assert refused["type"].endswith(("/role-missing", f"/{slug}"))

    async def test_signed_with_its_number(self, register: Register) -> None:
        signed = await register.act("director", await register.file(), "signature", {"number": "317/QĐ-SYT", "done_on": "2025-09-22"})
        assert (signed["state"], signed["decision"], signed["authority"], signed["signed_on"]) == ("signed", "317/QĐ-SYT", "VN-22", "2025-09-22")
