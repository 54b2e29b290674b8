"""How many fit: the quota of a civil year and the capacity of a unit on each day (EXC-01, R-QUOTA-YEAR)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
Stay = tuple[date, date]
SEARCHED_YEARS = 10


def free_year(taken: Mapping[int, int], quota: int, year: int) -> int | None:
    """The first later year with a free place."""
    return next((later for later in range(year + 1, year + SEARCHED_YEARS) if taken.get(later, 0) < quota), None)


def full_days(others: Sequence[Stay], capacity: int, wanted: Stay) -> list[Stay]:
    """The days of a wanted stay on which a unit is full already, as periods that do not touch."""
    first, last = wanted
    turns = sorted({first, *(start for start, _end in others if first <= start <= last), *(end + ONE_DAY for _start, end in others if first <= end < last)})
    found: list[Stay] = []
    for turn, following in zip(turns, [*turns[1:], last + ONE_DAY], strict=True):
        if sum(start <= turn <= end for start, end in others) < capacity:
            continue
        if found and found[-1][1] + ONE_DAY == turn:
            found[-1] = (found[-1][0], following - ONE_DAY)
        else:
            found.append((turn, following - ONE_DAY))
    return found


def nearest_free(others: Sequence[Stay], capacity: int, wanted: Stay) -> Stay:
    """The first stay of the same length, on the wanted day or later, during which the unit is never full."""
    length = wanted[1] - wanted[0]
    starts = sorted({wanted[0], *(end + ONE_DAY for _start, end in others if end >= wanted[0])})
    return next((start, start + length) for start in starts if not full_days(others, capacity, (start, start + length)))
