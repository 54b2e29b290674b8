"""May this person be away on these days? Counted day by day for every team of which the person is a part.

Present on a day = members of the team − those absent for any reason, each once (R-AWAY) ≥ the team's minimum; away on
mission ≤ the cap's whole number of people, one in a small team (ROT-03); one thing at a time for one person (ROT-06).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Literal
from uuid import UUID

Reason = Literal["double-booking", "protected", "below-minimum", "above-cap"]
Span = tuple[date, date]
SEARCHED = 366  # days before and after in which the nearest free ones are sought
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to the staff of a place from a first to a last day."""

    person_id: UUID
    facility_code: str
    unit: str | None
    occupation_code: str
    specialty: str | None
    first: date
    last: date | None
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Days of a person that are taken by one thing."""

    hold_id: UUID
    person_id: UUID
    kind: str
    source_service: str
    source_id: UUID
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Minimum:
    """A team and what must stay of it. Without a minimum of its own, a team has the cap alone."""

    id: UUID | None
    facility_code: str
    unit: str | None
    occupation_code: str | None
    specialty: str | None
    min_present: int
    cap_percent: int
    first: date
    last: date | None
    whole_place: bool = True  # an absent unit means every unit; False for a team that stands for the person's own unit

    def concerns(self, one: Member) -> bool:
        return (
            self.facility_code == one.facility_code
            and (self.unit == one.unit or (self.unit is None and self.whole_place))
            and (self.occupation_code is None or self.occupation_code == one.occupation_code)
            and (self.specialty is None or self.specialty == one.specialty)
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rule pack says about missions."""

    cap_percent: int
    small_team: int

    def away_at_most(self, team: int, percent: int) -> int:
        """Whole people (R-AWAY); one in a small team, where the percentage gives none."""
        return max(1 if team <= self.small_team else 0, percent * team // 100)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A day on which the person cannot be away, and why."""

    day: date
    reason: Reason
    team: Minimum | None = None
    present: int | None = None  # who would be left, or who would be on mission
    limit: int | None = None
    by: UUID | None = None  # the hold that is in the way


@dataclass(frozen=True, slots=True)
class Move:
    """One other hold which, if it moved, would free all the days."""

    held: Held


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row with one reason."""

    first: date
    last: date
    reason: Reason
    present: int | None
    limit: int | None


@dataclass(slots=True)
class _Counts:
    """One team, day by day over the window."""

    staff: list[int]
    absent: list[int]
    away: list[int]
    days_of: dict[UUID, list[tuple[int, int]]] = field(default_factory=dict)


class Roster:
    """The staff of some places and what is held of their days, between two days."""

    def __init__(self, members: Iterable[Member], held: Iterable[Held], minimums: Iterable[Minimum], limits: Limits, first: date, last: date) -> None:
        self.first, self.last, self.limits = first, last, limits
        self.minimums = list(minimums)
        self._members: dict[UUID, list[Member]] = {}
        for one in members:
            self._members.setdefault(one.person_id, []).append(one)
        self._held: dict[UUID, list[Held]] = {}
        for thing in held:
            self._held.setdefault(thing.person_id, []).append(thing)
        self._counted: dict[Minimum, _Counts] = {}

    # --- what is true on a day ------------------------------------------------------------------------------------

    def held_by(self, person_id: UUID) -> list[Held]:
        return self._held.get(person_id, [])

    def teams_of(self, person_id: UUID) -> list[Minimum]:
        """The minimums that concern the person; for a part of the staff that none concerns, its own unit with the cap alone."""
        return list(dict.fromkeys(team for one in self._members.get(person_id, []) for team in self.teams_of_member(one)))

    def teams_of_member(self, one: Member) -> list[Minimum]:
        return [minimum for minimum in self.minimums if minimum.concerns(one)] or [self._own_team(one)]

    @property
    def members(self) -> list[Member]:
        return [one for periods in self._members.values() for one in periods]

    def _own_team(self, one: Member) -> Minimum:
        return Minimum(None, one.facility_code, one.unit, one.occupation_code, one.specialty, 0, self.limits.cap_percent, self.first, None, whole_place=False)

    def present(self, team: Minimum, day: date) -> tuple[int, int, int]:
        """How many belong to the team, are present and are away on mission on a day."""
        counts, place = self._counts(team), (day - self.first).days
        return counts.staff[place], counts.staff[place] - counts.absent[place], counts.away[place]

    def is_member(self, team: Minimum, person_id: UUID, day: date) -> bool:
        place = (day - self.first).days
        return any(begin <= place < end for begin, end in self._counts(team).days_of.get(person_id, ()))

    def works_on(self, person_id: UUID, day: date) -> bool:
        return any(one.first <= day and (one.last is None or day <= one.last) for one in self._members.get(person_id, ()))

    def _counts(self, team: Minimum) -> _Counts:
        known = self._counted.get(team)
        if known is None:
            known = self._counted[team] = self._count(team)
        return known

    def _count(self, team: Minimum) -> _Counts:
        size = (self.last - self.first).days + 1
        staff, absent, away = ([0] * (size + 1) for _ in range(3))
        days_of: dict[UUID, list[tuple[int, int]]] = {}
        for person_id, periods in self._members.items():
            mine = _joined([cut for one in periods if team.concerns(one) and (cut := self._cut(one.first, one.last, size))])
            if not mine:
                continue
            days_of[person_id] = mine
            _mark(staff, mine)
            held = self._held.get(person_id, ())
            _mark(absent, _common(mine, _joined([cut for thing in held if (cut := self._cut(thing.first, thing.last, size))])))
            _mark(away, _common(mine, _joined([cut for thing in held if thing.kind == "mission" and (cut := self._cut(thing.first, thing.last, size))])))
        return _Counts(list(accumulate(staff)), list(accumulate(absent)), list(accumulate(away)), days_of)

    def _cut(self, first: date, last: date | None, size: int) -> tuple[int, int] | None:
        begin = max(0, (first - self.first).days)
        end = size if last is None else min(size, (last - self.first).days + 1)
        return (begin, end) if begin < end else None

    # --- may somebody be away -------------------------------------------------------------------------------------

    def conflicts(self, person_id: UUID, kind: str, spans: Sequence[Span], *, but: UUID | None = None) -> list[Conflict]:
        """Every day on which the person cannot be away, with its reason; the hold `but` is about to be replaced."""
        teams = self.teams_of(person_id)
        return [conflict for first, last in spans for day in _days(first, last) if (conflict := self._on(day, person_id, kind, teams, but)) is not None]

    def _on(self, day: date, person_id: UUID, kind: str, teams: Sequence[Minimum], but: UUID | None) -> Conflict | None:
        for thing in self._held.get(person_id, ()):
            if thing.hold_id != but and thing.first <= day <= thing.last:
                return Conflict(day, "protected" if thing.kind == "leave" else "double-booking", by=thing.hold_id)
        return self._short(day, person_id, kind, teams, but)

    def _short(self, day: date, person_id: UUID, kind: str, teams: Sequence[Minimum], but: UUID | None) -> Conflict | None:
        for team in teams:
            if day < team.first or (team.last is not None and day > team.last) or not self.is_member(team, person_id, day):
                continue
            staff, present, away = self.present(team, day)
            mine = [thing for thing in self._held.get(person_id, ()) if thing.first <= day <= thing.last]
            left = present - (0 if mine else 1)
            if left < team.min_present:
                return Conflict(day, "below-minimum", team, left, team.min_present)
            sent = away + (0 if any(thing.kind == "mission" for thing in mine) else 1)
            allowed = self.limits.away_at_most(staff, team.cap_percent)
            if kind == "mission" and sent > allowed:
                return Conflict(day, "above-cap", team, sent, allowed)
        return None

    def nearest(self, person_id: UUID, kind: str, spans: Sequence[Span], *, but: UUID | None, not_before: date | None) -> list[Span]:
        """The same days moved as little as possible, earlier and later, so that nothing stands in the way; within a year."""
        teams = self.teams_of(person_id)
        size = (self.last - self.first).days + 1
        busy = [0] * (size + 1)
        for place in range(size):
            day = self.first + place * DAY
            busy[place + 1] = busy[place] + (0 if self.works_on(person_id, day) and self._on(day, person_id, kind, teams, but) is None else 1)

        def is_free(shift: int) -> bool:
            for first, last in spans:
                begin, end = (first - self.first).days + shift, (last - self.first).days + shift + 1
                if begin < 0 or end > size or busy[end] != busy[begin]:
                    return False
            return True

        found = []
        for direction in (-1, 1):
            for shift in range(direction, direction * SEARCHED, direction):
                if direction < 0 and not_before is not None and spans[0][0] + shift * DAY < not_before:
                    break
                if is_free(shift):
                    found.append((spans[0][0] + shift * DAY, spans[-1][1] + shift * DAY))
                    break
        return found

    def moves(self, person_id: UUID, kind: str, conflicts: Sequence[Conflict]) -> list[Move]:
        """Single sessions, missions or stays which, if they moved, would free every day. A leave is never asked to move."""
        if not conflicts:
            return []
        day_one = conflicts[0]
        others = [thing for things in self._held.values() for thing in things if thing.kind != "leave" and thing.first <= day_one.day <= thing.last]
        whole = {thing.hold_id: [period for period in self._held[thing.person_id] if period.hold_id == thing.hold_id] for thing in others}
        return [Move(thing) for thing in others if all(self._would_free(conflict, person_id, thing, whole[thing.hold_id]) for conflict in conflicts)]

    def _would_free(self, conflict: Conflict, person_id: UUID, thing: Held, periods: Sequence[Held]) -> bool:
        if conflict.team is None:
            return conflict.by == thing.hold_id
        if thing.person_id == person_id or not any(period.first <= conflict.day <= period.last for period in periods):
            return False
        if not self.is_member(conflict.team, thing.person_id, conflict.day):
            return False
        others = [other for other in self._held[thing.person_id] if other.hold_id != thing.hold_id and other.first <= conflict.day <= other.last]
        assert conflict.present is not None
        assert conflict.limit is not None
        if conflict.reason == "below-minimum":
            return not others and conflict.present + 1 >= conflict.limit
        return thing.kind == "mission" and conflict.present - 1 <= conflict.limit

    # --- what a batch takes on its way ----------------------------------------------------------------------------

    def take(self, held: Sequence[Held], *, instead_of: UUID | None = None) -> None:
        """The days are taken now: the next of a batch is judged with them."""
        if not held:
            return
        person_id = held[0].person_id
        self._held[person_id] = [thing for thing in self._held.get(person_id, ()) if thing.hold_id != instead_of] + list(held)
        for team in [team for team, counts in self._counted.items() if person_id in counts.days_of]:
            del self._counted[team]


def stretches(conflicts: Iterable[Conflict]) -> list[Stretch]:
    """Days in a row with the same reason, as people read them; the hardest day's numbers."""
    found: list[Stretch] = []
    for one in conflicts:
        previous = found[-1] if found else None
        if previous is not None and previous.reason == one.reason and previous.last + DAY == one.day and previous.limit == one.limit:
            worst = previous.present if one.reason == "below-minimum" else one.present
            if one.present is not None and previous.present is not None:
                worst = (min if one.reason == "below-minimum" else max)(previous.present, one.present)
            found[-1] = Stretch(previous.first, one.day, one.reason, worst, one.limit)
        else:
            found.append(Stretch(one.day, one.day, one.reason, one.present, one.limit))
    return found


def without(spans: Sequence[Span], taken: Iterable[Span]) -> list[Span]:
    """Spans less the days that are taken already."""
    left = list(spans)
    for first, last in taken:
        left = [part for begin, end in left for part in ((begin, min(end, first - DAY)), (max(begin, last + DAY), end)) if part[0] <= part[1]]
    return sorted(left)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + number * DAY for number in range((last - first).days + 1))


def _joined(cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Half-open intervals, none touching another: two functions or two absences of one person count once."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(cuts):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _common(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(max(a, c), min(b, d)) for a, b in some for c, d in others if max(a, c) < min(b, d)]


def _mark(changes: list[int], intervals: Iterable[tuple[int, int]]) -> None:
    for begin, end in intervals:
        changes[begin] += 1
        changes[end] -= 1
