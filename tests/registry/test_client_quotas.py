"""Operations set what programs may ask; the doors tell what they counted; a program reads its own."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.registry.clients.queries import door_day, forget_old_usage
from shared.db import worker_session
from shared.quotas import PATH
from tests.registry.world import BASE, problem
from tests.support.api import Api

TODAY = (door_day() - door_day().replace(year=1970, month=1, day=1)).days
CLIENTS = f"{BASE}/clients"


async def tell(api: Api, gateway: Any, requests: int, *, refused: int = 0, client_id: str = "ministry-sandbox", day: int = TODAY) -> dict[str, Any]:
    answer = await api.post(PATH, json={"gateway": str(gateway), "day": day, "counts": [{"client_id": client_id, "requests": requests, "refused": refused}]})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def own(api: Api) -> dict[str, Any]:
    said: dict[str, Any] = (await api.as_machine("ministry-sandbox", "registry.extract").get(f"{CLIENTS}/own")).json()
    return said


class TestQuotas:
    @pytest.mark.parametrize("username", ["linh", "analyst"])
    async def test_are_set_by_operations_alone(self, api: Api, username: str) -> None:
        assert problem(await api.as_(username).put(f"{CLIENTS}/ministry-sandbox/quota", json={"per_minute": 9, "per_day": 99}), 403) == "role-missing"
        assert problem(await api.as_(username).get(CLIENTS), 403) == "role-missing"
        assert problem(await api.as_(username).get(f"{CLIENTS}/own"), 403) == "machine-only"
        machine = api.as_machine("ministry-sandbox", "registry.extract")
        assert problem(await machine.put(f"{CLIENTS}/ministry-sandbox/quota", json={"per_minute": 9, "per_day": 99}), 403) == "role-missing"

    @pytest.mark.parametrize("body", [{"per_minute": 0, "per_day": 1}, {"per_minute": 1}, {"per_minute": 1, "per_day": 1, "client_id": "another"}])
    async def test_are_numbers_above_nothing(self, api: Api, body: dict[str, int]) -> None:
        assert (await api.as_("ops").put(f"{CLIENTS}/ministry-sandbox/quota", json=body)).status_code == 422

    async def test_a_program_has_that_of_everybody_until_it_has_its_own_and_after(self, api: Api) -> None:
        assert (await own(api))["is_own"] is False
        everybody = (await own(api))["per_minute"]
        set_ = await api.as_("ops").put(f"{CLIENTS}/ministry-sandbox/quota", json={"per_minute": 9, "per_day": 99})
        assert set_.status_code == 200, set_.text
        assert {name: set_.json()[name] for name in ("client_id", "per_minute", "per_day", "is_own", "today")} == {
            "client_id": "ministry-sandbox", "per_minute": 9, "per_day": 99, "is_own": True, "today": 0,
        }  # fmt: skip
        assert await own(api) == set_.json()
        told = await tell(api, uuid4(), 1)
        assert {"client_id": "ministry-sandbox", "per_minute": 9, "per_day": 99} in told["quotas"]
        assert (await api.as_("ops").delete(f"{CLIENTS}/ministry-sandbox/quota")).json()["per_minute"] == everybody
        assert (await api.as_("ops").delete(f"{CLIENTS}/ministry-sandbox/quota")).status_code == 404
        assert problem(await api.as_("ops").delete(f"{CLIENTS}/*/quota"), 409) == "quota-of-everybody"


class TestUsage:
    async def test_a_count_told_twice_counts_once_and_each_door_hears_what_the_others_counted(self, api: Api) -> None:
        one, other = uuid4(), uuid4()
        await tell(api, one, 5)
        assert (await tell(api, one, 7, refused=2))["elsewhere"] == []
        assert (await tell(api, one, 6))["elsewhere"] == []  # a message that was overtaken
        assert (await tell(api, other, 3))["elsewhere"] == [{"client_id": "ministry-sandbox", "requests": 7}]
        assert (await tell(api, other, 0, day=TODAY + 1))["elsewhere"] == []
        said = await own(api)
        assert (said["today"], said["refused_today"], said["recent"]) == (10, 2, 10)
        listed = (await api.as_("ops").get(CLIENTS)).json()["items"]
        assert [client["client_id"] for client in listed] == ["*", "ministry-sandbox"]

    async def test_is_forgotten_after_its_time(self, api: Api) -> None:
        await tell(api, uuid4(), 5, day=TODAY - 401)
        await tell(api, uuid4(), 5)
        await forget_old_usage()
        async with worker_session() as session:
            assert await session.scalar(text("SELECT count(*) FROM client_usage")) == 1
