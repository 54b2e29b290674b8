"""An exchange between two countries: quotas, units, papers, the line of steps, and what each side sees (EXC-01 to EXC-06, A24, A25)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.rotation.consumers import consumer
from services.rotation.placements.limits import full_days, nearest_free
from services.rotation.placements.months import whole_months
from shared.clients import close_http_session
from tests.rotation.exchange_world import AGREEMENT, HOST, Exchange
from tests.rotation.world import HOSPITAL, ROOT, World, announced, facility
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.registry import Registry

DAY = date(2025, 1, 1)
spans = st.tuples(st.integers(0, 30), st.integers(0, 12)).map(lambda one: (DAY + timedelta(days=one[0]), DAY + timedelta(days=sum(one))))


@pytest.fixture
async def exchange(world: World) -> Exchange:
    return await Exchange(world).agree()


def slug(problem: dict[str, Any]) -> str:
    return str(problem["type"]).rsplit("/", 1)[-1]


class TestLimits:
    @settings(max_examples=40, deadline=None)
    @given(others=st.lists(spans, max_size=6), capacity=st.integers(1, 3), wanted=spans)
    def test_full_days_are_those_that_counting_each_day_finds_and_the_nearest_stay_has_none(self, others, capacity, wanted):
        days = [wanted[0] + timedelta(days=n) for n in range((wanted[1] - wanted[0]).days + 1)]
        full = {day for day in days if sum(first <= day <= last for first, last in others) >= capacity}
        found = full_days(others, capacity, wanted)
        assert {first + timedelta(days=n) for first, last in found for n in range((last - first).days + 1)} == full
        assert all(later[0] > earlier[1] + timedelta(days=1) for earlier, later in pairwise(found))
        first, last = nearest_free(others, capacity, wanted)
        assert (first >= wanted[0], last - first, full_days(others, capacity, (first, last))) == (True, wanted[1] - wanted[0], [])

    @pytest.mark.parametrize(
        ("first", "last", "months"), [("2025-01-31", "2025-07-30", 6), ("2025-09-01", "2026-02-28", 6), ("2025-01-01", "2025-06-14", 5), ("2025-01-01", "2025-06-15", 6)]
    )
    def test_months_of_a_stay(self, first: str, last: str, months: int):
        assert whole_months(date.fromisoformat(first), date.fromisoformat(last)) == months


class TestAgreement:
    async def test_lineage_places_units_and_outputs_on_one_page(self, exchange: Exchange) -> None:
        earlier = {"reference": "CF-1993", "starts_on": "1993-01-01", "ends_on": "2002-12-31", "signed_on": "1992-11-04", "number": "1992-8"}
        refused = await exchange.act("clermont", "/agreements", AGREEMENT | earlier | {"previous_id": exchange.agreement["id"]}, expect=422)
        assert refused["fields"][0]["path"] == "previous_id"
        first = await exchange.act("clermont", "/agreements", AGREEMENT | earlier)
        second = AGREEMENT | {"reference": "CF-2003", "starts_on": "2003-01-01", "ends_on": "2022-12-31", "signed_on": "2002-12-01", "previous_id": first["id"]}
        await exchange.act("clermont", "/agreements", second)
        assert first["state"] == "expired"
        await exchange.selected()
        path = f"/agreements/{exchange.agreement['id']}"
        output = {"kind": "publication", "title": "ECMO au Viêt Nam", "happened_on": "2024-05-02"}
        await exchange.act("hr-bvt", f"{path}/outputs", output)
        assert slug(await exchange.act("clermont", f"{path}/outputs", output, expect=409)) == "output-known"
        page = await exchange.read("hr-bvt", f"{path}/exchange?year=2025&as_of=2025-10-01")
        assert {(each["host_code"], each["quota"], each["used"], each["free"]) for each in page["places"]} == {(HOST, 5, 1, 4), (HOSPITAL, 2, 0, 2)}
        assert [(each["unit"], each["capacity"], each["taken"]) for each in page["units"]] == [("Chirurgie cardiovasculaire", 2, 0)]
        assert [each["number"] for each in page["lineage"]] == ["1992-8", "2023-117", "2023-117"]
        assert [each["title"] for each in page["outputs"]] == ["ECMO au Viêt Nam"]
        await exchange.read("hanoi", f"{path}/exchange", expect=404)
        told = await announced("exchange_agreements")
        assert (told[0]["state"], {each["quota_per_year"] for each in told[0]["places"]}) == ("signed", {5, 2})

    async def test_an_exchange_promises_places_and_support_promises_visits(self, exchange: Exchange) -> None:
        for wrong in ({"places": []}, {"places": [{"host_code": "VN-01-BVHN", "quota_per_year": 1}]}, {"obligations": [{"specialty": "surgery", "visits_per_month": 1}]}):
            await exchange.act("clermont", "/agreements", AGREEMENT | {"reference": "X"} | wrong, expect=422)
        await exchange.act("clermont", "/agreements", AGREEMENT | {"reference": "X", "model": "guidance"}, expect=422)


class TestRefusals:
    async def test_the_sixth_of_a_year_is_refused_and_the_next_year_is_free(self, exchange: Exchange) -> None:
        for number in range(5):
            await exchange.selected(f"Bác sĩ {number}")
        sixth = await exchange.applied("Bác sĩ 6")
        refused = await exchange.decided(sixth, expect=409)
        assert (slug(refused), refused["rule"]["id"], refused["rule"]["value"], refused["used"], refused["free_from"]) == ("quota-reached", "EXC-01", 5, 5, "2026-01-01")
        assert refused["rule"]["citation"]
        assert "2026" in refused["possible"]
        # A place that is given up is free again; one that begins in another civil year does not count (R-QUOTA-YEAR).
        (one, *_others) = (await exchange.read("hr-bvt", "/placements?state=selected"))["items"]
        await exchange.step(one, "cancellation", reason="Thai sản")
        assert (await exchange.decided(sixth))["state"] == "selected"
        later = await exchange.applied("Bác sĩ 7", starts_on="2026-01-05", ends_on="2026-07-04")
        assert (await exchange.decided(later))["state"] == "selected"

    async def test_the_third_in_a_unit_of_two_is_refused_on_the_days_that_overlap(self, exchange: Exchange) -> None:
        for name, first, last in (("A", "2025-09-01", "2026-02-28"), ("B", "2025-12-01", "2026-05-31")):
            await exchange.accepted(await exchange.selected(name, starts_on=first, ends_on=last))
        third = await exchange.selected("C", starts_on="2025-11-01", ends_on="2026-04-30")
        refused = await exchange.accepted(third, expect=409)
        assert (slug(refused), refused["rule"]["id"], refused["rule"]["value"]) == ("unit-full", "EXC-01", 2)
        assert refused["conflicts"] == [{"starts_on": "2025-12-01", "ends_on": "2026-02-28"}]
        assert refused["nearest"] == [{"starts_on": "2026-03-01", "ends_on": "2026-08-28"}]
        moved = await exchange.step(third, "dates", starts_on="2026-03-01", ends_on="2026-08-31", reason="Le service est plein")
        assert (await exchange.accepted(moved))["host_unit"] == "Chirurgie cardiovasculaire"

    async def test_a_stay_beyond_the_visa_is_cut_or_does_not_begin(self, exchange: Exchange) -> None:
        """A25: the visa ends on 15 June, the stay lasts to 30 June; the alert is 60 days before."""
        replacement = await exchange.world.surgeon("Lê Văn Thay", licence={})
        placement = await exchange.selected(works=True, starts_on="2025-09-15", ends_on="2026-06-30")
        await exchange.accepted(placement)
        await exchange.papers(placement, but="visa")
        await exchange.paper(placement, "visa", label="VLS-TS", asked_on="2025-06-16", since="2025-08-20", valid_until="2026-06-15")
        await exchange.released(placement, replacement)
        refused = await exchange.step(placement, "departure", done_on="2025-09-14", expect=409)
        assert (slug(refused), refused["rule"]["id"], refused["rule"]["value"]) == ("stay-beyond-visa", "EXC-02", "2026-06-15")
        assert (refused["conflicts"], refused["nearest"]) == ([{"starts_on": "2026-06-16", "ends_on": "2026-06-30"}], [{"starts_on": "2025-09-15", "ends_on": "2026-06-15"}])
        shown = await exchange.read("hr-bvt", f"/placements/{placement['id']}")
        (step,) = [each for each in shown["steps"] if each["code"] == "visa"]
        assert (step["state"], step["reason"]) == ("late", refused["detail"])
        (act,) = [each for each in shown["available_actions"] if each["act"] == "depart"]
        assert (act["allowed"], act["reason"]) == (False, refused["detail"])
        await exchange.step(placement, "dates", ends_on="2026-06-15", reason="Fin du visa")
        assert (await exchange.step(placement, "departure", done_on="2025-09-14"))["state"] == "departed"
        longer = await exchange.step(placement, "dates", ends_on="2026-06-20", reason="Un mois de plus", expect=409)
        assert slug(longer) == "stay-beyond-visa"
        shorter = await exchange.paper(placement, "visa", label="VLS-TS", asked_on="2025-06-16", since="2025-08-20", valid_until="2026-05-01", expect=409)
        assert slug(shorter) == "stay-beyond-visa"
        due = [each for each in await announced("dues") if each["kind"] == "placement_visa"][-1]
        assert (due["due_on"], due["warn_on"], due["state"]) == ("2026-06-15", "2026-04-16", "open")

    async def test_status_convention_replacement_and_call_have_their_days(self, exchange: Exchange) -> None:
        person = await exchange.known("Phạm Quốc Bảo")
        short = await exchange.applied(person=person, ends_on="2025-12-31", expect=409)
        assert (slug(short), short["rule"]["id"], short["nearest"][0]["ends_on"]) == ("stay-length", "EXC-STATUS-stagiaire_associe", "2026-02-28")
        assert slug(await exchange.applied(person=person, done_on="2025-04-01", expect=409)) == "call-not-open"
        applied = await exchange.applied(person=person)
        assert slug(await exchange.applied(person=person, expect=409)) == "applied-already"
        own = {"outcome": "selected", "reason": "Đủ điều kiện", "done_on": "2025-04-10"}
        assert slug(await exchange.act("hr-bvt", f"/placements/{applied['id']}/selection", own, expect=403)) == "decider-is-author"
        placement = await exchange.decided(applied)
        late = await exchange.paper(placement, "convention", label="2025-44", since="2025-07-02", done_on="2025-07-02", expect=409)
        assert (slug(late), late["rule"]["value"], late["nearest"][0]["starts_on"]) == ("convention-late", 2, "2025-09-02")
        alone = await exchange.step(placement, "release", done_on="2025-06-20", expect=409)
        assert (slug(alone), alone["rule"]["id"], alone["rule"]["value"]) == ("replacement-missing", "EXC-04", 3)
        low = await exchange.paper(placement, "language", level="B1", since="2025-03-01")
        (step,) = [each for each in low["steps"] if each["code"] == "language"]
        assert (step["state"], step["rule"]["id"]) == ("late", "EXC-03")


class TestDossier:
    async def test_from_the_application_to_the_return(self, exchange: Exchange) -> None:
        replacement = await exchange.world.surgeon("Lê Văn Thay", licence={})
        placement = await exchange.selected(works=True)
        path = f"/placements/{placement['id']}"
        assert (await exchange.read("clermont", path))["person_name"] == "Phạm Quốc Bảo"  # told by the home with the application
        await exchange.read("hanoi", path, expect=404)
        await exchange.accepted(placement)
        assert replacement in {each["person_id"] for each in (await exchange.read("hr-bvt", f"{path}/replacements"))["items"]}
        await exchange.papers(placement)
        missing = await exchange.step(placement, "departure", done_on="2025-08-30", expect=409)
        assert slug(missing) == "not-released"
        assert (await exchange.act("clermont", f"{path}/release", {"replacement_id": replacement}, expect=403))["type"].endswith("/other-authority")
        await exchange.released(placement, replacement)
        held = (await announced("holds"))[-1]
        assert (held["outcome"], held["source_id"]) == ("confirmed", placement["id"])
        departed = await exchange.step(placement, "departure", done_on="2025-08-30")
        assert [step["code"] for step in departed["steps"] if step["state"] == "done"] == [
            *("apply", "selection", "language", "host", "scholarship", "convention", "visa", "insurance", "release", "commitment", "departure"),
        ]
        told = (await announced("placements"))[-1]
        assert (told["type"], told["months"], told["months_due"], told["benefit_amount"]) == ("rotation.placement.departed.v1", 6, 12, 660_000)
        assert "Phạm" not in str(told)
        await exchange.step(placement, "arrival", "clermont", done_on="2025-09-01")
        await exchange.step(placement, "review", "clermont", text="Bonne intégration", done_on="2025-09-20")
        await exchange.step(placement, "end", "clermont", interrupted=True, expect=422)
        await exchange.step(placement, "end", "clermont", interrupted=True, reason="Raison de famille", done_on="2025-09-25")
        back = await exchange.step(placement, "return", done_on="2025-09-27")
        assert (back["state"], back["ended_on"], back["months"]) == ("returned", "2025-09-25", 1)
        freed = (await announced("holds"))[-1]
        assert (freed["outcome"], freed["on"]) == ("released", "2025-09-27")
        assert (await exchange.step(placement, "debriefing", text="Đã báo cáo", done_on="2025-09-30"))["state"] == "debriefed"
        summary = await exchange.read("hr-bvt", "/alumni/summary")
        assert (summary["people"], summary["back"], summary["items"][0]["decade"]) == (1, 1, 2020)


class TestGuests:
    async def test_a_guest_with_a_permission_counts_in_a_decade(self, exchange: Exchange) -> None:
        assert exchange.world._registry is not None
        guest = await exchange.world._registry.person("Pierre Vidal", purpose="guest")
        body = {
            "agreement_id": exchange.agreement["id"],
            "person_id": guest,
            "sent_by": "CHU de Clermont-Ferrand",
            "facility_code": HOSPITAL,
            "unit": "Khoa Ngoại",
            "field": "cardiology",
        }
        entered = await exchange.act("linh", "/guest-stays", body | {"starts_on": "2025-03-03", "ends_on": "2025-03-14", "done_on": "2025-02-20"})
        path = f"/guest-stays/{entered['id']}"
        assert (await exchange.act("clermont", f"{path}/permission", {"number": "1", "may_teach_until": "2025-03-14"}, expect=403))["type"].endswith("/other-authority")
        late = await exchange.act("linh", f"{path}/permission", {"number": "12/GP", "may_practise_until": "2025-03-20"}, expect=409)
        assert slug(late) == "permission-outside-stay"
        await exchange.act("linh", f"{path}/permission", {"number": "12/GP", "may_teach_until": "2025-03-14", "done_on": "2025-02-25"})
        (decade,) = (await exchange.read("clermont", "/guest-stays/decades"))["items"]
        assert (decade["decade"], decade["stays"], decade["by_field"]) == (2020, 1, {"cardiology": 1})
        assert (await exchange.read("clermont", "/guest-stays?decade=2020"))["items"][0]["person_name"] == "Pierre Vidal"
        await exchange.read("hanoi", path, expect=404)


class TestRegister:
    HEADINGS = "reference,person_reference,home_code,host_code,host_unit,field,starts_on,ends_on,purpose,outcome,informed_on,today_post,today_place,today_on\n"
    ROWS = (
        f"S-01,AC-01,{HOSPITAL},{HOST},Chirurgie cardiovasculaire,cardiology,01/10/1991,30/09/1993,return,back,01/06/2025,Trưởng khoa,Hạ Long,01/06/2025\n"
        f"S-02,AC-02,{HOSPITAL},{HOST},Réanimation,intensive-care,01/11/2003,30/04/2004,migration,away,,,,\n"
    )

    async def send(self, exchange: Exchange, rows: str) -> dict[str, Any]:
        file = {"file": ("alumni.csv", (self.HEADINGS + rows).encode(), "text/csv")}
        answer = await exchange.world.api.as_("linh").post(f"{ROOT}/imports", files=file, data={"kind": "alumni"})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def test_stays_of_the_past_come_from_a_file_and_whoever_leaves_the_register_is_named_no_more(self, exchange: Exchange) -> None:
        unknown = await self.send(exchange, self.ROWS)
        assert (unknown["bad"], unknown["report"][0]["column"]) == (2, "person_reference")
        assert exchange.world._registry is not None
        for number, name in (("01", "Đỗ Hữu Kiên"), ("02", "Bùi Thị Lan")):
            body = {"names": [{"value": name}], "purposes": ["contact"], "reference": f"AC-{number}", "confirmed_distinct": "a namesake"}
            await exchange.world._registry.enter("linh", "persons", body)
        report = await self.send(exchange, self.ROWS)
        assert report["bad"] == 0, report["report"]
        await exchange.act("linh", f"/imports/{report['id']}/confirmation", {})
        assert (await self.send(exchange, self.ROWS))["good"] == 0
        summary = await exchange.read("clermont", "/alumni/summary")
        assert [summary[name] for name in ("people", "back", "stayed", "shortest_months", "longest_months")] == [2, 1, 1, 6, 24]
        first, second = (await exchange.read("clermont", "/alumni"))["items"]
        assert (first["person_name"], second["person_name"]) == ("Đỗ Hữu Kiên", None)  # who was not told is not named to the other side
        assert slug(await exchange.act("linh", f"/alumni/{second['id']}/news", {"post": "Bác sĩ"}, expect=409)) == "not-informed"
        assert slug(await exchange.step(first, "departure", expect=409)) == "from-register"
        out = await exchange.act("linh", f"/alumni/{first['id']}/opting-out", {})
        assert (out["person_id"], out["person_name"], out["today_post"], out["opted_out"]) == (None, None, None, True)
        assert slug(await exchange.act("linh", f"/alumni/{first['id']}/news", {"post": "Bác sĩ"}, expect=409)) == "opted-out"
        assert (await exchange.read("clermont", "/alumni/summary"))["people"] == 2
        assert (await exchange.read("hanoi", "/alumni"))["items"] == []
        again = await self.send(exchange, f"S-03,AC-02,{HOSPITAL},{HOST},Réanimation,intensive-care,01/01/2010,30/06/2010,migration,back,,,,\n")
        await exchange.act("linh", f"/imports/{again['id']}/confirmation", {})
        summary = await exchange.read("clermont", "/alumni/summary")
        assert [summary[name] for name in ("people", "back", "stayed", "unknown")] == [2, 2, 0, 0]  # two people, one of them there twice


class TestRaces:
    @pytest.fixture
    async def committed_exchange(self, committed_api: Api, registry: Registry) -> AsyncIterator[Exchange]:
        taken = await hear(consumer, facility(HOSPITAL))
        assert (taken.dead, taken.parked) == (0, 0)
        yield await Exchange(World(committed_api, registry)).agree(quota=2, capacity=1)
        await close_http_session()

    async def test_the_last_place_and_the_last_bed_are_taken_once(self, committed_exchange: Exchange) -> None:
        exchange = committed_exchange
        applied = [await exchange.applied(name) for name in "ABC"]
        clermont = exchange.world.api.as_("clermont")

        async def at_once(placements: list[dict[str, Any]], path: str, body: dict[str, Any]) -> list[tuple[int, str]]:
            answers = await asyncio.gather(*(clermont.post(f"{ROOT}/placements/{each['id']}/{path}", json=body) for each in placements))
            return sorted((answer.status_code, "" if answer.status_code == 201 else slug(answer.json())) for answer in answers)

        assert await at_once(applied, "selection", {"outcome": "selected", "reason": "Choisi", "done_on": "2025-04-10"}) == [(201, ""), (201, ""), (409, "quota-reached")]
        selected = (await exchange.read("clermont", "/placements?state=selected"))["items"]
        acceptance = {"host_unit_id": exchange.unit["id"], "supervisor_id": exchange.supervisor, "done_on": "2025-04-20"}
        assert await at_once(selected, "acceptance", acceptance) == [(201, ""), (409, "unit-full")]
