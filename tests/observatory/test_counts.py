"""What the other services tell, counted: each thing once, in its period, at its place, and opened as many as it says."""

from typing import Any

import pytest

from services.observatory.figures.catalogue import catalogue
from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import ROOT, Message, assignment, employed, facility, fact, known, period, policy, post
from tests.support.api import Api

YEAR = {"from": "2025-01-01", "to": "2025-09-30"}
CENTRE, STATION = "VN-22-TT1", "VN-22-TYT1"


def session(key: str, last: str, state: str = "done", **more: Any) -> Message:
    return fact("training.sessions", "held", key, at=None, facility_codes=["VN-22-H1"], state=state, field="emergency", first_day=last, last_day=last, **more)


def enrolment(name: str, in_session: str, percent: float = 100, state: str = "attended", last: str = "2025-03-10", at: str = "VN-22-H1") -> Message:
    body = {"session_id": known(in_session), "attendance_percent": percent, "state": state, "first_day": last, "last_day": last, "field": "emergency"}
    return fact("training.enrolments", "completed", f"{name} in {in_session}", name, at=at, **body)


def stay(name: str, kind: str = "short_course", region: str = "CN-GX", state: str = "returned", on: str = "2025-04-01", key: str = "") -> Message:
    return fact("training.stays", "returned", f"stay {name} {key}", name, kind=kind, region=region, country=region[:2], state=state, starts_on=on, ends_on="2025-05-01")


def mandate(name: str, rank: str = "head", kind: str = "appointed", starts: str = "2025-03-01", ends: str = "2030-02-28", **more: Any) -> Message:
    body = {"rank": rank, "kind": kind, "starts_on": starts, "ends_on": ends, "state": "running", "position_id": known(f"position {rank}"), "ended_on": None}
    return fact("appointment.mandates", "started", f"mandate {name} {starts}", name, **body | more)


def agreement(giver: str, receiver: str, **more: Any) -> Message:
    body = {"giver_code": giver, "receiver_code": receiver, "model": "comprehensive", "state": "active", "starts_on": "2025-01-01", "ends_on": "2027-12-31", "ended_on": None}
    return fact("rotation.agreements", "started", f"{giver} to {receiver}", at=None, **body | more)


def visit(giver: str, receiver: str, held: str | None, month: str = "2025-03-01", key: str = "") -> Message:
    body = {"giver_code": giver, "receiver_code": receiver, "agreement_id": known(f"{giver} to {receiver}"), "month": month, "promised_on": None, "held_on": held}
    return fact("rotation.visits", "held", f"visit {giver} {receiver} {month} {key}", at=None, state="held" if held else "promised", **body)


def mission(name: str, giver: str, receiver: str, starts: str = "2025-09-01", ends: str = "2025-10-31", state: str = "in_progress") -> Message:
    return fact(
        "rotation.missions", "started", f"mission {name}", name, at=None, giver_code=giver, receiver_code=receiver, state=state, starts_on=starts, ends_on=ends, mode="transfer"
    )


@pytest.mark.parametrize(
    ("figure", "told", "value"),
    [
        ("training.sessions_done", [session("S1", "2025-03-10"), session("S2", "2025-09-30"), session("S3", "2024-12-31"), session("S4", "2025-03-11", "cancelled")], 2),
        ("training.trainees", [enrolment("A", "S1", 80), enrolment("A", "S2"), enrolment("B", "S1", 79.9), enrolment("C", "S1", 100, "convened")], 1),
        ("training.stays_guangxi", [stay("A"), stay("A", key="again"), stay("B", region="FR-IDF"), stay("C", "delegation"), stay("D", state="cancelled")], 1),
        ("training.delegations", [stay("A"), stay("B", "delegation", "FR-IDF")], 1),
        ("appointment.heads_appointed", [mandate("A"), mandate("B", kind="renewed"), mandate("C", "deputy"), mandate("D", state="revoked"), mandate("E", starts="2025-10-01")], 1),
        ("appointment.deputies_appointed", [mandate("A"), mandate("C", "deputy"), mandate("D", "deputy", "acting")], 1),
        ("appointment.renewals", [mandate("A"), mandate("B", kind="renewed")], 1),
        ("appointment.extensions", [mandate("A", kind="extended"), mandate("B", kind="renewed")], 1),
        ("appointment.mandates_ending_180", [mandate("A", ends="2026-03-29"), mandate("B", ends="2026-03-30"), mandate("C", ends="2025-12-31", ended_on="2025-06-30")], 1),
        ("rotation.visits_held", [visit("VN-22-H1", CENTRE, "2025-03-05"), visit("VN-22-H1", CENTRE, None, key="2")], 1),
        ("rotation.visits_held_percent", [visit("VN-22-H1", CENTRE, "2025-03-05"), visit("VN-22-H1", CENTRE, None, key="2"), visit("VN-22-H1", CENTRE, None, key="3")], 33.3),
        ("money.due", [fact("appointment.payments", "scheduled", f"P{n}", amount=n, currency="VND", due_on="2025-02-01", paid_on=None, state="due") for n in (1, 2)], 3),
        ("personnel.steps_granted", [fact("appointment.pay_steps", "granted", "P1", "A", state="current", since="2025-02-01", due_on="2028-02-01", granted_on="2025-01-20")], 1),
        ("training.sponsored_studies", [fact("training.sponsorships", "enrolled", f"study {state}", state, programme="ck1", state=state, starts_on="2025-03-01", ends_on="2027-02-28", outcome_on=ended) for state, ended in (("applied", None), ("studying", None), ("abandoned", "2025-06-01"), ("graduated", "2026-12-01"))], 2),
        ("rotation.techniques_local", [fact("rotation.techniques", "accepted", f"technique {state}", technique="endoscopy", state=state, started_on="2024-01-01", accepted_on="2025-05-01") for state in ("accepted", "sustained", "lost")], 2),
        ("personnel.probations_confirmed", [fact("appointment.probations", "confirmed", "P1", "A", state="confirmed", starts_on="2024-05-01", due_on="2025-01-31", confirmed_on="2025-02-03")], 1),
    ],
)  # fmt: skip
async def test_a_figure_counts_its_records_and_opens_as_many(api: Api, ask: Ask, tell: Tell, figure: str, told: list[Message], value: float) -> None:
    await tell(facility(CENTRE, facility_type="health_centre"), *told)
    seen = (await ask(figure, **YEAR)).json()
    assert seen["value"] == value
    records = (await api.as_("linh").get(seen["records"])).json()["items"]
    assert len(records) == seen["numerator"]
    assert {record["topic"] for record in records} == {catalogue()[figure].topic}


async def test_attendances_stand_beside_the_people(ask: Ask, tell: Tell) -> None:
    await tell(enrolment("A", "S1"), enrolment("A", "S2"), enrolment("B", "S1"))
    seen = (await ask("training.trainees", **YEAR)).json()
    assert (seen["value"], seen["beside"]["value"]) == (2, 3)


async def test_a_revoked_hire_no_longer_counts(ask: Ask, tell: Tell) -> None:
    body = {"policy_id": known("NQ-28"), "occupation_code": "VN-BS", "done_on": "2025-01-05", "starts_on": "2025-02-01"}
    await tell(policy(), fact("recruitment.hires", "decided", "hire A", "A", state="decided", **body))
    assert (await ask("recruitment.policy_hires")).json()["value"] == 1
    await tell(fact("recruitment.hires", "revoked", "hire A", "A", state="revoked", **body))
    assert (await ask("recruitment.policy_hires")).json()["value"] == 0


async def test_money_of_two_currencies_is_not_added(ask: Ask, tell: Tell) -> None:
    for amount, currency in ((100, "VND"), (7, "EUR")):
        await tell(fact("appointment.commitments", "started", f"C {currency}", "A", origin="attraction", amount=amount, currency=currency, starts_on="2025-02-01", state="running"))
    seen = (await ask("money.committed", **YEAR)).json()
    assert (seen["value"], seen["currency"]) == (None, None)
    assert seen["amounts"] == [{"currency": "EUR", "amount": 7}, {"currency": "VND", "amount": 100}]


async def test_days_without_a_head(ask: Ask, tell: Tell) -> None:
    """Ten days between two mandates; an acting head is a head."""
    seat = fact("appointment.positions", "opened", "position head", rank="head", valid_from="2020-01-01", valid_to=None, state="open", title="Director")
    await tell(seat, mandate("A", starts="2020-01-01", ends="2025-03-31"), mandate("B", starts="2025-04-11"))
    assert (await ask("appointment.days_without_head", **YEAR)).json()["value"] == 10
    await tell(mandate("C", kind="acting", starts="2025-04-01", ends="2025-04-10"))
    assert (await ask("appointment.days_without_head", **YEAR)).json()["value"] == 0


async def test_a_file_completed_and_not_decided(ask: Ask, tell: Tell) -> None:
    common = {"kind": "appointment", "rank": "head", "position_id": known("position"), "opened_on": "2025-01-05", "file_completed_on": "2025-05-01"}
    await tell(fact("appointment.cases", "moved", "case 1", state="file_completed", decided_on=None, **common))
    await tell(fact("appointment.cases", "decided", "case 2", state="decided", decided_on="2025-06-01", **common))
    await tell(fact("appointment.cases", "stopped", "case 3", state="stopped", decided_on=None, **common))
    assert (await ask("appointment.files_completed", **YEAR)).json()["value"] == 1
    assert (await ask("appointment.files_completed", as_of="2025-05-31", **YEAR | {"to": "2025-05-31"})).json()["value"] == 2


class TestSupport:
    async def test_a_centre_needs_an_agreement_and_a_visit_or_a_mission(self, ask: Ask, tell: Tell) -> None:
        await tell(facility(CENTRE, facility_type="health_centre"), facility("VN-22-TT2", facility_type="health_centre"))
        assert (await ask("rotation.centres_supported", **YEAR)).json()["value"] == 0
        await tell(agreement("VN-22-H1", CENTRE), agreement("VN-22-H1", "VN-22-TT2"))
        assert (await ask("rotation.centres_supported", **YEAR)).json()["value"] == 0
        await tell(visit("VN-22-H1", CENTRE, "2025-03-05"), mission("A", "VN-22-H1", "VN-22-TT2"))
        assert (await ask("rotation.centres_supported", **YEAR)).json()["value"] == 2
        await tell(agreement("VN-22-H1", CENTRE, state="terminated", ended_on="2025-08-31"))
        assert (await ask("rotation.centres_supported", **YEAR)).json()["value"] == 1

    async def test_a_station_without_a_centre(self, ask: Ask, tell: Tell) -> None:
        await tell(facility(STATION, facility_type="station"), facility("VN-22-TYT2", facility_type="station"), facility("VN-22-PK", facility_type="station", ownership="private"))
        assert (await ask("rotation.stations_without_centre")).json()["value"] == 2
        await tell(agreement(CENTRE, STATION))
        assert (await ask("rotation.stations_without_centre")).json()["value"] == 1

    async def test_plans_over_the_facilities_that_owe_one(self, ask: Ask, tell: Tell) -> None:
        plan = {"state": "approved", "approved_on": "2025-02-01", "year_from": 2025, "year_to": 2025}
        await tell(facility(STATION, facility_type="station"), facility(CENTRE, facility_type="health_centre"), fact("training.plans", "approved", "P1", **plan))
        await tell(fact("training.plans", "approved", "PP", at=None, facility_code=None, **plan | {"year_to": 2030}))
        seen = (await ask("training.plans_approved_percent")).json()
        assert (seen["numerator"], seen["denominator"], seen["value"]) == (1, 2, 50.0)


class TestSourceAndDestination:
    """oracle-A27: a doctor of hospital H on a mission to station S counts at H for the stock and at S for the coverage, never twice."""

    async def test_stock_at_the_source_coverage_at_the_destination(self, ask: Ask, tell: Tell) -> None:
        await tell(facility(STATION, at=("VN", "VN-22", "VN-22-C3"), facility_type="station"), *employed("A"), *employed("B"), mission("A", "VN-22-H1", STATION))
        seen = {
            (figure, place): (await ask(figure, area=place)).json()["numerator"] for figure in ("stock.doctors", "coverage.doctors") for place in ("VN-22", "VN-22-C1", "VN-22-C3")
        }
        assert seen == {
            ("stock.doctors", "VN-22"): 2,
            ("stock.doctors", "VN-22-C1"): 2,
            ("stock.doctors", "VN-22-C3"): 0,
            ("coverage.doctors", "VN-22"): 2,
            ("coverage.doctors", "VN-22-C1"): 1,
            ("coverage.doctors", "VN-22-C3"): 1,
        }

    async def test_two_days_a_week_she_serves_there_and_the_others_at_home(self, ask: Ask, tell: Tell) -> None:
        """R-270: a pattern is the days that it is done."""
        days = [{"starts_on": "2025-09-29", "ends_on": "2025-09-29"}]
        body = {"giver_code": "VN-22-H1", "receiver_code": STATION, "state": "in_progress", "starts_on": "2025-09-01", "ends_on": "2025-12-31", "mode": "transfer", "periods": days}
        await tell(facility(STATION, at=("VN", "VN-22", "VN-22-C3")), *employed("A"), fact("rotation.missions", "started", "mission A", "A", at=None, **body))
        assert (await ask("coverage.doctors", area="VN-22-C3", as_of="2025-09-29")).json()["numerator"] == 1
        assert (await ask("coverage.doctors", area="VN-22-C3")).json()["numerator"] == 0
        assert (await ask("coverage.doctors", area="VN-22-C1")).json()["numerator"] == 1

    async def test_the_day_after_the_mission_she_serves_at_home(self, ask: Ask, tell: Tell) -> None:
        await tell(facility(STATION, at=("VN", "VN-22", "VN-22-C3")), *employed("A"), mission("A", "VN-22-H1", STATION, ends="2025-09-29"))
        assert (await ask("coverage.doctors", area="VN-22-C3")).json()["numerator"] == 0
        assert (await ask("coverage.doctors", area="VN-22-C3", as_of="2025-09-29")).json()["numerator"] == 1
        assert (await ask("coverage.doctors", area="VN-22-C1")).json()["numerator"] == 1


async def test_hard_posts(ask: Ask, tell: Tell) -> None:
    """A vacant post is hard in a remote place or in a specialty declared short; a filled or frozen one is not vacant."""
    await tell(facility("VN-22-H2", remoteness="island"))
    await tell(post("P1"), post("P2", at="VN-22-H2"), post("P3", specialty="haematology"), post("P4", at="VN-22-H2", frozen=True), post("P5", at="VN-22-H2"))
    await tell(*employed("A", "VN-22-H2", post="P5"))
    assert (await ask("recruitment.vacant_posts")).json()["value"] == 3
    assert (await ask("recruitment.hard_posts")).json()["value"] == 1
    await tell(
        fact("recruitment.shortages", "declared", "S1", at=None, specialty="haematology", occupation_code=None, valid_from="2025-01-01", valid_to="2025-12-31", state="declared")
    )
    assert (await ask("recruitment.hard_posts")).json()["value"] == 2


async def test_a_post_is_frozen_on_the_days_that_are_told(ask: Ask, tell: Tell) -> None:
    days = [period("2020-01-01", "2025-06-30", fte="1", frozen=False), period("2025-07-01", "2025-08-31", fte="1", frozen=True), period("2025-09-01", fte="1", frozen=False)]
    await tell(post("P1", periods=days))
    for as_of, vacant in (("2025-06-30", 1), ("2025-07-31", 0), ("2025-09-01", 1)):
        assert (await ask("recruitment.vacant_posts", as_of=as_of)).json()["value"] == vacant


async def test_doctors_with_several_functions(ask: Ask, tell: Tell) -> None:
    await tell(*employed("A"), assignment("A", kind="concurrent", share="0.5"), *employed("B", share="0.5"), assignment("B", kind="concurrent", share="0.5"))
    await tell(*employed("C"), assignment("C", kind="mission"))
    assert (await ask("stock.doctors_several_functions")).json()["value"] == 1


async def test_people_are_banded_and_things_are_not(ask: Ask, tell: Tell) -> None:
    await tell(session("S1", "2025-03-10"), enrolment("A", "S1"))
    assert (await ask("training.sessions_done", "analyst", **YEAR)).json()["value"] == 1
    trainees = (await ask("training.trainees", "analyst", **YEAR)).json()
    assert (trainees["value"], trainees["band"], trainees["beside"]["value"]) == (None, "1–4", None)


class TestOneFacility:
    @pytest.mark.parametrize(("person", "status"), [("hr-bvt", 200), ("linh", 200), ("analyst", 200), ("hr-bc", 404), ("hanoi", 404)])
    async def test_its_own_people_and_its_territory(self, api: Api, tell: Tell, person: str, status: int) -> None:
        await tell(facility("VN-22-BVT"), *[event for n in range(6) for event in employed(f"D{n}", "VN-22-BVT")], *employed("E"))
        answer = await api.as_(person).get(f"{ROOT}/figures/stock.doctors", params={"facility": "VN-22-BVT", "as_of": "2025-09-30"})
        assert answer.status_code == status
        if status == 200:
            assert (answer.json()["value"], answer.json()["area"]["code"]) == (6, "VN-22-BVT")

    async def test_without_a_place_there_is_no_question(self, api: Api, tell: Tell) -> None:
        assert (await api.as_("linh").get(f"{ROOT}/figures/stock.doctors")).status_code == 422


async def test_several_figures_in_one_request(api: Api, tell: Tell) -> None:
    await tell(*employed("A"), session("S1", "2025-03-10"))
    found = (await api.as_("linh").get(f"{ROOT}/figures/values", params={"area": "VN-22", "id": ["training.sessions_done", "stock.doctors"], **YEAR})).json()["items"]
    assert [(figure["id"], figure["value"]) for figure in found] == [("stock.doctors", 1), ("training.sessions_done", 1)]
    everything = (await api.as_("linh").get(f"{ROOT}/figures/values", params={"area": "VN-22", **YEAR})).json()["items"]
    assert [figure["id"] for figure in everything] == list(catalogue())


class TestBoundaries:
    """oracle-A26: two communes merged on 1 July 2025."""

    @pytest.fixture
    async def merged(self, tell: Tell) -> None:
        for code, commune, doctors in (("VN-22-A", "VN-22-C2", 2), ("VN-22-B", "VN-22-C4", 3)):
            spells = [period("1976-01-01", "2025-06-30", area_path=["VN", "VN-22", commune]), period("2025-07-01", area_path=["VN", "VN-22", "VN-22-C3"])]
            await tell(facility(code, periods=spells), *[event for n in range(doctors) for event in employed(f"{code} {n}", code)])

    async def series(self, api: Api, boundaries: str, person: str = "linh") -> list[dict[str, Any]]:
        params = {"area": "VN-22-C3", "as_of": "2025-09-30", "months": 6, "boundaries": boundaries}
        return (await api.as_(person).get(f"{ROOT}/figures/stock.doctors/series", params=params)).json()["lines"]

    async def test_boundaries_of_today_sum_both_before(self, api: Api, merged: None) -> None:
        (line,) = await self.series(api, "today")
        assert [(point["as_of"], point["value"]) for point in line["points"]] == [
            (f"2025-{month:02}-{last}", 5) for month, last in ((4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))
        ]

    async def test_those_of_the_day_show_two_lines(self, api: Api, merged: None) -> None:
        lines = {line["area"]["code"]: [(point["as_of"][5:7], point["value"]) for point in line["points"]] for line in await self.series(api, "day")}
        assert lines == {
            "VN-22-C2": [("04", 2), ("05", 2), ("06", 2)],
            "VN-22-C4": [("04", 3), ("05", 3), ("06", 3)],
            "VN-22-C3": [("07", 5), ("08", 5), ("09", 5)],
        }

    async def test_the_figure_itself(self, ask: Ask, merged: None) -> None:
        assert (await ask("stock.doctors", area="VN-22-C3", as_of="2025-06-30")).status_code == 404
        seen = (await ask("stock.doctors", area="VN-22-C3", as_of="2025-06-30", boundaries="today")).json()
        assert seen["value"] == 5
        assert seen["as_of"] == "2025-06-30" < seen["boundaries_of"]

    async def test_a_facility_that_closed_before_counts_in_the_heir_of_its_area(self, ask: Ask, tell: Tell, merged: None) -> None:
        await tell(facility("VN-22-OLD", periods=[period("1976-01-01", "2025-03-31", area_path=["VN", "VN-22", "VN-22-C2"])]), *employed("Z", "VN-22-OLD", last="2025-03-31"))
        assert (await ask("stock.doctors", area="VN-22-C3", as_of="2025-03-31", boundaries="today")).json()["value"] == 6
        assert (await ask("stock.doctors", as_of="2025-03-31")).json()["value"] == 6

    async def test_the_breakdown_on_either_side(self, api: Api, merged: None) -> None:
        async def cells(**params: str) -> dict[str, int]:
            answer = await api.as_("linh").get(f"{ROOT}/figures/stock.doctors/breakdown", params={"area": "VN-22", "by": "area", **params})
            return {cell["code"]: cell["value"] for cell in answer.json()["cells"] if cell["value"]}

        assert await cells(as_of="2025-06-30") == {"VN-22-C2": 2, "VN-22-C4": 3}
        assert await cells(as_of="2025-07-01") == {"VN-22-C3": 5}
        assert await cells(as_of="2025-06-30", boundaries="today") == {"VN-22-C3": 5}


class TestBreakdown:
    async def test_every_area_has_its_line_with_its_density(self, api: Api, tell: Tell, declare: Ask) -> None:
        await tell(*employed("A"), facility("VN-22-H2", at=("VN", "VN-22", "VN-22-C3"), remoteness="island"))
        await declare(area_code="VN-22-C1", value=5_000)
        await declare(area_code="VN-22-C3", value=2_000)
        answer = await api.as_("linh").get(f"{ROOT}/figures/density.doctors/breakdown", params={"area": "VN-22", "as_of": "2025-09-30", "by": "area"})
        cells = {cell["code"]: cell for cell in answer.json()["cells"]}
        assert {code: (cell["numerator"], cell["value"]) for code, cell in cells.items()} == {"VN-22-C1": (1, 2.0), "VN-22-C3": (0, 0.0)}
        assert (cells["VN-22-C3"]["remoteness"], cells["VN-22-C1"]["latitude"], cells["VN-22-C1"]["longitude"]) == ("island", 21.0, 107.1)

    async def test_by_facility_and_by_field(self, api: Api, tell: Tell) -> None:
        await tell(facility("VN-22-H2"), enrolment("A", "S1"), enrolment("B", "S1", at="VN-22-H2"), enrolment("C", "S1", at="VN-22-H2"))

        async def parts(by: str) -> dict[str, int]:
            answer = await api.as_("linh").get(f"{ROOT}/figures/training.trainees/breakdown", params={"area": "VN-22", **YEAR, "by": by})
            return {cell["code"]: cell["value"] for cell in answer.json()["cells"]}

        assert await parts("facility") == {"VN-22-H1": 1, "VN-22-H2": 2}
        assert await parts("field") == {"emergency": 3}

    async def test_a_single_small_cell_is_not_given_away_by_the_total(self, api: Api, tell: Tell) -> None:
        """OBS-02, R-ZERO: 4 + 6 + 9 = 19; hiding the 4 alone would tell it."""
        for code, doctors in (("VN-22-H1", 4), ("VN-22-H2", 6), ("VN-22-H3", 9), ("VN-22-H4", 0)):
            await tell(facility(code), *[event for n in range(doctors) for event in employed(f"{code} {n}", code)])
        answer = await api.as_("analyst").get(f"{ROOT}/figures/stock.doctors/breakdown", params={"area": "VN-22", "as_of": "2025-09-30", "by": "facility"})
        cells = {cell["code"]: (cell["numerator"], cell["band"]) for cell in answer.json()["cells"]}
        assert answer.json()["figure"]["value"] == 19
        assert cells == {"VN-22-H1": (None, "1–4"), "VN-22-H2": (None, "…"), "VN-22-H3": (9, None), "VN-22-H4": (0, None)}


async def test_a_series_is_one_request_and_each_point_is_the_figure_of_its_day(api: Api, ask: Ask, tell: Tell, declare: Ask) -> None:
    await tell(*employed("A", first="2025-06-15"), *employed("B"), session("S1", "2025-03-10"), session("S2", "2025-08-31"))
    await declare()
    for figure in ("density.doctors", "stock.doctors", "training.sessions_done", "training.plans_approved_percent"):
        series = (await api.as_("linh").get(f"{ROOT}/figures/{figure}/series", params={"area": "VN-22", "as_of": "2025-09-30", "months": 12})).json()
        (line,) = [line for line in series["lines"] if line["area"]["code"] == "VN-22"]
        assert len(line["points"]) == 12
        for point in line["points"]:
            assert (await ask(figure, as_of=point["as_of"])).json()["value"] == point["value"], (figure, point)


async def test_the_briefing_says_each_figure_with_its_source(api: Api, tell: Tell) -> None:
    await tell(*employed("A"), session("S1", "2025-03-10"), enrolment("A", "S1"))
    told = (await api.as_("linh").get(f"{ROOT}/briefing", params={"area": "VN-22", **YEAR})).json()
    figures = {figure["id"]: figure for section in told["sections"] for figure in section["figures"]}
    assert set(figures) == {figure.id for figure in catalogue().values() if figure.in_briefing}
    assert all(figure["definition"] and figure["source"] and figure["as_of"] == "2025-09-30" for figure in figures.values())
    assert figures["training.sessions_done"]["value"] == 1
    assert {cell["code"] for cell in told["map"]["cells"]} == {"VN-22-C1", "VN-22-C3"}
    assert (await api.as_("hanoi").get(f"{ROOT}/briefing", params={"area": "VN-22", **YEAR})).status_code == 404


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
async def test_every_figure_is_said_in_every_language(api: Api, tell: Tell, language: str) -> None:
    for figure in (await api.in_language(language).as_("linh").get(f"{ROOT}/figures")).json()["items"]:
        assert all(figure[name] for name in ("title", "definition", "numerator", "source")), figure["id"]
