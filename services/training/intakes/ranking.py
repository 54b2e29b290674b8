"""Who gets a seat: marks decide, reserved seats are lists of their own, and those that nobody takes revert to the general list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from services.training.intakes.workflow import GENERAL

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Competitor:
    """One who sat, with what parts two of them."""

    id: UUID
    number: int
    mark: Decimal
    score: Decimal
    quota: str | None = None


@dataclass(frozen=True)
class Seat:
    """The place of one who sat; `list` is where they are admitted, None for the waiting list."""

    id: UUID
    rank: int
    list: str | None


def weighted(regional: Decimal, national: Decimal, shares: Mapping[str, int]) -> Decimal:
    """The pre-selection score: so much of the regional and so much of the national examination."""
    total = (regional * shares["regional"] + national * shares["national"]) / (shares["regional"] + shares["national"])
    return total.quantize(CENT, ROUND_HALF_UP)


def in_order(competitors: Iterable[Competitor]) -> Sequence[Competitor]:
    """By mark, then by pre-selection score, then by number: the first to apply."""
    return sorted(competitors, key=lambda one: (-one.mark, -one.score, one.number))


def seats_of(competitors: Iterable[Competitor], seats: int, reserved: Mapping[str, int]) -> Sequence[Seat]:
    """Everybody who sat, in order. Reserved seats go to the best of those for whom they are, the others to the best of the rest."""
    ranked = in_order(competitors)
    admitted: dict[UUID, str] = {}
    for quota, count in sorted(reserved.items()):
        admitted |= {one.id: quota for one in [one for one in ranked if one.quota == quota][:count]}
    general = [one for one in ranked if one.id not in admitted][: seats - len(admitted)]
    admitted |= {one.id: GENERAL for one in general}
    return [Seat(one.id, rank, admitted.get(one.id)) for rank, one in enumerate(ranked, start=1)]


@dataclass(frozen=True)
class Waiting:
    """One of the waiting list."""

    id: UUID
    rank: int
    quota: str | None


def next_for(freed: str, waiting: Iterable[Waiting]) -> Waiting | None:
    """Who takes a freed seat: of a reserved one the next for whom it is, else the next of all."""
    line = sorted(waiting, key=lambda one: one.rank)
    return next((one for one in line if freed != GENERAL and one.quota == freed), None) or next(iter(line), None)
