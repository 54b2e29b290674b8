"""Papers of a person: kept as handed in, checked by another, told before they end, destroyed when their time is over."""

import hashlib
from typing import Any

import httpx
import pytest

from services.registry.documents.use_cases import watch_documents
from shared.files import StoredFile
from tests.registry.test_licences import dues
from tests.registry.test_verification import account
from tests.registry.world import BASE, BVT, World, ok, problem

PATH, OWN = f"{BASE}/documents", f"{BASE}/persons/me/documents"
PDF = b"%PDF-1.7\n% a health certificate\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    hoa = await world.person()
    await world.assignment(hoa)
    return hoa


async def send(world: World, person: dict[str, Any], content: bytes = PDF, name: str = "a.pdf", who: str = "hr-bvt", to: str = "", **said: Any) -> httpx.Response:
    fields = {"person_id": person["id"], "type": "health_certificate", "title": "Giấy khám sức khỏe"} if not to else {}
    return await world.api.as_(who).post(f"{PATH}{to}", data=fields | {"source": "handed in"} | said, files={"file": (name, content)})


async def check(world: World, document: dict[str, Any], who: str = "linh", **said: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{PATH}/{document['id']}/check", json={"outcome": "genuine", "method": "compared with the original"} | said)


class TestRefused:
    @pytest.mark.parametrize(("content", "name"), [(PNG, "a.pdf"), (PDF, "a.png"), (b"MZ a program", "a.pdf"), (PDF, "a.exe"), (b"", "a.pdf")])
    async def test_a_file_is_what_its_name_says(self, world: World, hoa: dict[str, Any], content: bytes, name: str) -> None:
        assert problem(await send(world, hoa, content, name), 422) == "malformed"
        assert ok(await world.api.as_("hr-bvt").get(PATH))["items"] == []

    @pytest.mark.parametrize("wrong", [{"type": "photo"}, {"title": "x"}, {"issued_on": "2025-06-01", "expires_on": "2025-05-31"}, {"source": ""}])
    async def test_malformed(self, world: World, hoa: dict[str, Any], wrong: dict[str, Any]) -> None:
        assert problem(await send(world, hoa, **wrong), 422) == "malformed"

    async def test_who_neither_employs_nor_keeps(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await send(world, hoa, who="hanoi"), 404) == "not-found"
        assert problem(await send(world, hoa, who="director"), 403) == "documents-are-kept-by-hr"
        known = ok(await send(world, hoa))
        assert problem(await world.api.as_("hanoi").get(f"{PATH}/{known['id']}"), 404) == "not-found"
        assert problem(await world.api.as_("hanoi").get(f"{PATH}/{known['id']}/versions/1/file"), 404) == "not-found"
        assert problem(await world.api.as_("analyst").get(PATH), 403) == "documents-closed"
        assert problem(await world.api.as_machine("ministry", "registry.read", "territory:VN-22").get(PATH), 403) == "documents-closed"

    async def test_neither_whoever_added_it_nor_its_holder_checks_it(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await send(world, hoa))
        assert problem(await check(world, known, "hr-bvt"), 403) == "adder-does-not-check"
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/account", json=account("director")))
        assert problem(await check(world, known, "director"), 403) == "adder-does-not-check"
        ok(await check(world, known))
        assert problem(await check(world, known), 409) == "document-checked"


class TestOneself:
    async def test_one_reads_one_s_own_papers_without_any_relation_and_nobody_else_s(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await send(world, hoa, PNG, "a.png", type="identity"))
        other = ok(await send(world, await world.person("Lê Văn Bình", birth_date="1979-01-01"), who="linh"))
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/account", json=account("hoa")))
        phone = world.api.as_("hoa", roles=["health-worker"], groups=[])
        [own] = ok(await phone.get(OWN))["items"]
        assert (own["id"], own["title"], [one for one in own["available_actions"] if one["allowed"]]) == (known["id"], "Giấy khám sức khỏe", [])
        assert (await phone.get(f"{OWN}/{known['id']}/versions/1/file")).content == PNG
        assert problem(await phone.get(f"{OWN}/{other['id']}/versions/1/file"), 404) == "not-found"
        assert problem(await phone.get(f"{OWN}/{known['id']}/versions/2/file"), 404) == "not-found"
        assert problem(await phone.get(f"{PATH}/{known['id']}"), 403) == "documents-closed"
        assert ok(await phone.get(f"{BASE}/me/reads"))["items"] == [], "one's own reading is no reading of others"

    async def test_whoever_is_linked_to_nobody_has_none(self, world: World) -> None:
        assert problem(await world.api.as_("binh", roles=["health-worker"], groups=[]).get(OWN), 404) == "not-found"
        assert problem(await world.api.as_machine("roster", "registry.read", "territory:VN-22").get(OWN), 403) == "not-a-person"


class TestKept:
    async def test_versions_stay_and_the_newest_counts(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await send(world, hoa, issued_on="2024-10-10", expires_on="2025-10-09", issuer="BV tỉnh"))
        assert (known["days_left"], known["is_expired"], known["rule"]["value"]["notice_days"]) == (9, False, 60)
        ok(await check(world, known, outcome="doubtful", evidence="the stamp is missing"))
        newer = ok(await send(world, hoa, PDF + b"2", to=f"/{known['id']}/versions", expires_on="2026-10-09"))
        again = ok(await send(world, hoa, PDF + b"2", to=f"/{known['id']}/versions", expires_on="2026-10-09"))
        assert again["version"] == newer["version"]
        assert [(one["number"], one["outcome"], one["expires_on"], one["kept_until"]) for one in again["versions"]] == [
            (2, None, "2026-10-09", "2031-10-09"),
            (1, "doubtful", "2025-10-09", "2030-10-09"),
        ]
        assert next((one["due_on"], one["warn_on"], one["state"], one["facility_code"]) for one in await dues(world, known)) == ("2025-10-09", "2025-08-10", "open", BVT)

    async def test_it_is_read_as_it_was_handed_in_and_the_person_sees_who_did(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await send(world, hoa, PNG, "ảnh.png", type="identity"))
        answer = await world.api.as_("head-bvt").get(f"{PATH}/{known['id']}/versions/1/file")
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PNG, "image/png")
        assert known["versions"][0]["sha256"] == hashlib.sha256(PNG).hexdigest()
        async with world.as_worker() as session:
            rows = await session.execute(world.sql("SELECT after FROM audit WHERE act = 'document.read'"))
            assert [row.after["person_id"] for row in rows] == [hoa["id"]]
        assert problem(await world.api.as_("head-bvt").get(f"{PATH}/{known['id']}/versions/2/file"), 404) == "not-found"

    async def test_what_is_not_to_be_kept_any_longer_goes_and_a_file_that_others_name_stays(self, world: World, hoa: dict[str, Any]) -> None:
        old, young = ok(await send(world, hoa, PDF + b"a")), ok(await send(world, hoa, PDF + b"b"))
        same = ok(await send(world, hoa, PDF + b"b", title="Bản sao"))
        kept = StoredFile(hashlib.sha256(PDF + b"a").hexdigest(), 0, "").path
        assert kept.exists()
        async with world.as_worker() as session:
            await session.execute(
                world.sql("UPDATE document_versions SET kept_until = '2025-09-30' WHERE document_id IN (CAST(:old AS uuid), CAST(:young AS uuid))"),
                {"old": old["id"], "young": young["id"]},
            )
        await watch_documents()
        reader = world.api.as_("hr-bvt")
        assert [ok(await reader.get(f"{PATH}/{one['id']}"))["versions"][0]["destroyed_on"] for one in (old, young, same)] == ["2025-10-01", "2025-10-01", None]
        assert (await reader.get(f"{PATH}/{old['id']}/versions/1/file")).status_code == 404
        assert (await reader.get(f"{PATH}/{same['id']}/versions/1/file")).content == PDF + b"b"
        assert not kept.exists()
