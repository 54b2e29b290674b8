"""A worker asks for an attestation from a phone: a legal delay that rests while documents are missing, another person's answer, a paper that anybody may check."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from services.registry.procedures.catalogue import Procedure
from shared.rulepacks import Rule
from tests.registry.test_documents import PDF, PNG
from tests.registry.test_own_leave import phone
from tests.registry.test_verification import account
from tests.registry.world import BASE, BVT, World, ok, problem
from tests.support.api import Api
from tests.support.pdf import text_of

ME = f"{BASE}/persons/me"
WORKING = Procedure("x", 5, "working", (), "facility-hr-officer", None, Rule("x"))
CALENDAR = Procedure("x", 30, "calendar", (), "facility-hr-officer", None, Rule("x"))


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    hoa = await world.person()
    await world.assignment(hoa)
    ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/account", json=account("hoa")))
    return hoa


async def ask(world: World, procedure: str = "employment_attestation", who: str = "hoa") -> httpx.Response:
    return await phone(world, who).post(f"{ME}/requests", json={"procedure": procedure, "note": "Vay ngân hàng"})


async def answer(world: World, request: dict[str, Any], act: str, who: str = "hr-bvt", **body: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/requests/{request['id']}/{act}", json=body)


async def own(world: World, request: dict[str, Any], act: str, **body: Any) -> httpx.Response:
    return await phone(world).post(f"{ME}/requests/{request['id']}/{act}", json=body)


async def check(world: World, code: str) -> httpx.Response:
    return await world.api.with_token("").get(f"{BASE}/attestations/check/{code}")


class TestClock:
    def test_working_days_pass_over_weekends(self) -> None:
        friday = date(2025, 10, 3)
        assert WORKING.due_on("VN", friday) == date(2025, 10, 10)
        assert WORKING.days_left("VN", date(2025, 10, 6), date(2025, 10, 10)) == 4
        assert WORKING.due_on("VN", date(2025, 11, 3), 4) == date(2025, 11, 7)

    def test_calendar_days_end_on_a_working_day(self) -> None:
        assert CALENDAR.due_on("VN", date(2025, 10, 3)) == date(2025, 11, 3)
        assert CALENDAR.days_left("VN", date(2025, 10, 13), date(2025, 11, 3)) == 21
        assert CALENDAR.days_left("VN", date(2025, 11, 4), date(2025, 11, 3)) == 0


class TestRefused:
    async def test_whoever_is_linked_to_nobody_or_works_nowhere(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await ask(world, who="binh"), 404) == "not-found"
        binh = await world.person("Lê Văn Bình", birth_date="1979-01-01")
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{binh['id']}/account", json=account("binh")))
        assert problem(await ask(world, who="binh"), 409) == "works-nowhere"

    async def test_what_the_catalogue_does_not_have(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await ask(world, "moon"), 422) == "malformed"

    async def test_the_same_twice(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await ask(world))
        assert problem(await ask(world), 409) == "asked-already"
        ok(await ask(world, "service_record"))

    async def test_nobody_answers_their_own_by_whichever_account(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/account", json=account("hr-bvt")))
        assert problem(await answer(world, asked, "acceptance"), 409) == "asker-does-not-decide"

    async def test_another_facility_another_role(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        assert problem(await answer(world, asked, "acceptance", "hr-bache"), 404) == "not-found"
        assert problem(await answer(world, asked, "acceptance", "head-bvt"), 403) == "decided-by-another-role"
        assert problem(await answer(world, asked, "acceptance", "director"), 403) == "requests-are-answered-by-hr"
        assert problem(await phone(world).get(f"{BASE}/requests"), 403) == "requests-closed"

    async def test_a_refusal_says_why_and_what_is_decided_stays(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        assert problem(await answer(world, asked, "refusal"), 422) == "malformed"
        ok(await answer(world, asked, "refusal", comment="already given in May"))
        assert problem(await answer(world, asked, "acceptance"), 409) == "state-does-not-allow"
        assert problem(await own(world, asked, "withdrawal"), 409) == "state-does-not-allow"
        assert ok(await phone(world).get(f"{ME}/requests"))["items"][0]["reason"] == "already given in May"

    async def test_files_are_what_their_name_says_and_of_ones_own_request(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))

        async def send(content: bytes, name: str, who: str = "hoa") -> httpx.Response:
            return await phone(world, who).post(f"{BASE}/request-files", data={"request_id": asked["id"], "type": "identity"}, files={"file": (name, content)})

        assert problem(await send(PNG, "a.pdf"), 422) == "malformed"
        assert problem(await send(PDF, "a.pdf", "binh"), 404) == "not-found"
        [file] = ok(await send(PDF, "a.pdf"))["files"]
        assert (await world.api.as_("hr-bvt").get(f"{BASE}/requests/{asked['id']}/files/{file['id']}")).content == PDF
        assert problem(await world.api.as_("hr-bache").get(f"{BASE}/requests/{asked['id']}/files/{file['id']}"), 404) == "not-found"


class TestAnswered:
    async def test_the_clock_rests_while_documents_are_missing(self, world: World, hoa: dict[str, Any]) -> None:
        """Three working days from Wednesday 1 October 2025; two are left when it rests."""
        asked = ok(await ask(world))
        assert (asked["state"], asked["due_on"], asked["rule"]["value"]) == ("submitted", "2025-10-06", 3)
        ok(await answer(world, asked, "taking-up"))
        waiting = ok(await answer(world, asked, "missing-documents", comment="your identity card"))
        assert (waiting["state"], waiting["days_left"], waiting["is_late"]) == ("waiting", 3, False)
        assert problem(await answer(world, asked, "acceptance"), 409) == "state-does-not-allow"
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE requests SET days_left = 2"))
        again = ok(await own(world, asked, "supply", comment="sent"))
        assert (again["state"], again["due_on"], again["days_left"]) == ("in_review", "2025-10-03", None)
        async with world.as_worker() as session:
            rows = await session.execute(world.sql("SELECT data::jsonb AS data FROM outbox WHERE topic = 'relais.registry.dues' ORDER BY seq"))
            told = [(row.data["state"], row.data["due_on"]) for row in rows if row.data["kind"] == "request_due"]
        assert told == [("open", "2025-10-06"), ("open", "2025-10-06"), ("dropped", "2025-10-06"), ("open", "2025-10-03")]

    async def test_granted_it_gives_a_paper_that_anybody_may_check(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        done = ok(await answer(world, asked, "acceptance"))
        assert done["state"] == "accepted"
        [paper] = ok(await phone(world).get(f"{ME}/attestations"))["items"]
        assert (paper["id"], paper["number"], paper["valid_to"]) == (done["attestation_id"], f"1/2025/{BVT}", "2026-03-30")
        said = ok(await check(world, paper["code"].lower().replace("-", " ")))
        assert said == {
            "number": paper["number"], "authority": BVT, "authority_name": "Bệnh viện đa khoa tỉnh", "kind": "employment", "initials": "N.T.H.", "issued_on": "2025-10-01",
            "valid_to": "2026-03-30", "valid": True, "revoked_on": None,
        }  # fmt: skip
        assert problem(await check(world, "AAAA-BBBB-CCCC"), 404) == "not-found"
        for reader, path in ((phone(world), f"{ME}/attestations/{paper['id']}/document"), (world.api.as_("hr-bvt"), f"{BASE}/attestations/{paper['id']}/document")):
            for language, word in (("fr", "Attestation d’emploi"), ("fr", "RÉPUBLIQUE SOCIALISTE DU VIÊT NAM"), ("vi", "Nguyễn Thị Hoa"), ("en", "Bệnh viện đa khoa tỉnh")):
                printed = await reader.in_language(language).get(path)
                assert printed.headers["content-type"] == "application/pdf"
                assert word in text_of(printed.content)
        assert problem(await phone(world, "binh").get(f"{ME}/attestations/{paper['id']}/document"), 404) == "not-found"
        assert problem(await world.api.as_("hanoi").get(f"{BASE}/attestations/{paper['id']}/document"), 404) == "not-found"

    async def test_a_revoked_one_says_so(self, world: World, hoa: dict[str, Any]) -> None:
        done = ok(await answer(world, ok(await ask(world, "service_record")), "acceptance"))
        path = f"{BASE}/attestations/{done['attestation_id']}"
        paper = ok(await world.api.as_("hr-bvt").get(path))
        assert problem(await world.api.as_("head-bvt").post(f"{path}/revocation", json={"reason": "wrong dates"}), 403) == "people-are-kept-by-hr"
        ok(await world.api.as_("hr-bvt").post(f"{path}/revocation", json={"reason": "wrong dates"}))
        said = ok(await check(world, paper["code"]))
        assert (said["valid"], said["revoked_on"]) == (False, "2025-10-01")
        assert problem(await world.api.as_("hr-bvt").post(f"{path}/revocation", json={"reason": "again"}), 409) == "state-does-not-allow"


async def test_numbers_have_no_gap_and_two_officers_give_one_paper(committed_api: Api) -> None:
    world = World(committed_api)
    await world.open_facilities()
    asked = []
    for name in ("hoa", "binh"):
        person = await world.person(f"Nguyễn Thị {name}")
        await world.assignment(person)
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{person['id']}/account", json=account(name)))
        asked.append(ok(await ask(world, who=name)))
    answers = await asyncio.gather(*[answer(world, request, "acceptance", who) for request in asked for who in ("hr-bvt", "linh")])
    assert sorted(one.status_code for one in answers) == [201, 201, 409, 409]
    papers = ok(await world.api.as_("hr-bvt").get(f"{BASE}/attestations"))["items"]
    assert sorted(one["number"] for one in papers) == [f"1/2025/{BVT}", f"2/2025/{BVT}"]
