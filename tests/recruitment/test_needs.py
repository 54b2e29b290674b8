"""A need: identified by a facility, checked against the establishment, validated by another person."""

from uuid import uuid4

import pytest

from services.recruitment.consumers import consumer
from tests.recruitment.world import PROVINCIAL, REMOTE, ROOT, World, facility, known, post
from tests.support.hearing import hear
from tests.support.registry import Registry


class TestIdentify:
    @pytest.mark.parametrize(("person", "slug"), [("director", "role-missing"), ("analyst", "role-missing"), ("hanoi", "other-authority"), ("hr-bc", "other-authority")])
    async def test_who_may_not(self, world: World, person: str, slug: str) -> None:
        refused = await world.api.as_(person).post(f"{ROOT}/needs", json={"facility_code": PROVINCIAL, "occupation_code": "VN-BS", "reason": "vacancy"})
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (403, slug)

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"facility_code": "VN-22-NOWHERE"}, "facility_code"),
            ({"quantity": 0}, "quantity"),
            ({"reason": "because"}, "reason"),
            ({"post_id": str(known("P2"))}, "post_id"),
            ({"post_id": str(known("P1")), "occupation_code": "VN-DDDH"}, "occupation_code"),
            ({"done_on": "1975-12-31"}, "facility_code"),  # the hospital did not exist yet
        ],
    )
    async def test_what_is_wrong_is_named(self, world: World, changes: dict[str, object], path: str) -> None:
        body = {"facility_code": PROVINCIAL, "occupation_code": "VN-BS", "reason": "vacancy"} | changes
        answer = await world.api.as_("hr-bvt").post(f"{ROOT}/needs", json=body)
        assert answer.status_code == 422
        assert [field["path"] for field in answer.json()["fields"]] == [path]

    async def test_the_past_needs_a_records_officer(self, world: World) -> None:
        refused = await world.act("hr-today", "/needs", {"facility_code": PROVINCIAL, "occupation_code": "VN-BS", "reason": "vacancy", "done_on": "2025-09-30"}, expect=403)
        assert refused["type"].endswith("/past-needs-records-officer")

    async def test_no_more_people_than_the_post_has_seats(self, world: World) -> None:
        refused = await world.act(
            "hr-bvt", "/needs", {"facility_code": PROVINCIAL, "occupation_code": "VN-BS", "reason": "vacancy", "post_id": str(known("P1")), "quantity": 2}, expect=409
        )
        assert refused["rule"]["id"] == "REC-NEED"
        assert refused["possible"]

    async def test_a_post_that_nobody_knows(self, world: World, registry: Registry) -> None:
        body = {"facility_code": PROVINCIAL, "occupation_code": "VN-BS", "reason": "vacancy", "post_id": str(uuid4())}
        answer = await world.act("hr-bvt", "/needs", body, expect=422)
        assert answer["fields"][0]["path"] == "post_id"

    async def test_the_registry_away_is_said(self, world: World) -> None:
        body = {"facility_code": PROVINCIAL, "occupation_code": "VN-BS", "reason": "vacancy", "post_id": str(uuid4())}
        answer = await world.api.as_("hr-bvt").post(f"{ROOT}/needs", json=body)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0


class TestValidate:
    async def test_its_author_does_not(self, world: World) -> None:
        need = await world.identified_need(by="linh")
        refused = await world.act("linh", f"/needs/{need['id']}/validation", {}, expect=403)
        assert refused["type"].endswith("/validator-is-author")
        assert [action for action in need["available_actions"] if action["allowed"]] == []

    async def test_a_hospital_validates_nothing_and_another_sees_nothing(self, world: World) -> None:
        need = await world.identified_need()
        assert (await world.act("hr-bvt", f"/needs/{need['id']}/validation", {}, expect=403))["type"].endswith("/role-missing")
        for person in ("hr-bc", "hanoi"):
            assert (await world.api.as_(person).get(f"{ROOT}/needs/{need['id']}")).status_code == 404
            assert (await world.api.as_(person).get(f"{ROOT}/needs")).json()["items"] == []

    async def test_once(self, world: World) -> None:
        need = await world.validated_need()
        assert (need["state"], need["validated_on"], need["hires"]) == ("validated", "2024-01-03", 0)
        assert await world.act("linh", f"/needs/{need['id']}/validation", {"done_on": "2024-01-03"}) == need
        await world.act("director", f"/needs/{need['id']}/validation", {}, expect=409)


async def test_a_facility_follows_its_authority(world: World) -> None:
    """What a token's facility opens is the registry's dated relation, as announced."""
    moved = [
        {"valid_from": "1976-01-01", "valid_to": "2025-09-30", "authority_path": f"VN.VN-22.{REMOTE}", "tier": "remote-centre"},
        {"valid_from": "2025-10-01", "valid_to": None, "authority_path": f"VN.VN-01.{REMOTE}", "tier": None},
    ]
    await hear(consumer, facility(REMOTE, periods=moved))
    body = {"facility_code": REMOTE, "occupation_code": "VN-BS", "reason": "vacancy"}
    assert (await world.api.as_("linh").post(f"{ROOT}/needs", json=body)).status_code == 403
    assert (await world.api.as_("hanoi").post(f"{ROOT}/needs", json=body)).status_code == 201


async def test_needs_are_listed_by_facility_page_by_page(world: World) -> None:
    for number in range(3):
        await world.identified_need(reference=f"N-{number}")
    await world.identified_need(at=REMOTE, by="hr-bache")
    first = (await world.api.as_("linh").get(f"{ROOT}/needs", params={"facility": PROVINCIAL, "limit": 2})).json()
    second = (await world.api.as_("linh").get(f"{ROOT}/needs", params={"facility": PROVINCIAL, "limit": 2, "cursor": first["next"]})).json()
    assert [item["reference"] for item in first["items"] + second["items"]] == ["N-0", "N-1", "N-2"]
    assert second["next"] is None


async def test_a_post_is_heard_in_its_newest_state(world: World) -> None:
    await hear(consumer, post("P1", close_to="2024-12-31"))
    need = await world.identified_need(post_id=str(known("P1")))
    assert need["post_id"] == str(known("P1"))
