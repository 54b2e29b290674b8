"""One person, one record: merged by two officers, refused by the database itself, undone with everything back where it was."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from services.registry.duplicates.finding import find_duplicates
from shared.db import database
from tests.registry.team import hold, leave, told
from tests.registry.test_corrections import link
from tests.registry.test_identifiers import declare, rows, verify
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem
from tests.support.api import Api

MERGES = f"{BASE}/merges"
COLLEAGUE: dict[str, Any] = {"roles": ["regional-administrator"], "groups": ["/territories/VN-22"]}


def officer(world: World, who: str = "linh") -> Api:
    """`linh`, or a colleague with the same role."""
    return world.api.as_(who) if who == "linh" else world.api.as_(who, **COLLEAGUE)


async def propose(world: World, surviving: dict[str, Any], retired: dict[str, Any], who: str = "linh") -> httpx.Response:
    return await officer(world, who).post(MERGES, json={"surviving_id": surviving["id"], "retired_id": retired["id"], "reason": "Same identity card"})


async def act(world: World, merge: dict[str, Any], which: str, who: str = "thanh", **body: Any) -> httpx.Response:
    return await officer(world, who).post(f"{MERGES}/{merge['id']}/{which}", json=body)


async def merge(world: World, surviving: dict[str, Any], retired: dict[str, Any]) -> dict[str, Any]:
    return ok(await act(world, ok(await propose(world, surviving, retired)), "confirmation"))


async def undo(world: World, merged: dict[str, Any]) -> dict[str, Any]:
    return ok(await act(world, merged, "undoing", "linh", reason="Twin sisters after all"))


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    return await world.person()


@pytest.fixture
async def again(world: World) -> dict[str, Any]:
    """The same person, entered again by an import."""
    return await world.person("NGUYEN THI HOA")


class TestRefused:
    async def test_whoever_proposed_does_not_confirm(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        proposed = ok(await propose(world, hoa, again))
        answer = await act(world, proposed, "confirmation", "linh")
        assert (problem(answer, 403), answer.json()["rule"]["id"]) == ("proposer-does-not-confirm", "REG-01")
        with pytest.raises(Exception, match="merge_confirmed_by_another"):
            await rows(world, "UPDATE merges SET state = 'standing', decided_by = proposed_by, decided_on = '2025-10-01' RETURNING id")

    async def test_nor_does_either_of_the_two(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        proposed = ok(await propose(world, hoa, again))
        await link(world, again, "thanh")
        assert problem(await act(world, proposed, "confirmation"), 403) == "proposer-does-not-confirm"
        with pytest.raises(Exception, match="their own file"):
            await rows(world, f"UPDATE merges SET state = 'standing', decided_by = '{world.api.account('thanh')}', decided_on = '2025-10-01' RETURNING id")

    async def test_two_verified_identifiers_that_differ(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        ok(await verify(world, ok(await declare(world, hoa))))
        proposed = ok(await propose(world, hoa, again))
        other = ok(await verify(world, ok(await declare(world, again, value="022085009999"))))
        answer = await act(world, proposed, "confirmation")
        assert (problem(answer, 409), answer.json()["rule"]["id"]) == ("identifiers-differ", "REG-01")
        ok(await act(world, proposed, "rejection", reason="Two cards"))
        answer = await propose(world, again, hoa)
        assert problem(answer, 409) == "identifiers-differ"
        assert answer.json()["other"] == other["id"]
        assert await refused_by_the_database(world, hoa, again) == "merge_identifiers_differ"

    async def test_with_themselves(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await propose(world, hoa, hoa), 409) == "merge-with-itself"
        assert await refused_by_the_database(world, hoa, hoa) == "merge_of_two"

    async def test_no_chain_and_no_circle(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        third = await world.person("Nguyễn Thị Hòa")
        merged = await merge(world, hoa, again)
        for surviving, retired, slug, constraint, other in (
            (again, third, "merge-into-retired", "merge_into_retired", hoa["id"]),
            (third, hoa, "merge-of-surviving", "merge_of_surviving", merged["id"]),
            (third, again, "merged-already", "merge_of_retired", hoa["id"]),
            (again, hoa, "merge-into-retired", "merge_into_retired", hoa["id"]),
        ):
            answer = await propose(world, surviving, retired)
            assert (problem(answer, 409), answer.json()["other"]) == (slug, other)
            assert await refused_by_the_database(world, surviving, retired) == constraint
        assert ok(await propose(world, hoa, third))["state"] == "proposed"

    async def test_whose_identifiers_were_erased(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        ok(await declare(world, again))
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{again['id']}/identifiers/erasure", json={"reason": "Asked by the person"}))
        assert problem(await propose(world, hoa, again), 409) == "person-erased"
        assert await refused_by_the_database(world, hoa, again) == "merge_of_erased"

    async def test_whoever_keeps_one_of_the_two_files_alone(self, world: World, hoa: dict[str, Any]) -> None:
        elsewhere = await world.person("Nguyễn Thị Hoa", who="hanoi")
        assert problem(await propose(world, hoa, elsewhere), 404) == "not-found"
        assert (
            problem(await world.api.as_("director").post(MERGES, json={"surviving_id": hoa["id"], "retired_id": elsewhere["id"], "reason": "the same"}), 403)
            == "people-are-kept-by-hr"
        )
        assert problem(await officer(world).post(MERGES, json={"surviving_id": hoa["id"], "retired_id": elsewhere["id"], "reason": "x", "force": True}), 422) == "malformed"
        assert problem(await world.api.as_("hanoi").get(f"{MERGES}/{uuid4()}"), 404) == "not-found"


async def refused_by_the_database(world: World, surviving: dict[str, Any], retired: dict[str, Any]) -> str:
    """The constraint that an officer's own SQL would meet."""
    statement = (
        "INSERT INTO merges (id, authority_path, surviving_id, retired_id, state, reason, proposed_by, proposed_on) "
        f"VALUES (gen_random_uuid(), 'VN.VN-22', '{surviving['id']}', '{retired['id']}', 'proposed', 'x', 'a#b', '2025-10-01') RETURNING id"
    )
    with pytest.raises(Exception) as refused:
        await rows(world, statement)
    return str(refused.value.orig.__cause__.constraint_name)  # type: ignore[attr-defined]


class TestMerged:
    async def test_everything_is_the_survivors_and_the_old_id_leads_there(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        linh = world.api.as_("linh")
        nurse = await world.assignment(again, facility_code=BACHE, occupation_code="VN-BS")
        ok(await declare(world, again))
        merged = await merge(world, hoa, again)
        answer = await linh.get(f"{BASE}/persons/{again['id']}")
        assert (answer.status_code, answer.headers["location"], answer.json()["merged_into"]) == (307, f"{BASE}/persons/{hoa['id']}", hoa["id"])
        assert problem(await linh.get(f"{BASE}/persons/{again['id']}/timeline"), 409) == "person-merged"
        file = ok(await linh.get(f"{BASE}/persons/{hoa['id']}"))
        assert (file["also_known"], [one["occupation_code"] for one in file["workers"]]) == ([{"id": again["id"], "name": "NGUYEN THI HOA"}], ["VN-BS"])
        timeline = ok(await linh.get(f"{BASE}/persons/{hoa['id']}/timeline"))["items"]
        assert [one["id"] for one in timeline if one["kind"] == "assignment"] == [nurse["id"]]
        [number] = ok(await linh.get(f"{BASE}/persons/{hoa['id']}/identifiers"))["items"]
        assert ok(await linh.get(f"{BASE}/identifiers/{number['id']}"))["value"] == "022085001234"
        assert {(row["table"], row["state"]) for row in merged["registry"]["rows"]} >= {("assignments", "moved"), ("workers", "moved"), ("person_identifiers", "moved")}

    async def test_the_retired_one_is_in_no_list_search_count_or_queue(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        linh = world.api.as_("linh")
        await find_duplicates()
        await merge(world, hoa, again)
        await find_duplicates()
        for found in (
            ok(await linh.post(f"{BASE}/persons/search", json={"q": "hoa"})),
            ok(await linh.get(f"{BASE}/persons")),
        ):
            assert [one["id"] for one in found["items"]] == [hoa["id"]]
        assert ok(await linh.post(f"{BASE}/persons/search", json={"q": "NGUYEN THI HOA", "exact": True}))["items"] == []
        assert ok(await linh.get(f"{BASE}/duplicates", params={"state": "open"}))["items"] == []
        answer = await linh.post(f"{BASE}/persons", json={"names": [{"value": "Nguyễn Thị Hoa"}], "birth_date": "1985-03-09", "sex": "female", "purposes": ["worker"]})
        assert [one["person_id"] for one in answer.json()["candidates"]] == [hoa["id"]]
        names = ok(await linh.post(f"{BASE}/persons/lookup", json={"ids": [again["id"], hoa["id"]]}))["items"]
        assert [one["name"] for one in names] == ["Nguyễn Thị Hoa", "Nguyễn Thị Hoa"]

    async def test_found_by_the_former_name_also_after_another_change(self, world: World, hoa: dict[str, Any]) -> None:
        linh = world.api.as_("linh")
        married = await world.person("Trần Hoa Nguyệt")
        merged = await merge(world, hoa, married)
        ok(await linh.patch(f"{BASE}/persons/{hoa['id']}", json={"names": [{"kind": "legal", "value": "Nguyễn Thị Hoa Mai"}]}))
        assert [one["id"] for one in ok(await linh.post(f"{BASE}/persons/search", json={"q": "nguyet"}))["items"]] == [hoa["id"]]
        await undo(world, merged)
        assert [one["id"] for one in ok(await linh.post(f"{BASE}/persons/search", json={"q": "nguyet"}))["items"]] == [married["id"]]

    async def test_what_clashes_is_told_before_and_left_where_it_is_until_it_can_follow(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        await world.assignment(hoa)
        clashing = await world.assignment(again, facility_code=BACHE, occupation_code="VN-BS")
        tried = ok(await officer(world).get(f"{MERGES}/tried", params={"surviving_id": hoa["id"], "retired_id": again["id"]}))
        left = {(row["table"], row["constraint"]) for row in tried["rows"] if row["state"] == "left"}
        assert left == {("assignments", "one_primary_assignment"), ("workers", "worker_has_one_row_per_occupation"), ("person_purposes", "person_purposes_pkey")}
        assert (tried["refused"], await rows(world, "SELECT id FROM merged_ids")) == (None, [])
        merged = await merge(world, hoa, again)
        assert {(row["table"], row["constraint"]) for row in merged["registry"]["rows"] if row["state"] == "left"} == left
        [worker] = ok(await world.api.as_("linh").get(f"{BASE}/persons/{hoa['id']}"))["workers"]
        assert await rows(world, f"SELECT worker_id::text FROM assignments WHERE id = '{clashing['id']}'") == [(worker["id"],)]
        await rows(world, "UPDATE assignments SET valid = daterange('2025-01-01', '2025-03-01') WHERE person_id = (SELECT surviving_id FROM merges) RETURNING id")
        await rows(world, f"UPDATE assignments SET valid = daterange('2025-03-01', NULL) WHERE id = '{clashing['id']}' RETURNING id")
        await rows(world, f"SELECT follow_merges(ARRAY['{merged['id']}'::uuid])")
        assert await rows(world, f"SELECT person_id::text FROM assignments WHERE id = '{clashing['id']}'") == [(hoa["id"],)]

    async def test_the_other_employer_sees_the_file_while_the_merge_stands(self, world: World, hoa: dict[str, Any]) -> None:
        theirs = await world.person("NGUYEN THI HOA", who="hr-bache", facility_code=BACHE)
        own = await world.person("Nguyễn Thị Hoa", who="hr-bvt", facility_code=BVT)
        assert (await world.api.as_("hr-bache").get(f"{BASE}/persons/{own['id']}")).status_code == 404
        merged = await merge(world, own, theirs)
        assert ok(await world.api.as_("hr-bache").get(f"{BASE}/persons/{own['id']}"))["id"] == own["id"]
        assert (await world.api.as_("hr-bache").get(f"{BASE}/persons/{theirs['id']}")).status_code == 307
        await undo(world, merged)
        assert (await world.api.as_("hr-bache").get(f"{BASE}/persons/{own['id']}")).status_code == 404
        assert ok(await world.api.as_("hr-bache").get(f"{BASE}/persons/{theirs['id']}"))["id"] == theirs["id"]

    async def test_the_history_of_a_person_is_that_of_both_records(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        await merge(world, hoa, again)
        history = ok(await world.api.as_("linh").get(f"{BASE}/history", params={"subject_kind": "person", "subject_id": hoa["id"]}))["items"]
        assert sorted(change["act"] for change in history) == ["person.merged", "person.merged", "person.registered", "person.registered"]

    async def test_what_is_told(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        assigned = await world.assignment(again)
        merged = await merge(world, hoa, again)
        await undo(world, merged)
        assert [(event["type"], event["state"], event["ids"]) for event in await told(world, again["id"])] == [
            ("registry.person.merged.v1", "merged", [{"old_id": again["id"], "id": hoa["id"]}]),
            ("registry.person.unmerged.v1", "unmerged", [{"old_id": again["id"], "id": hoa["id"]}]),
        ]
        assert [event["person_id"] for event in await told(world, assigned["id"])] == [again["id"], hoa["id"], again["id"]]


class TestUndone:
    async def test_what_was_written_since_stays_and_is_told(self, world: World, hoa: dict[str, Any], again: dict[str, Any]) -> None:
        merged = await merge(world, hoa, again)
        later = await world.assignment(hoa)
        standing = ok(await officer(world).get(f"{MERGES}/{merged['id']}"))
        assert {"table": "assignments", "rows": 1} in standing["registry"]["written_since"]
        undone = await undo(world, merged)
        assert (undone["state"], undone["undone_reason"]) == ("undone", "Twin sisters after all")
        assert await rows(world, f"SELECT person_id::text FROM assignments WHERE id = '{later['id']}'") == [(hoa["id"],)]
        assert problem(await act(world, merged, "undoing", reason="once more"), 409) == "state-does-not-allow"
        assert ok(await propose(world, again, hoa))["state"] == "proposed"


LIFE = ("assignment", "hold", "leave", "identifier", "contact", "language", "qualification", "twin-qualification")
BELIEFS = "recorded_at"
"""Of what has a history: when it was believed tells of the merge too."""


class TestMergedAndUndone:
    @example([("assignment", False), ("leave", False)])
    @examples(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(LIFE), st.booleans()), max_size=8))
    async def test_every_table_is_as_it_was_and_the_headcount_fell_by_one_meanwhile(self, world: World, life: list[tuple[str, bool]]) -> None:
        """For whatever stands in the two files: a merge and its undo leave no trace but the ledger, the audit and the beliefs of those days."""
        pair = [await world.person(f"Nguyễn Thị {uuid4().hex[:6]}") for _ in range(2)]
        for number, (what, of_retired) in enumerate(life):
            await self.lives(world, pair[of_retired], what, number)
        before, people = await everything(), len(ok(await world.api.as_("linh").get(f"{BASE}/persons", params={"limit": 200}))["items"])
        merged = await merge(world, *pair)
        assert len(ok(await world.api.as_("linh").get(f"{BASE}/persons", params={"limit": 200}))["items"]) == people - 1
        left = {row["table"] for row in merged["registry"]["rows"] if row["state"] == "left"}
        standing = await rows(world, "SELECT c.table_name, c.column_name FROM columns_of_persons() AS c")
        for table, column in standing:
            if table not in left:
                assert await rows(world, f"SELECT count(*) FROM {table} WHERE {column} = '{pair[1]['id']}'") == [(0,)], table
        await undo(world, merged)
        assert await everything() == before
        assert len(ok(await world.api.as_("linh").get(f"{BASE}/persons", params={"limit": 200}))["items"]) == people

    async def lives(self, world: World, person: dict[str, Any], what: str, number: int) -> None:
        """Something of a person's life in the register; what their own file refuses is not there."""
        linh, file = world.api.as_("linh"), f"{BASE}/persons/{person['id']}"
        day = f"2025-11-{number + 1:02d}"
        match what:
            case "assignment":
                await world.try_assignment(person)
            case "hold":
                await linh.post(f"{BASE}/holds", json=hold(person, (day, day)))
            case "leave":
                await world.api.as_("hr-bvt").post(f"{BASE}/absences", json=leave(person, day, day))
            case "identifier":
                await declare(world, person, value=f"02208500{number:04d}")
            case "contact":
                await linh.post(f"{file}/contacts", json={"kind": "phone", "value": "0912345678"})
            case "language":
                await linh.put(f"{file}/languages/fr", json={"level": "B2"})
            case "qualification" | "twin-qualification":
                title = "Bác sĩ đa khoa" if what.startswith("twin") else f"Chứng chỉ {number}"
                await linh.post(f"{file}/qualifications", json={"type": "degree", "title": title, "institution": "Đại học Y Hà Nội"})


async def everything() -> dict[str, list[str]]:
    """Every row of every table that is no ledger, log or belief, whoever asked last."""
    connection = database.rolled_back_connection
    assert connection is not None
    await connection.exec_driver_sql("RESET ROLE")
    tables = await connection.exec_driver_sql(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE '%_history' AND relname <> ALL "
        "(ARRAY['audit', 'outbox', 'aggregate_versions', 'merges', 'merged_ids', 'merged_rows', 'idempotency_keys', 'alembic_version'])"
    )
    found = {}
    for table in sorted(row[0] for row in tables.all()):
        telling = "'recorded_at', 'version'" if table in ("persons", "assignments", "employments", "licence_periods") else "'-'"
        found[table] = sorted(str(row[0]) for row in (await connection.exec_driver_sql(f"SELECT to_jsonb(t) - ARRAY[{telling}] FROM {table} AS t")).all())
    return found


class TestAtOnce:
    async def test_two_officers_propose_each_the_other_way_round(self, committed_api: Api) -> None:
        world = World(committed_api)
        await world.open_facilities()
        one, other = await world.person(), await world.person("NGUYEN THI HOA")
        answers = await asyncio.gather(propose(world, one, other), propose(world, other, one, "thanh"))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        proposed = next(answer.json() for answer in answers if answer.status_code == 201)
        answers = await asyncio.gather(*[act(world, proposed, "confirmation", who) for who in ("mai", "an")])
        assert sorted(answer.status_code for answer in answers) == [201, 409]
