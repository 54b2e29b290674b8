"""Persons: names of any script, found with and without accents, and seen by those alone who have a relation."""

from typing import Any
from uuid import uuid4

import pytest

from deploy.local.postgres import Postgres
from services.registry.persons.schemas import PersonCard, PersonRead
from shared.pagination import Page
from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem
from tests.support.api import Api

HOA = {"names": [{"kind": "legal", "value": "Nguyễn Thị Hoa"}], "birth_year": 1985, "sex": "female", "purposes": ["candidate"]}
CARD = {"kind": "national-id", "value": "022085001234"}
PAPERS = {"identifiers": [CARD], "contacts": [{"kind": "phone", "value": "0912 345 678"}], "languages": [{"language": "fr", "level": "B2"}]}


class TestRefusals:
    @pytest.mark.parametrize(
        ("who", "slug"), [("analyst", "names-are-not-for-analysis"), ("ops", "people-closed"), ("nobody-known", "people-closed")], ids=["analyst", "operations", "no role"]
    )
    async def test_names_are_read_by_those_alone_who_manage_or_employ(self, world: World, who: str, slug: str) -> None:
        hoa = await world.person()
        caller = world.api.as_(who)
        assert problem(await caller.get(f"{BASE}/persons"), 403) == slug
        assert problem(await caller.get(f"{BASE}/persons/{hoa['id']}"), 403) == slug
        assert problem(await caller.post(f"{BASE}/persons/search", json={"q": "hoa"}), 403) == slug
        assert problem(await caller.post(f"{BASE}/persons/lookup", json={"ids": [hoa["id"]]}), 403) == slug

    @pytest.mark.parametrize("who", ["analyst", "director", "ops"])
    async def test_only_hr_registers(self, world: World, who: str) -> None:
        assert problem(await world.api.as_(who).post(f"{BASE}/persons", json=HOA), 403) == "people-are-kept-by-hr"

    async def test_without_a_relation_today_nothing_is_entered(self, world: World) -> None:
        assert problem(await world.api.as_("nobody").post(f"{BASE}/persons", json=HOA), 403) == "no-relation"

    async def test_without_a_token_there_is_nothing(self, world: World) -> None:
        assert problem(await world.api.get(f"{BASE}/persons"), 401) == "token-missing"

    async def test_another_authority_sees_none_of_it(self, world: World) -> None:
        hoa = await world.person()
        hanoi = world.api.as_("hanoi")
        assert problem(await hanoi.get(f"{BASE}/persons/{hoa['id']}"), 404) == "not-found"
        assert problem(await hanoi.get(f"{BASE}/persons/{hoa['id']}/timeline"), 404) == "not-found"
        assert problem(await hanoi.patch(f"{BASE}/persons/{hoa['id']}", json={"sex": "male"}), 404) == "not-found"
        assert ok(await hanoi.get(f"{BASE}/persons"))["items"] == []
        assert ok(await hanoi.post(f"{BASE}/persons/search", json={"q": "hoa"}))["items"] == []
        assert ok(await hanoi.post(f"{BASE}/persons/lookup", json={"ids": [hoa["id"]]}))["items"] == []

    async def test_a_facility_does_not_see_who_is_entered_for_another_one(self, world: World) -> None:
        lan = await world.person("Trần Thị Lan", facility_code=BACHE)
        assert problem(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{lan['id']}"), 404) == "not-found"
        assert ok(await world.api.as_("hr-bache").get(f"{BASE}/persons/{lan['id']}"))["name"] == "Trần Thị Lan"

    async def test_nobody_is_entered_for_a_facility_of_others(self, world: World) -> None:
        assert problem(await world.api.as_("linh").post(f"{BASE}/persons", json=HOA | {"facility_code": BACHMAI}), 403) == "facility-not-yours"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"names": []}, "names"),
            ({"names": [{"kind": "legal", "value": "123"}]}, "names.0.value"),
            ({"names": [{"kind": "legal", "value": "Hoa\u0007"}]}, "names.0.value"),
            ({"names": [{"kind": "nick", "value": "Hoa"}]}, "names.0.kind"),
            ({"birth_date": "2031-01-01"}, "birth_date"),
            ({"birth_date": "1990-02-30"}, "birth_date"),
            ({"birth_year": 1850}, "birth_year"),
            ({"sex": "F"}, "sex"),
            ({"purposes": []}, "purposes"),
            ({"purposes": ["spy"]}, "purposes.0"),
            ({"authority_path": "VN"}, "authority_path"),
            ({"version": 7}, "version"),
        ],
        ids=lambda value: value if isinstance(value, str) else None,
    )
    async def test_a_malformed_body_names_each_field(self, world: World, wrong: dict[str, Any], field: str) -> None:
        answer = await world.api.as_("linh").post(f"{BASE}/persons", json=HOA | wrong)
        assert problem(answer, 422) == "malformed"
        assert field in [entry["path"] for entry in answer.json()["fields"]]

    async def test_a_change_on_an_older_version_is_refused(self, world: World) -> None:
        hoa = await world.person()
        linh = world.api.as_("linh")
        read = await linh.get(f"{BASE}/persons/{hoa['id']}")
        ok(await linh.patch(f"{BASE}/persons/{hoa['id']}", json={"birth_year": 1986}, headers={"If-Match": read.headers["etag"]}))
        answer = await linh.patch(f"{BASE}/persons/{hoa['id']}", json={"sex": "male"}, headers={"If-Match": read.headers["etag"]})
        assert problem(answer, 412) == "changed-meanwhile"

    async def test_a_reference_names_one_person_for_ever(self, world: World) -> None:
        linh = world.api.as_("linh")
        first = ok(await linh.post(f"{BASE}/persons", json=HOA | {"reference": "C-1"}))
        assert ok(await linh.post(f"{BASE}/persons", json=HOA | {"reference": "C-1"}))["id"] == first["id"]
        assert problem(await linh.post(f"{BASE}/persons", json=HOA | {"reference": "C-1", "birth_year": 1990}), 409) == "reference-taken"

    async def test_references_of_two_authorities_do_not_meet(self, world: World) -> None:
        ours = ok(await world.api.as_("linh").post(f"{BASE}/persons", json=HOA | {"reference": "C-1"}))
        theirs = ok(await world.api.as_("hanoi").post(f"{BASE}/persons", json=HOA | {"reference": "C-1", "confirmed_distinct": "a namesake"}))
        assert ours["id"] != theirs["id"]


class TestWithPapers:
    """Whoever enters a person writes at once what their papers say, or nothing of it."""

    async def test_all_is_recorded_or_nothing(self, world: World) -> None:
        linh = world.api.as_("linh")
        passport = {"kind": "passport", "value": "C1234567"}
        assert problem(await linh.post(f"{BASE}/persons", json=HOA | PAPERS | {"identifiers": [CARD, passport]}), 403) == "kind-not-authorised"
        answer = await linh.post(f"{BASE}/persons", json=HOA | PAPERS | {"identifiers": [{"kind": "national-id", "value": "12345"}]})
        assert (problem(answer, 422), [entry["path"] for entry in answer.json()["fields"]]) == ("malformed", ["identifiers.0"])
        assert ok(await linh.post(f"{BASE}/persons/search", json={"q": "hoa"}))["items"] == []
        hoa = ok(await linh.post(f"{BASE}/persons", json=HOA | PAPERS))
        file = f"{BASE}/persons/{hoa['id']}"
        assert [(one["kind"], one["state"]) for one in ok(await linh.get(f"{file}/identifiers"))["items"]] == [("national-id", "declared")]
        assert [one["value"] for one in ok(await linh.get(f"{file}/contacts"))["items"]] == ["+84912345678"]
        assert [(one["language"], one["level"]) for one in ok(await linh.get(f"{file}/languages"))["items"]] == [("fr", "B2")]

    async def test_a_reference_said_again_declares_nothing_twice(self, world: World) -> None:
        linh = world.api.as_("linh")
        hoa = ok(await linh.post(f"{BASE}/persons", json=HOA | PAPERS | {"reference": "C-2"}))
        assert ok(await linh.post(f"{BASE}/persons", json=HOA | PAPERS | {"reference": "C-2"}))["id"] == hoa["id"]
        assert len(ok(await linh.get(f"{BASE}/persons/{hoa['id']}/identifiers"))["items"]) == 1

    async def test_which_kinds_are_authorised_is_told_before(self, world: World) -> None:
        kinds = ok(await world.api.as_("linh").get(f"{BASE}/identifier-kinds"))["items"]
        assert {one["kind"]: one["authorised"] for one in kinds} == {"national-id": True, "professional-number": True, "passport": False, "payroll": True}
        assert problem(await world.api.as_("analyst").get(f"{BASE}/identifier-kinds"), 403) == "names-are-not-for-analysis"


NAMES = [
    ("Nguyễn Thị Hoa", ["nguyen", "hoa thi", "NGUYỄN", "Nguyễn Thị Hoa", "hoa nguy"]),
    ("Lê Văn Bình", ["le", "lê", "binh le", "Le Van Binh"]),
    ("Seán O'Brien", ["obrien", "o'brien", "O’Brien", "sean", "o brien"]),
    ("Đặng Thị Ánh", ["dang", "đặng", "anh dang", "Dang Thi Anh"]),
    ("Antoine de Saint-Exupéry", ["saint-exupery", "exupery", "Saint Exupéry", "saintexupery", "antoine sai"]),
    ("فاطمة الزهراء", ["فاطمه", "فاطمة", "الزهراء"]),
    ("Nguye\u0302\u0303n Thùy Linh", ["Nguyễn", "nguyen linh", "thuy"]),
]


class TestNames:
    @pytest.mark.parametrize(("written", "typed"), NAMES, ids=[name for name, _ in NAMES])
    async def test_a_name_is_stored_as_written_and_found_with_and_without_accents(self, world: World, written: str, typed: list[str]) -> None:
        person = await world.person(written)
        linh = world.api.as_("linh")
        shown = ok(await linh.get(f"{BASE}/persons/{person['id']}"))["name"]
        assert shown == ("Nguyễn Thùy Linh" if "\u0302" in written else written)
        for query in typed:
            found = ok(await linh.post(f"{BASE}/persons/search", json={"q": query}))["items"]
            assert [item["id"] for item in found] == [person["id"]], query

    @pytest.mark.parametrize("query", ["hoa binh", "guyen", "nguyenx", "'-", "hoaa"])
    async def test_every_word_must_begin_a_word_of_the_name(self, world: World, query: str) -> None:
        await world.person("Nguyễn Thị Hoa")
        assert ok(await world.api.as_("linh").post(f"{BASE}/persons/search", json={"q": query}))["items"] == []

    async def test_an_exact_search_counts_case_and_accents(self, world: World) -> None:
        hoa = await world.person("Nguyễn Thị Hoa")
        linh = world.api.as_("linh")
        for query, found in (("Nguyễn Thị Hoa", [hoa["id"]]), ("Nguye\u0302\u0303n  Thị Hoa", [hoa["id"]]), ("nguyễn thị hoa", []), ("Nguyen Thi Hoa", []), ("Nguyễn", [])):
            assert [item["id"] for item in ok(await linh.post(f"{BASE}/persons/search", json={"q": query, "exact": True}))["items"]] == found

    async def test_several_names_are_all_found_and_the_usual_one_is_shown(self, world: World) -> None:
        names = [
            {"kind": "legal", "script": "Arab", "value": "فاطمة الفهري"},
            {"kind": "transliterated", "script": "Latn", "value": "Fatima al-Fihri"},
            {"kind": "usual", "value": "Fatima Fihri"},
        ]
        person = await world.person(names=names)
        assert person["name"] == "Fatima Fihri"
        assert [name["value"] for name in person["names"]] == [name["value"] for name in names]
        for query in ("فاطمة", "fatima", "al-fihri"):
            assert ok(await world.api.as_("linh").post(f"{BASE}/persons/search", json={"q": query}))["items"][0]["id"] == person["id"]

    async def test_a_corrected_name_is_found_and_the_wrong_one_no_more(self, world: World) -> None:
        person = await world.person("Nguyễn Thị Hoa")
        linh = world.api.as_("linh")
        ok(await linh.patch(f"{BASE}/persons/{person['id']}", json={"names": [{"value": "Nguyễn Thị Hòa Bình"}]}))
        assert len(ok(await linh.post(f"{BASE}/persons/search", json={"q": "binh hoa"}))["items"]) == 1
        ok(await linh.patch(f"{BASE}/persons/{person['id']}", json={"names": [{"value": "Phạm Hoa"}]}))
        assert ok(await linh.post(f"{BASE}/persons/search", json={"q": "nguyen"}))["items"] == []

    async def test_the_list_follows_the_vietnamese_order(self, world: World) -> None:
        for name in ("Đỗ An", "Dương An", "Nguyễn Ánh", "Nguyễn An", "Đặng Bình"):
            await world.person(name)
        listed = [item["name"] for item in ok(await world.api.as_("linh").get(f"{BASE}/persons"))["items"]]
        assert listed == ["Dương An", "Đặng Bình", "Đỗ An", "Nguyễn An", "Nguyễn Ánh"]


class TestSearchPages:
    async def test_pages_follow_an_opaque_id_and_no_name_stands_in_an_address(self, world: World) -> None:
        people = [await world.person(f"Nguyễn Văn {letter}") for letter in "ABCDE"]
        linh = world.api.as_("linh")
        page = ok(await linh.post(f"{BASE}/persons/search", json={"q": "nguyen van", "limit": 2}))
        seen = [item["id"] for item in page["items"]]
        while page["next"]:
            address = f"{BASE}/persons/search/{page['id']}?limit=2&cursor={page['next']}"
            assert "nguy" not in address.lower()
            page = ok(await linh.get(address))
            seen += [item["id"] for item in page["items"]]
        assert seen == [person["id"] for person in people]

    async def test_a_corrected_name_has_its_new_place_among_those_found(self, world: World) -> None:
        first = await world.person("Nguyễn Văn An")
        await world.person("Nguyễn Văn Bình")
        linh = world.api.as_("linh")
        ok(await linh.patch(f"{BASE}/persons/{first['id']}", json={"names": [{"value": "Nguyễn Văn Cường"}]}))
        found = ok(await linh.post(f"{BASE}/persons/search", json={"q": "ng van"}))["items"]
        assert [item["name"] for item in found] == ["Nguyễn Văn Bình", "Nguyễn Văn Cường"]

    async def test_whoever_is_shared_is_listed_and_found_once_on_both_sides(self, world: World) -> None:
        await world.person("Nguyễn Văn An")
        theirs = await world.person("Nguyễn Văn Bình", who="hanoi")
        await world.person("Nguyễn Văn Cường")
        async with world.as_worker() as session:
            await session.execute(world.sql(f"UPDATE persons SET shared_with = '{{VN-22}}' WHERE id = '{theirs['id']}'"))
        linh, hanoi = world.api.as_("linh"), world.api.as_("hanoi")
        ours = ["Nguyễn Văn An", "Nguyễn Văn Bình", "Nguyễn Văn Cường"]
        for api, names in ((linh, ours), (hanoi, ours[1:2])):
            assert [item["name"] for item in ok(await api.get(f"{BASE}/persons"))["items"]] == names
            assert [item["name"] for item in ok(await api.post(f"{BASE}/persons/search", json={"q": "van"}))["items"]] == names
        backwards = ok(await linh.get(f"{BASE}/persons", params={"sort": "-name", "limit": 2}))
        assert [item["name"] for item in backwards["items"]] == ours[:0:-1]
        last = ok(await linh.get(f"{BASE}/persons", params={"sort": "-name", "limit": 2, "cursor": backwards["next"]}))
        assert [item["name"] for item in last["items"]] == ours[:1]
        assert ok(await linh.get(f"{BASE}/persons", params={"sort": "-name", "limit": 2, "cursor": last["previous"]}))["items"] == backwards["items"]

    async def test_a_search_belongs_to_the_account_that_made_it(self, world: World) -> None:
        await world.person()
        found = ok(await world.api.as_("linh").post(f"{BASE}/persons/search", json={"q": "hoa"}))
        assert problem(await world.api.as_("director").get(f"{BASE}/persons/search/{found['id']}"), 404) == "not-found"
        assert problem(await world.api.as_("linh").get(f"{BASE}/persons/search/{uuid4()}"), 404) == "not-found"


class TestLookup:
    async def test_names_come_in_the_order_asked_and_strangers_are_left_out(self, world: World) -> None:
        hoa, binh = await world.person("Nguyễn Thị Hoa"), await world.person("Lê Văn Bình")
        theirs = await world.person("Vũ Thị Mai", who="hanoi")
        items = ok(await world.api.as_("linh").post(f"{BASE}/persons/lookup", json={"ids": [binh["id"], theirs["id"], str(uuid4()), hoa["id"], binh["id"]]}))["items"]
        assert items == [{"id": binh["id"], "name": "Lê Văn Bình"}, {"id": hoa["id"], "name": "Nguyễn Thị Hoa"}]

    async def test_at_most_two_hundred_are_asked_at_once(self, world: World) -> None:
        assert problem(await world.api.as_("linh").post(f"{BASE}/persons/lookup", json={"ids": [str(uuid4())] * 201}), 422) == "malformed"


class TestMachines:
    async def test_a_ministry_reads_its_territory_and_writes_nothing(self, world: World) -> None:
        hoa = await world.person()
        ministry = world.api.as_machine("ministry-health", "registry.read", "territory:VN-22")
        assert ok(await ministry.get(f"{BASE}/persons/{hoa['id']}"))["name"] == "Nguyễn Thị Hoa"
        assert problem(await ministry.post(f"{BASE}/persons", json=HOA), 403) == "people-are-kept-by-hr"
        elsewhere = world.api.as_machine("ministry-health", "registry.read", "territory:VN-01")
        assert problem(await elsewhere.get(f"{BASE}/persons/{hoa['id']}"), 404) == "not-found"
        without_scope = world.api.as_machine("ministry-health", "observatory.read", "territory:VN-22")
        assert problem(await without_scope.get(f"{BASE}/persons/{hoa['id']}"), 403) == "people-closed"


class TestStaffList:
    async def test_a_facility_lists_those_who_work_there_on_the_day(self, world: World) -> None:
        hoa, binh = await world.person("Nguyễn Thị Hoa"), await world.person("Lê Văn Bình")
        await world.assignment(hoa, facility_code=BVT, occupation_code="VN-BS", starts_on="2025-01-01", ends_on="2025-06-30")
        await world.assignment(binh, facility_code=BACHE, occupation_code="VN-DDDH")
        linh = world.api.as_("linh")
        for day, found in (("2024-12-31", []), ("2025-01-01", ["Nguyễn Thị Hoa"]), ("2025-06-30", ["Nguyễn Thị Hoa"]), ("2025-07-01", [])):
            items = ok(await linh.get(f"{BASE}/persons", params={"facility": BVT, "as_of": day}))["items"]
            assert [item["name"] for item in items] == found, day
        nurse = ok(await linh.get(f"{BASE}/persons", params={"occupation": "VN-DDDH"}))["items"]
        assert [(item["name"], item["occupation"], item["facility"], item["kind"]) for item in nurse] == [("Lê Văn Bình", "VN-DDDH", BACHE, "primary")]
        assert [item["name"] for item in ok(await world.api.as_("hr-bache").get(f"{BASE}/persons"))["items"]] == ["Lê Văn Bình"]

    async def test_pages_have_no_gap_and_no_repetition(self, world: World) -> None:
        people = [await world.person(f"Nguyễn Văn {letter}") for letter in "ABCDEFG"]
        seen, cursor = [], ""
        while True:
            page = ok(await world.api.as_("linh").get(f"{BASE}/persons?limit=3{cursor}"))
            seen += [item["id"] for item in page["items"]]
            if not page["next"]:
                break
            cursor = f"&cursor={page['next']}"
        assert seen == [person["id"] for person in people]


class TestShares:
    """Totals for a plan: women, and those under an age; of nobody by name."""

    BORN = (
        ("Nguyễn Thị Hoa", "female", "1985-10-01"),
        ("Lê Thị Mai", "female", "1985-10-02"),
        ("Trần Văn Bình", "male", "1990-01-01"),
        ("Đỗ Văn Nam", "male", "1970-05-05"),
        ("Vũ An", "unknown", None),
    )

    async def people(self, world: World, count: int = 5) -> list[str]:
        return [(await world.person(name, sex=sex, birth_date=born))["id"] for name, sex, born in self.BORN[:count]]

    async def ask(self, world: World, ids: list[str], by: str = "linh", **more: Any) -> Any:
        return await world.api.as_(by).post(f"{BASE}/persons/shares", json={"ids": ids, "on": "2025-10-01"} | more)

    async def test_forty_is_reached_on_the_birthday(self, world: World) -> None:
        """R-AGE: under 40 until the eve of the fortieth birthday."""
        assert ok(await self.ask(world, await self.people(world))) == {"people": 5, "women": 2, "under": 2, "sex_unknown": 1, "birth_unknown": 1}

    async def test_each_once_and_those_of_others_never(self, world: World) -> None:
        ids = await self.people(world)
        assert ok(await self.ask(world, ids + ids + [str(uuid4())]))["people"] == 5
        assert ok(await self.ask(world, ids, by="hanoi"))["people"] == 0

    async def test_fewer_than_five_are_not_told(self, world: World) -> None:
        """OBS-02."""
        told = ok(await self.ask(world, await self.people(world, 4)))
        assert told == {"people": 4, "women": None, "under": None, "sex_unknown": None, "birth_unknown": None}

    async def test_not_for_an_analyst(self, world: World) -> None:
        assert problem(await self.ask(world, [], by="analyst"), 403) == "names-are-not-for-analysis"


class TestQuickAnswers:
    """What the database shapes is what the documentation says: nothing less, nothing more, in the declared types."""

    async def test_of_a_file(self, world: World) -> None:
        person = await world.person("Nguyễn Thị Hoa")
        said = ok(await world.api.as_("linh").get(f"{BASE}/persons/{person['id']}"))
        assert PersonRead.model_validate(said).model_dump(mode="json") == said

    async def test_of_a_list(self, world: World) -> None:
        person = await world.person("Nguyễn Thị Hoa")
        await world.assignment(person, facility_code=BVT, occupation_code="VN-BS", starts_on="2025-01-01")
        said = ok(await world.api.as_("linh").get(f"{BASE}/persons?facility={BVT}&occupation=VN-BS&limit=1"))
        assert Page[PersonCard].model_validate(said).model_dump(mode="json") == said
        assert said["items"]

    async def test_a_connection_that_ended_is_told_as_such_and_the_next_read_has_another(self, committed_api: Api, committed: str, postgres: Postgres) -> None:
        linh = committed_api.as_("linh")
        assert ok(await linh.get(f"{BASE}/persons"))["items"] == []
        postgres.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{committed}' AND pid <> pg_backend_pid()", committed)
        assert (await linh.get(f"{BASE}/persons")).status_code in (200, 503), "heard of it in time, or just then"
        assert ok(await linh.get(f"{BASE}/persons"))["items"] == []

    async def test_a_cursor_of_another_list_is_refused(self, world: World) -> None:
        assert problem(await world.api.as_("linh").get(f"{BASE}/persons?cursor=bm8"), 422) == "malformed"

    async def test_of_an_id_in_another_writing(self, world: World) -> None:
        person = await world.person("Nguyễn Thị Hoa")
        assert ok(await world.api.as_("linh").get(f"{BASE}/persons/{person['id'].replace('-', '')}"))["id"] == person["id"]
        assert problem(await world.api.as_("linh").get(f"{BASE}/persons/{'x' * 36}"), 422) == "malformed"
