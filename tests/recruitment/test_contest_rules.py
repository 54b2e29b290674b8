"""The rules of a contest without a database: the handbook's oracles A1 to A7, and what holds whatever the marks are."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.recruitment.campaigns.guards import window_must_be_open
from services.recruitment.campaigns.models import Campaign
from services.recruitment.contests.calendar import latest_posting, window_closes
from services.recruitment.contests.ranking import (
    GENERAL,
    Deliberation,
    Entry,
    Formula,
    Paper,
    assign,
    attribute,
    final_mark,
    judge,
    lot,
    needs_third_marker,
    rank,
    reserved_seats,
    shown,
)
from services.recruitment.rules import PACKS
from shared.calendars import WorkingCalendar
from shared.errors import Refused

VN, MA = PACKS.pinned("vn-2020"), PACKS.pinned("ma-2021")
EXAM = [Paper("written", Decimal(2)), Paper("practical", Decimal(3))]
ROUND = [Paper("round2", Decimal(1))]


def entry(number: str, *marks: float | None, papers: list[Paper] = EXAM, quota: str | None = None, points: float = 0) -> Entry:
    said = {paper.code: None if mark is None else Decimal(str(mark)) for paper, mark in zip(papers, marks, strict=True)}
    return Entry(number, said, quota, Decimal(str(points)))


class TestOracles:
    def test_a1_the_window_closes_at_the_end_of_its_last_day(self) -> None:
        published = date(2026, 3, 2)
        closes = window_closes(published, PACKS.pinned("vn-2026"))
        campaign = Campaign(state="published", opens_on=published, closes_on=closes)
        assert closes == date(2026, 4, 1)
        window_must_be_open(campaign, date(2026, 4, 1), VN)
        with pytest.raises(Refused) as refused:
            window_must_be_open(campaign, date(2026, 4, 2), VN)
        assert refused.value.rule is not None
        assert (refused.value.slug, refused.value.rule.id, refused.value.rule.value) == ("window-closed", "REC-VN-01", 30)

    def test_a2_five_clear_working_days_before_the_session(self) -> None:
        calendar = WorkingCalendar()
        session = date(2026, 4, 20)
        assert latest_posting(session, VN, calendar) == date(2026, 4, 10)
        holiday = WorkingCalendar(days_off=frozenset({date(2026, 4, 15)}))
        assert latest_posting(session, VN, holiday) == date(2026, 4, 9)

    def test_a3_equal_totals_are_parted_by_the_second_round_then_by_the_head(self) -> None:
        entries = [entry("X", 71, papers=ROUND, points=5), entry("Y", 76, papers=ROUND), entry("Z", 76, papers=ROUND)]
        undecided = rank(entries, ROUND, Formula.of(VN))
        assert [(line.number, line.rank, line.total) for line in undecided.lines] == [("Y", 1, 76), ("Z", 1, 76), ("X", 3, 76)]
        assert undecided.undecided == (("Y", "Z"),)
        decided = rank(entries, ROUND, Formula.of(VN), decided=["Z", "Y"])
        assert [(line.number, line.rank, line.tie) for line in decided.lines] == [("Z", 1, "decision"), ("Y", 2, "decision"), ("X", 3, "raw")]
        assert decided.undecided == ()

    def test_a4_priority_points_lift_no_raw_mark(self) -> None:
        line = judge(entry("A", 49.5, papers=ROUND, points=7.5), ROUND, Formula.of(VN))
        assert (line.outcome, line.total) == ("eliminated", 57)

    def test_a5_who_lapses_gives_the_seat_to_the_next(self) -> None:
        ranked = rank([entry(name, mark, papers=ROUND) for name, mark in (("a", 90), ("b", 80), ("c", 70))], ROUND, Formula.of(VN)).ranked
        assert set(attribute(ranked, 2, {}).selected) == {"a", "b"}
        assert attribute(ranked, 2, {}).waiting == ("c",)
        assert set(attribute(ranked, 2, {}, gone={"b"}).selected) == {"a", "c"}

    def test_a6_a_mark_of_five_eliminates_whatever_the_average(self) -> None:
        line = judge(entry("A", 18, 5), EXAM, Formula.of(MA))
        assert (line.outcome, line.paper, shown(line.raw)) == ("eliminated", "practical", Decimal("10.20"))
        assert judge(entry("A", 18, 5.25), EXAM, Formula.of(MA)).outcome == "ranked"

    def test_a7_ten_on_average_is_ranked(self) -> None:
        line = judge(entry("A", 9, 11), EXAM, Formula.of(MA))
        assert (line.outcome, shown(line.raw)) == ("ranked", Decimal("10.20"))
        assert judge(entry("A", 10, 10), EXAM, Formula.of(MA)).outcome == "ranked"
        assert judge(entry("A", 10, "9.99"), EXAM, Formula.of(MA)).outcome == "below"

    def test_whoever_misses_a_paper_is_absent(self) -> None:
        assert judge(entry("A", 18, None), EXAM, Formula.of(MA)).paper == "practical"


class TestMarkers:
    def test_more_than_a_tenth_of_the_scale_calls_a_third_marker(self) -> None:
        scale, percent = Decimal(20), Decimal(10)
        assert not needs_third_marker(Decimal(12), Decimal(14), scale=scale, percent=percent)
        assert needs_third_marker(Decimal(12), Decimal("14.25"), scale=scale, percent=percent)

    @pytest.mark.parametrize(("marks", "final"), [([12], 12), ([12, 13], 12.5), ([10, 16, 15], 15.5), ([10, 14, 12], 13), ([8, 8, 14], 8)])
    def test_the_two_nearest_marks_count(self, marks: list[int], final: float) -> None:
        assert final_mark([Decimal(mark) for mark in marks]) == Fraction(final)
        assert final_mark([Decimal(mark) for mark in reversed(marks)]) == Fraction(final)


class TestSeats:
    def test_of_180_posts_45_and_12_are_reserved(self) -> None:
        assert reserved_seats(180, Formula.of(MA).quotas) == {"disability": 12, "resistance": 45, GENERAL: 123}

    def test_what_a_quota_leaves_reverts(self) -> None:
        entries = [entry(f"G{n:02}", 19 - n / 10, 12) for n in range(12)] + [entry("R", 10, 10, quota="resistance")]
        found = attribute(rank(entries, EXAM, Formula.of(MA)).ranked, 12, Formula.of(MA).quotas)
        assert found.seats == {"disability": 0, "resistance": 3, GENERAL: 9}
        assert (len(found.selected), found.selected["R"], found.waiting) == (12, "resistance", ("G11",))

    def test_places_go_by_rank_and_choice_and_are_kept(self) -> None:
        places = {"fes": 1, "taza": 2}
        given_first = assign(["1", "2", "3"], {"1": ["taza"], "2": ["fes"], "3": ["fes"]}, places)
        assert given_first == {"1": "taza", "2": "fes", "3": "taza"}
        after = assign(["1", "3", "4"], {"4": ["taza", "fes"]}, places, held={number: place for number, place in given_first.items() if number != "2"})
        assert after == {"1": "taza", "3": "taza", "4": "fes"}


MARKS = st.one_of(st.none(), st.integers(0, 80).map(lambda quarters: Decimal(quarters) / 4))
CANDIDATES = st.lists(st.tuples(MARKS, MARKS, st.sampled_from([None, None, "resistance", "disability"])), max_size=40)


def entries_of(candidates: list[tuple[Any, Any, str | None]]) -> list[Entry]:
    return [entry(f"{number:03}", written, practical, quota=quota) for number, (written, practical, quota) in enumerate(candidates)]


class TestWhateverTheMarks:
    @settings(max_examples=40, deadline=None)
    @given(CANDIDATES, st.integers(1, 30), st.randoms(use_true_random=False))
    def test_neither_the_order_of_the_input_nor_a_second_reading_changes_the_list(self, candidates: list[Any], posts: int, random: Any) -> None:
        entries = entries_of(candidates)
        shuffled = entries.copy()
        random.shuffle(shuffled)
        choices = {one.number: random.sample(["fes", "taza", "sefrou"], 2) for one in entries}
        places = {"fes": posts // 2, "taza": posts - posts // 2, "sefrou": 1}
        first = Deliberation(tuple(EXAM), Formula.of(MA), tuple(entries), posts, "2021-09-30/1", (), choices, places)
        second = Deliberation(tuple(EXAM), Formula.of(MA), tuple(shuffled), posts, "2021-09-30/1", (), choices, places)
        assert first.result() == second.result()
        assert Deliberation.read(first.as_json()).result() == first.result()
        assert Deliberation.read(first.as_json()).as_json() == first.as_json()

    @settings(max_examples=40, deadline=None)
    @given(CANDIDATES, st.integers(1, 30), st.sets(st.integers(0, 39)))
    def test_no_post_is_lost_nobody_is_in_two_lists_and_who_has_a_seat_keeps_it(self, candidates: list[Any], posts: int, leavers: set[int]) -> None:
        formula = Formula.of(MA)
        ranked = rank(entries_of(candidates), EXAM, formula, seed="s").ranked
        before = attribute(ranked, posts, formula.quotas)
        assert len(before.selected) == min(posts, len(ranked))
        assert len(before.selected) + len(before.waiting) == len(ranked)
        for kind, seats in before.seats.items():
            if kind != GENERAL:
                assert sum(1 for of in before.selected.values() if of == kind) == min(seats, sum(1 for line in ranked if line.quota == kind))
        gone = {f"{number:03}" for number in leavers}
        after = attribute(ranked, posts, formula.quotas, gone=gone)
        assert set(before.selected) - gone <= set(after.selected)
        assert len(after.selected) == min(posts, sum(1 for line in ranked if line.number not in gone))

    @settings(max_examples=40, deadline=None)
    @given(CANDIDATES)
    def test_the_higher_total_comes_first_and_a_tie_is_never_parted_by_its_number(self, candidates: list[Any]) -> None:
        ranking = rank(entries_of(candidates), EXAM, Formula.of(MA), seed="2021")
        assert ranking.undecided == ()
        assert [line.rank for line in ranking.ranked] == list(range(1, len(ranking.ranked) + 1))
        for one, other in zip(ranking.ranked, ranking.ranked[1:], strict=False):
            assert (one.total or 0) >= (other.total or 0)
            marks = {known.number: (known.marks["practical"], known.marks["written"]) for known in entries_of(candidates)}
            if one.total == other.total:
                assert marks[one.number] >= marks[other.number]
                if marks[one.number] == marks[other.number]:
                    assert lot("2021", one.number) < lot("2021", other.number)


def test_a_notice_gives_days_after_its_own() -> None:
    assert window_closes(date(2021, 6, 1), MA) - date(2021, 6, 1) == timedelta(days=MA.rule("REC-WINDOW").value)
