"""A file is destroyed when nothing keeps it and two persons say so; a legal hold keeps everything; what is counted stays without the person."""

from typing import Any

import httpx
import pytest

from services.registry.documents.use_cases import watch_documents
from services.registry.erasures.destroying import BLANKED, DESTROYED, STAYS
from services.registry.erasures.use_cases import erase_confirmed
from services.registry.legal_holds.use_cases import end_legal_holds
from tests.registry.test_corrections import link, worker
from tests.registry.test_documents import send
from tests.registry.test_identifiers import CCCD, declare
from tests.registry.world import BASE, World, ok, problem
from tests.support.api import Api

ERASURES = f"{BASE}/erasures"
NAME, PHONE, REFERENCE = "Trịnh Wkhánh", "+84912345678", "WKHANH-1"
ORDER = {"reason": "Inquiry into a payment", "ordered_by": "Tòa án nhân dân Hạ Long 12/2026"}


def archivist(world: World) -> Api:
    return world.api.as_("archivist", roles=["regional-administrator", "records-officer"], groups=["/territories/VN-22"])


async def propose(world: World, person: dict[str, Any], who: str = "linh") -> httpx.Response:
    return await world.api.as_(who).post(ERASURES, json={"person_id": person["id"], "reason": "The time is over"})


async def decide(caller: Api, erasure: dict[str, Any], act: str = "confirmation") -> httpx.Response:
    return await caller.post(f"{ERASURES}/{erasure['id']}/{act}", json={"reason": "Checked"})


async def hold(world: World, person: dict[str, Any], who: str = "director", **more: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/persons/{person['id']}/legal-holds", json=ORDER | more)


async def run(world: World, statement: str, **values: Any) -> list[Any]:
    async with world.as_worker() as session:
        answer = await session.execute(world.sql(statement), values)
        found = list(answer.all()) if answer.returns_rows else []
        await session.commit()
        return found


async def end_purposes(world: World, person: dict[str, Any], until: str = "1940-01-31") -> None:
    """The person left so long ago that nothing keeps the file."""
    await run(world, "UPDATE person_purposes SET since = '1930-01-01' WHERE person_id = CAST(:id AS uuid)", id=person["id"])
    for one in person["purposes"]:
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{person['id']}/purposes/{one}/ending", json={"until": until, "reason": "left"}))


@pytest.fixture
async def khanh(world: World) -> dict[str, Any]:
    """Somebody of whom much is known and whom nothing keeps any longer."""
    khanh = await world.person(NAME, reference=REFERENCE, purposes=["worker", "candidate"])
    ok(await declare(world, khanh))
    ok(await world.api.as_("linh").post(f"{BASE}/persons/{khanh['id']}/contacts", json={"kind": "phone", "purpose": "private", "value": PHONE, "visibility": "hr"}))
    ok(await world.api.as_("linh").post(f"{BASE}/persons/{khanh['id']}/qualifications", json={"type": "degree", "title": "Bác sĩ", "number": "QKB-77", "issued_year": 2010}))
    await end_purposes(world, khanh)
    return khanh


class TestRefused:
    async def test_somebody_who_works_or_whom_the_law_keeps(self, world: World) -> None:
        hoa = await world.person()
        held = await world.assignment(hoa)
        assert problem(await propose(world, hoa), 409) == "still-a-worker"
        ok(await world.api.as_("linh").post(f"{BASE}/assignments/{held['id']}/ending", json={"ends_on": "2025-06-30", "reason": "retired"}))
        await run(world, "DELETE FROM employments")
        assert problem(await propose(world, hoa), 409) == "kept-by-law"

    async def test_by_one_alone_or_by_somebody_who_keeps_no_records(self, world: World, khanh: dict[str, Any]) -> None:
        assert problem(await propose(world, khanh, "director"), 403) == "people-are-kept-by-hr"
        assert problem(await propose(world, khanh, "hanoi"), 404) == "not-found"
        asked = ok(await propose(world, khanh))
        assert problem(await propose(world, khanh), 409) == "erasure-asked-already"
        assert problem(await decide(world.api.as_("linh"), asked), 403) == "asker-does-not-confirm"
        assert problem(await decide(world.api.as_("hr-today"), asked), 403) == "decided-by-records-officer"
        assert problem(await decide(world.api.as_("hanoi"), asked), 404) == "not-found"
        assert problem(await world.api.as_("hanoi").get(f"{ERASURES}/{asked['id']}"), 404) == "not-found"
        read = ok(await world.api.as_("linh").get(f"{ERASURES}/{asked['id']}"))
        assert (read["asked_by"]["kind"], [one["allowed"] for one in read["available_actions"]]) == ("you", [False, False])
        await link(world, khanh, "archivist")
        assert problem(await decide(archivist(world), asked), 403) == "asker-does-not-confirm"

    async def test_the_database_destroys_nothing_that_was_not_confirmed(self, world: World, khanh: dict[str, Any]) -> None:
        with pytest.raises(Exception, match="by an erasure that was confirmed"):
            await run(world, "UPDATE persons SET erased_on = '2025-10-01' WHERE id = CAST(:id AS uuid)", id=khanh["id"])


class TestErased:
    async def test_nothing_in_the_register_says_who_it_was_and_what_is_counted_stays(self, world: World, khanh: dict[str, Any]) -> None:
        assert [one["person_id"] for one in ok(await world.api.as_("linh").get(f"{ERASURES}/due"))["items"]] == [khanh["id"]]
        asked = ok(await propose(world, khanh))
        assert ok(await world.api.as_("linh").get(f"{ERASURES}/due"))["items"] == []
        ok(await decide(archivist(world), asked))
        await erase_confirmed()
        tables = [row.name for row in await run(world, "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")]
        for table in tables:
            said = "\n".join(row.said for row in await run(world, f"SELECT t::text AS said FROM {table} AS t WHERE t::text ~* 'Wkhánh|wkhanh|{PHONE[1:]}|{CCCD}|QKB-77'"))  # noqa: S608
            assert said == "", table
        (kept,) = await run(world, "SELECT sex, birth_date::text AS born, birth_precision, erased_on FROM persons WHERE id = CAST(:id AS uuid)", id=khanh["id"])
        assert (kept.sex, kept.born, kept.birth_precision, str(kept.erased_on)) == ("female", "1985-01-01", "year", asked["asked_on"])
        assert await run(world, "SELECT 1 FROM person_keys WHERE person_id = CAST(:id AS uuid)", id=khanh["id"]) == []
        told = await run(world, "SELECT act, after FROM audit WHERE subject_id = CAST(:id AS uuid) ORDER BY seq DESC LIMIT 1", id=khanh["id"])
        assert (told[0].act, told[0].after["ground"]) == ("person.erased", "retention")
        (event,) = await run(world, "SELECT data FROM outbox WHERE type = 'registry.person.erased.v1'")
        assert khanh["id"] in str(event.data)
        (read,) = ok(await world.api.as_("linh").get(ERASURES))["items"]
        assert (read["state"], [one["allowed"] for one in read["available_actions"]]) == ("erased", [False, False])

    async def test_the_practice_and_the_words_of_each_period_go_also_from_what_was_believed_before(self, world: World) -> None:
        mai = await world.person("Phan Wkhánh Mai", reference="MAI-1")
        practice = {"practice_name": "Phòng khám Wkhánh Mai", "practice_area": "VN-22-06652", "occupation_code": "VN-BS", "employment_type": "liberal", "starts_on": "1935-01-01"}
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{mai['id']}/employments", json=practice | {"ends_on": "1940-01-31"}))
        await run(world, "UPDATE employments SET recorded_at = '2020-01-01'")
        await run(world, "UPDATE employments SET reason = 'Wkhánh left', recorded_at = '2021-01-01'")
        await run(world, "UPDATE employments SET reason = 'Wkhánh left early', recorded_at = '2022-01-01'")
        await run(world, "UPDATE workers SET worker_no = 'NO-WKHANH', numbered_by = 'BVT' WHERE person_id = CAST(:id AS uuid)", id=mai["id"])
        await link(world, mai, "giang")
        await end_purposes(world, mai)
        ok(await decide(archivist(world), ok(await propose(world, mai))))
        await erase_confirmed()
        for table in ("employments", "employments_history", "workers", "persons"):
            assert await run(world, f"SELECT t::text FROM {table} AS t WHERE t::text ~* 'wkh[aá]nh'") == [], table  # noqa: S608
        periods = await run(world, "SELECT practice_name, recorded_at FROM employments")
        assert [one.practice_name[0] for one in periods] == ["#"]
        (worker_told,) = await run(world, "SELECT data FROM outbox WHERE type = 'registry.worker.registered.v1' ORDER BY seq DESC LIMIT 1")
        assert "NO-WKHANH" not in str(worker_told.data)
        (told,) = await run(world, "SELECT data FROM outbox WHERE type = 'registry.person.erased.v1'")
        assert world.api.account("giang") in str(told.data)

    async def test_two_places_of_practice_and_a_closed_account_name_nobody(self, world: World) -> None:
        mai = await world.person("Phan Wkhánh Mai", reference="MAI-1")
        practice = {"practice_area": "VN-22-06652", "occupation_code": "VN-BS", "employment_type": "liberal", "starts_on": "1935-01-01", "ends_on": "1940-01-31"}
        for name in ("Phòng khám Wkhánh", "Nhà thuốc Wkhánh"):
            ok(await world.api.as_("linh").post(f"{BASE}/persons/{mai['id']}/employments", json=practice | {"practice_name": name}))
        for number in (1, 2):
            await run(
                world,
                "INSERT INTO accounts (id, issuer, subject, username, email, name, language, roles, relations, person_id, state, source, invited_by, invited_at, invited_on,"
                " closed_by, closed_on, closed_reason, authority_path) SELECT CAST(:id AS uuid), 'https://id', :subject, :username, 'wkhanh@bvt.vn', 'Wkhánh Mai', 'vi', '{worker}',"
                " '{/territories/VN-22}', CAST(:person AS uuid), 'closed', 'found', 'somebody', now(), '2020-01-01', 'somebody', '2021-01-01', 'Wkhánh left', 'VN.VN-22'",
                id=f"0193f2a0-0000-7000-8000-00000000000{number}",
                subject=f"u{number}",
                username=f"wkhanh{number}",
                person=mai["id"],
            )
        await end_purposes(world, mai)
        ok(await decide(archivist(world), ok(await propose(world, mai))))
        await erase_confirmed()
        for table in ("employments", "employments_history", "accounts"):
            assert await run(world, f"SELECT t::text FROM {table} AS t WHERE t::text ~* 'wkh[aá]nh'") == [], table  # noqa: S608
        assert [one.n for one in await run(world, "SELECT count(DISTINCT practice_name) AS n FROM employments")] == [2]

    async def test_every_table_about_a_person_is_thought_of(self, world: World) -> None:
        named = await run(
            world,
            "SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f' AND confrelid = 'persons'::regclass"
            " UNION SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attname = 'person_id' AND c.relkind = 'r'"
            " AND c.relnamespace = 'public'::regnamespace",
        )
        blanked = [rows.partition(".")[0] for rows in BLANKED]
        known = {*DESTROYED, *blanked, *STAYS}
        assert {row.name for row in named} - known == set()
        assert len(known) == len(DESTROYED) + len(blanked) + len(STAYS)


class TestOwnRequest:
    async def test_what_the_law_keeps_is_refused_with_the_reason_and_the_rest_is_erased(self, world: World) -> None:
        anh = await world.person("Đặng Thị Ánh", purposes=["candidate"])
        await link(world, anh)
        me = worker(world)
        asked = ok(await me.post(f"{BASE}/persons/me/erasures", json={"reason": "I withdrew"}))
        assert asked["ground"] == "request"
        ok(await decide(world.api.as_("linh"), asked, "refusal"))
        assert [(one["state"], one["decided_reason"]) for one in ok(await me.get(f"{BASE}/persons/me/erasures"))["items"]] == [("refused", "Checked")]
        again = ok(await me.post(f"{BASE}/persons/me/erasures", json={"reason": "I withdrew"}))
        ok(await decide(world.api.as_("linh"), again))  # a candidacy rests on the candidate's own will
        await erase_confirmed()
        assert await run(world, "SELECT 1 FROM person_names WHERE person_id = CAST(:id AS uuid)", id=anh["id"]) == []

    async def test_a_worker_is_kept_for_the_time_of_the_law(self, world: World) -> None:
        hoa = await world.person()
        await link(world, hoa)
        asked = ok(await worker(world).post(f"{BASE}/persons/me/erasures", json={"reason": "I left"}))
        assert problem(await decide(world.api.as_("linh"), asked), 409) == "kept-by-law"


class TestLegalHold:
    @pytest.mark.parametrize("who", ["linh", "hr-bvt", "licensing"])
    async def test_not_by_those_who_keep_the_files(self, world: World, khanh: dict[str, Any], who: str) -> None:
        assert problem(await hold(world, khanh, who), 403) == "held-by-the-authority"

    async def test_nothing_is_erased_while_it_stands(self, world: World, khanh: dict[str, Any]) -> None:
        asked = ok(await propose(world, khanh))
        standing = ok(await hold(world, khanh))
        refused = await decide(archivist(world), asked)
        assert (problem(refused, 409), refused.json()["legal_hold_id"]) == ("under-legal-hold", standing["id"])
        assert problem(await world.api.as_("linh").post(f"{BASE}/persons/{khanh['id']}/identifiers/erasure", json={"reason": "The time is over"}), 409) == "under-legal-hold"
        for who, may in (("director", False), ("auditor", True), ("linh", False)):
            (shown,) = ok(await world.api.as_(who).get(f"{BASE}/persons/{khanh['id']}/legal-holds"))["items"]
            assert shown["available_actions"][0]["allowed"] is may, who
        assert problem(await world.api.as_("director").post(f"{BASE}/legal-holds/{standing['id']}/lifting", json={"reason": "Over"}), 409) == "placer-does-not-lift"
        assert ok(await world.api.as_("auditor").post(f"{BASE}/legal-holds/{standing['id']}/lifting", json={"reason": "Over"}))["lifted_reason"] == "Over"
        ok(await decide(archivist(world), asked))

    async def test_one_that_is_placed_after_the_confirmation_stops_the_destruction(self, world: World, khanh: dict[str, Any]) -> None:
        ok(await decide(archivist(world), ok(await propose(world, khanh))))
        ok(await hold(world, khanh, "auditor"))
        await erase_confirmed()
        assert len(await run(world, "SELECT 1 FROM person_names WHERE person_id = CAST(:id AS uuid)", id=khanh["id"])) == 1

    async def test_papers_outlive_their_time_under_it_and_it_ends_on_its_day(self, world: World) -> None:
        hoa = await world.person()
        await world.assignment(hoa)
        ok(await send(world, hoa))
        await run(world, "UPDATE document_versions SET kept_until = '2025-01-01'")
        ok(await hold(world, hoa, until="2025-12-31"))
        await watch_documents()
        assert [row.sha256 is None for row in await run(world, "SELECT sha256 FROM document_versions")] == [False]
        await run(world, "UPDATE legal_holds SET placed_on = '2025-01-01', until = '2025-01-31'")
        await end_legal_holds()
        (read,) = ok(await world.api.as_("linh").get(f"{BASE}/persons/{hoa['id']}/legal-holds"))["items"]
        assert read["lifted_on"] is not None
        await watch_documents()
        assert [row.sha256 is None for row in await run(world, "SELECT sha256 FROM document_versions")] == [True]
