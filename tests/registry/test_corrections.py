"""One's own file: read by whoever is linked to it, disputed by them, and decided by somebody else."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.registry.world import BASE, BVT, World, ok, problem
from tests.support.api import Api

ME = f"{BASE}/persons/me"
ASKED = f"{ME}/corrections"


def worker(world: World, account: str = "secretary") -> Api:
    """Somebody who signs in as a health worker: no relation opens anything to them."""
    return world.api.as_(account, roles=["health-worker"], groups=[])


async def link(world: World, person: dict[str, Any], account: str = "secretary") -> None:
    ok(await world.api.as_("linh").post(f"{BASE}/persons/{person['id']}/account", json={"subject": world.api.account(account).rpartition("#")[2]}))


def claim(**more: Any) -> dict[str, Any]:
    return {"field": "birth", "proposed": "1985-09-03", "evidence": "Giấy khai sinh số 12/1985, UBND phường Hồng Gai"} | more


async def ask(world: World, **more: Any) -> httpx.Response:
    return await worker(world).post(ASKED, json=claim(**more))


async def decide(world: World, correction: dict[str, Any], act: str, who: str = "linh", **body: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/corrections/{correction['id']}/{act}", json=body)


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    hoa = await world.person()
    await link(world, hoa)
    return hoa


class TestOwnFile:
    async def test_whoever_is_linked_reads_all_that_is_held(self, world: World, hoa: dict[str, Any]) -> None:
        await world.assignment(hoa)
        degree = {"type": "degree", "title": "Bác sĩ đa khoa", "issued_year": 2010}
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/qualifications", json=degree))
        file = ok(await worker(world).get(ME))
        assert (file["id"], file["name"], file["birth_date"], file["kept_by"]) == (hoa["id"], "Nguyễn Thị Hoa", "1985-03-09", "VN-22")
        assert [(one["facility_code"], one["facility_name"], one["starts_on"], one["ends_on"]) for one in file["assignments"]] == [
            (BVT, "Bệnh viện đa khoa tỉnh", "2025-01-01", None)
        ]
        assert [one["title"] for one in file["qualifications"]] == ["Bác sĩ đa khoa"]
        assert [one["purpose"] for one in file["purposes"]] == ["worker"]

    async def test_a_licence_says_what_it_is_worth(self, world: World, hoa: dict[str, Any]) -> None:
        body = {"person_id": hoa["id"], "number": "1/QNI", "authority": "Sở Y tế", "scope": ["surgery"], "issued_on": "2021-01-01", "expires_on": "2025-12-31"}
        ok(await world.api.as_("licensing").post(f"{BASE}/licences", json=body))
        assert [(one["number"], one["status"]) for one in ok(await worker(world).get(ME))["licences"]] == [("1/QNI", "expiring")]

    async def test_an_account_of_nobody_has_no_file(self, world: World, hoa: dict[str, Any]) -> None:
        for answer in (await worker(world, "director").get(ME), await worker(world, "director").get(ASKED), await worker(world, "director").post(ASKED, json=claim())):
            assert problem(answer, 404) == "not-found"
        machine = world.api.as_machine("ministry-health", "registry.read", "territory:VN-22")
        assert problem(await machine.get(ME), 403) == "not-a-person"


class TestRefused:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"proposed": "9 March"},
            {"proposed": "2030-01-01"},
            {"proposed": "1899"},
            {"field": "sex", "proposed": "f"},
            {"field": "legal-name", "proposed": "12"},
            {"evidence": ""},
            {"field": "salary"},
            {"person_id": "x"},
        ],
    )
    async def test_malformed(self, world: World, hoa: dict[str, Any], wrong: dict[str, Any]) -> None:
        assert problem(await ask(world, **wrong), 422) == "malformed"

    async def test_what_the_file_says_already(self, world: World, hoa: dict[str, Any]) -> None:
        assert problem(await ask(world, proposed="1985-03-09"), 409) == "nothing-to-correct"
        assert problem(await ask(world, field="legal-name", proposed="Nguyễn  Thị Hoa"), 409) == "nothing-to-correct"

    async def test_a_field_is_disputed_once_at_a_time(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await ask(world))
        assert problem(await ask(world, proposed="1986"), 409) == "correction-asked-already"
        ok(await ask(world, field="sex", proposed="other"))

    async def test_nobody_decides_on_their_own_file(self, world: World) -> None:
        """Neither with the account that asked nor with another one of the same person; the database says so too."""
        hoa = await world.person()
        await link(world, hoa, "hr-bvt")
        await link(world, hoa)
        asked = ok(await world.api.as_("hr-bvt", roles=["regional-administrator"], groups=["/territories/VN-22"]).post(ASKED, json=claim()))
        for account in ("hr-bvt", "secretary"):
            own = world.api.as_(account, roles=["regional-administrator"], groups=["/territories/VN-22"])
            assert problem(await own.post(f"{BASE}/corrections/{asked['id']}/acceptance", json={}), 403) == "own-file"
            with pytest.raises(Exception, match=r"correction_decided_by_another|nobody decides on their own file"):
                async with world.as_worker() as session:
                    await session.execute(
                        world.sql("UPDATE corrections SET state = 'corrected', decided_on = '2025-10-01', decided_by = :account WHERE id = CAST(:id AS uuid)"),
                        {"id": asked["id"], "account": world.api.account(account)},
                    )

    @pytest.mark.parametrize(("who", "status"), [("hr-bvt", 404), ("hanoi", 404), ("head-bvt", 403), ("director", 403), ("licensing", 403), ("secretary", 403)])
    async def test_only_hr_of_the_authority_that_keeps_the_file_decides(self, world: World, hoa: dict[str, Any], who: str, status: int) -> None:
        asked = ok(await ask(world))
        problem(await decide(world, asked, "acceptance", who), status)
        assert ok(await worker(world).get(ASKED))["items"][0]["state"] == "requested"

    async def test_an_employer_reads_but_does_not_decide(self, world: World, hoa: dict[str, Any]) -> None:
        await world.assignment(hoa)
        asked = ok(await ask(world))
        assert ok(await world.api.as_("hr-bvt").get(f"{BASE}/corrections/{asked['id']}"))["available_actions"][0]["allowed"] is False
        assert problem(await decide(world, asked, "acceptance", "hr-bvt"), 403) == "entered-by-another-authority"

    async def test_a_rejection_says_why_and_a_decision_stands(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        assert problem(await decide(world, asked, "rejection"), 422) == "malformed"
        ok(await decide(world, asked, "rejection", comment="The register of births says otherwise."))
        assert problem(await decide(world, asked, "acceptance"), 409) == "state-does-not-allow"
        assert problem(await worker(world).post(f"{ASKED}/{asked['id']}/withdrawal"), 409) == "state-does-not-allow"


class TestDecided:
    async def test_accepted_it_corrects_the_file_and_leaves_the_work_list(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        assert (asked["stood"], asked["state"]) == ("1985-03-09", "requested")
        linh = world.api.as_("linh")
        [item] = ok(await linh.get(f"{BASE}/work-items", params={"state": "open"}))["items"]
        assert (item["kind"], item["subject_id"], item["person_id"]) == ("correction-asked", asked["id"], hoa["id"])
        done = ok(await decide(world, asked, "acceptance", comment="Seen"))
        assert (done["state"], done["decided_on"]) == ("corrected", "2025-10-01")
        assert ok(await linh.get(f"{BASE}/persons/{hoa['id']}"))["birth_date"] == "1985-09-03"
        assert ok(await worker(world).get(ME))["birth_date"] == "1985-09-03"
        assert [(one["state"], one["comment"]) for one in ok(await worker(world).get(ASKED))["items"]] == [("corrected", "Seen")]
        assert ok(await linh.get(f"{BASE}/work-items", params={"state": "open"}))["items"] == []
        history = {"subject_kind": "correction", "subject_id": asked["id"]}
        assert [one["act"] for one in ok(await linh.get(f"{BASE}/history", params=history))["items"]] == ["correction.corrected", "correction.requested"]
        history = {"subject_kind": "person", "subject_id": hoa["id"]}
        assert ok(await linh.get(f"{BASE}/history", params=history))["items"][0]["act"] == "person.corrected"

    async def test_a_name_is_corrected_in_its_place_and_found(self, world: World) -> None:
        names = [{"kind": "legal", "value": "Nguyễn Thị Hoa"}, {"kind": "legal", "script": "Arab", "value": "نغوين"}, {"kind": "usual", "value": "Bác sĩ Hoa"}]
        hoa = await world.person(names=names)
        await link(world, hoa)
        ok(await decide(world, ok(await ask(world, field="legal-name", proposed="Nguyễn Thị Hòa")), "acceptance"))
        ok(await decide(world, ok(await ask(world, field="usual-name", proposed="Hòa")), "acceptance"))
        file = ok(await worker(world).get(ME))
        assert [name["value"] for name in file["names"]] == ["Nguyễn Thị Hòa", "نغوين", "Hòa"]
        assert file["name"] == "Hòa"

    async def test_the_audit_says_which_field_and_never_which_value(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world, field="legal-name", proposed="Lê Thị Hoa"))
        ok(await decide(world, asked, "acceptance"))
        async with world.as_worker() as session:
            rows = await session.execute(world.sql("SELECT before, after FROM audit"))
            assert "Lê Thị" not in str(rows.all())

    async def test_taken_back(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        assert ok(await worker(world).post(f"{ASKED}/{asked['id']}/withdrawal"))["state"] == "withdrawn"
        assert ok(await world.api.as_("linh").get(f"{BASE}/work-items", params={"state": "open"}))["items"] == []
        ok(await ask(world))

    async def test_nobody_sees_what_another_disputes(self, world: World, hoa: dict[str, Any]) -> None:
        asked = ok(await ask(world))
        other = await world.person("Lê Văn Bình", birth_date="1979-01-01")
        await link(world, other, "head-bache")
        stranger = worker(world, "head-bache")
        assert ok(await stranger.get(ASKED))["items"] == []
        assert problem(await stranger.post(f"{ASKED}/{asked['id']}/withdrawal"), 404) == "not-found"
        assert ok(await world.api.as_("hanoi").get(f"{BASE}/corrections"))["items"] == []


async def test_two_officers_decide_at_once(committed_api: Api) -> None:
    world = World(committed_api)
    hoa = await world.person()
    await link(world, hoa)
    asked = ok(await ask(world))
    answers = await asyncio.gather(decide(world, asked, "acceptance"), decide(world, asked, "rejection", comment="The paper says otherwise"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    answers = await asyncio.gather(ask(world, proposed="1986"), ask(world, proposed="1987"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
