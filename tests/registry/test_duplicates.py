"""Possible duplicates: told on entry with their reasons, found every day over all employers, and told apart once."""

import asyncio
from typing import Any

import httpx
import pytest

from services.registry.duplicates import finding
from services.registry.duplicates.finding import find_duplicates, go_on_finding_duplicates
from tests.registry.test_corrections import link
from tests.registry.world import BASE, World, ok, problem
from tests.support.api import Api

HOA = {"names": [{"value": "Nguyễn Thị Hoa"}], "birth_date": "1985-03-09", "sex": "female", "purposes": ["worker"]}


async def enter(world: World, who: str = "linh", **more: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/persons", json=HOA | more)


async def queue(world: World, who: str = "linh", **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await world.api.as_(who).get(f"{BASE}/duplicates", params=query))["items"]
    return found


class TestOnEntry:
    async def test_whom_it_may_be_is_told_with_the_reasons(self, world: World) -> None:
        hoa = ok(await enter(world))
        answer = await enter(world, names=[{"value": "NGUYEN THI HOA"}])
        assert problem(answer, 409) == "possible-duplicate"
        [candidate] = answer.json()["candidates"]
        assert (candidate["person_id"], candidate["authority"]) == (hoa["id"], "VN-22")
        assert [(one["field"], one["comparison"]) for one in candidate["reasons"]] == [("name", "without-accents"), ("birth", "same"), ("sex", "same")]
        assert answer.json()["rule"]["id"] == "REG-01"

    async def test_of_another_authority_only_that_there_is_one(self, world: World) -> None:
        hoa = ok(await enter(world))
        answer = await enter(world, "hanoi", names=[{"value": "Hoa Nguyễn Thị"}])
        assert problem(answer, 409) == "possible-duplicate"
        assert answer.json()["candidates"][0]["person_id"] is None
        assert answer.json()["candidates"][0]["authority"] == "VN-22"
        assert hoa["id"] not in answer.text and "Nguyễn Thị Hoa" not in answer.text

    async def test_the_number_of_a_paper_and_a_phone_speak_for_one_person(self, world: World) -> None:
        card, phone = {"kind": "national-id", "value": "022085001234"}, {"kind": "phone", "value": "0912345678"}
        ok(await enter(world, identifiers=[card], contacts=[phone]))
        answer = await enter(world, names=[{"value": "Nguyễn Thị Hòa"}], identifiers=[card], contacts=[phone])
        assert problem(answer, 409) == "possible-duplicate"
        assert {("identifier", "same"), ("contact", "same")} <= {(one["field"], one["comparison"]) for one in answer.json()["candidates"][0]["reasons"]}
        assert card["value"] not in answer.text

    async def test_said_to_be_two_they_are_entered_and_nobody_is_asked_again(self, world: World) -> None:
        ok(await enter(world))
        ok(await enter(world, confirmed_distinct="Twin sister, other identity card"))
        [pair] = await queue(world)
        assert pair["state"] == "distinct"
        await find_duplicates()
        assert [one["state"] for one in await queue(world)] == ["distinct"]

    @pytest.mark.parametrize("other", [{"birth_date": "1991-07-21"}, {"names": [{"value": "Nguyễn Thị Huệ"}]}, {"names": [{"value": "Trần Diễm Quỳnh"}]}])
    async def test_another_person_is_entered_without_a_word(self, world: World, other: dict[str, Any]) -> None:
        ok(await enter(world))
        ok(await enter(world, **other))

    async def test_a_common_name_is_known_to_be_common_before_anybody_counted(self, world: World) -> None:
        """Just after a large import: a namesake of the same year is nobody's second file."""
        async with world.as_worker() as session:
            await session.execute(
                world.sql(
                    "WITH made AS (INSERT INTO persons (id, authority_path, name, sort_key, birth_date, birth_precision, sex, recorded_by) "
                    "SELECT gen_random_uuid(), 'VN.VN-22', 'Ngô Thanh Linh', 'ngo', make_date(1960 + n % 40, 1 + n % 12, 1 + n % 28), 'date', 'female', 'import' "
                    "FROM generate_series(1, 400) AS n RETURNING id), named AS (INSERT INTO person_names (id, person_id, authority_path, position, kind, value) "
                    "SELECT gen_random_uuid(), id, 'VN.VN-22', 0, 'legal', 'Ngô Thanh Linh' FROM made) "
                    "INSERT INTO person_words (person_id, word, sort_key, authority_path) SELECT id, w, 'ngo', 'VN.VN-22' FROM made, unnest(ARRAY['ngo', 'thanh', 'linh']) AS w"
                )
            )
        ok(await enter(world, names=[{"value": "Ngô Thanh Linh"}], birth_date=None, birth_year=1978))

    async def test_the_same_reference_again_is_no_duplicate(self, world: World) -> None:
        first, again = [ok(await enter(world, reference="QN-1")) for _ in range(2)]
        assert first["id"] == again["id"]


async def test_two_officers_enter_one_person_at_once(committed_api: Api) -> None:
    world = World(committed_api)
    answers = await asyncio.gather(enter(world), enter(world))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


class TestEveryDay:
    @pytest.fixture
    async def pair(self, world: World) -> dict[str, Any]:
        """One person in two provinces, whose employers do not see each other's files."""
        await world.person()
        await world.person("Hoa Nguyễn Thị", who="hanoi")
        async with world.as_worker() as session:
            await session.execute(world.sql("DELETE FROM possible_duplicates"))
        await find_duplicates()
        [pair] = await queue(world)
        return pair

    async def test_found_over_all_employers_and_shown_to_both(self, world: World, pair: dict[str, Any]) -> None:
        assert (pair["state"], [one["comparison"] for one in pair["reasons"]]) == ("open", ["other-order", "same", "same"])
        assert {pair["one"]["authority"], pair["other"]["authority"]} == {"VN-22", "VN-01"}
        seen = {side["authority"]: side["card"] for side in (pair["one"], pair["other"])}
        assert seen["VN-22"]["name"] == "Nguyễn Thị Hoa" and seen["VN-01"] is None
        [there] = await queue(world, "hanoi")
        assert there["id"] == pair["id"]
        assert {side["authority"]: side["card"] and side["card"]["name"] for side in (there["one"], there["other"])} == {"VN-22": None, "VN-01": "Hoa Nguyễn Thị"}
        assert ok(await world.api.as_("linh").get(f"{BASE}/duplicates/{pair['id']}"))["differs"] == []

    async def test_again_it_changes_nothing(self, world: World, pair: dict[str, Any]) -> None:
        await find_duplicates()
        assert await queue(world) == [pair]

    async def test_what_a_run_had_no_time_for_is_compared_by_the_next(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        await world.person()
        await world.person("Hoa Nguyễn Thị", who="hanoi")
        async with world.as_worker() as session:
            await session.execute(world.sql("DELETE FROM possible_duplicates"))
        monkeypatch.setattr(finding, "LONGEST_SECONDS", 0.0)
        await find_duplicates()
        assert await queue(world) == []
        await go_on_finding_duplicates()
        assert [one["state"] for one in await queue(world)] == ["open"]
        async with world.as_worker() as session:
            await session.execute(world.sql("DELETE FROM duplicate_scans"))
            await session.execute(world.sql("DELETE FROM possible_duplicates"))
        await go_on_finding_duplicates()
        assert await queue(world) == [], "nothing waits: nothing is asked"

    async def test_a_file_that_changed_is_compared_again(self, world: World) -> None:
        await world.person()
        other = await world.person("Lê Văn Bình", birth_date="1979-01-01", sex="male")
        await find_duplicates()
        assert await queue(world) == []
        correct = {"names": [{"value": "Nguyễn Thị Hoa"}], "birth_date": "1985-03-09", "sex": "female"}
        ok(await world.api.as_("linh").patch(f"{BASE}/persons/{other['id']}", json=correct))
        await find_duplicates()
        assert [one["state"] for one in await queue(world, state="open")] == ["open"]

    async def test_a_shared_number_finds_whom_no_name_would(self, world: World) -> None:
        people = [await world.person(), await world.person("Lê Văn Bình", birth_date="1979-01-01", sex="male")]
        for person in people:
            ok(await world.api.as_("linh").post(f"{BASE}/persons/{person['id']}/identifiers", json={"kind": "payroll", "issuer": "VN-22", "value": "QN-01234"}))
        await find_duplicates()
        assert await queue(world) == []  # the number alone does not outweigh name, birth and sex: one of the two was misread
        for person in people:
            ok(await world.api.as_("linh").post(f"{BASE}/persons/{person['id']}/contacts", json={"kind": "phone", "value": "0912345678"}))

    async def test_side_by_side_for_whoever_sees_both_and_both_are_told(self, world: World) -> None:
        people = [await world.person(), await world.person("NGUYEN THI HOA")]
        async with world.as_worker() as session:
            await session.execute(world.sql("DELETE FROM possible_duplicates"))
        await find_duplicates()
        [pair] = await queue(world)
        await link(world, people[0])
        whole = ok(await world.api.as_("linh").get(f"{BASE}/duplicates/{pair['id']}"))
        assert {one["field"]: one["same"] for one in whole["differs"]} == {"names": False, "birth": True, "sex": True, "occupations": True, "contacts": True}
        assert [read["fields"] for read in ok(await world.api.as_("secretary").get(f"{BASE}/me/reads"))["items"]] == [["birth", "sex"]]


class TestToldApart:
    async def test_once_by_hr_with_what_shows_it(self, world: World) -> None:
        await world.person()
        await world.person("NGUYEN THI HOA")
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE possible_duplicates SET state = 'open', decided_by = NULL, decided_on = NULL"))
        [pair] = await queue(world, state="open")
        path, reason = f"{BASE}/duplicates/{pair['id']}/distinction", {"reason": "Other mother, other village"}
        assert problem(await world.api.as_("director").post(path, json=reason), 403) == "people-are-kept-by-hr"
        assert problem(await world.api.as_("hanoi").post(path, json=reason), 404) == "not-found"
        assert problem(await world.api.as_("linh").post(path, json={}), 422) == "malformed"
        told = ok(await world.api.as_("linh").post(path, json=reason))
        assert (told["state"], told["reason"]) == ("distinct", "Other mother, other village")
        assert problem(await world.api.as_("linh").post(path, json=reason), 409) == "state-does-not-allow"
        history = ok(await world.api.as_("linh").get(f"{BASE}/history", params={"subject_kind": "duplicate", "subject_id": pair["id"]}))["items"]
        assert [one["act"] for one in history] == ["duplicate.distinguished"]
