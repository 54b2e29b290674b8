"""How a person is reached and by whom that is seen, which languages they speak, of which countries they are nationals."""

from typing import Any

import pytest

from tests.registry.test_corrections import link, worker
from tests.registry.world import BASE, World, ok, problem

ME = f"{BASE}/persons/me"


def phone(**more: Any) -> dict[str, Any]:
    return {"kind": "phone", "purpose": "work", "value": "0912 345 678", "visibility": "hr"} | more


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    hoa = await world.person()
    await link(world, hoa)
    return hoa


def path(person: dict[str, Any], what: str) -> str:
    return f"{BASE}/persons/{person['id']}/{what}"


async def seen(world: World, person: dict[str, Any], who: str) -> list[str]:
    return [one["value"] for one in ok(await world.api.as_(who).get(path(person, "contacts")))["items"]]


class TestContacts:
    @pytest.mark.parametrize(
        "wrong",
        [{"value": "12345"}, {"value": "not a number"}, {"kind": "email", "value": "hoa@"}, {"kind": "email", "value": "a b@c.vn"}, {"visibility": "public"}, {"kind": "fax"}],
    )
    async def test_malformed(self, world: World, hoa: dict[str, Any], wrong: dict[str, Any]) -> None:
        assert problem(await world.api.as_("linh").post(path(hoa, "contacts"), json=phone(**wrong)), 422) == "malformed"
        assert problem(await worker(world).post(f"{ME}/contacts", json=phone(**wrong)), 422) == "malformed"

    async def test_hr_does_not_keep_what_is_for_the_person_alone(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await world.api.as_("linh").post(path(hoa, "contacts"), json=phone(visibility="self")), 422) == "malformed"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"city": "Hồng Gai", "state": "Quảng Ninh"}, "address.line"),
            ({"line": "12, rue du Port", "city": "Clermont-Ferrand", "country": "FR"}, "address.postal_code"),
            ({"line": "12, rue du Port", "city": "Clermont-Ferrand", "postal_code": "6300", "country": "FR"}, "address.postal_code"),
            ({"line": "12, rue du Port", "city": "Lyon", "postal_code": "69001", "state": "Rhône", "country": "FR"}, "address.state"),
            ({"line": "Hauptstraße 1", "country": "DE"}, "address.country"),
        ],
    )
    async def test_the_parts_of_an_address_are_those_of_its_country(self, world: World, hoa: dict[str, Any], wrong: dict[str, Any], field: str) -> None:
        refused = await world.api.as_("linh").post(path(hoa, "contacts"), json={"kind": "address", "address": wrong})
        assert problem(refused, 422) == "malformed"
        assert field in str(refused.json()), refused.text

    @pytest.mark.parametrize(
        "wrong", [{"kind": "address", "value": "12 Lê Lợi", "address": {"line": "12 Lê Lợi"}}, {"kind": "phone", "address": {"line": "12"}}, {"kind": "address"}]
    )
    async def test_in_parts_or_in_one_line(self, world: World, hoa: dict[str, Any], wrong: dict[str, Any]) -> None:
        assert problem(await world.api.as_("linh").post(path(hoa, "contacts"), json=wrong), 422) == "malformed"

    async def test_an_address_is_shown_in_the_order_of_its_country(self, world: World, hoa: dict[str, Any]) -> None:
        here = {"state": "tỉnh Quảng Ninh", "city": "phường Hồng Gai", "line": "12, đường Lê Lợi"}
        abroad = {"city": "Clermont-Ferrand", "postal_code": "63000", "line": "12, rue du Port", "country": "FR"}
        first = ok(await world.api.as_("linh").post(path(hoa, "contacts"), json={"kind": "address", "purpose": "private", "address": here}))
        second = ok(await world.api.as_("linh").post(path(hoa, "contacts"), json={"kind": "address", "purpose": "private", "address": abroad}))
        assert (first["value"], first["address"]) == ("12, đường Lê Lợi, phường Hồng Gai, tỉnh Quảng Ninh", here | {"country": "VN"})
        assert (second["value"], second["address"]) == ("12, rue du Port, 63000 Clermont-Ferrand", abroad)
        assert problem(await world.api.as_("linh").post(path(hoa, "contacts"), json={"kind": "address", "address": here}), 409) == "contact-known"
        ok(await world.api.as_("linh").post(path(hoa, "contacts"), json={"kind": "address", "value": "Hauptstraße 1, 10115 Berlin"}))
        assert await seen(world, hoa, "linh") == [first["value"], second["value"], "Hauptstraße 1, 10115 Berlin"]

    async def test_one_number_in_two_spellings_is_one(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await world.api.as_("linh").post(path(hoa, "contacts"), json=phone()))
        assert problem(await worker(world).post(f"{ME}/contacts", json=phone(value="+84 912-345-678")), 409) == "contact-known"

    async def test_each_is_seen_by_those_for_whom_it_is(self, world: World, hoa: dict[str, Any]) -> None:
        own = worker(world)
        ok(await own.post(f"{ME}/contacts", json=phone(visibility="self", purpose="emergency")))
        ok(await world.api.as_("linh").post(path(hoa, "contacts"), json={"kind": "address", "value": "12 Lê Lợi, Hạ Long", "visibility": "hr", "purpose": "private"}))
        ok(await own.post(f"{ME}/contacts", json={"kind": "email", "value": "Hoa@BVT.vn", "visibility": "system"}))
        assert [one["value"] for one in ok(await own.get(f"{ME}/contacts"))["items"]] == ["12 Lê Lợi, Hạ Long", "Hoa@bvt.vn", "+84912345678"]
        assert await seen(world, hoa, "linh") == ["12 Lê Lợi, Hạ Long", "Hoa@bvt.vn"]
        assert await seen(world, hoa, "licensing") == ["Hoa@bvt.vn"]
        assert problem(await world.api.as_("hanoi").get(path(hoa, "contacts")), 404) == "not-found"
        async with world.as_worker() as session:
            audit = str((await session.execute(world.sql("SELECT act, before, after FROM audit"))).all())
        assert "person.contact_added" in audit and "912345678" not in audit and "Lê Lợi" not in audit and "emergency" not in audit

    async def test_row_level_security_keeps_what_is_for_the_person_alone(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await worker(world).post(f"{ME}/contacts", json=phone(visibility="self")))
        async with world.as_worker() as session:
            for scope, rows in (("VN.VN-22", 0), ("VN", 0)):
                await session.execute(world.sql("SET LOCAL ROLE registry_app"))
                await session.execute(world.sql("SELECT set_config('relais.scope', :scope, true), set_config('relais.person', '', true)"), {"scope": f"{{{scope}}}"})
                assert await session.scalar(world.sql("SELECT count(*) FROM person_contacts")) == rows

    async def test_taken_out_by_whoever_may_write_it(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await worker(world).post(f"{ME}/contacts", json=phone()))
        assert problem(await world.api.as_("hanoi").post(path(hoa, f"contacts/{known['id']}/removal")), 404) == "not-found"
        assert problem(await world.api.as_("director").post(path(hoa, f"contacts/{known['id']}/removal")), 403) == "people-are-kept-by-hr"
        assert (await worker(world).post(f"{ME}/contacts/{known['id']}/removal")).status_code == 204
        assert problem(await worker(world).post(f"{ME}/contacts/{known['id']}/removal"), 404) == "not-found"
        assert await seen(world, hoa, "linh") == []


class TestLanguages:
    async def test_declared_by_one_and_verified_by_another(self, world: World, hoa: dict[str, Any]) -> None:
        french = ok(await worker(world).put(f"{ME}/languages/fr", json={"level": "B1", "certificate": "DELF B1"}))
        assert (french["level"], french["state"]) == ("B1", "declared")
        verified = ok(await world.api.as_("director").post(path(hoa, "languages/fr/verification"), json={"evidence": "DELF B1 số 84-123"}))
        assert verified["state"] == "verified"
        assert problem(await world.api.as_("director").post(path(hoa, "languages/fr/verification"), json={"evidence": "again"}), 409) == "verified-already"
        anew = ok(await world.api.as_("linh").put(path(hoa, "languages/fr"), json={"level": "B2"}))
        assert (anew["level"], anew["state"], anew["evidence"]) == ("B2", "declared", None)
        assert problem(await world.api.as_("linh").post(path(hoa, "languages/fr/verification"), json={"evidence": "DELF"}), 403) == "declarer-does-not-verify"

    async def test_nor_does_its_person_with_whatever_role(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await world.api.as_("linh").put(path(hoa, "languages/fr"), json={"level": "B2"}))
        own = world.api.as_("secretary", roles=["signatory"])
        assert problem(await own.post(path(hoa, "languages/fr/verification"), json={"evidence": "DELF"}), 403) == "declarer-does-not-verify"
        with pytest.raises(Exception, match="nobody verifies their own language"):
            async with world.as_worker() as session:
                statement = "UPDATE person_languages SET state = 'verified', verified_by = :who, verified_on = '2025-10-01', evidence = 'x'"
                await session.execute(world.sql(statement), {"who": world.api.account("secretary")})

    @pytest.mark.parametrize(("language", "level"), [("fr", "B3"), ("xx", "B1"), ("french", "B1"), ("FR", "B1")])
    async def test_malformed(self, world: World, hoa: dict[str, Any], language: str, level: str) -> None:
        assert problem(await worker(world).put(f"{ME}/languages/{language}", json={"level": level}), 422) == "malformed"


class TestNationalities:
    async def test_written_whole_by_hr_and_read_by_the_person(self, world: World, hoa: dict[str, Any]) -> None:
        linh = world.api.as_("linh")
        assert ok(await linh.put(path(hoa, "nationalities"), json={"countries": ["VN", "FR", "VN"]}))["countries"] == ["FR", "VN"]
        assert ok(await linh.put(path(hoa, "nationalities"), json={"countries": ["VN"]}))["countries"] == ["VN"]
        assert ok(await worker(world).get(f"{ME}/nationalities"))["countries"] == ["VN"]
        assert problem(await linh.put(path(hoa, "nationalities"), json={"countries": ["XX"]}), 422) == "malformed"
        assert problem(await world.api.as_("director").put(path(hoa, "nationalities"), json={"countries": ["VN"]}), 403) == "people-are-kept-by-hr"
