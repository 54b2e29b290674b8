"""Licences: kept by the licensing authority alone; their worth on a day is derived; what ends soon falls due."""

from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.licences.models import Licence
from services.registry.licences.use_cases import watch_licences
from tests.registry.team import told
from tests.registry.world import BASE, BVT, World, ok, problem

PATH = f"{BASE}/licences"


def licence(person: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"person_id": person["id"], "number": "004512/QNI-CCHN", "authority": "Sở Y tế Quảng Ninh", "scope": ["orthopaedic-surgery"]}
    return body | {"issued_on": "2021-01-01", "expires_on": "2025-12-31"} | more


async def record(world: World, body: dict[str, Any], who: str = "licensing") -> httpx.Response:
    return await world.api.as_(who).post(PATH, json=body)


@pytest.fixture
async def hoa(world: World) -> dict[str, Any]:
    hoa = await world.person()
    await world.assignment(hoa)
    return hoa


class TestRefused:
    @pytest.mark.parametrize("who", ["linh", "hr-bvt", "director", "head-bvt"])
    async def test_hr_does_not_edit_a_right_to_practise(self, world: World, hoa: dict[str, Any], who: str) -> None:
        assert problem(await record(world, licence(hoa), who), 403) == "licences-are-kept-by-licensing"
        known = ok(await record(world, licence(hoa)))
        renewal = await world.api.as_(who).post(f"{PATH}/{known['id']}/renewal", json={"expires_on": "2030-12-31"})
        assert problem(renewal, 403) == "licences-are-kept-by-licensing"

    @pytest.mark.parametrize("wrong", [{"scope": []}, {"expires_on": "2020-12-31"}, {"number": ""}, {"status": "active"}])
    async def test_malformed(self, world: World, hoa: dict[str, Any], wrong: dict[str, Any]) -> None:
        assert problem(await record(world, licence(hoa, **wrong)), 422) == "malformed"

    async def test_a_number_is_issued_once(self, world: World, hoa: dict[str, Any]) -> None:
        ok(await record(world, licence(hoa)))
        assert problem(await record(world, licence(hoa)), 409) == "licence-known"

    async def test_another_province_sees_nothing(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await record(world, licence(hoa)))
        assert problem(await world.api.as_("hanoi").get(f"{PATH}/{known['id']}"), 404) == "not-found"
        assert ok(await world.api.as_("hanoi").get(PATH))["items"] == []
        assert problem(await world.api.as_("analyst").get(PATH), 403) == "licences-closed"

    async def test_a_renewal_ends_later_and_a_revoked_one_stays_so(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await record(world, licence(hoa)))
        keeper = world.api.as_("licensing")
        assert problem(await keeper.post(f"{PATH}/{known['id']}/renewal", json={"expires_on": "2025-12-31"}), 422) == "malformed"
        ok(await keeper.post(f"{PATH}/{known['id']}/revocation", json={"from_day": "2025-10-01", "reason": "court"}))
        assert problem(await keeper.post(f"{PATH}/{known['id']}/renewal", json={"expires_on": "2030-12-31"}), 409) == "state-does-not-allow"
        assert problem(await keeper.post(f"{PATH}/{known['id']}/reinstatement", json={"reason": "appeal"}), 409) == "state-does-not-allow"


class TestKept:
    async def test_recorded_it_falls_due_and_is_told_without_its_number(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await record(world, licence(hoa)))
        assert (known["status"], known["days_left"], known["rule"]["value"]) == ("expiring", 92, 180)
        [event] = await told(world, known["id"])
        assert (event["type"], event["scope"], event["expires_on"], event["status"]) == ("registry.licence.recorded.v1", ["orthopaedic-surgery"], "2025-12-31", "active")
        assert "004512" not in str(event)
        [due] = await dues(world, known)
        assert (due["kind"], due["due_on"], due["warn_on"], due["facility_code"], due["state"]) == ("licence_expires", "2025-12-31", "2025-07-04", BVT, "open")

    async def test_renewed_suspended_reinstated_revoked(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await record(world, licence(hoa)))
        keeper, path = world.api.as_("licensing"), f"{PATH}/{known['id']}"
        assert ok(await keeper.post(f"{path}/renewal", json={"expires_on": "2026-01-31"}))["expires_on"] == "2026-01-31"
        resting = ok(await keeper.post(f"{path}/suspension", json={"from_day": "2025-09-01", "until": "2025-10-01", "reason": "inquiry"}))
        assert resting["status"] == "suspended"
        assert ok(await keeper.post(f"{path}/reinstatement", json={"reason": "cleared"}))["status"] == "expiring"
        gone = ok(await keeper.post(f"{path}/revocation", json={"from_day": "2025-10-01", "reason": "court", "decision_number": "9/QĐ"}))
        assert gone["status"] == "revoked"
        assert [one["act"] for one in gone["acts"]] == ["renewed", "suspended", "reinstated", "revoked"]
        assert [one["state"] for one in await dues(world, known)][-1] == "dropped"
        assert [one["status"] for one in await told(world, known["id"])] == ["active", "active", "suspended", "active", "revoked"]

    async def test_read_by_person_by_worth_and_by_facility(self, world: World, hoa: dict[str, Any]) -> None:
        other = await world.person("Lê Văn Bình", birth_date="1979-01-01")
        for person, number, ends in ((hoa, "1", "2025-12-31"), (hoa, "2", "2025-09-30"), (other, "3", "2031-01-01"), (other, "4", None)):
            ok(await record(world, licence(person, number=number, expires_on=ends)))
        linh = world.api.as_("linh")

        async def numbers(**query: Any) -> list[str]:
            return [one["number"] for one in ok(await linh.get(PATH, params=query))["items"]]

        assert await numbers(status="expiring") == ["1"]
        assert await numbers(status="expired") == ["2"]
        assert await numbers(status="active") == ["3", "4"]
        assert await numbers(expires_by="2025-12-31") == ["2", "1"]
        assert sorted(await numbers(facility=BVT)) == ["1", "2"]
        assert [one["number"] for one in ok(await world.api.as_("hr-bvt").get(f"{BASE}/persons/{hoa['id']}/licences"))["items"]] == ["1", "2"]

    async def test_a_suspension_with_a_last_day_ends_by_itself_and_a_distant_end_is_told_when_it_nears(self, world: World, hoa: dict[str, Any]) -> None:
        known = ok(await record(world, licence(hoa, expires_on="2030-12-31")))
        assert await dues(world, known) == []
        ok(await world.api.as_("licensing").post(f"{PATH}/{known['id']}/suspension", json={"from_day": "2025-09-01", "until": "2025-09-30", "reason": "inquiry"}))
        async with world.as_worker() as session:
            await session.execute(world.sql("UPDATE licences SET expires_on = '2026-09-01'"))
        await watch_licences()
        await watch_licences()
        assert [one["status"] for one in await told(world, known["id"])] == ["active", "suspended", "active"]
        assert [one["due_on"] for one in await dues(world, known)] == ["2026-09-01"]


class TestImported:
    HEADING = "worker_no;facility_code;number;authority;scope;issued_on;expires_on\n"

    async def send(self, world: World, text: str, who: str = "licensing", mode: str = "add") -> httpx.Response:
        return await world.api.as_(who).post(
            f"{BASE}/imports", data={"kind": "licences", "mode": mode}, files={"file": ("licences.csv", (self.HEADING + text).encode(), "text/csv")}
        )

    @pytest.fixture
    async def staff(self, world: World) -> None:
        people = "worker_no,full_name,birth_date,sex,occupation_code,facility_code,start_date\nQN-1,Nguyễn Thị Hoa,09/03/1985,f,VN-BS,VN-22-BVT,01/02/2015\n"
        sent = ok(await world.api.as_("linh").post(f"{BASE}/imports", data={"kind": "people"}, files={"file": ("people.csv", people.encode(), "text/csv")}))
        ok(await world.api.as_("linh").post(f"{BASE}/imports/{sent['id']}/confirmation", json={}))

    async def test_hr_does_not_load_licences(self, world: World) -> None:
        assert problem(await self.send(world, "", "linh"), 403) == "licences-are-kept-by-licensing"
        assert (
            problem(await world.api.as_("licensing").post(f"{BASE}/imports", data={"kind": "people"}, files={"file": ("p.csv", b"x", "text/csv")}), 403) == "people-are-kept-by-hr"
        )

    async def test_good_lines_are_written_and_the_others_told(self, world: World, staff: None) -> None:
        good = "QN-1;VN-22-BVT;12/QN;Sở Y tế;surgery|orthopaedic-surgery;01/01/2021;31/12/2025\n"
        text = good + "QN-9;VN-22-BVT;13/QN;Sở Y tế;surgery;01/01/2021;\nQN-1;VN-22-BVT;14/QN;Sở Y tế;surgery;01/01/2021;31/12/2020\n" + good
        report = ok(await self.send(world, text))
        assert (report["good"], report["bad"], report["unchanged"]) == (1, 2, 1)
        assert [(one["row"], one["column"]) for one in report["report"] if one["state"] == "bad"] == [(3, "worker_no"), (4, "expires_on")]
        ok(await world.api.as_("licensing").post(f"{BASE}/imports/{report['id']}/confirmation", json={}))
        [one] = ok(await world.api.as_("linh").get(PATH))["items"]
        assert (one["scope"], one["status"], one["source"]) == (["surgery", "orthopaedic-surgery"], "expiring", "import")
        assert len(await dues(world, one)) == 1
        again = ok(await self.send(world, good))
        assert (again["good"], again["bad"], again["unchanged"]) == (0, 0, 1)

    async def test_the_authoritys_list_of_next_year_renews_and_corrects_what_is_recorded(self, world: World, staff: None) -> None:
        first = "QN-1;VN-22-BVT;12/QN;Sở Y tế;surgery;01/01/2021;31/12/2025\nQN-1;VN-22-BVT;13/QN;Sở Y tế;surgery;01/01/2022;\n"
        sent = ok(await self.send(world, first))
        ok(await world.api.as_("licensing").post(f"{BASE}/imports/{sent['id']}/confirmation", json={}))
        later = first.replace("31/12/2025", "31/12/2030").replace("01/01/2022", "02/01/2022")
        report = ok(await self.send(world, later, mode="update"))
        assert (report["changed"], report["bad"]) == (2, 0)
        done = ok(await world.api.as_("licensing").post(f"{BASE}/imports/{report['id']}/confirmation", json={}))
        assert (done["written"], done["bad"]) == (2, 0), done["report"]
        found = {one["number"]: one for one in ok(await world.api.as_("linh").get(PATH))["items"]}
        assert {number: (one["issued_on"], one["expires_on"]) for number, one in found.items()} == {"12/QN": ("2021-01-01", "2030-12-31"), "13/QN": ("2022-01-02", None)}
        acts = {number: [act["act"] for act in ok(await world.api.as_("linh").get(f"{PATH}/{one['id']}"))["acts"]] for number, one in found.items()}
        assert acts == {"12/QN": ["renewed"], "13/QN": ["corrected"]}
        assert ok(await self.send(world, later, mode="update"))["unchanged"] == 2


async def dues(world: World, known: dict[str, Any]) -> list[dict[str, Any]]:
    async with world.as_worker() as session:
        rows = await session.execute(world.sql("SELECT data::jsonb AS data FROM outbox WHERE topic = 'relais.registry.dues' ORDER BY seq"))
        return [row.data for row in rows if row.data["subject_id"] == known["id"]]


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@given(DAYS, st.none() | DAYS, st.none() | DAYS, st.none() | DAYS, st.none() | DAYS)
def test_the_worth_on_a_day(day: date, ends: date | None, suspended: date | None, until: date | None, revoked: date | None) -> None:
    """Revoked, then suspended, then expired, then expiring: the last day is whole (R-INCLUSIVE)."""
    one = Licence(expires_on=ends, suspended_from=suspended, suspended_until=until, revoked_on=revoked)
    worth = one.status_on(day, 180)
    assert (worth == "revoked") == (revoked is not None and day >= revoked)
    if worth in ("active", "expiring"):
        assert ends is None or day <= ends
    if worth == "expiring":
        assert ends is not None
        assert (ends - day).days <= 180
