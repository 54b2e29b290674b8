"""What is owed by who stops early: the exact amounts of the handbook, and what must hold for every amount, day and pause."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.appointment.commitments.formulas import clock_ends_on, months_served, owed, parts, paused_days
from shared.calendars import period_end
from shared.commitments import BreachPolicy, BreachStep

PRORATA, FULL = BreachPolicy(), BreachPolicy(kind="FULL")
FIVE_TIMES = BreachPolicy(kind="MULTIPLE", multiple=Decimal(5))
TIERED = BreachPolicy(kind="TIERED", steps=[BreachStep(before_months=12, percent=100), BreachStep(before_months=36, percent=50)])

days = some.dates(date(2015, 1, 1), date(2035, 12, 31))
months = some.integers(1, 240)
amounts = some.integers(0, 10**12)
pauses = some.lists(some.tuples(days, some.integers(0, 400)).map(lambda pause: (pause[0], pause[0] + timedelta(days=pause[1]))), max_size=4)
policies = some.sampled_from([PRORATA, FULL, FIVE_TIMES, TIERED])


class TestTheHandbook:
    def test_a9_a_new_graduate_leaves_ba_che_after_30_of_84_months(self) -> None:
        starts_on = date(2024, 4, 1)
        served = months_served(starts_on, period_end(starts_on, 30))
        assert (served, owed(PRORATA, 500_000_000, months_due=84, served=served).amount) == (30, 321_428_571)

    def test_a10_a_trainee_abandons_ck1(self) -> None:
        for served in (0, 12, 47):
            answer = owed(PRORATA, 90_000_000, months_due=48, served=served, cause="abandons", prior_years=20, discount_percent=1)
            assert (answer.amount, answer.kind) == (90_000_000, "FULL")

    def test_the_worked_example(self) -> None:
        assert owed(PRORATA, 240_000_000, months_due=48, served=18).amount == 150_000_000

    def test_a_multiple_is_reduced_for_the_time_served(self) -> None:
        assert owed(FIVE_TIMES, 40_000_000, months_due=60, served=15).amount == 150_000_000

    @pytest.mark.parametrize(("served", "amount"), [(0, 100), (11, 100), (12, 50), (35, 50), (36, 0), (60, 0)])
    def test_a_table_by_months(self, served: int, amount: int) -> None:
        assert owed(TIERED, 100, months_due=60, served=served).amount == amount

    def test_prior_service_lowers_it_only_where_a_pack_says_so_and_never_the_whole(self) -> None:
        assert owed(PRORATA, 1000, months_due=10, served=0, prior_years=5).amount == 1000
        assert owed(PRORATA, 1000, months_due=10, served=0, prior_years=5, discount_percent=1).amount == 950
        assert owed(FULL, 1000, months_due=10, served=0, prior_years=5, discount_percent=1).amount == 1000

    def test_half_a_unit_is_rounded_up(self) -> None:
        assert owed(PRORATA, 1, months_due=2, served=1).amount == 1


class TestMonths:
    @pytest.mark.parametrize(
        ("starts_on", "on", "served"),
        [
            (date(2024, 4, 1), date(2024, 3, 31), 0),
            (date(2024, 4, 1), date(2024, 4, 14), 0),
            (date(2024, 4, 1), date(2024, 4, 15), 1),  # a rest of 15 days is one month
            (date(2024, 4, 1), date(2024, 4, 30), 1),
            (date(2024, 1, 31), date(2024, 2, 29), 1),  # a month that lacks the number ends on its last day
            (date(2024, 4, 1), date(2026, 9, 30), 30),
        ],
    )
    def test_whole_months(self, starts_on: date, on: date, served: int) -> None:
        assert months_served(starts_on, on) == served

    def test_pauses_are_subtracted_first(self) -> None:
        assert months_served(date(2024, 4, 1), date(2024, 9, 30), [(date(2024, 6, 1), date(2024, 8, 31))]) == 3

    def test_a_day_in_two_pauses_is_one_day(self) -> None:
        assert paused_days([(date(2024, 1, 1), date(2024, 1, 10)), (date(2024, 1, 5), date(2024, 1, 12))], date(2024, 1, 3), date(2024, 1, 31)) == 10

    def test_a_pause_inside_the_days_that_a_pause_added_counts_too(self) -> None:
        ends_on = clock_ends_on(date(2024, 1, 1), 12, [(date(2024, 6, 1), date(2024, 6, 30)), (date(2025, 1, 10), date(2025, 1, 19))])
        assert ends_on == date(2025, 2, 9)


@given(policies, amounts, months, some.integers(0, 300))
def test_never_negative_and_nothing_is_owed_at_the_end(policy: BreachPolicy, benefit: int, due: int, served: int) -> None:
    amount = owed(policy, benefit, months_due=due, served=served).amount
    assert amount >= 0
    if served >= due:
        assert amount == 0


@given(amounts, months, some.integers(0, 300))
def test_prorata_is_never_above_what_was_given(benefit: int, due: int, served: int) -> None:
    assert owed(PRORATA, benefit, months_due=due, served=served).amount <= benefit


@given(policies, amounts, months, some.integers(0, 299))
def test_serving_longer_never_costs_more(policy: BreachPolicy, benefit: int, due: int, served: int) -> None:
    assert owed(policy, benefit, months_due=due, served=served + 1).amount <= owed(policy, benefit, months_due=due, served=served).amount


@given(days, some.integers(0, 4000), pauses)
def test_a_day_more_is_never_less_service(starts_on: date, later: int, paused: list[tuple[date, date]]) -> None:
    on = starts_on + timedelta(days=later)
    assert months_served(starts_on, on, paused) <= months_served(starts_on, on + timedelta(days=1), paused) <= months_served(starts_on, on + timedelta(days=1))


@given(days, months, pauses)
def test_the_clock_ends_when_the_months_are_served(starts_on: date, due: int, paused: list[tuple[date, date]]) -> None:
    ends_on = clock_ends_on(starts_on, due, paused)
    assert ends_on >= period_end(starts_on, due)
    assert months_served(starts_on, ends_on, paused) == due


@given(amounts, some.lists(some.integers(1, 50), min_size=1, max_size=6))
def test_parts_make_the_whole(amount: int, percents: list[int]) -> None:
    percents = [*percents, 100 - sum(percents)] if sum(percents) < 100 else [100]
    found = parts(amount, percents)
    assert sum(found) == amount
    assert min(found) >= 0
