"""What protects every record: the version that was read, the rows that a relation opens, and two acts at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.recruitment.consumers import consumer
from shared.clients import close_http_session
from shared.db import app_session, worker_session
from tests.recruitment.world import ROOT, World, facility, known, post
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.registry import Registry

TABLES = ("policies", "policy_amounts", "needs", "campaigns", "campaign_needs", "candidacies", "hires", "landings")


class TestVersions:
    async def test_an_act_on_an_older_version_is_refused(self, world: World) -> None:
        need = await world.identified_need()
        linh, path = world.api.as_("linh"), f"{ROOT}/needs/{need['id']}"
        read = await linh.get(path)
        assert read.headers["etag"] == '"1"'
        stale = await linh.post(f"{path}/validation", json={}, headers={"If-Match": '"0"'})
        assert (stale.status_code, stale.json()["type"].rsplit("/", 1)[-1]) == (412, "changed-meanwhile")
        done = await linh.post(f"{path}/validation", json={}, headers={"If-Match": read.headers["etag"]})
        assert (done.status_code, done.headers["etag"]) == (201, '"2"')

    async def test_the_same_key_is_one_effect(self, world: World) -> None:
        body = {"facility_code": "VN-22-BVT", "occupation_code": "VN-BS", "reason": "vacancy"}
        answers = [await world.api.as_("hr-bvt").post(f"{ROOT}/needs", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        other = await world.api.as_("hr-bvt").post(f"{ROOT}/needs", json=body | {"quantity": 2}, headers={"Idempotency-Key": "k"})
        assert other.status_code == 422


class TestRows:
    async def test_without_a_relation_the_database_answers_no_row(self, world: World, registry: Registry) -> None:
        need = await world.validated_need()
        campaign = await world.published_campaign(await world.approved_policy(), need)
        candidacy = await world.eligible(await world.candidacy(campaign, need, await registry.person()))
        await world.proposed_hire(candidacy)
        async with worker_session() as session:
            assert all([await session.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES if table != "landings"])
        for scope in ("{}", "{VN.VN-01}"):
            async with app_session(None) as session:
                await session.execute(text("SELECT set_config('relais.scope', :scope, true)"), {"scope": scope})
                for table in TABLES:
                    assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table

    async def test_a_hospital_reads_what_is_published_above_and_writes_nothing_there(self, world: World) -> None:
        await world.published_campaign(await world.approved_policy(), await world.validated_need())
        async with app_session(None) as session:
            await session.execute(text("SELECT set_config('relais.scope', '{VN.VN-22.VN-22-BVT}', true)"))
            assert await session.scalar(text("SELECT count(*) FROM policies")) == 1
            assert await session.scalar(text("SELECT count(*) FROM policy_amounts")) == 4
            changed = await session.execute(text("UPDATE policies SET target_hires = 1"))
            assert changed.rowcount == 0  # type: ignore[attr-defined]


@pytest.fixture
async def committed_world(committed_api: Api) -> AsyncIterator[World]:
    """The same three facilities in a database where acts commit and may meet."""
    await hear(consumer, facility(), post("P1"), post("P3"))
    yield World(committed_api)
    await close_http_session()


class TestTwoAtOnce:
    @pytest.mark.parametrize(("quantity", "posts", "slug"), [(4, ["P1"] * 4, "post-full"), (1, ["P1", "P3"], "need-filled")])
    async def test_one_post_and_one_need_are_promised_once(self, committed_world: World, registry: Registry, quantity: int, posts: list[str], slug: str) -> None:
        world = committed_world
        need = await world.validated_need(quantity=quantity)
        campaign = await world.published_campaign(await world.approved_policy(), need)
        bodies = []
        for seat in posts:
            candidacy = await world.eligible(await world.candidacy(campaign, need, await registry.person()))
            bodies.append({"candidacy_id": candidacy["id"], "post_id": str(known(seat)), "starts_on": "2024-04-01", "done_on": "2024-03-12"})
        answers = await asyncio.gather(*[world.api.as_("linh").post(f"{ROOT}/hires", json=body) for body in bodies])
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * (len(posts) - 1)
        assert {answer.json()["type"].rsplit("/", 1)[-1] for answer in answers if answer.status_code == 409} == {slug}

    async def test_two_withdrawals_are_one(self, committed_world: World, registry: Registry) -> None:
        world = committed_world
        need = await world.validated_need()
        campaign = await world.published_campaign(await world.approved_policy(), need)
        hire = await world.proposed_hire(await world.eligible(await world.candidacy(campaign, need, await registry.person())))
        taken_back = {"reason": "The candidate chose another province", "done_on": "2024-03-15"}
        answers = await asyncio.gather(*[world.api.as_(who).post(f"{ROOT}/hires/{hire['id']}/withdrawal", json=taken_back) for who in ("linh", "hr-bvt")])
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        async with worker_session() as session:
            assert await session.scalar(text("SELECT count(*) FROM outbox WHERE topic = 'relais.recruitment.decision_requests'")) == 2

    async def test_of_two_who_accept_one_post_one_has_it(self, committed_world: World, registry: Registry) -> None:
        """The post was offered twice: whoever accepts first has it, and the database itself holds no second acceptance."""
        world = committed_world
        need = await world.validated_need(quantity=2)
        campaign = await world.published_campaign(await world.approved_policy(), need)
        offers = []
        for _candidate in range(2):
            candidacy = await world.eligible(await world.candidacy(campaign, need, await registry.person()))
            offers.append(await world.act("linh", "/offers", {"candidacy_id": candidacy["id"], "post_id": str(known("P1")), "done_on": "2024-03-06"}))
        accepted = {"done_on": "2024-03-10"}
        answers = await asyncio.gather(*[world.api.as_("linh").post(f"{ROOT}/offers/{offer['id']}/acceptance", json=accepted) for offer in offers])
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"], bool(refused["possible"])) == ("post-full", "REC-NEED", True)
        with pytest.raises(IntegrityError, match="offer_seat_accepted_once"):
            async with worker_session() as session:
                await session.execute(text("UPDATE offers SET state = 'accepted', seat = 1, answered_by = 'somebody', answered_on = sent_on"))
