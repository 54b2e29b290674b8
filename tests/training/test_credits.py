"""Continuing education: one engine for every pack, hours declared and verified by two people, balances brought from before."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.training.consumers import consumer
from services.training.credits.alerts import follow
from services.training.credits.obligation import Cycle, Obligation, shown
from services.training.rules import PACKS
from shared.db import worker_session
from tests.support.hearing import hear
from tests.support.refusals import defended
from tests.support.registry import Registry
from tests.training.world import PROVINCIAL, REMOTE, ROOT, World, assignment, worker

CME = Obligation.of(PACKS.pinned("vn-2026"))
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


class TestObligation:
    def test_oracle_a23(self) -> None:
        """Cycle from 1 January 2024, 30 June 2026, 44 hours: elapsed 50 %, expected 60, behind and not at risk."""
        day = date(2026, 6, 30)
        cycle = CME.cycle_on(day)
        assert (cycle.starts_on, cycle.ends_on) == (date(2024, 1, 1), date(2028, 12, 31))
        assert shown(100 * cycle.elapsed(day)) == 50
        assert shown(CME.expected(cycle, day)) == 60
        assert CME.standing(Decimal(44), cycle, day) == "behind"

    def test_elapsed_counts_today(self) -> None:
        """R-ELAPSED: days, today included, ÷ days of the cycle."""
        cycle = Cycle(date(2024, 1, 1), date(2028, 12, 31))
        assert cycle.elapsed(date(2023, 12, 31)) == 0
        assert cycle.elapsed(date(2024, 1, 1)) == Fraction(1, 1827)
        assert cycle.elapsed(date(2028, 12, 31)) == 1 == cycle.elapsed(date(2030, 1, 1))

    @pytest.mark.parametrize(
        ("day", "hours", "standing"),
        [
            (date(2027, 12, 31), 83, "behind"),  # exactly 12 months left
            (date(2028, 1, 1), 83, "at_risk"),  # fewer, and below 70 % of 120
            (date(2028, 1, 1), 84, "behind"),  # exactly 70 %
            (date(2028, 12, 31), 119, "behind"),
            (date(2028, 12, 31), 120, "on_track"),  # R-RISK: a completed minimum is on track
            (date(2024, 1, 1), 0, "behind"),
            (date(2024, 1, 1), 1, "on_track"),
        ],
    )
    def test_at_risk_then_behind_then_on_track(self, day: date, hours: int, standing: str) -> None:
        assert CME.standing(Decimal(hours), CME.cycle_on(day), day) == standing

    def test_who_begins_later_has_a_cycle_of_their_own(self) -> None:
        """CME-03, and the following cycle begins on the day after."""
        cycle = CME.cycle_on(date(2025, 10, 1), begins=date(2025, 3, 1))
        assert (cycle.starts_on, cycle.ends_on) == (date(2025, 3, 1), date(2030, 2, 28))
        following = CME.cycle_on(date(2030, 3, 1), begins=date(2025, 3, 1))
        assert following.starts_on == date(2030, 3, 1)

    @given(day=DAYS, begins=st.none() | DAYS)
    def test_cycles_follow_each_other(self, day: date, begins: date | None) -> None:
        cycle = CME.cycle_on(day, begins=begins)
        if day >= cycle.starts_on:
            assert cycle.holds(day)
        assert CME.cycle_on(cycle.ends_on + timedelta(days=1), begins=begins).starts_on == cycle.ends_on + timedelta(days=1)

    @given(day=DAYS, few=st.integers(0, 200), more=st.integers(0, 50))
    def test_more_hours_never_stand_worse(self, day: date, few: int, more: int) -> None:
        cycle, order = CME.cycle_on(day), ["at_risk", "behind", "on_track"]
        assert order.index(CME.standing(Decimal(few + more), cycle, day)) >= order.index(CME.standing(Decimal(few), cycle, day))


CREDIT = {"title": "Hội nghị tim mạch", "provider": "Bệnh viện Bạch Mai", "hours": "8", "earned_on": "2025-05-10", "evidence": "BM-77", "done_on": "2025-06-01"}


class TestExternal:
    async def test_oracle_a30(self, world: World) -> None:
        """A30: a certificate verified by the person who declared it is refused (SEC-02)."""
        (one,) = await world.people("Nguyễn Thị Hoa")
        entry = await world.act("hr-bvt", "/credits", CREDIT | {"person_id": one})
        assert (entry["state"], entry["counts"]) == ("declared", False)
        refused = await world.act("hr-bvt", f"/credits/{entry['id']}/verification", {"outcome": "verified"}, expect=403)
        defended(refused, "verifier-is-declarer", "SEC-02", 2, possible="colleague")
        balance = await world.read("hr-bvt", f"/credits/balances/{one}")
        assert (balance["earned"], balance["declared"]) == (0, 8)
        verified = await world.act("training", f"/credits/{entry['id']}/verification", {"outcome": "verified", "done_on": "2025-06-02"})
        assert verified["counts"] is True
        assert (await world.read("hr-bvt", f"/credits/balances/{one}"))["earned"] == 8

    async def test_refused_with_a_reason(self, world: World) -> None:
        (one,) = await world.people("Nguyễn Thị Hoa")
        entry = await world.act("hr-bvt", "/credits", CREDIT | {"person_id": one})
        await world.act("training", f"/credits/{entry['id']}/verification", {"outcome": "refused"}, expect=422)
        await world.act("training", f"/credits/{entry['id']}/verification", {"outcome": "refused", "comment": "Số chứng nhận không có"})
        assert (await world.act("training", f"/credits/{entry['id']}/verification", {"outcome": "verified"}, expect=409))["rule"]["id"] == "WF-credit-verify"

    async def test_not_earned_yet(self, world: World) -> None:
        (one,) = await world.people("Nguyễn Thị Hoa")
        await world.act("hr-bvt", "/credits", CREDIT | {"person_id": one, "earned_on": "2025-06-02"}, expect=422)

    async def test_hours_of_another_cycle_do_not_count(self, world: World) -> None:
        """TRN-05: credits expire with their cycle."""
        (one,) = await world.people("Nguyễn Thị Hoa")
        past = {"person_id": one, "title": "Lớp cũ", "hours": "20", "ends_on": "2023-12-31", "reference": "CU-1"}
        answers = await world.act("hr-bvt", "/credits/opening-balances", {"items": [past, past | {"ends_on": "2024-01-01", "reference": "CU-2"}]}, expect=200)
        assert (answers["kept"], answers["refused"]) == (2, 0)
        assert (await world.read("hr-bvt", f"/credits/balances/{one}"))["earned"] == 20

    async def test_balances_brought_twice_are_one(self, world: World) -> None:
        (one,) = await world.people("Nguyễn Thị Hoa")
        body = {"items": [{"person_id": one, "title": "Lớp cũ", "hours": "20", "ends_on": "2024-05-01", "reference": "CU-1"}]}
        for _time in range(2):
            assert (await world.act("hr-bvt", "/credits/opening-balances", body, expect=200))["kept"] == 1
        assert (await world.read("hr-bvt", f"/credits/balances/{one}"))["earned"] == 20

    async def test_the_staff_of_a_facility(self, world: World) -> None:
        await world.people("Nguyễn Thị Hoa", "Trần Văn Bình")
        answer = await world.api.as_("hr-bvt").get(f"{ROOT}/credits/balances?facility={PROVINCIAL}&as_of=2026-06-30")
        assert [balance["standing"] for balance in answer.json()] == ["behind", "behind"]
        assert (await world.api.as_("hr-bache").get(f"{ROOT}/credits/balances?facility={PROVINCIAL}")).json() == []


class TestHolder:
    """R-HOLDER: whoever holds the hours reads them all and verifies none; an HR officer reads those of the own staff."""

    async def linked(self, world: World, registry: Registry, account: str, name: str = "Nguyễn Thị Hoa", at: str = PROVINCIAL) -> str:
        """A worker who signs in."""
        (one,) = await world.people(name, at=at)
        await registry.enter("linh", f"persons/{one}/account", {"subject": world.api.account(account).rsplit("#", 1)[-1]})
        return one

    async def read(self, world: World, account: str, path: str, expect: int = 200, roles: Sequence[str] = ("health-worker",)) -> Any:
        answer = await world.api.as_(account, roles=list(roles), groups=[]).get(ROOT + path)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def test_a_machine_and_an_account_of_nobody_have_no_file(self, world: World) -> None:
        machine = world.api.as_machine("ministry-health", "training.read", "territory:VN-22")
        for path in ("/credits/own", "/credits/balances/own"):
            assert (await machine.get(ROOT + path)).json()["type"].endswith("/not-a-person")
            refused = await self.read(world, "a stranger", path, 404)
            assert "ask HR" in refused["detail"]

    async def test_a_worker_reads_the_own_hours_alone(self, world: World, registry: Registry) -> None:
        hoa = await self.linked(world, registry, "worker-hoa")
        (binh,) = await world.people("Trần Văn Bình")
        for person in (hoa, binh):
            await world.act("hr-bvt", "/credits", CREDIT | {"person_id": person, "reference": f"R-{person}"})
        assert [item["person_id"] for item in (await self.read(world, "worker-hoa", "/credits/own"))["items"]] == [hoa]
        balance = await self.read(world, "worker-hoa", "/credits/balances/own")
        assert (balance["person_id"], balance["facility_code"], balance["declared"]) == (hoa, PROVINCIAL, 8)
        await self.read(world, "worker-hoa", f"/credits?person={binh}", 403)
        await self.read(world, "worker-hoa", f"/credits/balances/{binh}", 403)
        await self.read(world, "worker-hoa", f"/credits/balances?facility={PROVINCIAL}", 403)

    async def test_an_officer_reads_those_of_the_own_staff(self, world: World) -> None:
        (here,), (there,) = await world.people("Nguyễn Thị Hoa"), await world.people("Lê Văn Cường", at=REMOTE)
        entries = {by: await world.act(by, "/credits", CREDIT | {"person_id": person, "reference": by}) for by, person in (("hr-bvt", here), ("hr-bache", there))}
        assert [item["person_id"] for item in (await world.read("hr-bvt", "/credits"))["items"]] == [here]
        assert (await world.read("hr-bvt", f"/credits?person={there}"))["items"] == []
        await world.read("hr-bvt", f"/credits/balances/{there}", expect=404)
        await world.read("hr-bvt", f"/credits/{entries['hr-bache']['id']}", expect=404)
        await world.act("hr-bvt", f"/credits/{entries['hr-bache']['id']}/verification", {"outcome": "verified"}, expect=404)

    async def test_hours_of_another_employer_go_along(self, world: World) -> None:
        """A transfer leaves no hours behind: the balance of the new employer is the whole one; the former one reads what it entered and no balance any more."""
        (one,) = await world.people("Nguyễn Thị Hoa")
        past = {"person_id": one, "title": "Lớp cũ", "hours": "20", "ends_on": "2024-05-01", "reference": "CU-1"}
        await world.act("hr-bvt", "/credits/opening-balances", {"items": [past]}, expect=200)
        await hear(consumer, worker(one, at=REMOTE), assignment(one, at=REMOTE))
        assert (await world.read("hr-bache", f"/credits/balances/{one}"))["earned"] == 20
        assert [item["title"] for item in (await world.read("hr-bache", f"/credits?person={one}"))["items"]] == ["Lớp cũ"]
        await world.read("hr-bvt", f"/credits/balances/{one}", expect=404)

    async def test_the_holder_does_not_verify(self, world: World, registry: Registry) -> None:
        """Even when a colleague typed it."""
        own = await self.linked(world, registry, "training-of-the-centre")
        entry = await world.act("hr-bvt", "/credits", CREDIT | {"person_id": own})
        holder = world.api.as_("training-of-the-centre", roles=["training-institute", "records-officer"], groups=["/territories/VN-22"])
        answer = await holder.post(f"{ROOT}/credits/{entry['id']}/verification", json={"outcome": "verified"})
        assert answer.status_code == 403
        defended(answer.json(), "holder-does-not-verify", "SEC-02", 2, possible="colleague")
        offered = (await holder.get(f"{ROOT}/credits/own")).json()["items"][0]["available_actions"]
        assert {one["allowed"] for one in offered} == {False}
        assert (await world.act("training", f"/credits/{entry['id']}/verification", {"outcome": "verified"}))["counts"] is True


class TestAlerts:
    async def test_said_once_and_taken_back_once(self, world: World) -> None:
        """CME-02: in the last year of the cycle, below 70 % of the hours; the daily task may run twice."""
        (one,) = await world.people("Nguyễn Thị Hoa")
        day = date(2028, 6, 1)
        for _time in range(2):
            async with worker_session() as session:
                await follow(session, day)
        past = {"person_id": one, "title": "Lớp cũ", "hours": "84", "ends_on": "2025-05-01"}
        await world.act("hr-bvt", "/credits/opening-balances", {"items": [past]}, expect=200)
        for _time in range(2):
            async with worker_session() as session:
                await follow(session, day)
        async with worker_session() as session:
            rows = (await session.execute(text("SELECT data FROM outbox WHERE topic = 'relais.training.dues' ORDER BY seq"))).scalars().all()
        told = [(due["kind"], due["person_id"], due["state"], due["due_on"]) for due in map(orjson.loads, rows)]
        assert told == [("cme_at_risk", one, "open", "2028-12-31"), ("cme_at_risk", one, "done", "2028-12-31")]


class TestImport:
    async def test_past_sessions_from_a_file(self, world: World) -> None:
        (one,) = await world.people("Nguyễn Thị Hoa")
        await hear(consumer, worker(one, worker_no="QN-1"))
        rows = ["worker_no,facility_code,course,provider,ends_on,hours", f"QN-1,{PROVINCIAL},Siêu âm cơ bản,BV Bạch Mai,01/06/2024,24", f"QN-2,{PROVINCIAL},Siêu âm,,01/06/2024,8"]
        reader = world.api.as_("hr-bvt")
        sent = await reader.post(f"{ROOT}/imports", files={"file": ("past.csv", "\n".join(rows).encode(), "text/csv")}, data={"kind": "past_sessions"})
        assert sent.status_code == 201, sent.text
        assert (sent.json()["good"], sent.json()["bad"]) == (1, 1)
        await reader.post(f"{ROOT}/imports/{sent.json()['id']}/confirmation", json={})
        assert (await world.read("hr-bvt", f"/credits/balances/{one}"))["earned"] == 24
