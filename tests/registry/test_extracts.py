"""A program takes persons, posts and assignments of its territory whole or as what changed: under pseudonyms of its own, as of any day, as known at any time."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.registry.extracts.dictionary import EXTRACTS
from shared.clock import now
from shared.rebuild import renew_incarnation
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem
from tests.support.api import Api

SANDBOX = ("registry.extract", "territory:VN-22")
NAMED = (*SANDBOX, "registry.read")
EXTRACT = f"{BASE}/extracts"


async def take(api: Api, name: str, *, client: str = "ministry-sandbox", scopes: tuple[str, ...] = SANDBOX, **query: Any) -> httpx.Response:
    answer: httpx.Response = await api.as_machine(client, *scopes).get(f"{EXTRACT}/{name}", params=query)
    return answer


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


async def rows(api: Api, name: str, **more: Any) -> list[dict[str, Any]]:
    return lines(await take(api, name, **more))


@pytest.fixture
async def staff(world: World) -> World:
    await hire(world)
    return world


async def hire(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    post = await world.post(BVT, fte=1)
    hoa = await world.person("Nguyễn Thị Hoa")
    held = await world.assignment(hoa, post_id=post["id"], occupation_code="VN-BS", starts_on="2025-02-01")
    await world.assignment(await world.person("Đặng Quốc Bảo"), facility_code=BACHE, occupation_code="VN-BS", starts_on="2025-06-01")
    return hoa, held


class TestRefusals:
    @pytest.mark.parametrize(
        ("scopes", "query", "slug"),
        [
            (("registry.read", "territory:VN-22"), {}, "scope-missing"),
            (SANDBOX, {"pseudonymised": "false"}, "scope-missing"),
            (("registry.extract",), {}, "extract-without-territory"),
        ],
    )
    async def test_a_program_takes_what_its_scopes_open(self, world: World, scopes: tuple[str, ...], query: dict[str, str], slug: str) -> None:
        assert problem(await take(world.api, "persons", scopes=scopes, **query), 403) == slug

    async def test_people_take_lists_and_no_extract(self, world: World) -> None:
        assert problem(await world.api.as_("linh").get(f"{EXTRACT}/persons"), 403) == "machine-only"

    @pytest.mark.parametrize(
        ("name", "query"),
        [
            ("persons", {"changes_since": "nonsense"}),
            ("persons", {"known_at": "2025-09-01T00:00:00"}),
            ("facilities", {"known_at": "2025-09-01T00:00:00Z"}),
            ("occupations", {"as_of": "2025-09-01"}),
            ("nothing", {}),
        ],
    )
    async def test_what_cannot_be_answered_is_said(self, world: World, name: str, query: dict[str, str]) -> None:
        assert (await world.api.as_machine("ministry-sandbox", *SANDBOX).get(f"{EXTRACT}/{name}", params=query)).status_code == 422

    async def test_a_token_is_of_one_list_program_and_territory(self, world: World) -> None:
        token = (await take(world.api, "posts")).headers["changes-token"]
        for more in ({"name": "assignments"}, {"client": "another"}, {"scopes": ("registry.extract", "territory:VN-22", "territory:VN-01")}):
            assert problem(await take(world.api, **({"name": "posts", "changes_since": token} | more)), 409) == "changes-of-another-extract"
        assert (await take(world.api, "posts", changes_since=token, as_of="2025-09-01")).status_code == 422

    async def test_without_a_secret_there_are_no_pseudonyms(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        from shared.settings import settings

        monkeypatch.setenv("RELAIS_IDENTIFIERS_SECRET", "")
        settings.cache_clear()
        assert problem(await take(world.api, "persons"), 409) == "no-pseudonyms"
        assert (await take(world.api, "posts")).status_code == 200


class TestLines:
    async def test_another_territory_is_empty_but_for_the_public_directory(self, staff: World) -> None:
        elsewhere = {"scopes": ("registry.extract", "territory:VN-01")}
        for name in ("persons", "posts", "assignments"):
            assert await rows(staff.api, name, **elsewhere) == []
        assert {line["code"] for line in await rows(staff.api, "facilities", **elsewhere)} >= {BVT, BACHE}

    async def test_pseudonyms_say_nobody_and_are_the_same_in_each_extract_of_a_program_and_in_no_other(self, staff: World) -> None:
        persons, assignments = await rows(staff.api, "persons"), await rows(staff.api, "assignments")
        named = {line["name"]: line for line in await rows(staff.api, "persons", scopes=NAMED, pseudonymised="false")}
        assert set(named) == {"Nguyễn Thị Hoa", "Đặng Quốc Bảo"}
        said = json.dumps([persons, assignments])
        for line in named.values():
            assert line["id"] not in said
            assert line["name"] not in said
            assert all(worker["id"] not in said for worker in line["workers"])
        assert "1985-03-09" not in json.dumps([persons, list(named.values())])
        assert {line["person_id"] for line in assignments} == {line["id"] for line in persons}
        assert {line["worker_id"] for line in assignments} == {worker["id"] for line in persons for worker in line["workers"]}
        assert {line["id"] for line in await rows(staff.api, "persons")} == {line["id"] for line in persons}
        assert {line["id"] for line in await rows(staff.api, "persons", client="another")}.isdisjoint(line["id"] for line in persons)
        assert all(UUID(line["id"]) for line in persons)

    async def test_say_what_the_register_says(self, staff: World) -> None:
        (post,) = await rows(staff.api, "posts")
        held = next(line for line in await rows(staff.api, "assignments", scopes=NAMED, pseudonymised="false") if line["post_id"])
        assert (post["facility_code"], post["occupation_code"], post["fte"], post["valid_from"], post["valid_to"]) == (BVT, "VN-BS", 1, "2020-01-01", None)
        assert (held["post_id"], held["kind"], held["fte_share"], held["state"], held["valid_from"]) == (post["id"], "primary", 1, "active", "2025-02-01")

    async def test_as_of_a_day_and_as_known_at_an_instant(self, staff: World) -> None:
        before = now().isoformat()
        held = next(line for line in await rows(staff.api, "assignments", scopes=NAMED, pseudonymised="false") if line["post_id"])
        ok(
            await staff.api.as_("linh").post(
                f"{BASE}/assignments/{held['id']}/corrections", json={"starts_on": "2025-03-01", "reason": "the letter says March", "done_on": "2025-10-01"}
            )
        )
        assert len(await rows(staff.api, "assignments", as_of="2025-02-15")) == 0
        assert len(await rows(staff.api, "assignments", as_of="2025-02-15", known_at=before)) == 1
        assert len(await rows(staff.api, "assignments", as_of="2025-06-15")) == 2
        assert [len(await rows(staff.api, "persons", as_of=day)) for day in ("2025-02-15", "2025-03-15", "2025-06-15")] == [0, 1, 2]
        assert len(await rows(staff.api, "persons", as_of="2025-02-15", known_at=before)) == 1
        assert await rows(staff.api, "persons", known_at="2020-01-01T00:00:00Z") == []

    async def test_gzip_when_asked(self, staff: World) -> None:
        program = staff.api.as_machine("ministry-sandbox", *SANDBOX)
        plain = await program.get(f"{EXTRACT}/posts", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        asked = await program.get(f"{EXTRACT}/posts", headers={"Accept-Encoding": "gzip"})
        assert (asked.headers["content-encoding"], asked.text) == ("gzip", plain.text)

    async def test_who_took_it_is_kept(self, staff: World) -> None:
        await take(staff.api, "persons", as_of="2025-09-01")
        async with staff.as_worker() as session:
            kept = (await session.execute(staff.sql("SELECT actor, after FROM audit WHERE act = 'export.made'"))).one()
        assert kept.actor.startswith("http")
        assert (kept.after["list"], kept.after["filters"]) == ("extract of persons", {"as_of": "2025-09-01", "pseudonymised": "true"})


class TestChanges:
    """With transactions that commit: a token tells them apart."""

    async def test_each_thing_that_changed_is_told_whole_once_and_then_no_more(self, committed_api: Api) -> None:
        world = World(committed_api)
        await world.open_facilities()
        hoa, held = await hire(world)
        tokens = {name: (await take(world.api, name)).headers["changes-token"] for name in ("persons", "posts", "assignments")}
        for name, token in tokens.items():
            assert await rows(world.api, name, changes_since=token) == [], name
        ok(await world.api.as_("linh").post(f"{BASE}/assignments/{held['id']}/changes", json={"fte_share": 0.5, "effective_on": "2025-09-01", "done_on": "2025-09-01"}))
        changed = await take(world.api, "assignments", changes_since=tokens["assignments"])
        assert [(line["valid_from"], line["valid_to"], line["fte_share"]) for line in sorted(lines(changed), key=lambda line: str(line["valid_from"]))] == [
            ("2025-02-01", "2025-08-31", 1),
            ("2025-09-01", None, 0.5),
        ]
        assert await rows(world.api, "assignments", changes_since=changed.headers["changes-token"]) == []
        assert await rows(world.api, "posts", changes_since=tokens["posts"]) == []
        linh = world.api.as_("linh")
        tag = (await linh.get(f"{BASE}/persons/{hoa['id']}")).headers["etag"]
        ok(await linh.patch(f"{BASE}/persons/{hoa['id']}", json={"birth_date": "1986-03-09"}, headers={"If-Match": tag}))
        assert [line["birth_year"] for line in await rows(world.api, "persons", changes_since=tokens["persons"])] == [1986]

    async def test_what_a_slow_transaction_commits_later_is_not_lost(self, committed_api: Api) -> None:
        world = World(committed_api)
        await world.open_facilities()
        post = await world.post(BVT)
        async with world.as_worker() as slow:
            await slow.execute(world.sql("UPDATE posts SET job_position = 'slow' WHERE id = :id"), {"id": post["id"]})
            await world.post(BACHE)  # begun later, committed earlier
            token = (await take(world.api, "posts")).headers["changes-token"]
            before = {line["id"] for line in await rows(world.api, "posts", changes_since=token)}
        after = await rows(world.api, "posts", changes_since=token)
        assert post["id"] not in before
        assert next(line for line in after if line["id"] == post["id"])["job_position"] == "slow"

    async def test_what_is_gone_is_said(self, committed_api: Api) -> None:
        world = World(committed_api)
        await world.open_facilities()
        post = await world.post(BVT)
        token = (await take(world.api, "posts")).headers["changes-token"]
        async with world.as_worker() as session:
            await session.execute(world.sql("DELETE FROM posts WHERE id = :id"), {"id": post["id"]})
        assert await rows(world.api, "posts", changes_since=token) == [{"id": post["id"], "gone": True}]

    async def test_a_restore_begins_anew(self, committed_api: Api) -> None:
        world = World(committed_api)
        token = (await take(world.api, "posts")).headers["changes-token"]
        await renew_incarnation("registry")
        assert problem(await take(world.api, "posts", changes_since=token), 409) == "changes-before-restore"


class TestDictionary:
    async def test_is_of_every_field_and_of_none_beside(self, staff: World) -> None:
        """What an extract holds is what the dictionary says of it: each field once, of the type, and with a value from the list."""
        told = ok(await staff.api.as_("linh").get(f"{EXTRACT}/dictionary"))
        assert [extract["name"] for extract in told["extracts"]] == list(EXTRACTS)
        for extract in told["extracts"]:
            for pseudonymised in ("true", "false"):
                given = await rows(staff.api, extract["name"], scopes=NAMED, pseudonymised=pseudonymised)
                assert given, extract["name"]
                left = [field for field in extract["fields"] if pseudonymised == "false" or field["pseudonymised"] != "left_out"]
                for line in given:
                    must_be_as_told(line, left, pseudonymised=pseudonymised == "true")

    @pytest.mark.parametrize(("language", "word"), [("fr", "personne"), ("vi", "người")])
    async def test_speaks_the_readers_language(self, world: World, language: str, word: str) -> None:
        told = ok(await world.api.as_("linh").in_language(language).get(f"{EXTRACT}/dictionary"))
        assert word in told["extracts"][0]["about"].lower()


TYPES: dict[str, tuple[type, ...]] = {
    "uuid": (str,), "text": (str,), "date": (str,), "instant": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float), "object": (dict,), "list": (list,),
}  # fmt: skip


def must_be_as_told(line: dict[str, Any], fields: list[dict[str, Any]], *, pseudonymised: bool) -> None:
    assert list(line) == [field["name"] for field in fields]
    for field in fields:
        value = line[field["name"]]
        if value is None:
            assert field["nullable"], field["name"]
            continue
        assert isinstance(value, TYPES[field["type"]]), (field, value)
        assert not field["values"] or value in field["values"], (field, value)
        if field["fields"]:
            members = [member for member in field["fields"] if not (pseudonymised and member["pseudonymised"] == "left_out")]
            for member in line[field["name"]]:
                must_be_as_told(member, members, pseudonymised=pseudonymised)
