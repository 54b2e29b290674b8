"""A hire decided in recruitment becomes employment and assignment: nothing typed twice, never lost, effectively once."""

from typing import Any
from uuid import uuid4

import pytest

from services.registry.consumers import consumer
from shared.inbox import retry_parked
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem
from tests.support.hearing import hear, message

TOPIC, KIND = "relais.recruitment.hires", "recruitment.hire.decided.v1"


def hire_of(person: dict[str, Any], post: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "person_id": person["id"],
        "occupation_code": "VN-BS",
        "post_id": post["id"],
        "facility_code": post["facility_code"],
        "authority_path": f"VN.VN-22.{post['facility_code']}",
        "policy_id": str(uuid4()),
        "starts_on": "2025-03-01",
        "decision_number": "118/QĐ-SYT",
        "amount": 500_000_000,
        "currency": "VND",
        "commitment_years": 7,
        "done_on": "2025-02-20",
    } | more


async def decided(hire: dict[str, Any], version: int = 1) -> Any:
    return await hear(consumer, message(TOPIC, KIND, hire, version=version))


async def told(world: World, topic: str, subject: str) -> list[dict[str, Any]]:
    """Events of one aggregate in the outbox, in order."""
    async with world.as_worker() as session:
        rows = await session.execute(
            world.sql("SELECT type, data::jsonb AS data FROM outbox WHERE topic = :topic AND subject = CAST(:subject AS uuid) ORDER BY version"),
            {"topic": topic, "subject": subject},
        )
        return [{"type": row.type} | row.data for row in rows]


@pytest.fixture
async def candidate(world: World) -> dict[str, Any]:
    return await world.person("Đặng Thị Ánh", purposes=["candidate"], facility_code=BACHE, who="linh")


class TestPlaced:
    async def test_a_candidate_becomes_a_worker_employed_and_assigned(self, world: World, candidate: dict[str, Any]) -> None:
        post = await world.post(specialty="gây mê")
        hire = hire_of(candidate, post)
        taken = await decided(hire)
        assert (taken.parked, taken.dead) == (0, 0)
        linh = world.api.as_("linh")
        person = ok(await linh.get(f"{BASE}/persons/{candidate['id']}"))
        assert person["purposes"] == ["candidate", "worker"]
        assert [(worker["occupation_code"], worker["specialty"]) for worker in person["workers"]] == [("VN-BS", "gây mê")]
        [assignment] = ok(await linh.get(f"{BASE}/assignments", params={"person": candidate["id"]}))["items"]
        assert (assignment["state"], assignment["starts_on"], assignment["post_id"], assignment["decision"]) == ("active", "2025-03-01", post["id"], "118/QĐ-SYT")
        assert (assignment["source_service"], assignment["source_id"], assignment["entered_afterwards"]) == ("recruitment", hire["id"], True)
        timeline = ok(await linh.get(f"{BASE}/persons/{candidate['id']}/timeline"))["items"]
        assert sorted((item["kind"], item["state"], item["facility_code"]) for item in timeline) == [("assignment", "active", BVT), ("employment", "probation", BVT)]
        assert ok(await linh.get(f"{BASE}/posts/{post['id']}"))["state"] == "filled"
        assert ok(await linh.get(f"{BASE}/work-items"))["items"] == []

    async def test_an_association_employs_by_contract(self, world: World, candidate: dict[str, Any]) -> None:
        place = {
            "code": "VN-22-HOI",
            "name": "Hội Chữ thập đỏ",
            "type": "clinic",
            "level": "commune",
            "ownership": "private_non_profit",
            "area_code": "VN-22-06700",
            "authority": "VN-22",
        }
        ok(await world.api.as_("linh").post(f"{BASE}/facilities", json=place | {"valid_from": "2010-01-01"}))
        await decided(hire_of(candidate, await world.post("VN-22-HOI")))
        [employment] = ok(await world.api.as_("linh").get(f"{BASE}/employments", params={"person": candidate["id"]}))["items"]
        assert (employment["employment_type"], employment["status"]) == ("contract_open", "probation")

    async def test_consumers_hear_it_and_no_name_goes_out(self, world: World, candidate: dict[str, Any]) -> None:
        post = await world.post()
        await decided(hire_of(candidate, post, decision_number=None))
        [assignment] = ok(await world.api.as_("linh").get(f"{BASE}/assignments", params={"person": candidate["id"]}))["items"]
        [started] = await told(world, "relais.registry.assignments", assignment["id"])
        assert (started["type"], started["state"], started["decision"], started["facility_code"]) == ("registry.assignment.started.v1", "active", "to_regularise", BVT)
        assert [(one["valid_from"], one["valid_to"], one["fte_share"]) for one in started["periods"]] == [("2025-03-01", None, "1.000")]
        posts = await told(world, "relais.registry.posts", post["id"])
        assert [(one["type"], one["filled"]) for one in posts] == [("registry.post.opened.v1", "0"), ("registry.post.changed.v1", "1.000")]
        async with world.as_worker() as session:
            everything = (await session.execute(world.sql("SELECT string_agg(data, ' ') FROM outbox"))).scalar_one()
        assert "Ánh" not in everything

    async def test_the_facility_that_employs_sees_the_person_from_then_on(self, world: World, candidate: dict[str, Any]) -> None:
        bvt = world.api.as_("hr-bvt")
        assert problem(await bvt.get(f"{BASE}/persons/{candidate['id']}"), 404) == "not-found"
        await decided(hire_of(candidate, await world.post()))
        assert ok(await bvt.get(f"{BASE}/persons/{candidate['id']}"))["name"] == "Đặng Thị Ánh"
        assert ok(await bvt.post(f"{BASE}/persons/search", json={"q": "dang anh"}))["items"][0]["facility"] == BVT
        [worker] = ok(await bvt.get(f"{BASE}/persons/{candidate['id']}"))["workers"]
        announced = await told(world, "relais.registry.workers", worker["id"])
        assert announced[-1]["shared_with"] == ["VN-22-BVT"]
        assert problem(await world.api.as_("hanoi").get(f"{BASE}/persons/{candidate['id']}"), 404) == "not-found"

    async def test_heard_twice_it_has_one_effect(self, world: World, candidate: dict[str, Any]) -> None:
        hire = hire_of(candidate, await world.post())
        first = message(TOPIC, KIND, hire, version=1)
        await hear(consumer, first)
        await hear(consumer, first)
        await hear(consumer, message(TOPIC, KIND, hire, version=2))
        linh = world.api.as_("linh")
        assert len(ok(await linh.get(f"{BASE}/assignments", params={"person": candidate["id"]}))["items"]) == 1
        assert len(ok(await linh.get(f"{BASE}/persons/{candidate['id']}/timeline"))["items"]) == 2

    async def test_somebody_employed_there_already_keeps_one_employment(self, world: World, candidate: dict[str, Any]) -> None:
        await decided(hire_of(candidate, await world.post(fte=0.5)))
        [first] = ok(await world.api.as_("linh").get(f"{BASE}/assignments", params={"person": candidate["id"]}))["items"]
        ok(await world.api.as_("linh").post(f"{BASE}/assignments/{first['id']}/ending", json={"ends_on": "2025-03-31", "reason": "another post"}))
        await decided(hire_of(candidate, await world.post(), starts_on="2025-04-01"))
        kinds = [item["kind"] for item in ok(await world.api.as_("linh").get(f"{BASE}/persons/{candidate['id']}/timeline"))["items"]]
        assert sorted(kinds) == ["assignment", "assignment", "employment"]


class TestConflicting:
    async def test_a_full_post_makes_a_conflicting_fact_and_a_work_item(self, world: World, candidate: dict[str, Any]) -> None:
        post = await world.post()
        holder = await world.assignment(await world.person("Lê Văn Bình"), post_id=post["id"])
        taken = await decided(hire_of(candidate, post))
        assert (taken.parked, taken.dead) == (0, 0)
        linh = world.api.as_("linh")
        [conflicting] = ok(await linh.get(f"{BASE}/assignments", params={"person": candidate["id"]}))["items"]
        assert (conflicting["state"], conflicting["conflict"]) == ("conflicting", "post-full")
        assert ok(await linh.get(f"{BASE}/posts/{post['id']}"))["filled_share"] == 1
        assert ok(await linh.get(f"{BASE}/persons", params={"facility": BVT, "as_of": "2025-03-01"}))["items"][0]["name"] == "Đặng Thị Ánh", "employed all the same"
        [event] = await told(world, "relais.registry.assignments", conflicting["id"])
        assert (event["type"], event["state"], event["conflict"]) == ("registry.assignment.conflicting.v1", "conflicting", "post-full")
        [item] = ok(await world.api.as_("hr-bvt").get(f"{BASE}/work-items", params={"state": "open"}))["items"]
        assert (item["kind"], item["reason"], item["subject_id"], item["person_id"]) == ("conflicting-assignment", "post-full", conflicting["id"], candidate["id"])
        assert item["sentence"]
        assert ok(await world.api.as_("hr-bache").get(f"{BASE}/work-items"))["items"] == []

        body = {"reason": "the holder has left"}
        assert problem(await linh.post(f"{BASE}/assignments/{conflicting['id']}/activation", json=body), 409) == "post-full"
        ok(await linh.post(f"{BASE}/assignments/{holder['id']}/ending", json={"ends_on": "2025-02-28", "reason": "left"}))
        assert ok(await linh.post(f"{BASE}/assignments/{conflicting['id']}/activation", json=body))["state"] == "active"
        assert ok(await linh.get(f"{BASE}/work-items", params={"state": "open"}))["items"] == []
        assert [one["type"].split(".")[2] for one in await told(world, "relais.registry.assignments", conflicting["id"])] == ["conflicting", "started"]

    async def test_somebody_who_holds_a_primary_makes_a_conflicting_fact(self, world: World, candidate: dict[str, Any]) -> None:
        await world.assignment(candidate, facility_code=BACHE, occupation_code="VN-BS")
        post = await world.post()
        await decided(hire_of(candidate, post))
        states = {
            one["facility_code"]: (one["state"], one["conflict"]) for one in ok(await world.api.as_("linh").get(f"{BASE}/assignments", params={"person": candidate["id"]}))["items"]
        }
        assert states == {BACHE: ("active", None), BVT: ("conflicting", "primary-held")}
        assert ok(await world.api.as_("linh").get(f"{BASE}/posts/{post['id']}"))["state"] == "vacant"

    async def test_a_post_that_is_not_open_makes_a_conflicting_fact(self, world: World, candidate: dict[str, Any]) -> None:
        post = await world.post(open_from="2025-06-01")
        await decided(hire_of(candidate, post))
        [item] = ok(await world.api.as_("linh").get(f"{BASE}/work-items"))["items"]
        assert item["reason"] == "post-closed"


class TestNotKnownYet:
    async def test_an_unknown_person_parks_the_hire_until_it_is_known(self, world: World) -> None:
        post, stranger = await world.post(), {"id": str(uuid4())}
        taken = await decided(hire_of(stranger, post))
        assert (taken.parked, taken.dead) == (1, 0)
        linh = world.api.as_("linh")
        assert ok(await linh.get(f"{BASE}/posts/{post['id']}"))["state"] == "vacant"
        async with world.as_worker() as session:
            await session.execute(
                world.sql("INSERT INTO persons (id, authority_path, name, sort_key, recorded_by) VALUES (CAST(:id AS uuid), 'VN.VN-22', 'Bùi Văn Nam', 'bui', 'test')"), stranger
            )
        async with world.as_worker() as session:
            await retry_parked(session, consumer, [stranger["id"]])
        assert ok(await linh.get(f"{BASE}/posts/{post['id']}"))["state"] == "filled"

    async def test_an_unknown_post_parks_the_hire(self, world: World, candidate: dict[str, Any]) -> None:
        taken = await decided(hire_of(candidate, {"id": str(uuid4()), "facility_code": BVT}))
        assert (taken.parked, taken.dead) == (1, 0)
        assert ok(await world.api.as_("linh").get(f"{BASE}/persons/{candidate['id']}"))["purposes"] == ["candidate"]
