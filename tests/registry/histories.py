"""What HR does to assignments, as a model without a database: each act turns what was believed into another belief, and says on which days it may differ."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from uuid import UUID

HORIZON, UNITS, SHARES = 24, 20, (0.2, 0.5, 0.8, 1.0)
ACTS = ("changed", "transferred", "corrected", "ended")
SUPERSEDING = {"changed": "changed", "transferred": "changed", "corrected": "corrected", "ended": "ended"}


@dataclass(frozen=True)
class Period:
    """From its first day to its last one, both whole; days are numbers."""

    row: UUID
    first: int
    last: int | None
    unit: int
    share: float

    def covers(self, day: int) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


Belief = tuple[Period, ...]


def said(belief: Belief, day: int) -> tuple[int, float] | None:
    """What is true on a day, by a belief: the unit and the share."""
    return next(((one.unit, one.share) for one in belief if one.covers(day)), None)


@dataclass
class History:
    """One assignment of one person with everything that was ever believed of it; `beliefs[n]` stood after the n-th round of acts."""

    number: int
    beliefs: list[Belief] = field(default_factory=list)
    rows: int = 0

    @property
    def id(self) -> UUID:
        return UUID(int=(0x0198 << 112) + (self.number << 16))

    def new_row(self) -> UUID:
        self.rows += 1
        return UUID(int=self.id.int + self.rows)

    def begin(self, random: Random) -> None:
        first = random.randrange(HORIZON - 4)
        last = None if random.random() < 0.7 else random.randrange(first, HORIZON)
        self.beliefs = [(Period(self.new_row(), first, last, random.randrange(UNITS), random.choice(SHARES)),)]

    def act(self, act: str, random: Random) -> int | None:
        """Do one thing if it makes sense, and say from which day on the view of a day may differ; None when nothing was done."""
        now = self.beliefs[-1]
        after, from_day = getattr(self, f"_{act}")(now, random)
        self.beliefs.append(after)
        return None if after == now else from_day

    def stand(self) -> None:
        self.beliefs.append(self.beliefs[-1])

    def _changed(self, now: Belief, random: Random) -> tuple[Belief, int]:
        return self._from_a_day_on(now, random, share=random.choice(SHARES))

    def _transferred(self, now: Belief, random: Random) -> tuple[Belief, int]:
        return self._from_a_day_on(now, random, unit=random.randrange(UNITS))

    def _from_a_day_on(self, now: Belief, random: Random, **what: float) -> tuple[Belief, int]:
        day, last = random.randrange(HORIZON), now[-1]
        if not last.first < day or (last.last is not None and last.last < day):
            return now, day
        return (*now[:-1], replace(last, last=day - 1), replace(last, row=self.new_row(), first=day, **what)), day  # type: ignore[arg-type]

    def _ended(self, now: Belief, random: Random) -> tuple[Belief, int]:
        day, last = random.randrange(HORIZON), now[-1].last
        if day < now[0].first or (last is not None and last <= day):
            return now, day + 1
        kept = [one for one in now if one.first <= day]
        return (*kept[:-1], replace(kept[-1], last=day)), day + 1

    def _corrected(self, now: Belief, random: Random) -> tuple[Belief, int]:
        """The past may differ: only a correction may do that."""
        place = random.randrange(len(now))
        wrong = now[place]
        right = replace(wrong, share=random.choice(SHARES))
        if place == 0 and random.random() < 0.5:
            right = replace(right, first=random.randrange(HORIZON if right.last is None else right.last + 1))
        if place == len(now) - 1 and random.random() < 0.5:
            right = replace(right, last=None if random.random() < 0.5 else random.randrange(right.first, HORIZON + 8))
        return (*now[:place], right, *now[place + 1 :]), 0


@dataclass(frozen=True)
class Round:
    """One kind of act, done to some of the histories at one instant; from which day on each may differ."""

    act: str
    from_days: dict[int, int]


def rounds(histories: list[History], seed: int, acts_of_one: int) -> Iterator[Round]:
    """Everything begins; then each is acted on so many times: kind by kind some are, and the others stand as they are."""
    random = Random(seed)  # noqa: S311  no secret
    for one in histories:
        one.begin(random)
    yield Round("recorded", {})
    for _number in range(acts_of_one):
        chosen = {one.number: random.choice(ACTS) for one in histories}
        for act in ACTS:
            from_days = {}
            for one in histories:
                if chosen[one.number] != act:
                    one.stand()
                elif (day := one.act(act, random)) is not None:
                    from_days[one.number] = day
            yield Round(act, from_days)
