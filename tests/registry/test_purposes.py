"""Why a person is kept: a purpose ends, the law says how long the file stays after it, and whoever must erase it is told."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.registry.purposes.use_cases import tell_due_erasures
from shared.dues import due_id
from tests.registry.team import told
from tests.registry.world import BASE, World, ok, problem


async def end(world: World, person: dict[str, Any], purpose: str, until: str, who: str = "linh") -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/persons/{person['id']}/purposes/{purpose}/ending", json={"until": until, "reason": "Withdrew"})


async def purposes(world: World, person: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await world.api.as_("linh").get(f"{BASE}/persons/{person['id']}/purposes"))["items"]
    return found


async def dues(world: World, person: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["state"], one["due_on"]) for one in await told(world, str(due_id("erasure_due", UUID(person["id"]))))]


async def known_since(world: World, day: str) -> None:
    async with world.as_worker() as session:
        await session.execute(world.sql(f"UPDATE person_purposes SET since = '{day}'"))


@pytest.fixture
async def binh(world: World) -> dict[str, Any]:
    binh = await world.person("Lê Văn Bình", purposes=["candidate", "student"])
    await known_since(world, "2010-01-01")
    return binh


class TestRefused:
    async def test_whoever_is_employed_is_kept_as_a_worker(self, world: World) -> None:
        hoa = await world.person()
        await world.assignment(hoa)
        await known_since(world, "2025-01-01")
        answer = await end(world, hoa, "worker", "2025-09-30")
        assert (problem(answer, 409), answer.json()["rule"]["id"]) == ("still-a-worker", "PRP-SERVED")

    async def test_it_ends_once_and_not_before_it_began(self, world: World, binh: dict[str, Any]) -> None:
        assert problem(await end(world, binh, "candidate", "2009-12-31"), 409) == "ends-before-it-began"
        ok(await end(world, binh, "candidate", "2020-06-30"))
        assert problem(await end(world, binh, "candidate", "2020-07-31"), 409) == "purpose-has-ended"
        assert problem(await end(world, binh, "guest", "2020-07-31"), 404) == "not-found"

    @pytest.mark.parametrize(("who", "status"), [("hr-bvt", 404), ("hanoi", 404), ("director", 403)])
    async def test_only_by_whoever_keeps_the_file(self, world: World, binh: dict[str, Any], who: str, status: int) -> None:
        problem(await end(world, binh, "candidate", "2020-06-30", who), status)


class TestRetention:
    async def test_the_time_after_it_is_the_law_s(self, world: World, binh: dict[str, Any]) -> None:
        ended = ok(await end(world, binh, "candidate", "2020-06-30"))
        assert (ended["erase_from"], ended["months_kept"], ended["rule"]["id"]) == ("2022-06-30", 24, "PRP-RETENTION")
        assert "10/2022/TT-BNV" in ended["rule"]["citation"]
        assert [(one["purpose"], one["until"]) for one in await purposes(world, binh)] == [("candidate", "2020-06-30"), ("student", None)]

    async def test_a_file_is_due_when_its_last_purpose_keeps_it_no_more(self, world: World, binh: dict[str, Any]) -> None:
        ok(await end(world, binh, "candidate", "2020-06-30"))
        await tell_due_erasures()
        assert await dues(world, binh) == []
        ok(await end(world, binh, "student", "2015-09-30"))
        await tell_due_erasures()
        await tell_due_erasures()
        assert await dues(world, binh) == [("open", "2025-09-30")]

    async def test_one_whose_time_still_runs_is_not(self, world: World, binh: dict[str, Any]) -> None:
        ok(await end(world, binh, "candidate", "2020-06-30"))
        ok(await end(world, binh, "student", "2015-10-02"))
        await tell_due_erasures()
        assert await dues(world, binh) == []

    async def test_kept_again_it_is_due_no_more(self, world: World, binh: dict[str, Any]) -> None:
        for purpose in ("candidate", "student"):
            ok(await end(world, binh, purpose, "2010-06-30"))
        await tell_due_erasures()
        ok(await world.api.as_("linh").patch(f"{BASE}/persons/{binh['id']}", json={"purposes": ["candidate"]}))
        assert next((one["purpose"], one["until"], one["erase_from"]) for one in await purposes(world, binh)) == ("candidate", None, None)
        await tell_due_erasures()
        await tell_due_erasures()
        assert [state for state, _day in await dues(world, binh)] == ["open", "dropped"]
