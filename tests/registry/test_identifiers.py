"""Identifiers: only kinds that the law allows, declared by one and verified by another, unreadable in the database, and gone with the person's key."""

import asyncio
from typing import Any

import httpx
import pytest

from services.registry.identifiers.sealing import masked, normal
from shared.settings import settings
from tests.registry.world import BASE, World, ok, problem
from tests.support.api import Api

CCCD = "022085001234"
SEARCH = f"{BASE}/persons/identifier-search"


def number(**more: Any) -> dict[str, Any]:
    return {"kind": "national-id", "value": CCCD} | more


async def declare(world: World, person: dict[str, Any], who: str = "linh", **more: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/persons/{person['id']}/identifiers", json=number(**more))


async def verify(world: World, identifier: dict[str, Any], who: str = "director", **more: Any) -> httpx.Response:
    body = {"outcome": "verified", "method": "paper-seen", "evidence": "Thẻ căn cước bản gốc"} | more
    return await world.api.as_(who).post(f"{BASE}/identifiers/{identifier['id']}/verification", json=body)


async def rows(world: World, statement: str) -> list[Any]:
    async with world.as_worker() as session:
        return list((await session.execute(world.sql(statement))).all())


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    return await world.person()


class TestRefused:
    async def test_a_kind_that_no_text_authorises_is_off(self, world: World, hoa: dict[str, Any]) -> None:
        answer = await declare(world, hoa, kind="passport", value="C1234567")
        assert problem(answer, 403) == "kind-not-authorised"
        rule = answer.json()["rule"]
        assert (rule["id"], "passport" in rule["value"], "26/2023/QH15" in rule["citation"]) == ("IDN-KINDS", False, True)

    @pytest.mark.parametrize("wrong", [{"value": "12"}, {"value": "02208500123X"}, {"value": "----"}, {"issuer": "Viet Nam"}, {"kind": "shoe-size"}, {"verified": True}])
    async def test_malformed(self, world: World, hoa: dict[str, Any], wrong: dict[str, Any]) -> None:
        assert problem(await declare(world, hoa, **wrong), 422) == "malformed"

    async def test_the_declarer_does_not_verify(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await declare(world, hoa))
        assert problem(await verify(world, known, "linh"), 403) == "declarer-does-not-verify"
        with pytest.raises(Exception, match="identifier_verifier_is_not_declarer"):
            await rows(world, "UPDATE person_identifiers SET state = 'verified', verified_by = declared_by, verified_on = '2025-10-01', evidence = 'x' RETURNING id")

    async def test_nor_does_its_person_with_whatever_role(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await declare(world, hoa))
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/account", json={"subject": world.api.account("director").rpartition("#")[2]}))
        assert problem(await verify(world, known), 403) == "declarer-does-not-verify"

    async def test_a_verified_identifier_belongs_to_one_person(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await verify(world, ok(await declare(world, hoa))))
        other = await world.person("Lê Văn Bình", birth_date="1979-01-01")
        answer = await declare(world, other, value="0220 8500 1234")
        assert problem(answer, 409) == "identifier-of-another"
        assert (answer.json()["person_id"], answer.json()["rule"]["id"]) == (hoa["id"], "IDN-ONCE")

    async def test_also_across_authorities_without_naming_whom_the_officer_may_not_see(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await verify(world, ok(await declare(world, hoa))))
        elsewhere = await world.person("Trần Thị Mai", who="hanoi", birth_date="1990-01-01")
        known = ok(await declare(world, elsewhere, "hanoi"))
        judge = world.api.as_("director", groups=["/territories/VN-01"])
        answer = await judge.post(f"{BASE}/identifiers/{known['id']}/verification", json={"outcome": "verified", "method": "paper-seen", "evidence": "Thẻ căn cước"})
        assert problem(answer, 409) == "identifier-of-another"
        assert hoa["id"] not in answer.text

    async def test_declared_once_for_a_person(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await declare(world, hoa))
        assert problem(await declare(world, hoa, value="022-085-001-234"), 409) == "declared-already"

    async def test_others_neither_read_nor_find(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await declare(world, hoa))
        assert problem(await world.api.as_("hanoi").get(f"{BASE}/identifiers/{known['id']}"), 404) == "not-found"
        assert problem(await world.api.as_("hanoi").get(f"{BASE}/persons/{hoa['id']}/identifiers"), 404) == "not-found"
        assert ok(await world.api.as_("hanoi").post(SEARCH, json=number()))["items"] == []
        assert problem(await world.api.as_("analyst").post(SEARCH, json=number()), 403) == "names-are-not-for-analysis"
        assert problem(await world.api.as_("director").get(f"{BASE}/identifiers/{known['id']}"), 403) == "people-are-kept-by-hr"

    async def test_without_a_key_nothing_is_kept(self, world: World, hoa: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RELAIS_IDENTIFIERS_SECRET", "")
        settings.cache_clear()
        assert problem(await declare(world, hoa), 409) == "identifiers-have-no-key"
        monkeypatch.undo()
        settings.cache_clear()


class TestKept:
    async def test_declared_verified_found_and_read_one_by_one(self, world: World, hoa: dict[str, Any]) -> None:
        linh = world.api.as_("linh")
        known = ok(await declare(world, hoa, value="022 085 001 234"))
        assert (known["shown"], known["value"], known["state"]) == ("•••234", None, "declared")
        assert ok(await verify(world, known))["state"] == "verified"
        assert ok(await linh.post(SEARCH, json=number()))["items"] == [hoa["id"]]
        assert ok(await linh.post(SEARCH, json=number(value="022085001235")))["items"] == []
        assert ok(await linh.get(f"{BASE}/identifiers/{known['id']}"))["value"] == "022 085 001 234"
        listed = ok(await linh.get(f"{BASE}/persons/{hoa['id']}/identifiers"))
        assert [(one["shown"], one["value"], one["state"]) for one in listed["items"]] == [("•••234", None, "verified")]
        assert {one["kind"]: one["authorised"] for one in listed["kinds"]} == {"national-id": True, "professional-number": True, "passport": False, "payroll": True}

    async def test_the_value_stands_nowhere_in_clear(self, world: World, hoa: dict[str, Any]) -> None:
        other = await world.person("Lê Văn Bình", birth_date="1979-01-01")
        ok(await declare(world, hoa))
        ok(await declare(world, other))
        (one, two), [outbox] = (
            await rows(world, "SELECT sealed, blind, key_id FROM person_identifiers"),
            await rows(world, "SELECT count(*) FROM outbox WHERE data LIKE '%0850012%'"),
        )
        assert CCCD.encode() not in one.sealed + one.blind
        assert one.blind == two.blind and one.sealed != two.sealed and one.key_id != two.key_id
        assert outbox[0] == 0
        assert CCCD not in str(await rows(world, "SELECT before, after FROM audit"))

    async def test_whoever_read_it_is_told_to_the_person(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await declare(world, hoa))
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/account", json={"subject": world.api.account("secretary").rpartition("#")[2]}))
        ok(await world.api.as_("linh").get(f"{BASE}/identifiers/{known['id']}"))
        own = world.api.as_("secretary", roles=["health-worker"], groups=[])
        assert [read["fields"] for read in ok(await own.get(f"{BASE}/me/reads"))["items"]] == [["national-id"]]
        assert [(one["kind"], one["state"]) for one in (await own.get(f"{BASE}/persons/me/identifiers")).json()] == [("national-id", "declared")]

    async def test_removed_it_is_free_for_its_owner(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await declare(world, hoa))
        ok(await verify(world, known))
        ok(await world.api.as_("linh").post(f"{BASE}/identifiers/{known['id']}/removal", json={"reason": "Misread"}))
        other = await world.person("Lê Văn Bình", birth_date="1979-01-01")
        ok(await verify(world, ok(await declare(world, other))))
        assert ok(await world.api.as_("linh").get(f"{BASE}/persons/{hoa['id']}/identifiers"))["items"] == []

    async def test_erased_with_the_key_of_the_person(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await declare(world, hoa))
        [copied] = await rows(world, "SELECT sealed, key_id FROM person_identifiers")
        ok(await declare(world, hoa, kind="professional-number", issuer="QNI", value="004512/QNI"))
        linh = world.api.as_("linh")
        assert ok(await linh.post(f"{BASE}/persons/{hoa['id']}/identifiers/erasure", json={"reason": "Purpose ended"}))["erased"] == 2
        assert await rows(world, "SELECT id FROM person_keys") == []
        assert ok(await linh.post(SEARCH, json=number()))["items"] == []
        await rows(world, f"UPDATE person_identifiers SET sealed = '\\x{copied.sealed.hex()}', state = 'declared' WHERE id = '{known['id']}' RETURNING id")
        assert ok(await linh.get(f"{BASE}/identifiers/{known['id']}"))["value"] is None


async def test_two_persons_are_given_one_number_at_once(committed_api: Api) -> None:
    world = World(committed_api)
    people = [await world.person(name, birth_date=f"19{year}-01-01") for name, year in (("Nguyễn Thị Hoa", 85), ("Lê Văn Bình", 79))]
    declared = [ok(await declare(world, person)) for person in people]
    answers = await asyncio.gather(*[verify(world, one) for one in declared])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {problem(answer, 409) for answer in answers if answer.status_code == 409} == {"identifier-of-another"}


def test_spellings_of_one_number_are_one() -> None:
    assert normal("004512/qni-cchn") == normal("004512 QNI CCHN") == "004512QNICCHN"
    assert (masked("022085001234"), masked("1234")) == ("•••234", "•••")
