"""The autonomy scale (1 observes … 5 supervises others): the gap to what is needed over learners and items, how much of it is closed, and who masters all items (TRF-01, TRF-02)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

NO_LEVEL = 0  # somebody never assessed has the whole way before them


@dataclass(frozen=True)
class Level:
    """The level of a learner for an item, as found on a day."""

    person_id: UUID
    item: str
    level: int
    on: date


Levels = dict[tuple[UUID, str], int]


def first_levels(history: Iterable[Level]) -> Levels:
    """The baseline: the first level found for each learner and item."""
    found: Levels = {}
    for each in sorted(history, key=lambda level: level.on):
        found.setdefault((each.person_id, each.item), each.level)
    return found


def last_levels(history: Iterable[Level]) -> Levels:
    """The newest level of each learner and item."""
    return {(each.person_id, each.item): each.level for each in sorted(history, key=lambda level: level.on)}


def gap(levels: Levels, learners: Collection[UUID], items: Collection[str], target: int) -> int:
    """Σ max(0, target − level) over learners and items."""
    return gap_to(levels, {(learner, item): target for learner in learners for item in items})


def gap_to(levels: Levels, needed: Mapping[tuple[UUID, str], int]) -> int:
    """The same when each learner and item has a target of its own."""
    return sum(max(0, target - levels.get(learner_and_item, NO_LEVEL)) for learner_and_item, target in needed.items())


def closure_percent(baseline: int, now: int) -> int | None:
    """How much of the gap is closed, rounded half up; no percentage when there was none (R-NOGAP)."""
    if baseline == 0:
        return None
    closed = Fraction(100 * (baseline - now), baseline)
    return int((2 * closed + 1) // 2)


def masters(levels: Levels, learners: Iterable[UUID], items: Sequence[str], least: int) -> list[UUID]:
    """Who is at the level or above on all items."""
    return [learner for learner in learners if all(levels.get((learner, item), NO_LEVEL) >= least for item in items)]
