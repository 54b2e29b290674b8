"""A person sees who was shown sensitive fields of their file: one record for each read, with whom and which fields."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.db import worker_session
from tests.registry.team import Team, ask_leave, leave
from tests.registry.world import BASE, World, ok, problem
from tests.support.api import Api


def subject(api: Api, person: str) -> str:
    return api.account(person).rpartition("#")[2]


async def reads() -> list[tuple[Any, ...]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT act, subject_id::text, after ->> 'person_id', after -> 'fields' FROM audit WHERE act LIKE '%.read' ORDER BY seq"))
        return [tuple(row) for row in rows]


@pytest.fixture
async def team(world: World) -> Team:
    return await Team(world).of(2)


class TestWhatIsRecorded:
    async def test_birth_and_sex_of_one_person(self, world: World, team: Team) -> None:
        person = team.people[0]["id"]
        ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{person}"))
        ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons"))
        assert problem(await world.api.as_("hanoi").get(f"{BASE}/persons/{person}"), 404) == "not-found"
        assert await reads() == [("person.read", person, person, ["birth", "sex"])]

    async def test_the_type_of_a_leave_for_whoever_is_shown_it(self, world: World, team: Team) -> None:
        first, second = [ok(await ask_leave(world, leave(person, "2025-11-03", "2025-11-07")))["id"] for person in team.people]
        ok(await world.api.as_("head-bvt").get(f"{BASE}/absences/{first}"))
        ok(await world.api.as_("head-bvt").get(f"{BASE}/absences"))
        assert sorted((act, subject) for act, subject, _person, _fields in await reads()) == sorted([("absence.read", first), ("absence.read", first), ("absence.read", second)])


class TestWhoReadMyFile:
    async def linked(self, world: World, person: str) -> None:
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{person}/account", json={"subject": subject(world.api, "head-bvt")}))

    async def test_the_person_sees_who_and_which_fields(self, world: World, team: Team) -> None:
        person = team.people[0]["id"]
        await self.linked(world, person)
        ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{person}"))
        ok(await world.api.as_("head-bvt").get(f"{BASE}/persons/{person}"))
        ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{team.people[1]['id']}"))
        seen = ok(await world.api.as_("head-bvt", roles=["health-worker"], groups=[]).get(f"{BASE}/me/reads"))["items"]
        assert [(read["what"], read["fields"], read["by_you"]) for read in seen] == [("person", ["birth", "sex"], True), ("person", ["birth", "sex"], False)]
        assert seen[1]["account"] == subject(world.api, "hr-bvt")

    async def test_an_account_of_nobody_sees_nothing(self, world: World, team: Team) -> None:
        ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{team.people[0]['id']}"))
        assert ok(await world.api.as_("director").get(f"{BASE}/me/reads"))["items"] == []

    async def test_a_machine_has_no_file(self, world: World) -> None:
        assert problem(await world.api.as_machine("ministry-health", "registry.read", "territory:VN-22").get(f"{BASE}/me/reads"), 403) == "not-a-person"

    async def test_a_history_tells_changes_alone(self, world: World, team: Team) -> None:
        person = team.people[0]["id"]
        ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{person}"))
        acts = [change["act"] for change in ok(await world.api.as_("linh").get(f"{BASE}/history", params={"subject_kind": "person", "subject_id": person}))["items"]]
        assert acts == ["person.registered"]
