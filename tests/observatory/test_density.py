"""Density: each person once, at the facility of the primary assignment, in the area by date, over a declared population."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.observatory.figures.rounding import ratio
from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import ROOT, assignment, employed, facility, period, worker
from tests.support.api import Api


class TestWhoMayAsk:
    @pytest.mark.parametrize(("person", "status"), [("hanoi", 404), ("hr-bvt", 404), ("nobody", 404), ("ops", 403), ("linh", 200), ("director", 200), ("analyst", 200)])
    async def test_a_territory_opens_its_figures(self, ask: Ask, person: str, status: int) -> None:
        assert (await ask("density.doctors", person)).status_code == status

    async def test_a_machine_by_its_scopes(self, api: Api, tell: Tell) -> None:
        path = f"{ROOT}/figures/density.doctors?area=VN-22&as_of=2025-09-30"
        assert (await api.as_machine("ministry-health", "observatory.read", "territory:VN-22").get(path)).status_code == 200
        assert (await api.as_machine("ministry-health", "observatory.read", "territory:VN-01").get(path)).status_code == 404
        assert (await api.as_machine("ministry-health", "registry.read", "territory:VN-22").get(path)).status_code == 403
        assert (await api.as_machine("ministry-health", "observatory.read", "territory:VN-22").get(path.replace("?", "/records?"))).status_code == 403

    @pytest.mark.parametrize(
        ("figure", "params", "status"),
        [
            ("density.sorcerers", {}, 404),
            ("density.doctors", {"area": "VN-99"}, 404),
            ("density.doctors", {"as_of": "soon"}, 422),
            ("density.doctors", {"from": "2025-02-01", "to": "2025-01-01"}, 422),
        ],
    )
    async def test_what_cannot_be_asked(self, ask: Ask, figure: str, params: dict[str, str], status: int) -> None:
        assert (await ask(figure, **params)).status_code == status

    async def test_records_are_for_human_resources(self, api: Api, tell: Tell) -> None:
        path = f"{ROOT}/figures/density.doctors/records?area=VN-22&as_of=2025-09-30"
        for person, status in (("analyst", 403), ("hanoi", 404), ("hr-bvt", 403), ("linh", 200)):
            assert (await api.as_(person).get(path)).status_code == status, person

    async def test_small_cells_are_banded_for_those_who_see_figures_only(self, ask: Ask, tell: Tell, declare: Ask) -> None:
        await declare()
        for count, shown in ((1, None), (4, None), (5, 5)):
            await tell(*[event for number in range(count) for event in employed(f"D{number}")])
            seen = (await ask("density.doctors", "analyst")).json()
            assert seen["numerator"] == shown
            if shown is None:
                assert (seen["value"], seen["band"], seen["rule"]["id"], seen["beside"]["numerator"], seen["records"]) == (None, "1–4", "OBS-02", None, None)
            assert (await ask("density.doctors", "linh")).json()["numerator"] == count


class TestValue:
    async def test_nobody_assigned_no_figure(self, ask: Ask, declare: Ask) -> None:
        await declare()
        seen = (await ask("density.doctors")).json()
        assert (seen["value"], seen["numerator"], seen["complete"]) == (None, None, False)
        assert seen["why"]

    async def test_no_population_no_value_and_says_why(self, ask: Ask, tell: Tell, declare: Ask) -> None:
        await tell(*employed("A"))
        seen = (await ask("density.doctors")).json()
        assert (seen["value"], seen["numerator"], seen["denominator"]) == (None, 1, None)
        assert "VN-22" in seen["why"]
        await declare(year=2026)
        assert (await ask("density.doctors")).json()["value"] is None

    async def test_the_last_population_not_after_the_date(self, ask: Ask, tell: Tell, declare: Ask) -> None:
        await tell(*employed("A"))
        await declare(year=2023, value=5_000)
        await declare(year=2025, value=10_000)
        await declare(year=2025, value=8_000, source="Revised")
        assert (await ask("density.doctors", as_of="2024-06-30")).json()["value"] == 2.0
        seen = (await ask("density.doctors")).json()
        assert (seen["value"], seen["population"]["source"], seen["population"]["year"]) == (1.3, "Revised", 2025)

    async def test_everything_a_figure_says(self, ask: Ask, tell: Tell, declare: Ask) -> None:
        await tell(facility("VN-22-H2"), *employed("A"), *employed("B"), *employed("N", group="nurse", isco="2221"), *employed("T", isco="2230"))
        await declare()
        seen = (await ask("density.doctors")).json()
        assert (seen["value"], seen["numerator"], seen["denominator"]) == (3.0, 3, 10_000)
        assert (seen["coverage"]["facilities"], seen["coverage"]["reporting"], seen["complete"]) == (2, 1, False)
        assert (seen["beside"]["isco"], seen["beside"]["numerator"], seen["beside"]["value"]) == (["2211", "2212"], 2, 2.0)
        assert seen["area"] == {"code": "VN-22", "name": "Area VN-22", "level": "province"}
        assert all(seen[name] for name in ("title", "definition", "unit", "source", "numerator_text", "denominator_text", "as_of", "records"))

    async def test_a29_twelve_of_fourteen_facilities_make_a_partial_figure(self, ask: Ask, tell: Tell, declare: Ask) -> None:
        """A29: the coverage stands beside the value, and the figure says that it is partial."""
        places = [f"VN-22-H{number}" for number in range(1, 15)]
        await tell(*(facility(code) for code in places[1:]), *(event for code in places[:12] for event in employed(f"doctor of {code}", at=code)))
        await declare()
        seen = (await ask("density.doctors")).json()
        assert (seen["value"], seen["complete"]) == (12.0, False)
        assert (seen["coverage"]["reporting"], seen["coverage"]["facilities"], seen["coverage"]["text"]) == (12, 14, "12 of 14 facilities reported")

    async def test_the_article(self, ask: Ask, tell: Tell, declare: Ask) -> None:
        """17.4, 7.4 and 26.5 per 10,000 for 1,430,000 inhabitants."""
        numbers = {"doctor": 2_488, "pharmacist": 1_058, "nurse": 3_790}
        await tell(*[event for group, count in numbers.items() for number in range(count) for event in employed(f"{group} {number}", group=group)])
        await declare(value=1_430_000)
        seen = {figure: (await ask(f"density.{figure}s")).json()["value"] for figure in numbers}
        assert seen == {"doctor": 17.4, "pharmacist": 7.4, "nurse": 26.5}

    async def test_three_languages(self, api: Api, tell: Tell) -> None:
        titles = {(await api.in_language(language).as_("linh").get(f"{ROOT}/figures")).json()["items"][0]["title"] for language in ("fr", "vi", "en")}
        assert titles == {"Densité de médecins", "Mật độ bác sĩ", "Density of doctors"}


class TestWhoIsCounted:
    async def numerator(self, ask: Ask, figure: str = "density.doctors", **params: str) -> int:
        seen = (await ask(figure, **params)).json()
        return int(seen["numerator"] or 0)

    async def test_each_person_once(self, ask: Ask, tell: Tell) -> None:
        await tell(facility("VN-22-H2"), *employed("A"), assignment("A", "VN-22-H2", key="second"), assignment("A", "VN-22-H2", kind="concurrent"))
        assert await self.numerator(ask) == 1

    async def test_a_mission_counts_at_the_source(self, ask: Ask, tell: Tell) -> None:
        """oracle-A27: stock at the hospital, never twice."""
        await tell(facility("VN-22-S", at=("VN", "VN-22", "VN-22-C3")), *employed("A"), assignment("A", "VN-22-S", kind="mission"))
        assert await self.numerator(ask, area="VN-22-C1") == 1
        assert await self.numerator(ask, area="VN-22-C3") == 0
        assert await self.numerator(ask) == 1

    @pytest.mark.parametrize("state", ["conflicting", "revoked"])
    async def test_a_conflicting_or_revoked_fact_does_not_count(self, ask: Ask, tell: Tell, state: str) -> None:
        await tell(*employed("A", state=state))
        assert await self.numerator(ask) == 0

    @pytest.mark.parametrize(("day", "count"), [("2024-12-31", 0), ("2025-01-01", 1), ("2025-06-30", 1), ("2025-07-01", 0)])
    async def test_first_and_last_day_included(self, ask: Ask, tell: Tell, day: str, count: int) -> None:
        await tell(*employed("A", first="2025-01-01", last="2025-06-30", state="ended"))
        assert await self.numerator(ask, as_of=day) == count

    async def test_private_and_central_facilities_of_the_area_count(self, ask: Ask, tell: Tell) -> None:
        await tell(facility("VN-22-PK", ownership="private"), facility("VN-22-TW", manager="VN-BYT"), *employed("A", "VN-22-PK"), *employed("B", "VN-22-TW"))
        assert await self.numerator(ask) == 2

    async def test_a_facility_elsewhere_does_not(self, ask: Ask, tell: Tell) -> None:
        await tell(facility("VN-01-BM", at=("VN", "VN-01"), manager="VN-22"), *employed("A", "VN-01-BM"))
        assert await self.numerator(ask) == 0

    async def test_boundaries_of_the_date(self, ask: Ask, tell: Tell) -> None:
        """oracle-A26: the commune of before keeps its past, the one of after has its own."""
        moved = [period("1976-01-01", "2025-06-30", area_path=["VN", "VN-22", "VN-22-C2"]), period("2025-07-01", area_path=["VN", "VN-22", "VN-22-C3"], area_is_estimated=True)]
        await tell(facility("VN-22-S", periods=moved), *employed("A", "VN-22-S"))
        assert await self.numerator(ask, area="VN-22-C2", as_of="2025-06-30") == 1
        assert (await ask("density.doctors", area="VN-22-C2", as_of="2025-07-01")).status_code == 404
        after = (await ask("density.doctors", area="VN-22-C3", as_of="2025-07-01")).json()
        assert (after["numerator"], after["coverage"]["estimated"]) == (1, 1)
        assert await self.numerator(ask, as_of="2025-06-30") == await self.numerator(ask, as_of="2025-07-01") == 1

    async def test_midwives_apart(self, ask: Ask, tell: Tell) -> None:
        await tell(*employed("N", group="nurse", isco="3221"), *employed("M", group="midwife", isco="2222"))
        seen = (await ask("density.nurses")).json()
        assert (seen["numerator"], seen["beside"]["numerator"]) == (1, 1)

    async def test_a_worker_not_heard_of_yet_is_counted_when_heard(self, ask: Ask, tell: Tell) -> None:
        await tell(assignment("A"))
        assert await self.numerator(ask) == 0
        await tell(worker("A"))
        assert await self.numerator(ask) == 1


async def test_records_are_as_many_as_the_figure(api: Api, ask: Ask, tell: Tell) -> None:
    await tell(*[event for number in range(7) for event in employed(f"D{number}")])
    figure = (await ask("density.doctors")).json()
    url, seen = figure["records"] + "&limit=3", []
    cursor = ""
    while True:
        page = (await api.as_("linh").get(url + cursor)).json()
        seen += [item["person_id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == figure["numerator"] == 7
    assert set(page["items"][0]) >= {"person_id", "assignment_id", "facility_code", "occupation_code"}


@given(numerator=st.integers(0, 10**7), denominator=st.integers(1, 10**9), decimals=st.integers(0, 3))
def test_rounded_once_half_up(numerator: int, denominator: int, decimals: int) -> None:
    shown = ratio(numerator, denominator, per=10_000, decimals=decimals)
    error = Fraction(repr(shown)) - Fraction(numerator * 10_000, denominator)
    half = Fraction(1, 2 * 10**decimals)
    assert -half < error <= half


@pytest.mark.parametrize(("numerator", "denominator", "shown"), [(2_488, 1_430_000, 17.4), (1, 200_000, 0.1), (3, 200_000, 0.2), (0, 10, 0.0)])
def test_examples_of_rounding(numerator: int, denominator: int, shown: float) -> None:
    assert ratio(numerator, denominator, per=10_000, decimals=1) == shown
