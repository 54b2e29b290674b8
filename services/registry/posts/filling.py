"""How full a post is, day by day: sums of shares over periods, computed exactly at the days on which something changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """A share that is offered or taken from its first to its last day, both whole; no last day means for good."""

    first: date
    last: date | None
    share: Decimal

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def touches(self, first: date, last: date | None) -> bool:
        return (last is None or self.first <= last) and (self.last is None or first <= self.last)


@dataclass(frozen=True, slots=True)
class Overfilled:
    """The first day on which a wished share does not fit."""

    day: date
    offered: Decimal
    taken: Decimal


def sum_on(shares: Iterable[Share], day: date) -> Decimal:
    return sum((share.share for share in shares if share.covers(day)), Decimal(0))


def days_of_change(shares: Iterable[Share], first: date, last: date | None) -> list[date]:
    """The first day and every later day within the period on which some share begins or has just ended."""
    days = {first}
    for share in shares:
        days.add(share.first)
        if share.last is not None:
            days.add(share.last + timedelta(days=1))
    return sorted(day for day in days if first <= day and (last is None or day <= last))


def first_overfilled(offered: Sequence[Share], taken: Sequence[Share], wished: Share) -> Overfilled | None:
    """The first day on which the wish goes above what is offered; nothing offered counts as closed and is judged apart."""
    for day in days_of_change([*offered, *taken], wished.first, wished.last):
        on_offer, held = sum_on(offered, day), sum_on(taken, day)
        if on_offer > 0 and held + wished.share > on_offer:
            return Overfilled(day, on_offer, held)
    return None


def first_closed(offered: Sequence[Share], first: date, last: date | None) -> date | None:
    """The first day of a period on which nothing is offered; None when it is open throughout."""
    return next((day for day in days_of_change(offered, first, last) if sum_on(offered, day) == 0), None)


def free_from(offered: Sequence[Share], taken: Sequence[Share], wished: Share) -> date | None:
    """The nearest day from which the wished share fits until its last day; None when there is none."""
    for day in days_of_change([*offered, *taken], wished.first, wished.last):
        later = Share(day, wished.last, wished.share)
        if first_closed(offered, day, wished.last) is None and first_overfilled(offered, taken, later) is None:
            return day
    return None


def most_taken(taken: Sequence[Share], first: date) -> Decimal:
    """The largest sum on any day from the first one on."""
    return max((sum_on(taken, day) for day in days_of_change(taken, first, None)), default=Decimal(0))
