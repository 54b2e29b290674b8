"""What the auditor reads: every act and read within the auditor's own relations, with its seal; nothing of anybody else's."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from sqlalchemy import text

from services.recruitment.consumers import consumer
from shared.db import database
from tests.recruitment.world import PROVINCIAL, World, facility
from tests.support.api import Api
from tests.support.hearing import hear

AUDIT = "/api/v1/recruitment/audit"


@pytest.fixture
async def need(api: Api) -> dict[str, Any]:
    await hear(consumer, facility(PROVINCIAL))
    return await World(api).validated_need()


def known(person: str) -> str:
    """The subject under which the tests' identity provider knows somebody."""
    return str(uuid5(NAMESPACE_URL, person))


async def records(api: Api, person: str = "auditor", *, expect: int = 200, **params: Any) -> list[dict[str, Any]]:
    answer = await api.as_(person).get(AUDIT, params=params)
    assert answer.status_code == expect, answer.text
    return list(answer.json().get("items", []))


class TestWhoMay:
    @pytest.mark.parametrize("person", ["linh", "hr-bvt", "director", "ops", "analyst"])
    async def test_auditors_alone(self, api: Api, need: dict[str, Any], person: str) -> None:
        await records(api, person, expect=403)
        assert (await api.as_(person).get(f"{AUDIT}/seals/last")).status_code == 403

    async def test_an_auditor_of_another_territory_sees_nothing(self, api: Api, need: dict[str, Any]) -> None:
        answer = await api.as_("hanoi", roles=["auditor"]).get(AUDIT)
        assert (answer.status_code, answer.json()["items"]) == (200, [])

    async def test_an_auditor_changes_nothing(self, api: Api, need: dict[str, Any]) -> None:
        assert (await api.as_("auditor").post(f"/api/v1/recruitment/needs/{need['id']}/validation", json={})).status_code == 403

    @pytest.mark.parametrize(("scope", "seen"), [("VN.VN-22", 2), ("VN.VN-22.VN-22-BVT", 2), ("VN.VN-22.VN-22-BVBC", 0), ("VN.VN-01", 0), ("", 0)])
    async def test_the_database_shows_a_record_with_its_thing_alone(self, api: Api, need: dict[str, Any], scope: str, seen: int) -> None:
        """The third wall, without any query of ours before it."""
        async with database.session("app") as session:
            await session.execute(text("SELECT set_config('relais.scope', :scope, true)"), {"scope": f"{{{scope}}}"})
            assert await session.scalar(text("SELECT count(*) FROM audit")) == seen


class TestWhatItSays:
    async def test_newest_first_with_who_and_what_changed(self, api: Api, need: dict[str, Any]) -> None:
        told = await records(api)
        assert [(record["act"], record["subject_kind"], record["subject_id"], record["actor"]["account"], record["seal"]) for record in told] == [
            ("need.validated", "need", need["id"], known("linh"), None),
            ("need.identified", "need", need["id"], known("hr-bvt"), None),
        ]
        assert told[0]["record"] > told[1]["record"]

    @pytest.mark.parametrize(
        ("asked", "acts"),
        [
            ({"who": known("linh")}, ["need.validated"]),
            ({"who": known("linh")[1:]}, []),
            ({"act": "need.identified"}, ["need.identified"]),
            ({"act": "reads"}, []),
            ({"subject_kind": "hire"}, []),
            ({"to": "2001-01-01"}, []),
            ({"from": "2001-01-01", "limit": 1}, ["need.validated"]),
        ],
    )
    async def test_filters(self, api: Api, need: dict[str, Any], asked: dict[str, Any], acts: list[str]) -> None:
        assert [record["act"] for record in await records(api, **asked)] == acts

    async def test_what_a_substitute_did_is_found_under_both_accounts(self, api: Api) -> None:
        await hear(consumer, facility(PROVINCIAL))
        identified = await World(api).identified_need()
        substitute = api.as_("director", roles=["regional-administrator"], acting_for=[known("linh")])
        validated = await substitute.post(f"/api/v1/recruitment/needs/{identified['id']}/validation", json={})
        assert validated.status_code == 201, validated.text
        for who in ("linh", "director"):
            [record] = await records(api, who=known(who))
            assert (record["act"], record["actor"]["account"], record["for_whom"]) == ("need.validated", known("director"), [known("linh")])

    async def test_before_the_first_seal(self, api: Api) -> None:
        state = (await api.as_("auditor").get(f"{AUDIT}/seals/last")).json()
        assert state == {"seals": 0, "sealed_to": 0, "sealed_at": None, "head": None, "key_id": None}
