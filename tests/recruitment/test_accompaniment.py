"""Prospects are contacted, candidates accompanied; partners are asked for housing, childcare and mobility, and every request has an outcome."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text

from services.recruitment.outreach.use_cases import let_prospects_go
from shared.clock import today
from shared.db import worker_session
from tests.recruitment.world import PROVINCIAL, REMOTE, ROOT, World
from tests.support.api import Api
from tests.support.registry import Registry

ADVISER = {"roles": ["adviser", "records-officer"], "groups": ["/territories/VN-22"]}
PARTNER = {"roles": ["service-partner", "records-officer"], "groups": [f"/facilities/{REMOTE}"]}


class Services:
    """A pool with a partner that offers rooms, and an adviser with a dossier."""

    def __init__(self, world: World, pool: dict[str, Any], person: str) -> None:
        self.world, self.pool, self.person = world, pool, person
        self.adviser: Api = world.api.as_("adviser", **ADVISER)
        self.partner: Api = world.api.as_("partner", **PARTNER)

    async def say(self, who: Api, path: str, expect: int = 201, **body: Any) -> dict[str, Any]:
        answer = await who.post(ROOT + path, json=body)
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def dossier(self, **changes: Any) -> dict[str, Any]:
        body = {"authority": "VN-22", "pool_id": self.pool["id"], "person_id": self.person, "goal": "A post near Ba Chẽ", "done_on": "2024-03-01"}
        return await self.say(self.adviser, "/accompaniments", **body | changes)

    async def offer(self, capacity: int = 1, **changes: Any) -> dict[str, Any]:
        body = {"pool_id": self.pool["id"], "facility_code": REMOTE, "kind": "housing", "title": "Phòng công vụ", "place": "Ba Chẽ", "capacity": capacity}
        return await self.say(self.partner, "/service-offers", **body | {"available_from": "2024-03-01", "done_on": "2024-03-01"} | changes)

    async def request(self, dossier: dict[str, Any], expect: int = 201, **changes: Any) -> dict[str, Any]:
        body = {"accompaniment_id": dossier["id"], "pool_id": self.pool["id"], "kind": "housing", "wanted": "Một phòng, hai người", "place": "Ba Chẽ", "wanted_from": "2024-04-01"}
        return await self.say(self.adviser, "/service-requests", expect, **body | {"partner_code": REMOTE, "done_on": "2024-03-05"} | changes)

    async def answer(self, request: dict[str, Any], expect: int = 201, *, who: Api | None = None, **body: Any) -> dict[str, Any]:
        return await self.say(who or self.partner, f"/service-requests/{request['id']}/answer", expect, **{"done_on": "2024-03-20"} | body)


async def made(world: World, registry: Registry) -> Services:
    pool = await world.act("linh", "/pools", {"code": "P", "title": "Vùng Đông Bắc", "authority": "VN-22", "purpose": "Recruit together", "done_on": "2024-01-05"})
    await world.act("linh", f"/pools/{pool['id']}/charters", {"words": "One publication, the candidate chooses.", "done_on": "2024-01-06"})
    for code, role in ((PROVINCIAL, "employer"), (REMOTE, "partner")):
        pool = await world.act("linh", f"/pools/{pool['id']}/partners", {"facility_code": code, "takes_part_as": role, "done_on": "2024-01-07"})
    partners = {partner["facility_code"]: partner["id"] for partner in pool["partners"]}
    for partner in partners.values():
        await world.act("linh", f"/pools/{pool['id']}/partners/{partner}/acceptance", {"signed_as": "Director", "done_on": "2024-01-08"})
    return Services(world, pool, await registry.person("Hoàng Thị Lan"))


@pytest.fixture
async def services(world: World, registry: Registry) -> Services:
    return await made(world, registry)


class TestAccompaniment:
    async def test_one_adviser_a_line_of_time_and_an_outcome(self, services: Services) -> None:
        dossier = await services.dossier(next_step="Call her back", next_on="2024-03-08")
        assert (await services.say(services.adviser, "/accompaniments", 409, authority="VN-22", person_id=services.person, goal="again"))["type"].endswith("/accompanied-already")
        path = f"/accompaniments/{dossier['id']}"
        await services.say(services.adviser, f"{path}/entries", 422, kind="contact", words="Rang", done_on="2024-03-08")
        await services.say(services.adviser, f"{path}/entries", 422, kind="step", words="Wrote", next_step="Visit", done_on="2024-03-08")
        found = await services.say(
            services.adviser, f"{path}/entries", kind="contact", channel="phone", words="Rang", next_step="Visit", next_on="2024-03-20", done_on="2024-03-08"
        )
        assert ([entry["words"] for entry in found["entries"]], found["next_on"]) == (["Rang"], "2024-03-20")
        other = services.world.api.as_("other", roles=["adviser", "records-officer"], groups=["/territories/VN-22"])
        assert (await services.say(other, f"{path}/closing", 403, outcome="hired"))["type"].endswith("/another-adviser")
        closed = await services.say(services.adviser, f"{path}/closing", outcome="hired", done_on="2024-05-02")
        assert (closed["state"], closed["next_on"]) == ("closed", None)
        assert (await services.say(services.adviser, f"{path}/entries", 409, kind="step", words="Later", done_on="2024-05-03"))["rule"]

    async def test_nobody_who_hires_reads_it(self, services: Services) -> None:
        dossier = await services.dossier()
        seen = {who: (await services.world.api.as_(who).get(f"{ROOT}/accompaniments/{dossier['id']}")).status_code for who in ("hr-bvt", "hanoi", "linh", "director")}
        assert seen == {"hr-bvt": 403, "hanoi": 404, "linh": 200, "director": 403}


class TestOutreach:
    async def test_who_asked_for_no_more_is_not_contacted_and_let_go(self, services: Services) -> None:
        body = {"authority": "VN-22", "person_id": services.person, "occupation_code": "VN-BS", "channel": "phone"}
        await services.say(services.adviser, "/outreaches", **body, outcome="later", follow_up_on="2024-04-01", done_on="2024-03-01")
        await services.say(services.adviser, "/outreaches", 422, **body, outcome="not_interested", follow_up_on="2024-04-01", done_on="2024-03-01")
        await services.say(services.adviser, "/outreaches", **body, outcome="never_again", done_on="2024-04-02")
        refused = await services.say(services.adviser, "/outreaches", 409, **body, outcome="interested", done_on="2024-05-02")
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("asked-not-to-be-contacted", "REC-PROSPECT")
        assert await dropped() == [services.person]

    async def test_nobody_is_kept_as_a_prospect_for_ever(self, services: Services) -> None:
        body = {"authority": "VN-22", "person_id": services.person, "occupation_code": "VN-BS", "channel": "email", "outcome": "interested"}
        await services.say(services.adviser, "/outreaches", **body, done_on="2023-09-01")  # more than the 24 months of the rule before today
        dossier = await services.dossier()
        await let_prospects_go()
        assert await dropped() == []
        await services.say(services.adviser, f"/accompaniments/{dossier['id']}/closing", outcome="elsewhere", done_on="2024-05-02")
        await let_prospects_go()
        await let_prospects_go()
        assert await dropped() == [services.person]


async def dropped() -> list[str]:
    async with worker_session() as session:
        return [json.loads(said)["person_id"] for said in await session.scalars(text("SELECT data FROM outbox WHERE topic = 'relais.recruitment.prospects' ORDER BY seq"))]


class TestPartnerServices:
    async def test_the_partner_reads_what_is_wanted_and_not_who_it_is(self, services: Services) -> None:
        request = await services.request(await services.dossier())
        assert request["person_id"] == services.person
        [seen] = (await services.partner.get(f"{ROOT}/service-requests")).json()["items"]
        assert (seen["wanted"], seen["person_id"], seen["accompaniment_id"]) == ("Một phòng, hai người", None, None)
        assert services.person not in (await services.partner.get(f"{ROOT}/service-requests/{request['id']}")).text
        assert (await services.world.api.as_("linh").get(f"{ROOT}/service-requests/{request['id']}")).json()["person_id"] == services.person

    async def test_a_refusal_says_who_and_why_and_counts(self, services: Services) -> None:
        dossier = await services.dossier()
        first, second = await services.request(dossier), await services.request(dossier, kind="childcare")
        await services.answer(first, 422, outcome="refused")
        await services.answer(first, 422, outcome="solved")
        await services.answer(first, outcome="refused", refused_by="candidate", reason="too_expensive")
        assert (await services.answer(first, 409, outcome="solved", words="Found after all"))["rule"]
        await services.answer(second, outcome="solved", words="A place with a neighbour")
        sums = (await services.adviser.get(f"{ROOT}/service-requests/sums", params={"from": "2024-01-01", "to": str(today())})).json()["items"]
        assert [(one["kind"], one["state"], one["reason"], one["requests"]) for one in sums] == [("childcare", "solved", None, 1), ("housing", "refused", "too_expensive", 1)]

    async def test_an_offer_answers_its_own_kind_while_a_place_is_free(self, services: Services) -> None:
        dossier, offer = await services.dossier(), await services.offer()
        requests = [await services.request(dossier), await services.request(dossier), await services.request(dossier, kind="mobility")]
        assert (await services.answer(requests[2], 409, outcome="solved", offer_id=offer["id"]))["type"].endswith("/another-service")
        await services.answer(requests[0], outcome="solved", offer_id=offer["id"])
        refused = await services.answer(requests[1], 409, outcome="solved", offer_id=offer["id"])
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("service-offer-is-full", "PTRH-PLACES")
        for who in (services.adviser, services.partner, services.world.api.as_("hr-bvt")):
            [seen] = (await who.get(f"{ROOT}/service-offers")).json()["items"]
            assert (seen["taken"], seen["capacity"]) == (1, 1)

    async def test_an_offer_is_ended_by_its_partner_and_those_who_wait_read_it(self, services: Services) -> None:
        offer, dossier = await services.offer(), await services.dossier()
        waits, before = await services.request(dossier), await services.request(dossier, kind="childcare")
        refused = await services.say(services.world.api.as_("hr-bvt"), f"/service-offers/{offer['id']}/ending", 403)
        assert refused["type"].endswith("/role-missing")
        path = f"/service-offers/{offer['id']}/ending"
        for _again in range(2):
            assert (await services.say(services.partner, path, done_on="2024-03-10"))["state"] == "ended"
        assert (await services.say(services.partner, path, 409, done_on="2024-03-11"))["type"].endswith("/state-does-not-allow")
        said = {one["id"]: one["ended_offers"] for one in (await services.adviser.get(f"{ROOT}/service-requests")).json()["items"]}
        assert said == {waits["id"]: [{"title": "Phòng công vụ", "ended_on": "2024-03-10"}], before["id"]: []}
        later = await services.request(dossier, wanted="Hai phòng", done_on="2024-03-12")
        assert (await services.adviser.get(f"{ROOT}/service-requests/{later['id']}")).json()["ended_offers"] == []
        await services.answer(waits, 409, outcome="solved", offer_id=offer["id"])
        await services.answer(waits, outcome="refused", refused_by="partner", reason="none_free")
        assert (await services.adviser.get(f"{ROOT}/service-requests/{waits['id']}")).json()["ended_offers"] == []


async def test_of_two_who_are_given_the_last_place_one_has_it(committed_api: Api, registry: Registry) -> None:
    from services.recruitment.consumers import consumer
    from tests.recruitment.world import facility
    from tests.support.hearing import hear

    await hear(consumer, facility(), facility(REMOTE))
    services = await made(World(committed_api), registry)
    dossier, offer = await services.dossier(), await services.offer()
    requests = [await services.request(dossier), await services.request(dossier)]
    body = {"outcome": "solved", "offer_id": offer["id"], "done_on": "2024-03-20"}
    answers = await asyncio.gather(*(services.partner.post(f"{ROOT}/service-requests/{one['id']}/answer", json=body) for one in requests))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
