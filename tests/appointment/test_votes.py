"""Secret votes as totals: quorum, majority on those convened, exactly half, ties (APP-08, A16, A17, R-SECOND, VOTE)."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.appointment.cases.votes import Meeting, Purpose, needed_for_quorum, percent, quorum_must_be_met, result_of, totals_must_add_up, two_highest
from services.appointment.rules import PACKS
from shared.errors import Malformed, Refused
from tests.appointment.world import known

APP_08 = PACKS.pinned("vn-2020").rule("APP-08")
A, B, C, D = (known(name) for name in "ABCD")


def vote(purpose: Purpose, convened: int, present: int, **totals: int) -> tuple[str, set[UUID]]:
    meeting = Meeting(convened, present, present, {known(name): votes for name, votes in totals.items()})
    totals_must_add_up(meeting, one_choice=True)
    quorum_must_be_met(meeting, APP_08)
    result = result_of(purpose, meeting, APP_08)
    return result.outcome, set(result.goes_on)


class TestFinalVote:
    def test_oracle_a16(self) -> None:
        """9 convened, 7 present, 5 yes: quorum of 6 met, 5/9 = 55.6 % carried; 5/7 is not the basis."""
        assert needed_for_quorum(9, APP_08) == 6
        assert vote("final", 9, 7, A=5) == ("carried", {A})
        assert percent(5, 9) == Decimal("55.6")

    def test_oracle_a17(self) -> None:
        """8 convened, 8 present, 4 yes: exactly half, the head decides."""
        assert vote("final", 8, 8, A=4) == ("head_decides", {A})

    def test_a_majority_of_those_present_is_not_enough(self) -> None:
        assert vote("final", 9, 7, A=4) == ("not_carried", set())

    def test_two_with_exactly_half_each(self) -> None:
        assert vote("final", 8, 8, A=4, B=4) == ("head_decides", {A, B})

    @pytest.mark.parametrize(("convened", "present"), [(9, 5), (8, 5), (3, 1), (1, 0), (100, 66)])
    def test_no_quorum(self, convened: int, present: int) -> None:
        with pytest.raises(Refused) as refused:
            vote("final", convened, present, A=present)
        assert refused.value.slug == "no-quorum"

    @pytest.mark.parametrize(("convened", "needed"), [(9, 6), (8, 6), (7, 5), (3, 2), (1, 1), (100, 67)])
    def test_quorum(self, convened: int, needed: int) -> None:
        assert needed_for_quorum(convened, APP_08) == needed


class TestNomination:
    @pytest.mark.parametrize(
        ("totals", "outcome", "forward"),
        [
            ({"A": 5, "B": 4}, "nominated", {A}),
            ({"A": 4, "B": 3, "C": 2}, "forward", {A, B}),
            ({"A": 4, "B": 2, "C": 2, "D": 1}, "forward", {A, B, C}),  # all who tie for second
            ({"A": 4, "B": 4, "C": 1}, "forward", {A, B}),  # two tie for first: they are the two highest
            ({"A": 3, "B": 3, "C": 3}, "forward", {A, B, C}),  # more than two tie for first: all of them
            ({"A": 4, "B": 0}, "forward", {A}),
            ({"A": 0, "B": 0}, "forward", set()),
        ],
    )
    def test_two_highest(self, totals: dict[str, int], outcome: str, forward: set[UUID]) -> None:
        assert vote("nomination", 9, 9, **totals) == (outcome, forward)


class TestTotals:
    @pytest.mark.parametrize(("convened", "present", "valid", "votes"), [(5, 6, 5, 1), (6, 5, 6, 1), (6, 6, 5, 6)])
    def test_what_cannot_be(self, convened: int, present: int, valid: int, votes: int) -> None:
        with pytest.raises(Malformed):
            totals_must_add_up(Meeting(convened, present, valid, {A: votes}), one_choice=True)

    def test_one_ballot_one_choice_unless_consulted(self) -> None:
        meeting = Meeting(6, 6, 6, {A: 4, B: 4})
        with pytest.raises(Malformed):
            totals_must_add_up(meeting, one_choice=True)
        totals_must_add_up(meeting, one_choice=False)


people = some.lists(some.uuids(), min_size=1, max_size=6, unique=True)
ballots = some.integers(1, 60).flatmap(lambda convened: some.tuples(some.just(convened), some.lists(some.integers(0, convened), min_size=1, max_size=6)))


@given(ballots)
def test_the_quorum_is_the_smallest_number_at_two_thirds(case: tuple[int, list[int]]) -> None:
    convened, _totals = case
    needed = needed_for_quorum(convened, APP_08)
    assert Fraction(needed, convened) >= Fraction(2, 3) > Fraction(needed - 1, convened)


@given(ballots)
def test_carried_means_more_than_half_of_those_convened(case: tuple[int, list[int]]) -> None:
    convened, votes = case
    totals = {known(str(number)): each for number, each in enumerate(votes) if sum(votes[: number + 1]) <= convened}
    result = result_of("final", Meeting(convened, convened, convened, totals), APP_08)
    best = max(totals.values(), default=0)
    assert (result.outcome == "carried") == (2 * best > convened)
    assert (result.outcome == "head_decides") == (2 * best == convened and best > 0)


@given(some.dictionaries(some.uuids(), some.integers(0, 9), min_size=1, max_size=8))
def test_nobody_with_fewer_votes_goes_on_in_place_of_one_with_more(totals: dict[UUID, int]) -> None:
    forward = two_highest(totals)
    left_out = set(totals) - set(forward)
    assert all(totals[out] < min((totals[on] for on in forward), default=1) for out in left_out)
    if sum(votes > 0 for votes in totals.values()) >= 2:
        assert len(forward) >= 2
