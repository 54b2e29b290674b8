"""Why a person is kept: a purpose ends, the law says how long the file stays after it, and whoever must erase it is told."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.registry.purposes.permissions import OPENERS
from services.registry.purposes.use_cases import tell_due_erasures
from shared.db import array_literal, database
from shared.dues import due_id
from tests.registry.team import told
from tests.registry.world import BASE, BVT, World, ok, problem


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


ROLES = sorted({role for openers in OPENERS.values() for role in openers} - {"registry.read"} | {"health-worker", "operations", "ministry-analyst"})


@pytest.fixture
async def everybody(world: World) -> dict[str, str]:
    """One person for each purpose, of the same authority."""
    return {(await world.person(f"Người {purpose.title()}", purposes=[purpose]))["id"]: purpose for purpose in OPENERS}


class TestWhoFindsWhom:
    """Role by role and purpose by purpose: what the predicate, the query and row-level security each say."""

    def person(self, world: World, role: str) -> Any:
        """Somebody of the province who is nothing else."""
        if role == "registry.read":
            return world.api.as_machine("ministry-health", "registry.read", "territory:VN-22")
        return world.api.as_(f"only-{role}", roles=[role], groups=["/territories/VN-22"])

    async def test_names_are_those_of_the_purposes_that_the_role_opens(self, world: World, everybody: dict[str, str]) -> None:
        found = {}
        for role in [*ROLES, "registry.read", "registry.extract"]:
            answer = await self.person(world, role).post(f"{BASE}/persons/lookup", json={"ids": list(everybody)})
            if answer.status_code == 403:
                continue
            found[role] = {everybody[one["id"]] for one in ok(answer)["items"]}
        assert found == {role: {purpose for purpose, openers in OPENERS.items() if role in openers} for role in found}
        assert set(found) >= {"regional-administrator", "facility-hr-officer", "head-of-facility", "training-institute", "agreement-focal-point", "registry.read"}

    async def test_files_searches_and_lists_say_the_same(self, world: World, everybody: dict[str, str]) -> None:
        for role in ("head-of-facility", "facility-hr-officer"):
            caller = self.person(world, role)
            opened = {person for person, purpose in everybody.items() if role in OPENERS[purpose]}
            for person, purpose in everybody.items():
                for path in (f"persons/{person}", f"persons/{person}/purposes", f"persons/{person}/contacts"):
                    assert ((await caller.get(f"{BASE}/{path}")).status_code == 200) == (person in opened), (role, path, purpose)
            searched = ok(await caller.post(f"{BASE}/persons/search", json={"q": "Người"}))
            assert {one["id"] for one in searched["items"]} == opened

    async def test_an_adviser_finds_by_name_whom_they_may_accompany(self, world: World, everybody: dict[str, str]) -> None:
        found = {}
        for territory in ("VN-22", "VN-01"):
            adviser = world.api.as_(f"adviser-{territory}", roles=["adviser"], groups=[f"/territories/{territory}"])
            answer = ok(await adviser.post(f"{BASE}/persons/search", json={"q": "Người"}))
            found[territory] = {everybody[one["id"]] for one in answer["items"]}
            assert {(await adviser.get(f"{BASE}/persons/{person}")).status_code for person in everybody} <= {403, 404}
        assert found == {"VN-22": {"candidate", "contact"}, "VN-01": set()}

    async def test_row_level_security_says_it_without_the_query(self, world: World, everybody: dict[str, str]) -> None:
        roles = [[], ["head-of-facility"], ["training-institute"], ["health-worker"], ["agreement-focal-point", "signatory"], ["registry.read"]]
        for mine in roles:
            async with database.session("app") as session:
                session.info.update({"scope": "{VN}", "parties": "{}", "roles": array_literal(mine)})
                seen = {row.id for row in await session.execute(world.sql("SELECT id FROM persons"))}
                told = {row.person_id for row in await session.execute(world.sql("SELECT person_id FROM person_purposes"))}
            opened = {person for person, purpose in everybody.items() if set(mine) & set(OPENERS[purpose])}
            assert ({str(one) for one in seen}, {str(one) for one in told}) == (opened, opened), mine

    async def test_a_candidate_who_is_hired_is_found_as_a_worker_and_the_candidacy_stays_closed(self, world: World) -> None:
        anh = await world.person("Đặng Thị Ánh", purposes=["candidate"])
        director = self.person(world, "head-of-facility")
        assert problem(await director.get(f"{BASE}/persons/{anh['id']}"), 404) == "not-found"
        await world.assignment(anh)
        assert ok(await director.get(f"{BASE}/persons/{anh['id']}"))["purposes"] == ["worker"]
        assert ok(await world.api.as_("linh").get(f"{BASE}/persons/{anh['id']}"))["purposes"] == ["candidate", "worker"]

    async def test_nobody_registers_whom_they_could_not_find(self, world: World) -> None:
        body = {"names": [{"kind": "legal", "value": "Trần Văn Lâm"}], "sex": "male", "purposes": ["worker", "guest"], "facility_code": BVT}
        assert problem(await world.api.as_("hr-bvt").post(f"{BASE}/persons", json=body), 403) == "purpose-not-yours"
        hoa = await world.person(who="hr-bvt", facility_code=BVT)
        assert problem(await world.api.as_("hr-bvt").patch(f"{BASE}/persons/{hoa['id']}", json={"purposes": ["contact"]}), 403) == "purpose-not-yours"

    async def test_the_database_knows_the_same_matrix(self, world: World) -> None:
        async with world.as_worker() as session:
            for role in [*ROLES, "registry.read", "registry.extract"]:
                told = (await session.execute(world.sql("SELECT purposes_open(ARRAY[:role])"), {"role": role})).scalar_one()
                assert set(told) == {purpose for purpose, openers in OPENERS.items() if role in openers}, role
