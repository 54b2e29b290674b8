"""Sums of shares over periods are the same as counting each day by hand."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.registry.posts.filling import Share, first_closed, first_overfilled, free_from, most_taken, sum_on

START, DAYS = date(2025, 1, 1), 40
CALENDAR = [START + timedelta(days=n) for n in range(DAYS)]

days = st.integers(0, DAYS - 1)
quantities = st.sampled_from([Decimal("0.2"), Decimal("0.5"), Decimal("0.8"), Decimal(1)])


@st.composite
def share(draw: st.DrawFn) -> Share:
    first = draw(days)
    last = draw(st.none() | st.integers(first, DAYS - 1))
    return Share(START + timedelta(days=first), None if last is None else START + timedelta(days=last), draw(quantities))


@st.composite
def disjoint_shares(draw: st.DrawFn) -> list[Share]:
    """Periods of one post: they follow each other, with or without a gap."""
    cuts = sorted(draw(st.sets(days, min_size=2, max_size=5)))
    periods = [Share(START + timedelta(days=a), START + timedelta(days=b - 1), draw(quantities)) for a, b in pairwise(cuts)]
    return [period for period in periods if draw(st.booleans())] or periods[:1]


def days_of(wished: Share) -> list[date]:
    return [day for day in [*CALENDAR, START + timedelta(days=DAYS)] if wished.covers(day)]


@given(disjoint_shares(), st.lists(share(), max_size=5), share())
def test_the_first_overfilled_day_is_the_one_found_by_counting(offered: list[Share], taken: list[Share], wished: Share) -> None:
    by_hand = next((day for day in days_of(wished) if 0 < sum_on(offered, day) < sum_on(taken, day) + wished.share), None)
    found = first_overfilled(offered, taken, wished)
    assert (found.day if found else None) == by_hand


@given(disjoint_shares(), share())
def test_the_first_closed_day_is_the_one_found_by_counting(offered: list[Share], wished: Share) -> None:
    assert first_closed(offered, wished.first, wished.last) == next((day for day in days_of(wished) if sum_on(offered, day) == 0), None)


@given(disjoint_shares(), st.lists(share(), max_size=5), share())
def test_the_nearest_free_day_fits_and_no_earlier_one_does(offered: list[Share], taken: list[Share], wished: Share) -> None:
    def fits(first: date) -> bool:
        later = Share(first, wished.last, wished.share)
        return first_closed(offered, first, wished.last) is None and first_overfilled(offered, taken, later) is None

    assert free_from(offered, taken, wished) == next((day for day in days_of(wished) if fits(day)), None)


@given(st.lists(share(), max_size=6), days)
def test_the_most_that_is_taken_is_the_largest_of_all_days(taken: list[Share], first: int) -> None:
    assert most_taken(taken, CALENDAR[first]) == max(sum_on(taken, day) for day in [*CALENDAR[first:], START + timedelta(days=DAYS)])
