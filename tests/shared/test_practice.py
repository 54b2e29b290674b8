"""The right to practise as a pure rule: one licence in force and in scope is enough, and a no says why."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Refused
from shared.practice import Days, LicenceState, judge, must_not_have_lost_the_right
from shared.rulepacks import Rule, RulePack

ONE, OTHER, HOA = UUID(int=1), UUID(int=2), uuid4()
DAY = date(2025, 6, 1)
PACK = RulePack("x", "VN", date(2020, 1, 1), None, {"LIC-PRACTICE": Rule("LIC-PRACTICE", {"occupations": ["VN-BS"], "lost": "refuse"}, "occupations", "law")})


def days(first: str, last: str | None, standing: str = "in_force", scope: str = "surgery", licence: UUID = ONE) -> Days:
    return Days(licence, date.fromisoformat(first), date.fromisoformat(last) if last else None, standing, [scope])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "scope", "reasons"),
    [
        ([], None, ["no-licence"]),
        ([days("2025-07-01", None)], None, ["not-yet"]),
        ([days("2020-01-01", "2025-05-31")], None, ["expired"]),
        ([days("2020-01-01", "2025-05-31"), days("2025-07-01", None)], None, ["expired"]),
        ([days("2020-01-01", None)], "dentistry", ["out-of-scope"]),
        ([days("2020-01-01", None, "suspended")], None, ["suspended"]),
        ([days("2020-01-01", None, "revoked"), days("2020-01-01", None, "suspended", licence=OTHER)], None, ["suspended", "revoked"]),
        ([days("2020-01-01", None, "revoked"), days("2020-01-01", None, licence=OTHER)], "dentistry", ["out-of-scope", "revoked"]),
    ],
)
def test_a_no_says_why(known: list[Days], scope: str | None, reasons: list[str]) -> None:
    answer = judge(HOA, known, scope=scope, on=DAY)
    assert (answer.may, list(answer.reasons)) == (False, reasons)


def test_a_yes_names_the_licence_and_how_long_it_goes_on() -> None:
    known = [days("2020-01-01", "2025-06-30"), days("2025-07-01", "2026-06-30", licence=OTHER), days("2026-07-02", "2030-01-01")]
    answer = judge(HOA, known, scope="surgery", on=DAY)
    assert (answer.may, answer.by and answer.by.licence_id, answer.until) == (True, ONE, date(2026, 6, 30))
    assert judge(HOA, [*known, days("2021-01-01", None, licence=OTHER)], scope=None, on=DAY).until is None


@pytest.mark.parametrize(
    ("known", "occupation", "refused"), [([], "VN-BS", False), ([days("2020-01-01", "2025-05-31")], "VN-BS", True), ([days("2020-01-01", "2025-05-31")], "VN-QLYT", False)]
)
def test_whoever_has_lost_the_right_gets_no_clinical_work(known: list[Days], occupation: str, refused: bool) -> None:
    answer = judge(HOA, known, scope=None, on=DAY)
    if not refused:
        must_not_have_lost_the_right(answer, occupation, PACK)
        return
    with pytest.raises(Refused) as found:
        must_not_have_lost_the_right(answer, occupation, PACK)
    assert (found.value.slug, found.value.rule and found.value.rule.value, found.value.more["licence_id"]) == ("right-to-practise-lost", "expired", str(ONE))


DAYS = st.dates(date(2025, 1, 1), date(2025, 3, 1))


@given(DAYS, st.none() | DAYS, st.none() | DAYS, st.none() | DAYS, st.none() | DAYS)
def test_what_was_told_before_there_were_periods_says_the_same(issued: date, ends: date | None, suspended: date | None, until: date | None, revoked: date | None) -> None:
    """A state of the time before: every day is worth what its summary says, whichever of its days are known."""
    ends = max(ends, issued) if ends else None
    if suspended is not None:
        suspended, revoked = max(suspended, issued), None
        until = max(until, suspended) if until else None
        if ends is not None and (suspended > ends or (until is not None and until > ends)):
            return
    state = LicenceState(
        id=ONE,
        person_id=HOA,
        authority_path="VN",
        scope=["surgery"],
        issued_on=issued,
        expires_on=ends,
        suspended_from=suspended,
        suspended_until=until if suspended else None,
        revoked_on=revoked,
    )
    known = [Days(ONE, one.valid_from, one.valid_to, one.standing, one.scope) for one in state.periods]
    for number in range(90):
        day = date(2025, 1, 1) + timedelta(days=number)
        may = issued <= day and (ends is None or day <= ends) and (revoked is None or day < revoked)
        rests = suspended is not None and suspended <= day and (until is None or day <= until)
        assert sum(one.covers(day) for one in known) <= 1
        assert judge(HOA, known, scope=None, on=day).may == (may and not rests)
