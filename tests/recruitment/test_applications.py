"""The public site: what anybody reads, who applies once to several employers, what each employer sees, and what the private link opens."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.recruitment.applications.papers import forget_papers
from services.recruitment.consumers import consumer
from shared.clock import today
from shared.db import worker_session
from shared.settings import settings
from tests.recruitment.world import PROVINCIAL, REMOTE, ROOT, World
from tests.support.hearing import hear, message
from tests.support.registry import Registry
from tests.support.service import environment

PDF = b"%PDF-1.7\n% curriculum vitae\n"
KEY = "k" * 40
NEW = {"key": "n" * 40, "verified": "phone"}


@pytest.fixture
async def site(world: World, registry: Registry, registry_address: str) -> AsyncIterator[World]:
    """The registry is asked at its inner address too."""
    with environment(RELAIS_UPSTREAMS=json.dumps({"registry": urlsplit(registry_address).netloc})):
        yield world


async def vacancy(world: World, *, at: str = PROVINCIAL, **changes: Any) -> dict[str, Any]:
    need = await world.validated_need(at=at, by="hr-bvt" if at == PROVINCIAL else "hr-bache", pool_id=changes.pop("pool_id", None))
    body = {"need_id": need["id"], "title": "Bác sĩ khoa Nội", "about": "Khoa 30 giường, có nhà công vụ.", "housing": "Nhà công vụ 40 m²", "opens_on": today().isoformat()}
    return await world.act("linh", "/vacancies", body | {"closes_on": (today() + timedelta(days=60)).isoformat()} | changes)


def said(*vacancies: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"vacancy_ids": [one["id"] for one in vacancies], "consent": True, "name": "Phạm Thị Hồng", "email": "hong@example.vn", "degree": "resident"}
    return body | {"experience": "new_graduate", "available_from": "2027-01-04", "wishes": ["housing"], "key": KEY} | changes


async def sent(world: World, *vacancies: dict[str, Any], expect: int = 201, files: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    parts = {"application": (None, json.dumps(said(*vacancies, **changes)))} | (files or {})
    answer = await world.api.post(f"{ROOT}/public/applications", files=parts)
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def by_key(world: World, act: str = "", *, expect: int = 200, **body: Any) -> dict[str, Any]:
    answer = await world.api.post(f"{ROOT}/public/application{act}", json={"key": KEY} | body)
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def hidden_by(application: dict[str, Any]) -> list[str]:
    """From whom the last that was told of an application hides the person."""
    told = text("SELECT CAST(data AS jsonb) -> 'hidden_from' FROM outbox WHERE subject = CAST(:id AS uuid) ORDER BY seq DESC LIMIT 1")
    async with worker_session() as session:
        found: list[str] = await session.scalar(told, {"id": application["id"]})
    return found


def kept() -> list[Path]:
    folder = settings().files_dir / "recruitment"
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_a_number_that_cannot_be_dialled_is_refused_at_its_field(site: World) -> None:
    """The registry judges it; the form has no `contacts.1`."""
    refused = await sent(site, await vacancy(site), expect=422, phone="12 34")
    assert [fault["path"] for fault in refused["fields"]] == ["phone"]


class TestTheSite:
    async def test_anybody_reads_what_is_open_and_nothing_else(self, site: World) -> None:
        shown = await vacancy(site)
        hidden = await vacancy(site, opens_on=(today() + timedelta(days=3)).isoformat(), closes_on=(today() + timedelta(days=90)).isoformat())
        answer = await site.api.get(f"{ROOT}/public/vacancies", params={"q": "noi"})
        assert [one["id"] for one in answer.json()["items"]] == [shown["id"]]
        assert (answer.json()["items"][0]["housing"], answer.headers.get_list("cache-control")[0]) == ("Nhà công vụ 40 m²", "public, max-age=60")
        assert "published_by" not in answer.text
        assert (await site.api.get(f"{ROOT}/public/vacancies/{hidden['id']}")).status_code == 404
        assert (await site.api.get(f"{ROOT}/public/vacancies", params={"place": "Pornic"})).json()["items"] == []

    async def test_what_is_withdrawn_is_gone(self, site: World) -> None:
        one = await vacancy(site)
        await site.act("linh", f"/vacancies/{one['id']}/withdrawal", {"reason": "filled"})
        assert (await site.api.get(f"{ROOT}/public/vacancies")).json()["items"] == []

    async def test_a_need_is_published_once_validated_and_once(self, site: World) -> None:
        need = await site.identified_need()
        body = {"need_id": need["id"], "title": "Bác sĩ", "about": "Khoa Nội", "opens_on": today().isoformat(), "closes_on": (today() + timedelta(days=60)).isoformat()}
        assert (await site.act("linh", "/vacancies", body, expect=409))["type"].endswith("/need-not-validated")
        await site.act("linh", f"/needs/{need['id']}/validation", {})
        short = await site.act("linh", "/vacancies", body | {"closes_on": (today() + timedelta(days=2)).isoformat()}, expect=409)
        assert (short["type"].rsplit("/", 1)[-1], short["rule"]["value"]) == ("window-too-short", 30)
        await site.act("linh", "/vacancies", body)
        assert (await site.act("linh", "/vacancies", body, expect=409))["type"].endswith("/published-already")


class TestApply:
    async def test_once_to_two_employers_each_of_whom_sees_its_own(self, site: World) -> None:
        one, other = await vacancy(site), await vacancy(site, at=REMOTE)
        made = await sent(site, one, other, files={"cv": ("cv.pdf", PDF, "application/pdf")})
        assert (made["key"], [choice["state"] for choice in made["choices"]], [file["paper"] for file in made["files"]]) == (KEY, ["received", "received"], ["cv"])
        assert "Phạm" not in json.dumps(made, ensure_ascii=False)
        [seen] = (await site.api.as_("hr-bvt").get(f"{ROOT}/applications")).json()["items"]
        assert [choice["facility_code"] for choice in seen["choices"]] == [PROVINCIAL]
        assert seen["shared_with"] == [PROVINCIAL]
        assert (await site.api.as_("hanoi").get(f"{ROOT}/applications/{made['id']}")).status_code == 404

    async def test_without_consent_or_a_way_to_answer(self, site: World) -> None:
        one = await vacancy(site)
        assert [field["path"] for field in (await sent(site, one, expect=422, consent=False))["fields"]] == ["consent"]
        await sent(site, one, expect=422, email=None)
        assert [field["path"] for field in (await sent(site, expect=422))["fields"]] == ["vacancy_ids"]
        assert [field["path"] for field in (await sent(site, one, expect=422, vacancy_ids=[str(uuid4())]))["fields"]] == ["vacancy_ids"]

    async def test_a_bad_paper_refuses_all_and_nothing_stays(self, site: World) -> None:
        one, before = await vacancy(site), kept()
        files = {"cv": ("cv.pdf", PDF + b"of whom nothing stays", "application/pdf"), "diploma": ("bang.pdf", b"MZ\x90", "application/pdf")}
        refused = await sent(site, one, expect=422, files=files)
        assert ([field["path"] for field in refused["fields"]], refused["rule"]["id"]) == (["diploma"], "FILE-KIND")
        large = await sent(site, one, expect=413, files={"cv": ("cv.pdf", PDF + bytes(11 << 20), "application/pdf")})
        assert (large["rule"]["value"], [field["path"] for field in large["fields"]]) == (10, ["cv"])
        assert kept() == before
        assert (await site.api.as_("linh").get(f"{ROOT}/applications")).json()["items"] == []

    async def test_a_form_sent_twice_is_one_application(self, site: World) -> None:
        one = await vacancy(site)
        assert (await sent(site, one))["id"] == (await sent(site, one))["id"]
        assert (await sent(site, one, expect=409, degree="ck1"))["type"].endswith("/key-used")

    async def test_in_a_campaign_it_is_a_candidacy_of_each(self, site: World) -> None:
        needs = [await site.validated_need(), await site.validated_need()]
        opens, closes = today().isoformat(), (today() + timedelta(days=60)).isoformat()
        call = {"code": "TH-2", "title": "Đợt 2", "authority": "VN-22", "need_ids": [need["id"] for need in needs], "opens_on": opens, "closes_on": closes}
        campaign = await site.act("linh", "/campaigns", call)
        await site.act("linh", f"/campaigns/{campaign['id']}/publication", {})
        body = {"campaign_id": campaign["id"], "title": "Bác sĩ", "about": "Khoa Nội", "opens_on": opens, "closes_on": closes}
        both = [await site.act("linh", "/vacancies", body | {"need_id": need["id"]}) for need in needs]
        await sent(site, *both)
        items = (await site.api.as_("linh").get(f"{ROOT}/candidacies", params={"campaign": campaign["id"]})).json()["items"]
        assert [one["state"] for one in items] == ["submitted", "submitted"]
        await by_key(site, "/withdrawal", expect=201)
        items = (await site.api.as_("linh").get(f"{ROOT}/candidacies", params={"campaign": campaign["id"]})).json()["items"]
        assert [one["state"] for one in items] == ["withdrawn", "withdrawn"]


class TestThePrivateLink:
    async def test_opens_its_own_application_until_its_last_day(self, site: World) -> None:
        made = await sent(site, await vacancy(site))
        assert (await by_key(site))["id"] == made["id"]
        assert (await by_key(site))["key"] is None
        await by_key(site, key="x" * 40, expect=404)
        with environment(RELAIS_ENV="test", RELAIS_TODAY=(date.fromisoformat(made["link_until"]) + timedelta(days=1)).isoformat()):
            await by_key(site, expect=404)

    async def test_the_secret_is_kept_nowhere(self, site: World) -> None:
        await sent(site, await vacancy(site))
        async with worker_session() as session:
            rows = (
                await session.execute(text("SELECT a::text AS said FROM applications a UNION ALL SELECT to_jsonb(o)::text FROM outbox o UNION ALL SELECT u::text FROM audit u"))
            ).scalars()
            assert not [row for row in rows if KEY in row or "Phạm" in row or "hong@" in row]

    async def test_a_consent_taken_back_hides_everything_at_once(self, site: World) -> None:
        made = await sent(site, await vacancy(site), await vacancy(site, at=REMOTE), files={"cv": ("cv.pdf", PDF, "application/pdf")})
        [mine] = [choice["id"] for choice in made["choices"] if choice["facility_code"] == PROVINCIAL]
        assert (await site.api.as_("hr-bvt").get(f"{ROOT}/applications/files/{made['files'][0]['id']}")).status_code == 200
        left = await by_key(site, "/withdrawal", expect=201, choice_id=mine)
        assert (left["state"], sorted(choice["state"] for choice in left["choices"])) == ("open", ["received", "withdrawn"])
        for path in (f"applications/{made['id']}", f"applications/files/{made['files'][0]['id']}"):
            assert (await site.api.as_("hr-bvt").get(f"{ROOT}/{path}")).status_code == 404
        answer = await site.api.as_("hr-bvt").post(f"{ROOT}/applications/choices/{mine}/step", json={"step": "read"})
        assert answer.status_code == 404
        assert (await by_key(site, "/withdrawal", expect=201))["state"] == "withdrawn"

    async def test_an_employer_who_sees_the_person_for_another_reason_goes_on_seeing_them(self, site: World) -> None:
        one = await sent(site, await vacancy(site))
        other = await sent(site, await vacancy(site), key="o" * 40)
        async with worker_session() as session:
            await session.execute(
                text("UPDATE applications SET person_id = (SELECT person_id FROM applications WHERE id = :one) WHERE id = :other"), {"one": one["id"], "other": other["id"]}
            )
        await by_key(site, "/withdrawal", expect=201)
        assert await hidden_by(one) == []
        await by_key(site, "/withdrawal", expect=201, key="o" * 40)
        assert await hidden_by(other) == [PROVINCIAL]

    async def test_a_paper_is_added_while_it_is_open(self, site: World) -> None:
        await sent(site, await vacancy(site))

        async def add(content: bytes, name: str = "bang.pdf") -> Any:
            return await site.api.post(f"{ROOT}/public/application/files", data={"key": KEY, "paper": "diploma"}, files={"file": (name, content, "application/pdf")})

        assert (await add(b"MZ")).status_code == 422
        assert (await add(PDF)).status_code == 201
        assert len((await add(PDF)).json()["files"]) == 1
        await by_key(site, "/withdrawal", expect=201)
        assert (await add(PDF + b"2")).json()["type"].endswith("/application-over")


async def pool_of(world: World, *employers: str) -> dict[str, Any]:
    """A pool of employers that accepted its charter."""
    pool = await world.act("linh", "/pools", {"code": "P", "title": "Vùng Đông Bắc", "authority": "VN-22", "purpose": "Recruit together"})
    await world.act("linh", f"/pools/{pool['id']}/charters", {"words": "One publication, the candidate chooses."})
    for code in employers:
        pool = await world.act("linh", f"/pools/{pool['id']}/partners", {"facility_code": code, "takes_part_as": "employer"})
    for partner in pool["partners"]:
        await world.act("linh", f"/pools/{pool['id']}/partners/{partner['id']}/acceptance", {"signed_as": "Director"})
    return pool


async def files_of(world: World, person: str = "linh", state: str = "looking") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await world.api.as_(person).get(f"{ROOT}/profiles", params={"state": state})).json()["items"]
    return items


async def told(topic: str) -> list[dict[str, Any]]:
    async with worker_session() as session:
        return [json.loads(row) for row in await session.scalars(text("SELECT data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": f"relais.recruitment.{topic}"})]


class TestThePoolsFile:
    async def test_nothing_is_opened_without_the_box_and_nothing_without_a_pool(self, site: World) -> None:
        pool = await pool_of(site, PROVINCIAL)
        await sent(site, await vacancy(site, pool_id=pool["id"]))
        assert await files_of(site) == []
        refused = await sent(site, await vacancy(site), expect=422, key="o" * 40, pool_consent=True)
        assert [field["path"] for field in refused["fields"]] == ["pool_consent"]
        assert len((await site.api.as_("linh").get(f"{ROOT}/applications")).json()["items"]) == 1

    async def test_the_box_opens_a_file_that_every_employer_of_the_pool_sees_until_it_is_taken_back(self, site: World) -> None:
        pool = await pool_of(site, PROVINCIAL, REMOTE)
        one = await vacancy(site, pool_id=pool["id"])
        assert (await site.api.get(f"{ROOT}/public/vacancies/{one['id']}")).json()["in_pool"] is True
        made = await sent(site, one, pool_consent=True)
        [file] = await files_of(site, "hr-bache")
        assert (made["in_pool"], file["occupation_code"], file["available_from"], file["consents"][0]["means"]) == (True, "VN-BS", "2027-01-04", "online")
        assert (await told("profiles"))[-1]["shown_to"] == [PROVINCIAL, REMOTE]
        left = await by_key(site, "/pool-withdrawal", expect=201)
        assert (left["in_pool"], left["state"], [step["what"] for step in left["steps"]]) == (False, "open", ["received", "pool_joined", "pool_left"])
        assert (await files_of(site, "hr-bache"), await files_of(site)) == ([], [])
        assert ((await told("profiles"))[-1]["hidden_from"], await told("prospects")) == ([REMOTE], [])
        await by_key(site, "/pool-withdrawal", expect=201)
        await by_key(site, "/pool-withdrawal", key="x" * 40, expect=404)

    async def test_whoever_withdraws_altogether_is_in_no_file(self, site: World) -> None:
        pool = await pool_of(site, PROVINCIAL)
        made = await sent(site, await vacancy(site, pool_id=pool["id"]), pool_consent=True)
        await by_key(site, "/withdrawal", expect=201)
        assert [(file["closing"], file["consents"][0]["withdrawn_on"]) for file in await files_of(site, state="ended")] == [("stopped", today().isoformat())]
        assert (await told("profiles"))[-1]["hidden_from"] == [PROVINCIAL]
        assert ((await told("applications"))[-1]["is_kept"], len(await told("prospects")), made["in_pool"]) == (False, 1, True)

    async def test_whoever_is_not_kept_stays_in_the_file_and_in_the_register(self, site: World) -> None:
        pool = await pool_of(site, PROVINCIAL)
        made = await sent(site, await vacancy(site, pool_id=pool["id"]), pool_consent=True)
        path = f"{ROOT}/applications/choices/{made['choices'][0]['id']}/step"
        assert (await site.api.as_("hr-bvt").post(path, json={"step": "turn_down", "reason": "Vị trí đã có người."})).status_code == 201
        assert [(one["state"], one["is_kept"]) for one in await told("applications")] == [("open", True), ("ended", True)]
        [file] = await files_of(site)
        await site.act("linh", f"/profiles/{file['id']}/ending", {"closing": "unreachable"})
        assert [one["person_id"] for one in await told("prospects")] == [file["person_id"]]

    async def test_who_is_in_the_file_already_is_brought_up_to_date(self, site: World, registry: Registry) -> None:
        pool = await pool_of(site, PROVINCIAL)
        person, one = await registry.person("Vũ Minh Châu"), await vacancy(site, pool_id=pool["id"])
        said = {"vacancy_ids": [one["id"]], "consent": True, "degree": "resident", "experience": "experienced", "person_id": person, "pool_consent": True}
        for day in ("2027-01-04", "2027-06-01"):
            await site.act("linh", "/applications", said | {"available_from": day})
        [file] = await files_of(site)
        assert (file["person_id"], file["available_from"], [(given["means"], given["withdrawn_on"] is None) for given in file["consents"]]) == (
            person,
            "2027-06-01",
            [("written", False), ("written", True)],
        )


class TestALostLink:
    async def test_whoever_sees_one_employer_of_it_never_holds_it(self, site: World) -> None:
        made = await sent(site, await vacancy(site), await vacancy(site, at=REMOTE))
        for person, status, slug in (("hr-bvt", 403, "sees-a-part-alone"), ("hanoi", 404, "not-found")):
            answer = await site.api.as_(person).post(f"{ROOT}/applications/{made['id']}/link", json=NEW)
            assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (status, slug)
        assert (await site.act("linh", f"/applications/{made['id']}/link", NEW | {"verified": "because"}, expect=422))["fields"]
        assert (await by_key(site))["id"] == made["id"]

    async def test_a_secret_in_use_opens_no_other_application(self, site: World) -> None:
        made, other = await sent(site, await vacancy(site)), await sent(site, await vacancy(site), key="o" * 40)
        refused = await site.act("linh", f"/applications/{made['id']}/link", NEW | {"key": "o" * 40}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("key-in-use", "REC-LINK")
        assert (await by_key(site, key="o" * 40))["id"] == other["id"]

    async def test_a_new_one_is_handed_over_and_the_old_one_opens_nothing(self, site: World) -> None:
        made = await sent(site, await vacancy(site))
        seen = await site.act("linh", f"/applications/{made['id']}/link", NEW)
        await site.act("linh", f"/applications/{made['id']}/link", NEW)
        await by_key(site, expect=404)
        found = await by_key(site, key=NEW["key"])
        assert (found["id"], found["link_until"], [step["what"] for step in found["steps"]]) == (made["id"], seen["link_until"], ["received", "link_renewed"])
        async with worker_session() as session:
            rows = (await session.execute(text("SELECT u::text AS said FROM audit u UNION ALL SELECT k::text FROM idempotency_keys k"))).scalars()
            assert not [row for row in rows if NEW["key"] in row]


class TestTheEmployer:
    async def test_says_each_step_and_why_not(self, site: World) -> None:
        made = await sent(site, await vacancy(site))
        path = f"{ROOT}/applications/choices/{made['choices'][0]['id']}/step"
        hr = site.api.as_("hr-bvt")
        assert (await hr.post(path, json={"step": "interview"})).status_code == 201
        assert (await hr.post(path, json={"step": "turn_down"})).json()["type"].endswith("/reasons-missing")
        assert (await hr.post(path, json={"step": "turn_down", "reason": "Vị trí đã có người."})).status_code == 201
        found = await by_key(site)
        assert (found["state"], [step["what"] for step in found["steps"]], found["choices"][0]["reason"]) == ("ended", ["received", "interview", "not_kept"], "Vị trí đã có người.")

    async def test_the_person_is_kept_for_no_longer_than_something_is_open(self, site: World) -> None:
        await sent(site, await vacancy(site))
        await by_key(site, "/withdrawal", expect=201)
        async with worker_session() as session:
            told = (await session.execute(text("SELECT type, data FROM outbox WHERE topic = 'relais.recruitment.applications' ORDER BY seq"))).all()
        assert [(row.type.split(".")[2], json.loads(row.data)["is_kept"]) for row in told] == [("received", True), ("changed", False)]
        assert json.loads(told[-1].data)["hidden_from"] == [PROVINCIAL]


class TestPapers:
    async def test_are_destroyed_after_their_time_and_with_the_person(self, site: World) -> None:
        before = kept()
        made = await sent(site, await vacancy(site), files={"cv": ("cv.pdf", PDF + b"of one", "application/pdf")})
        await forget_papers()
        assert len(kept()) == len(before) + 1
        person = (await site.api.as_("linh").get(f"{ROOT}/applications/{made['id']}")).json()["person_id"]
        await hear(consumer, message("relais.registry.erasures", "registry.person.erased.v1", {"id": person}))
        await forget_papers()
        assert kept() == before
        found = (await site.api.as_("linh").get(f"{ROOT}/applications/{made['id']}")).json()
        assert [file["is_kept"] for file in found["files"]] == [False]
