"""The count behind every hold, against a plain count by hand: overlaps, two functions of one person, edges of periods."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.holds.roster import Conflict, Held, Limits, Member, Minimum, Roster, stretches, without

FIRST, LAST = date(2025, 1, 1), date(2025, 3, 1)
PEOPLE = [UUID(int=number) for number in range(1, 6)]
DAYS = st.integers(0, 59).map(lambda number: FIRST + timedelta(days=number))
SPANS = st.tuples(DAYS, st.integers(0, 20)).map(lambda found: (found[0], min(LAST, found[0] + timedelta(days=found[1]))))
KINDS = st.sampled_from(["leave", "session", "mission", "stay"])


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Roster, Minimum, list[Member], list[Held]]:
    members, held = [], []
    for person in PEOPLE:
        for _function in range(draw(st.integers(1, 2))):
            first, last = draw(SPANS)
            members.append(Member(person, "VN-22-BVT", draw(st.sampled_from(["A", "B"])), "VN-BS", None, first, draw(st.sampled_from([last, None]))))
        for number in range(draw(st.integers(0, 3))):
            first, last = draw(SPANS)
            held.append(Held(UUID(int=person.int * 100 + number), person, draw(KINDS), "training", person, first, last))
    team = Minimum(UUID(int=999), "VN-22-BVT", draw(st.sampled_from([None, "A"])), "VN-BS", None, draw(st.integers(0, 4)), draw(st.sampled_from([0, 20, 100])), FIRST, None)
    return Roster(members, held, [team], Limits(20, 4), FIRST, LAST), team, members, held


def by_hand(day: date, team: Minimum, members: list[Member], held: list[Held]) -> tuple[int, int, int]:
    staff = {one.person_id for one in members if team.concerns(one) and one.first <= day and (one.last is None or day <= one.last)}
    absent = {thing.person_id for thing in held if thing.first <= day <= thing.last} & staff
    away = {thing.person_id for thing in held if thing.kind == "mission" and thing.first <= day <= thing.last} & staff
    return len(staff), len(staff - absent), len(away)


@given(rosters(), DAYS)
@settings(max_examples=60)
def test_each_person_counts_once_on_each_day(found: tuple[Roster, Minimum, list[Member], list[Held]], day: date) -> None:
    roster, team, members, held = found
    assert roster.present(team, day) == by_hand(day, team, members, held)


@given(rosters(), st.sampled_from(PEOPLE), SPANS, KINDS)
@settings(max_examples=60)
def test_what_is_granted_breaks_no_rule_and_what_is_refused_would(
    found: tuple[Roster, Minimum, list[Member], list[Held]], person: UUID, span: tuple[date, date], kind: str
) -> None:
    roster, team, members, held = found
    refused = {conflict.day for conflict in roster.conflicts(person, kind, [span])}
    for number in range((span[1] - span[0]).days + 1):
        day = span[0] + timedelta(days=number)
        taken = any(thing.person_id == person and thing.first <= day <= thing.last for thing in held)
        member = any(one.person_id == person and team.concerns(one) and one.first <= day and (one.last is None or day <= one.last) for one in members)
        _staff, present, _away = by_hand(day, team, members, [*held, Held(UUID(int=5), person, kind, "x", person, *span)])
        short = member and present < team.min_present
        if taken or short:
            assert day in refused
        elif kind != "mission":
            assert day not in refused


@given(rosters(), st.sampled_from(PEOPLE), SPANS, KINDS)
@settings(max_examples=40)
def test_the_nearest_days_are_free_and_as_long(found: tuple[Roster, Minimum, list[Member], list[Held]], person: UUID, span: tuple[date, date], kind: str) -> None:
    roster, _team, _members, _held = found
    for first, last in roster.nearest(person, kind, [span], but=None, not_before=None):
        assert last - first == span[1] - span[0]
        assert roster.conflicts(person, kind, [(first, last)]) == []


@given(st.lists(SPANS, max_size=4), st.lists(SPANS, max_size=4))
def test_what_is_left_of_days(wanted: list[tuple[date, date]], taken: list[tuple[date, date]]) -> None:
    def days(spans: list[tuple[date, date]]) -> set[date]:
        return {first + timedelta(days=number) for first, last in spans for number in range((last - first).days + 1)}

    assert days(without(wanted, taken)) == days(wanted) - days(taken)


def test_days_in_a_row_with_one_reason_are_told_together() -> None:
    day = date(2025, 1, 1)
    one = [Conflict(day + timedelta(days=number), "below-minimum", None, 2 - number % 2, 3) for number in range(3)]
    [told] = stretches(one)
    assert (told.first, told.last, told.present) == (day, day + timedelta(days=2), 1)


def test_away_at_most() -> None:
    """R-AWAY: whole people; one in a small team."""
    assert [Limits(20, 4).away_at_most(size, 20) for size in (1, 4, 5, 6, 9, 10)] == [1, 1, 1, 1, 1, 2]
    assert Limits(20, 4).away_at_most(8, 10) == 0
