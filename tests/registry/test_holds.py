"""Holds: whatever takes a person away asks first, is answered at once, and no race takes the last one."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.registry.consumers import consumer
from services.registry.holds.use_cases import expire_old_holds
from tests.registry.team import Team, approve, ask, ask_leave, hold, leave
from tests.registry.world import BASE, BVT, World, ok, problem
from tests.support.api import Api
from tests.support.hearing import hear, message
from tests.support.refusals import defended


async def settled(held: dict[str, Any], outcome: str, on: str = "2025-11-01", service: str | None = None) -> Any:
    service = service or held["source_service"]
    body = {"id": held["id"], "outcome": outcome, "source_id": held["source_id"], "on": on}
    return await hear(consumer, message(f"relais.{service}.holds", f"{service}.hold.settled.v1", body))


@pytest.fixture
async def team(world: World) -> Team:
    return await Team(world).of(3)


class TestRefused:
    async def test_the_last_but_minimum_stays(self, world: World, team: Team) -> None:
        await team.minimum(2, mission_cap_percent=100)
        a, b, _c = team.people
        ok(await ask(world, hold(a, ("2025-11-01", "2025-11-30"))))
        answer = await ask(world, hold(b, ("2025-11-15", "2025-12-14")))
        assert problem(answer, 409) == "below-minimum"
        body = answer.json()
        defended(body, "below-minimum", "ROT-03-MIN", 2, possible="2025-12-01")
        assert body["conflicts"] == [{"day_from": "2025-11-15", "day_to": "2025-11-30", "reason": "below-minimum", "present": 1, "limit": 2}]
        assert body["nearest"] == [{"starts_on": "2025-10-02", "ends_on": "2025-10-31"}, {"starts_on": "2025-12-01", "ends_on": "2025-12-30"}]
        assert [(one["person_id"], one["kind"]) for one in body["moves"]] == [(a["id"], "mission")]

    async def test_one_person_is_in_one_place(self, world: World, team: Team) -> None:
        a = team.people[0]
        ok(await ask(world, hold(a, ("2025-11-03", "2025-11-05"), kind="session")))
        answer = await ask(world, hold(a, ("2025-11-05", "2025-11-10")))
        assert problem(answer, 409) == "double-booking"
        assert answer.json()["rule"]["id"] == "ROT-06"
        assert answer.json()["nearest"] == [{"starts_on": "2025-10-28", "ends_on": "2025-11-02"}, {"starts_on": "2025-11-06", "ends_on": "2025-11-11"}]
        ok(await ask(world, hold(a, ("2025-11-06", "2025-11-10"))))

    async def test_the_cap_counts_missions_alone(self, world: World) -> None:
        team = await Team(world).of(6)
        a, b, c, *_others = team.people
        ok(await ask(world, hold(a, ("2025-11-01", "2025-11-30"), kind="session")))
        ok(await ask(world, hold(b, ("2025-11-01", "2025-11-30"))))
        answer = await ask(world, hold(c, ("2025-11-30", "2025-12-05")))
        assert problem(answer, 409) == "above-cap"
        assert (answer.json()["rule"]["value"], answer.json()["conflicts"][0]["limit"]) == (20, 1)

    async def test_a_person_of_another_authority_is_not_there(self, world: World, team: Team) -> None:
        assert problem(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-02")), "hanoi"), 404) == "not-found"
        assert problem(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-02")), "hr-bache"), 404) == "not-found"

    async def test_planning_is_closed_to_an_analyst(self, world: World, team: Team) -> None:
        assert problem(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-02")), "analyst"), 403) == "planning-closed"

    async def test_somebody_who_works_nowhere_is_not_held(self, world: World) -> None:
        nobody = await world.person("Không Nơi Làm")
        assert problem(await ask(world, hold(nobody, ("2025-11-01", "2025-11-02"))), 422) == "malformed"

    @pytest.mark.parametrize("periods", [[], [("2025-11-03", "2025-11-01")], [("2025-11-01", "2025-11-05"), ("2025-11-05", "2025-11-06")], [("2025-11-01", "2031-11-05")]])
    async def test_days_in_disorder(self, world: World, team: Team, periods: list[tuple[str, str]]) -> None:
        assert problem(await ask(world, hold(team.people[0], *periods)), 422) == "malformed"

    async def test_a_thing_takes_one_person(self, world: World, team: Team) -> None:
        source = str(uuid4())
        ok(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-02"), source_id=source)))
        assert problem(await ask(world, hold(team.people[1], ("2025-11-01", "2025-11-02"), source_id=source)), 409) == "held-already"


class TestA19:
    """6 orthopaedists, at least 3 present; A on leave 1-15, B 10-20, C in training 12-14; two are asked for days 1-60."""

    @staticmethod
    def day(number: int) -> str:
        return (date(2025, 11, 1) + timedelta(days=number - 1)).isoformat()

    async def test_one_only_if_the_training_moves_and_the_second_never(self, world: World) -> None:
        team = await Team(world).of(6)
        await team.minimum(3)
        a, b, c, d, e, _f = team.people
        for person, first, last in ((a, 1, 15), (b, 10, 20)):
            ok(await approve(world, ok(await ask_leave(world, leave(person, self.day(first), self.day(last))))))
        ok(await ask(world, hold(c, (self.day(12), self.day(14)), kind="session")))
        answer = await ask(world, hold(d, (self.day(1), self.day(60))))
        assert problem(answer, 409) == "below-minimum"
        body = answer.json()
        assert [(one["day_from"], one["day_to"], one["present"], one["limit"]) for one in body["conflicts"]] == [(self.day(12), self.day(14), 2, 3)]
        assert [(one["person_id"], one["kind"], one["starts_on"], one["ends_on"]) for one in body["moves"]] == [(c["id"], "session", self.day(12), self.day(14))]
        assert body["possible"].startswith(f"It fits if the session of a colleague from {self.day(12)} to {self.day(14)} moves")
        [training] = ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"person": c["id"]}))["items"]
        moved = hold(c, (self.day(80), self.day(82)), kind="session", source_id=training["source_id"])
        ok(await ask(world, moved))
        ok(await ask(world, hold(d, (self.day(1), self.day(60)))))
        answer = await ask(world, hold(e, (self.day(1), self.day(60))))
        assert answer.status_code == 409
        assert {"above-cap", "below-minimum"} >= {one["reason"] for one in answer.json()["conflicts"]}
        assert "above-cap" in {one["reason"] for one in answer.json()["conflicts"]}


class TestSettled:
    async def test_confirmed_released_and_told(self, world: World, team: Team) -> None:
        held = ok(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-30"))))
        assert (held["state"], held["facility_code"], held["expires_at"] is not None) == ("taken", BVT, True)
        await settled(held, "confirmed")
        [now] = ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"source": held["source_id"]}))["items"]
        assert (now["state"], now["expires_at"]) == ("confirmed", None)
        await settled(held, "released", on="2025-11-11")
        [now] = ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"source": held["source_id"]}))["items"]
        assert (now["state"], now["periods"]) == ("released", [{"starts_on": "2025-11-01", "ends_on": "2025-11-10"}])
        assert problem(await ask(world, hold(team.people[0], ("2025-11-10", "2025-11-12"))), 409) == "double-booking"
        ok(await ask(world, hold(team.people[0], ("2025-11-11", "2025-11-12"))))
        async with world.as_worker() as session:
            told = await session.execute(world.sql("SELECT type, data FROM outbox WHERE subject = CAST(:id AS uuid) ORDER BY version"), {"id": held["id"]})
            assert [row.type.split(".")[2] for row in told] == ["taken", "confirmed", "released"]

    async def test_unconfirmed_it_expires(self, world: World, team: Team) -> None:
        held = ok(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-30"))))
        await self.let_time_pass(world)
        again = ok(await ask(world, hold(team.people[0], ("2025-11-05", "2025-11-06"), kind="session")))
        assert again["state"] == "taken"
        [first] = ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"source": held["source_id"]}))["items"]
        assert first["state"] == "expired"
        await self.let_time_pass(world)
        await expire_old_holds()
        [second] = ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"source": again["source_id"]}))["items"]
        assert second["state"] == "expired"

    async def test_confirmed_late_it_takes_its_days_again_or_is_conflicting(self, world: World, team: Team) -> None:
        a = team.people[0]
        free, lost = ok(await ask(world, hold(a, ("2025-11-01", "2025-11-02")))), ok(await ask(world, hold(a, ("2025-11-10", "2025-11-12"))))
        await self.let_time_pass(world)
        await expire_old_holds()
        ok(await ask(world, hold(a, ("2025-11-12", "2025-11-13"), kind="session")))
        await settled(free, "confirmed")
        await settled(lost, "confirmed")
        states = {one["id"]: one["state"] for one in ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"person": a["id"]}))["items"]}
        assert (states[free["id"]], states[lost["id"]]) == ("confirmed", "conflicting")
        [item] = ok(await world.api.as_("linh").get(f"{BASE}/work-items"))["items"]
        assert (item["kind"], item["subject_id"]) == ("conflicting-hold", lost["id"])

    async def test_taken_again_it_keeps_its_confirmed_days_until_the_new_ones_are_confirmed(self, world: World, team: Team) -> None:
        a = team.people[0]
        asked = hold(a, ("2025-11-01", "2025-11-05"), kind="session")
        first = ok(await ask(world, asked))
        await settled(first, "confirmed")
        moved = ok(await ask(world, asked | {"periods": [{"starts_on": "2025-11-20", "ends_on": "2025-11-21"}]}))
        assert moved["id"] == first["id"]
        assert problem(await ask(world, hold(a, ("2025-11-05", "2025-11-06"))), 409) == "double-booking"
        await self.let_time_pass(world)
        await expire_old_holds()
        [back] = ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"person": a["id"]}))["items"]
        assert (back["state"], back["periods"]) == ("confirmed", [{"starts_on": "2025-11-01", "ends_on": "2025-11-05"}])
        ok(await ask(world, asked | {"periods": [{"starts_on": "2025-11-20", "ends_on": "2025-11-21"}]}))
        await settled(first, "confirmed")
        ok(await ask(world, hold(a, ("2025-11-05", "2025-11-06"))))

    async def test_the_same_again_changes_nothing(self, world: World, team: Team) -> None:
        asked = hold(team.people[0], ("2025-11-01", "2025-11-05"))
        assert ok(await ask(world, asked))["id"] == ok(await ask(world, asked))["id"]

    async def test_an_unknown_hold_is_parked(self, world: World) -> None:
        taken = await settled({"id": str(uuid4()), "source_id": str(uuid4()), "source_service": "training"}, "confirmed")
        assert (taken.parked, taken.dead) == (1, 0)

    @staticmethod
    async def let_time_pass(world: World) -> None:
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE holds SET expires_at = clock_timestamp() - interval '1 second' WHERE state = 'taken'"))


class TestBatch:
    async def test_one_refusal_stops_no_other(self, world: World, team: Team) -> None:
        await team.minimum(1)
        stranger = {"id": str(uuid4())}
        items = [{"source_id": str(uuid4()), "person_id": person["id"], "periods": [{"starts_on": "2025-11-03", "ends_on": "2025-11-04"}]} for person in [*team.people, stranger]]
        answer = ok(await world.api.as_("training").post(f"{BASE}/holds/batch", json={"kind": "session", "source_service": "training", "items": items}))
        assert [(one["hold"] or {}).get("state") for one in answer["items"]] == ["taken", "taken", None, None]
        third, unknown = answer["items"][2]["problem"], answer["items"][3]["problem"]
        assert (third["status"], third["type"].rsplit("/")[-1], third["conflicts"][0]["limit"]) == (409, "below-minimum", 1)
        assert unknown["status"] == 404
        assert [one["source_id"] for one in answer["items"]] == [one["source_id"] for one in items]


class TestOverride:
    async def test_the_head_lets_the_minimum_be_broken_and_it_is_listed(self, world: World, team: Team) -> None:
        await team.minimum(3)
        asked = hold(team.people[0], ("2025-11-01", "2025-11-02"))
        assert problem(await ask(world, asked), 409) == "below-minimum"
        override = asked | {"override_reason": "flood", "asked_by": world.api.account("training")}
        for who in ("linh", "hr-bvt", "training"):
            assert problem(await ask(world, override, who), 403) == "override-by-head"
        assert problem(await ask(world, override, "head-bache"), 404) == "not-found"
        granted = ok(await ask(world, override, "head-bvt"))
        assert [rule["id"] for rule in granted["overridden_rules"]] == ["ROT-03-MIN"]
        listed = ok(await world.api.as_("linh").get(f"{BASE}/holds", params={"overridden": True}))["items"]
        assert [(one["id"], one["override_reason"]) for one in listed] == [(granted["id"], "flood")]

    async def test_who_asked_does_not_grant(self, world: World, team: Team) -> None:
        """SEC-02, with its value, its citation and what is possible; the hold keeps who asked."""
        await team.minimum(3)
        override = hold(team.people[0], ("2025-11-01", "2025-11-02"), override_reason="flood", asked_by=world.api.account("head-bvt"))
        answer = await ask(world, override, "head-bvt")
        assert problem(answer, 403) == "asker-does-not-grant"
        refused = answer.json()
        assert (refused["rule"]["id"], refused["rule"]["value"]) == ("SEC-02", 2)
        assert refused["rule"]["citation"]
        assert refused["possible"]
        granted = ok(await ask(world, override, "director"))
        async with world.as_worker() as session:
            row = (await session.execute(world.sql("SELECT asked_by, overridden_by FROM holds WHERE id = CAST(:id AS uuid)"), {"id": granted["id"]})).one()
        assert tuple(row) == (world.api.account("head-bvt"), world.api.account("director"))

    @pytest.mark.parametrize("asked_by", [None, "", "Bùi Thị Mai", "head-bvt"])
    async def test_an_override_says_whose_account_asked(self, world: World, team: Team, asked_by: str | None) -> None:
        await team.minimum(3)
        answer = await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-02"), override_reason="flood", asked_by=asked_by), "head-bvt")
        assert problem(answer, 422) == "malformed"
        assert [field["path"] for field in answer.json()["fields"]] == ["asked_by"]

    async def test_days_held_under_another_name_are_judged_again(self, world: World, team: Team) -> None:
        """A head who proposed a mission holds its days beforehand as if another had asked: the service's own word about who asked still counts."""
        await team.minimum(3)
        mine = hold(team.people[0], ("2025-11-01", "2025-11-02"))
        forged = mine | {"override_reason": "flood", "asked_by": world.api.account("linh")}
        taken = ok(await ask(world, forged, "head-bvt"))
        assert ok(await ask(world, forged, "head-bvt"))["id"] == taken["id"]  # an answer that was lost is given again
        asked = {"asked_by": world.api.account("head-bvt")}
        assert problem(await ask(world, mine | asked, "head-bvt"), 409) == "below-minimum"
        assert problem(await ask(world, mine | asked | {"override_reason": "flood"}, "head-bvt"), 403) == "asker-does-not-grant"
        assert problem(await ask(world, forged, "hr-bvt"), 403) == "override-by-head"

    async def test_a_machine_holds_nothing(self, world: World, team: Team) -> None:
        body = hold(team.people[0], ("2025-11-01", "2025-11-02"), override_reason="flood", asked_by=world.api.account("linh"))
        machine = world.api.as_machine("ministry-health", "registry.read", "territory:VN-22")
        assert problem(await machine.post(f"{BASE}/holds", json=body), 403) == "planning-closed"

    async def test_nobody_overrides_a_double_booking(self, world: World, team: Team) -> None:
        ok(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-02"), kind="session")))
        override = {"override_reason": "flood", "asked_by": world.api.account("linh")}
        assert problem(await ask(world, hold(team.people[0], ("2025-11-01", "2025-11-02"), **override), "head-bvt"), 409) == "double-booking"


async def test_the_last_orthopaedist_of_three_is_sent_once_in_two_hundred_races(committed_api: Api) -> None:
    """Minimum 2 of 3: two missions race for the same days; one 201, one 409, every time."""
    world = World(committed_api)
    await world.open_facilities()
    team = await Team(world).of(3)
    await team.minimum(2)
    a, b, _c = team.people
    for race in range(200):
        day = (date(2025, 11, 1) + timedelta(days=race)).isoformat()
        answers = await asyncio.gather(ask(world, hold(a, (day, day))), ask(world, hold(b, (day, day))))
        assert sorted(answer.status_code for answer in answers) == [201, 409], race
        assert [problem(answer, 409) for answer in answers if answer.status_code == 409] == ["below-minimum"]
