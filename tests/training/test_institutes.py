"""Initial training: an authority sets the seats, an intake never offers more, reserved seats and the waiting list, and what becomes of students."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.training.consumers import consumer
from services.training.institutes.rules import days_of, running_year, study_years
from services.training.intakes.eligibility import age_must_fit, diploma_must_fit
from services.training.intakes.ranking import Competitor, Waiting, next_for, seats_of, weighted
from services.training.intakes.use_cases import lapse_late_seats
from services.training.rules import PACKS
from shared.db import worker_session
from shared.errors import Refused
from tests.support.api import Api
from tests.support.hearing import hear, message
from tests.support.registry import PLAIN, Registry
from tests.training.world import ROOT, World, assignment, known, worker

INSTITUTE, PRIVATE, HOSPITAL = "MA-03-ISPITS", "MA-03-IPS", "MA-03-CHR"
WHO: dict[str, dict[str, Any]] = {
    "ministry": {"roles": ["training-institute", "records-officer"], "groups": ["/territories/MA"]},
    "region": {"roles": ["regional-administrator", "records-officer"], "groups": ["/territories/MA-03"]},
    "manager": {"roles": ["training-institute", "records-officer"], "groups": ["/territories/MA-03"]},
    "institute": {"roles": ["training-institute", "records-officer"], "groups": [f"/facilities/{INSTITUTE}"]},
    "hospital": {"roles": ["head-of-facility", "records-officer"], "groups": [f"/facilities/{HOSPITAL}"]},
    "elsewhere": {"roles": ["regional-administrator", "training-institute", "records-officer"], "groups": ["/territories/MA-01"]},
}
ACCREDITATION = {"authority": "Ministère de la Santé", "number": "12/2014", "streams": ["MA-IP", "MA-SF"], "valid_from": "2014-09-01"}
DAY = "2021-07-01"
PACK = PACKS.in_force("MA", date(2021, 7, 1))


def place(code: str, ownership: str = "public") -> Any:
    period = {
        "valid_from": "1990-01-01",
        "valid_to": None,
        "authority_path": f"MA.MA-03.{code}",
        "facility_type": "training_institute",
        "ownership": ownership,
        "area_code": "MA-03-231",
    }
    return message("relais.registry.facilities", "registry.facility.changed.v1", {"id": str(known(code)), "code": code, "periods": [period]})


class Morocco:
    """A region with a public and a private institute, and a hospital that takes their students."""

    def __init__(self, api: Api, registry: Registry | None = None) -> None:
        self.api, self.registry = api, registry

    async def send(self, who: str, path: str, body: dict[str, Any]) -> httpx.Response:
        answer: httpx.Response = await self.api.as_(who, **WHO[who]).post(ROOT + path, json={"done_on": DAY} | body)
        return answer

    async def act(self, who: str, path: str, body: dict[str, Any], expect: int = 201) -> dict[str, Any]:
        answer = await self.send(who, path, body)
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def read(self, who: str, path: str, expect: int = 200) -> dict[str, Any]:
        answer = await self.api.as_(who, **WHO[who]).get(ROOT + path)
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def institute(self, code: str = INSTITUTE, **changes: Any) -> dict[str, Any]:
        body = {"facility_code": code, "name": "ISPITS de Fès", "other_name": "المعهد العالي للمهن التمريضية وتقنيات الصحة بفاس", "accreditation": ACCREDITATION}
        return await self.act("ministry", "/institutes", body | {"campuses": [{"name": "Annexe de Meknès", "area_code": "MA-03-061"}]} | changes)

    async def seats(self, seats: int = 2, stream: str = "MA-SF", year: int = 2021, **changes: Any) -> dict[str, Any]:
        return await self.act("ministry", "/seat-capacities", {"facility_code": INSTITUTE, "stream": stream, "year": year, "seats": seats} | changes)

    def notice(self, seats: int = 2, **changes: Any) -> dict[str, Any]:
        return {"facility_code": INSTITUTE, "stream": "MA-SF", "year": 2021, "seats": seats, "opens_on": "2021-07-01", "closes_on": "2021-07-31"} | changes

    async def intake(self, seats: int = 2, **changes: Any) -> dict[str, Any]:
        return await self.act("institute", "/intakes", self.notice(seats, **changes))

    async def person(self, name: str, born: str = "2002-03-05") -> str:
        """A student of the register, entered by the region's training manager."""
        assert self.registry is not None
        body = {"names": [{"kind": "legal", "value": name}], "birth_date": born, "sex": "female", "purposes": ["student"], "confirmed_distinct": "a namesake"}
        token = self.api.as_("manager", **WHO["manager"])._token
        async with httpx.AsyncClient(base_url=self.registry.address, verify=PLAIN, headers={"Authorization": f"Bearer {token}"}) as client:
            answer = await client.post("/api/v1/registry/persons", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def candidates(self, intake: str, *scores: float, quotas: dict[int, str] | None = None) -> list[dict[str, Any]]:
        found = []
        for place_, score in enumerate(scores):
            body = {"person_id": await self.person(f"Salma Tazi {'abcdefgh'[place_]}"), "diploma": "sciences-physics", "average": score}
            found.append(await self.act("manager", f"/intakes/{intake}/candidates", body | ({"quota": quotas[place_]} if quotas and place_ in quotas else {})))
        return found

    async def listed(self, intake: str, cut_off: float, marks: dict[int, float]) -> dict[str, Any]:
        await self.act("region", f"/intakes/{intake}/preselection", {"cut_off": cut_off})
        await self.act("region", f"/intakes/{intake}/marks", {"marks": [{"number": number, "mark": mark} for number, mark in marks.items()]})
        return await self.act("region", f"/intakes/{intake}/listing", {"done_on": "2021-08-20"})

    async def states(self, intake: str) -> list[str]:
        return [each["state"] for each in (await self.read("region", f"/intakes/{intake}/candidates"))["items"]]


async def arrived(api: Api) -> Morocco:
    taken = await hear(consumer, place(INSTITUTE), place(PRIVATE, "private"), place(HOSPITAL))
    assert (taken.dead, taken.parked) == (0, 0)
    return Morocco(api)


@pytest.fixture
async def morocco(province: World) -> Morocco:
    return await arrived(province.api)


@pytest.fixture
async def school(morocco: Morocco) -> Morocco:
    await morocco.institute()
    return morocco


@pytest.fixture
async def open_school(school: Morocco, registry: Registry) -> Morocco:
    """The same with the registry beside it, so that people can apply."""
    return Morocco(school.api, registry)


class TestRules:
    """The pack of Morocco, as pure functions."""

    @pytest.mark.parametrize(("age", "says"), [(16, "2022"), (31, "1991 to 2004")])
    def test_an_age_outside_is_refused_with_who_may(self, age: int, says: str) -> None:
        with pytest.raises(Refused) as refused:
            age_must_fit(PACK, age=age, year=2021)
        assert refused.value.rule is not None
        assert (refused.value.slug, refused.value.rule.value) == ("age-outside", {"from": 17, "to": 30})
        assert says in refused.value.as_json("en")["possible"]

    def test_ages_at_the_bounds_are_let_through(self) -> None:
        age_must_fit(PACK, age=17, year=2021)
        age_must_fit(PACK, age=30, year=2021)

    def test_a_diploma_that_does_not_open_the_stream_names_those_that_it_opens(self) -> None:
        diploma_must_fit(PACK, diploma="letters", stream="MA-AMS")
        with pytest.raises(Refused) as refused:
            diploma_must_fit(PACK, diploma="letters", stream="MA-SF")
        assert "MA-AMS, MA-SM" in refused.value.as_json("en")["possible"]

    def test_the_score_is_a_quarter_regional_and_three_quarters_national(self) -> None:
        assert weighted(Decimal("15.50"), Decimal("13.25"), PACK.rule("INT-SCORE").value) == Decimal("13.81")

    def test_years(self) -> None:
        assert days_of(PACK, 2021) == (date(2021, 9, 1), date(2022, 8, 31))
        assert (study_years(PACK, "MA-SF"), study_years(PACK, "MA-MG")) == (3, 7)
        assert [running_year("MA", day) for day in (date(2021, 8, 31), date(2021, 9, 1))] == [2020, 2021]

    def test_reserved_seats_are_lists_of_their_own_and_revert(self) -> None:
        """Two seats are reserved and one person is there for them: the other one reverts, and the last of the general list gets it."""
        marks = {1: 16, 2: 15, 3: 14, 4: 9}
        sat = [Competitor(UUID(int=number), number, Decimal(mark), Decimal(12), "disability" if number == 4 else None) for number, mark in marks.items()]
        found = {seat.id.int: (seat.rank, seat.list) for seat in seats_of(sat, 3, {"disability": 2})}
        assert found == {1: (1, "general"), 2: (2, "general"), 3: (3, None), 4: (4, "disability")}

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 40), st.integers(20, 40), st.sampled_from([None, "disability", "resistance"])), max_size=12),
        st.integers(1, 8),
        st.integers(0, 3),
        st.integers(0, 2),
    )
    def test_never_more_than_the_seats_and_nobody_is_passed_over(self, people: list[tuple[int, int, str | None]], seats: int, disability: int, resistance: int) -> None:
        reserved = {"disability": min(disability, seats), "resistance": min(resistance, seats - min(disability, seats))}
        sat = [Competitor(UUID(int=n), n, Decimal(mark) / 2, Decimal(score) / 2, quota) for n, (mark, score, quota) in enumerate(people, start=1)]
        found = seats_of(sat, seats, reserved)
        admitted = [seat for seat in found if seat.list]
        assert len(admitted) == min(seats, len(sat))
        general = [seat.rank for seat in admitted if seat.list == "general"]
        assert not general or max(general) < min((seat.rank for seat in found if seat.list is None), default=99)

    def test_a_freed_reserved_seat_goes_to_the_next_for_whom_it_is(self) -> None:
        line = [Waiting(UUID(int=1), 4, None), Waiting(UUID(int=2), 6, "disability")]
        assert [(found := next_for(freed, line)) and found.rank for freed in ("disability", "resistance", "general")] == [6, 4, 4]
        assert next_for("general", []) is None


class TestSeats:
    @pytest.mark.parametrize(
        ("who", "changes", "status", "slug"),
        [
            ("institute", {}, 403, "not-the-authority"),
            ("hospital", {}, 403, "role-missing"),
            ("elsewhere", {}, 422, "malformed"),
            ("ministry", {"stream": "MA-TL"}, 409, "not-accredited"),
            ("ministry", {"stream": "MA-MG"}, 422, "malformed"),  # no institute of these trains doctors
            ("ministry", {"year": 2013}, 409, "not-accredited"),
            ("ministry", {"seats": 0}, 422, "malformed"),
        ],
    )
    async def test_what_is_refused(self, school: Morocco, who: str, changes: dict[str, Any], status: int, slug: str) -> None:
        body = {"facility_code": INSTITUTE, "stream": "MA-SF", "year": 2021, "seats": 30} | changes
        refused = await school.act(who, "/seat-capacities", body, expect=status)
        assert refused["type"].endswith(f"/{slug}")
        assert slug != "not-accredited" or refused["rule"]["id"] == "INT-ACCREDITED"

    async def test_two_accreditations_never_cover_the_same_day(self, school: Morocco) -> None:
        (institute,) = (await school.read("ministry", "/institutes"))["items"]
        path = f"/institutes/{institute['id']}/accreditations"
        refused = await school.act("ministry", path, ACCREDITATION | {"number": "13/2020", "valid_from": "2020-09-01"}, expect=409)
        assert refused["type"].endswith("/accreditations-overlap")
        assert (await school.act("ministry", "/institutes", {"facility_code": INSTITUTE, "name": "Encore"}, expect=409))["type"].endswith("/institute-registered")

    async def test_the_authority_alone_changes_the_seats_and_never_below_an_intake(self, school: Morocco) -> None:
        seats = await school.seats(30)
        await school.intake(28)
        path = f"/seat-capacities/{seats['id']}/change"
        await school.act("institute", path, {"seats": 60, "decision": "by ourselves"}, expect=403)
        refused = await school.act("region", path, {"seats": 27, "decision": "12/2021"}, expect=409)
        assert refused["type"].endswith("/capacity-below-intake")
        assert (await school.act("region", path, {"seats": 40, "decision": "12/2021"}))["seats"] == 40

    async def test_the_page_of_a_year_adds_up(self, school: Morocco) -> None:
        await school.institute(PRIVATE, name="Institut privé")
        await school.seats(30, year=2020)
        await school.seats(40)
        await school.seats(10, facility_code=PRIVATE)
        told = {"facility_code": INSTITUTE, "year": 2021, "items": [{"stream": "MA-SF", "applicants": 900, "sat": 300, "cut_off": 13.5, "filled": 36}]}
        await school.act("institute", "/intakes/told", told)
        page = await school.read("region", "/seat-capacities/by-region?year=2021")
        assert (page["before"], page["seats"], page["filled"], page["free"]) == ({"public": 30}, 50, 36, 14)
        assert [(cell["region"], cell["ownership"], cell["free"]) for cell in page["items"]] == [("MA-03", "private", 10), ("MA-03", "public", 4)]
        (expected,) = (await school.read("region", "/intakes/expected-graduates"))["items"]
        assert (expected["year"], expected["students"]) == (2024, 36)
        assert (await school.read("elsewhere", "/seat-capacities/by-region?year=2021"))["items"] == []

    async def test_a_file_of_a_year_is_judged_line_by_line_and_changes_nothing_twice(self, school: Morocco) -> None:
        lines = "Code de l'institut;Filière;Année;Places;Décision\nMA-03-ISPITS;MA-IP;2021;80;12/2021\nMA-03-ISPITS;MA-TL;2021;20;\nMA-99-X;MA-IP;2021;20;\nMA-03-ISPITS;MA-SF;2021;0;\n"
        for good in (1, 0):
            files = {"file": ("places.csv", lines.encode(), "text/csv")}
            checked = await school.api.as_("ministry", **WHO["ministry"]).post(f"{ROOT}/imports", files=files, data={"kind": "seat_capacities"})
            assert checked.status_code == 201, checked.text
            assert (checked.json()["good"], checked.json()["bad"]) == (good, 3)
            if good:
                await school.api.as_("ministry", **WHO["ministry"]).post(f"{ROOT}/imports/{checked.json()['id']}/confirmation", json={})
        (set_,) = (await school.read("institute", "/seat-capacities"))["items"]
        assert (set_["stream"], set_["seats"], set_["decision"]) == ("MA-IP", 80, "12/2021")

    async def test_a_convention_links_the_two_sectors_and_both_read_it(self, school: Morocco) -> None:
        body = {"number": "3/2021", "institute_code": INSTITUTE, "partner_code": PRIVATE, "subject": "Accueil d’étudiants", "starts_on": "2021-09-01", "ends_on": "2024-08-31"}
        body |= {"signed_on": "2021-06-30"}
        assert (await school.act("institute", "/institute-conventions", body, expect=409))["type"].endswith("/convention-promises-nothing")
        alone = await school.act("institute", "/institute-conventions", body | {"partner_code": HOSPITAL, "seats": 5}, expect=409)
        assert alone["type"].endswith("/convention-within-a-sector")
        made = await school.act("institute", "/institute-conventions", body | {"seats": 20, "placements": 40, "teachers": 3})
        partner = school.api.as_("partner", roles=["head-of-facility"], groups=[f"/facilities/{PRIVATE}"])
        assert (await partner.get(f"{ROOT}/institute-conventions/{made['id']}")).json()["seats"] == 20
        await school.read("hospital", f"/institute-conventions/{made['id']}", expect=404)
        ended = await school.act("region", f"/institute-conventions/{made['id']}/end", {"reason": "Fin de l’agrément"})
        assert (ended["state"], ended["ended_on"]) == ("ended", DAY)


class TestIntake:
    @pytest.mark.parametrize(
        ("who", "changes", "status", "slug"),
        [
            ("hospital", {}, 403, "role-missing"),
            ("elsewhere", {}, 422, "malformed"),
            ("institute", {"stream": "MA-IP"}, 422, "malformed"),  # no seats are set
            ("institute", {"seats": 31}, 409, "intake-above-capacity"),
            ("institute", {"reserved": {"lottery": 2}}, 422, "malformed"),
            ("institute", {"reserved": {"disability": 20, "resistance": 11}}, 422, "malformed"),
            ("institute", {"closes_on": "2021-06-01"}, 422, "malformed"),
        ],
    )
    async def test_what_is_refused(self, school: Morocco, who: str, changes: dict[str, Any], status: int, slug: str) -> None:
        await school.seats(30)
        refused = await school.act(who, "/intakes", school.notice(**{"seats": 30} | changes), expect=status)
        assert refused["type"].endswith(f"/{slug}")
        if slug == "intake-above-capacity":
            assert (refused["rule"]["id"], refused["rule"]["value"]) == ("INT-CAPACITY", 30)
            assert "30 seats or fewer" in refused["possible"]

    async def test_more_students_than_seats_are_never_told(self, school: Morocco) -> None:
        await school.seats(30)
        told = {"facility_code": INSTITUTE, "year": 2021, "items": [{"stream": "MA-SF", "filled": 31}]}
        assert (await school.act("institute", "/intakes/told", told, expect=409))["type"].endswith("/intake-full")
        told["items"] = [{"stream": "MA-SF", "filled": 30, "applicants": 10, "sat": 11}]
        assert (await school.act("institute", "/intakes/told", told, expect=409))["type"].endswith("/more-sat-than-applied")

    async def test_of_two_who_open_it_one_does(self, committed_api: Api) -> None:
        school = await arrived(committed_api)
        await school.institute()
        await school.seats(30)
        both = await asyncio.gather(*(school.send(who, "/intakes", school.notice(seats)) for who, seats in (("institute", 30), ("region", 20))))
        assert sorted(answer.status_code for answer in both) == [201, 409]

    async def test_the_database_itself_counts_the_seats(self, open_school: Morocco) -> None:
        """Whatever the code above it says: one student more than seats, an intake above the capacity, a capacity below the intake."""
        await open_school.seats(2)
        intake = (await open_school.intake(1))["id"]
        one, other = await open_school.candidates(intake, 15, 14)
        await open_school.listed(intake, 10, {1: 15, 2: 14})
        await open_school.act("region", f"/intake-candidates/{one['id']}/registration", {"done_on": "2021-08-21"})
        student = f"""
            INSERT INTO students (id, content_hash, authority_path, state, intake_id, candidate_id, facility_code, stream, person_id, registered_by, registered_on)
            VALUES (gen_random_uuid(), '', 'MA.MA-03.{INSTITUTE}', 'studying', '{intake}', '{other["id"]}', '{INSTITUTE}', 'MA-SF', '{other["person_id"]}', 'x', '2021-08-22')
        """
        for broken, statement in (
            ("intake_never_above_its_seats", student),
            ("intake_above_capacity", f"UPDATE intakes SET seats = 3 WHERE id = '{intake}'"),
            ("capacity_below_intake", "UPDATE seat_capacities SET seats = 0"),
        ):
            with pytest.raises(IntegrityError) as refused:
                async with worker_session() as session:
                    await session.execute(text(statement))
            assert getattr(getattr(refused.value.orig, "__cause__", None), "constraint_name", None) == broken

    async def test_who_may_apply(self, open_school: Morocco) -> None:
        await open_school.seats(2)
        intake = (await open_school.intake(2))["id"]
        path = f"/intakes/{intake}/candidates"
        person = await open_school.person("Imane Skalli")
        good = {"person_id": person, "diploma": "sciences-physics", "regional": 15.5, "national": 13.25}
        old = {"person_id": await open_school.person("Nadia Ziani", born="1985-01-01")}
        for changes, status, slug in (
            (old, 409, "age-outside"),
            ({"diploma": "letters"}, 409, "diploma-does-not-open-stream"),
            ({"done_on": "2021-06-30"}, 409, "window-closed"),
            ({"quota": "disability"}, 422, "malformed"),
            ({"average": 12}, 422, "malformed"),
            ({"person_id": str(known("nobody"))}, 422, "malformed"),
        ):
            refused = await open_school.act("region", path, good | changes, expect=status)
            assert refused["type"].endswith(f"/{slug}")
            assert status != 409 or all(refused.get(said) for said in ("rule", "possible"))
        made = await open_school.act("manager", path, good)
        assert (made["score"], made["number"], made["state"]) == (13.81, 1, "applied")
        assert (await open_school.act("region", path, good, expect=409))["type"].endswith("/already-a-candidate")
        await open_school.read("hospital", path, expect=403)
        await open_school.read("elsewhere", path, expect=404)

    async def test_a_seat_that_nobody_takes_in_time_goes_to_the_next_one_by_itself(self, open_school: Morocco, monkeypatch: pytest.MonkeyPatch) -> None:
        """Called on 20 August, ten days to register: on the 30th nothing lapses, on the 31st the next one is called; late in the year nobody is touched."""
        await open_school.seats(1)
        intake = (await open_school.intake(1))["id"]
        await open_school.candidates(intake, 15, 14, 13)
        await open_school.listed(intake, 10, {1: 16, 2: 14, 3: 13})
        path = f"/intakes/{intake}/candidates"
        for day, states in (
            ("2021-08-30", ["admitted", "waiting", "waiting"]),
            ("2021-08-31", ["declined", "admitted", "waiting"]),
            ("2021-09-11", ["declined", "declined", "admitted"]),
            ("2022-03-01", ["declined", "declined", "admitted"]),
        ):
            monkeypatch.setattr("services.training.intakes.use_cases.today", lambda day=day: date.fromisoformat(day))
            for _twice in range(2):
                await lapse_late_seats()
            assert await open_school.states(intake) == states, day
        lapsed = (await open_school.read("institute", path))["items"]
        assert [each["reason"] for each in lapsed] == ["lapsed", "lapsed", None]
        assert lapsed[2]["register_by"] == "2021-09-21"

    async def test_from_the_notice_to_the_diploma(self, open_school: Morocco) -> None:
        """Two seats, one reserved; one is below the cut-off, one gives up, the waiting list fills the seat, a student leaves early and another one late."""
        await open_school.seats(2)
        intake = (await open_school.intake(2, reserved={"disability": 1}))["id"]
        people = await open_school.candidates(intake, 15, 14, 13, 12, 9, quotas={3: "disability"})
        opened = await open_school.listed(intake, 10, {1: 16, 2: 14, 3: 13, 4: 11})
        assert (opened["applicants"], opened["sat"], opened["cut_off"], opened["state"]) == (5, 4, 10.0, "listed")
        assert await open_school.states(intake) == ["admitted", "waiting", "waiting", "admitted", "below"]
        given_up = await open_school.act("region", f"/intake-candidates/{people[0]['id']}/declination", {"reason": "Part à l’étranger", "done_on": "2021-08-25"})
        assert (given_up["called"]["id"], given_up["called"]["list"]) == (people[1]["id"], "general")
        late = await open_school.act("region", f"/intake-candidates/{people[3]['id']}/registration", {"done_on": "2021-08-31"}, expect=409)
        assert late["type"].endswith("/registration-late")
        lapsed = await open_school.act("region", f"/intakes/{intake}/lapses", {"done_on": "2021-08-31"})
        assert ([each["number"] for each in lapsed["lapsed"]], [each["number"] for each in lapsed["called"]]) == ([4], [3])
        first = await open_school.act("region", f"/intake-candidates/{people[1]['id']}/registration", {"done_on": "2021-09-01"})
        second = await open_school.act("region", f"/intake-candidates/{people[2]['id']}/registration", {"done_on": "2021-09-02"})
        assert (await open_school.read("institute", f"/intakes/{intake}"))["free"] == 0
        await open_school.act("institute", f"/students/{first['id']}/leaving", {"reason": "Réorientation", "done_on": "2021-09-15"})
        assert (await open_school.read("institute", f"/intakes/{intake}"))["free"] == 1
        await open_school.act("institute", f"/intakes/{intake}/closing", {"done_on": "2021-10-15"})
        path = f"/students/{second['id']}/year"
        assert (await open_school.act("institute", path, {"year": 2022, "outcome": "passed", "done_on": "2022-07-10"}, expect=409))["type"].endswith("/another-year-is-due")
        for year, outcome in ((2021, "passed"), (2022, "repeated"), (2023, "passed"), (2024, "passed")):
            judged = await open_school.act("institute", path, {"year": year, "outcome": outcome, "done_on": f"{year + 1}-07-10"})
        assert (judged["state"], judged["graduated_on"], judged["study_year"]) == ("graduated", "2025-07-10", 3)
        person = second["person_id"]
        await hear(consumer, worker(person, at=HOSPITAL, authority_path=f"MA.MA-03.{HOSPITAL}"), assignment(person, at=HOSPITAL, starts_on="2025-11-01"))
        outcomes = await open_school.read("institute", f"/intakes/{intake}/outcomes?as_of=2025-12-31")
        assert (outcomes["registered"], outcomes["graduated"], outcomes["employed"], outcomes["employment_percent"]) == (1, 1, 1, 100.0)

    async def test_everybody_reads_the_cut_offs_and_each_candidate_why(self, open_school: Morocco) -> None:
        await open_school.seats(1)
        intake = (await open_school.intake(1))["id"]
        people = await open_school.candidates(intake, 15, 14, 9)
        stranger = open_school.api
        assert (await stranger.get(f"{ROOT}/cut-offs?country=MA&year=2021")).json()["items"] == []
        await open_school.listed(intake, 10, {1: 12, 2: 13.5})
        (line,) = (await stranger.get(f"{ROOT}/cut-offs?country=MA&year=2021")).json()["items"]
        assert (line["institute"], line["stream"], line["cut_off"], line["applicants"]) == ("ISPITS de Fès", "MA-SF", 10.0, 3)
        below = await stranger.get(f"{ROOT}/intake-answers/{people[2]['code'].lower()}")
        (criterion,) = below.json()["criteria"]
        assert (below.json()["state"], criterion["met"], criterion["rule"]["id"]) == ("below", False, "INT-SCORE")
        assert "9.00" in criterion["text"]
        assert "Salma" not in below.text
        waits = (await stranger.get(f"{ROOT}/intake-answers/{people[0]['code']}")).json()
        assert [(each["id"], each["met"]) for each in waits["criteria"]] == [("cut-off", True), ("rank", False)]
        assert "Number 1 of the waiting list" in waits["criteria"][1]["possible"]
        assert (await stranger.get(f"{ROOT}/intake-answers/XXXX-XXXX-XXXX")).status_code == 404


class TestPlacements:
    async def test_a_unit_never_takes_more_than_its_places(self, school: Morocco) -> None:
        await school.seats(30)
        told = {"facility_code": INSTITUTE, "year": 2021, "items": [{"stream": "MA-SF", "filled": 30}]}
        intake = (await school.act("institute", "/intakes/told", told))["items"][0]["id"]
        offer = {"facility_code": HOSPITAL, "unit": "Maternité", "places": 6, "institutes": [INSTITUTE], "starts_on": "2021-10-01", "ends_on": "2022-06-30"}
        offered = await school.act("hospital", "/clinical-places", offer)
        assert (await school.act("hospital", "/clinical-places", offer | {"starts_on": "2022-06-30", "ends_on": "2022-07-31"}, expect=409))["type"].endswith("/places-overlap")
        booking = {"clinical_place_id": offered["id"], "intake_id": intake, "students": 4, "starts_on": "2021-10-04", "ends_on": "2021-10-29"}
        made = await school.act("institute", "/clinical-placements", booking)
        refused = await school.act("institute", "/clinical-placements", booking | {"students": 3, "starts_on": "2021-10-29", "ends_on": "2021-11-26"}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["value"]) == ("unit-full", 6)
        assert "2 more may come" in refused["possible"]
        outside = await school.act("institute", "/clinical-placements", booking | {"students": 1, "starts_on": "2022-06-30", "ends_on": "2022-07-02"}, expect=409)
        assert outside["type"].endswith("/placement-outside-period")
        await school.act("institute", "/clinical-placements", booking | {"students": 31}, expect=422)
        await school.act("institute", "/clinical-placements", booking | {"students": 2})
        (seen,) = (await school.read("hospital", "/clinical-places"))["items"]
        assert (seen["busiest"], seen["free"]) == (6, 0)
        await school.act("institute", f"/clinical-placements/{made['id']}/cancellation", {"reason": "Report"})
        assert (await school.read("hospital", "/clinical-places"))["items"][0]["free"] == 4
        await school.read("elsewhere", f"/clinical-placements/{made['id']}", expect=404)
