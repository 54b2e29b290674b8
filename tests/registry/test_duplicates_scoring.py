"""What makes two files one person, and what makes them two: rules without a database."""

from dataclasses import replace
from datetime import date

import pytest

from services.registry.duplicates.scoring import Facts, Frequencies, score

COUNTS = {
    "nguyen": 7600,
    "van": 4000,
    "thi": 5000,
    "hoa": 300,
    "hung": 280,
    "thanh": 260,
    "thinh": 120,
    "anh": 500,
    "em": 60,
    "tran": 2400,
    "le": 1900,
    "ha": 250,
    "quynh": 90,
    "diem": 40,
}
COMMON = Frequencies(20_000, COUNTS)
HOA = Facts(("Nguyễn Thị Hoa",), date(1985, 3, 9), "date", "female", frozenset({"VN-BS"}))


def named(*names: str, **more: object) -> Facts:
    return replace(HOA, names=names, **more)  # type: ignore[arg-type]


SAME = [
    (HOA, "same"),
    (named("NGUYEN THI HOA"), "without-accents"),
    (named("Hoa Nguyễn Thị"), "other-order"),
    (named("Nguyễn Hoa"), "part"),
    (named("Nguyễn Thị Hoaa"), "typing-error"),
    (named("Nguyễn Thị Hoa", birth_date=date(1985, 9, 3)), "same"),
    (named("Nguyễn Thị Hoa", identifiers=frozenset({("national-id", "VN", "a")}), birth_date=None, birth_precision=None), "same"),
]


@pytest.mark.parametrize(("other", "how"), SAME)
def test_one_person_written_twice(other: Facts, how: str) -> None:
    one = replace(HOA, identifiers=frozenset({("national-id", "VN", "a")})) if other.identifiers else HOA
    found = score(one, other, COMMON)
    assert found.reasons[0].comparison == how
    if "03-09" in str(other.birth_date) or other.identifiers:
        assert found.is_candidate, found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed El Amrani", "Mohamed Elamrani"),
        ("Fatima Zahra Ben Ali", "Fatima-Zahra Benali"),
        ("Youssef Bensouda", "Yusuf Bensouda"),
        ("Jean-Baptiste Lefèvre", "LEFEVRE Jean Baptiste"),
        ("Anne-Sophie Crouzet", "Anne Sophie Crouzte"),
        ("محمد الأمراني", "محمد الامراني"),
        ("Lê Hoàng Diễm Quỳnh", "Lê Hoang Diem Quynh"),
    ],
)
def test_other_spellings_of_one_name(one: str, other: str) -> None:
    found = score(named(one), named(other), COMMON)
    assert found.is_candidate, found


TWO = {
    "twins": (named("Nguyễn Văn Anh"), named("Nguyễn Văn Em")),
    "twins whose names differ by one letter": (named("Nguyễn Văn Thanh"), named("Nguyễn Văn Thịnh")),
    "twins whose names differ by an accent": (named("Nguyễn Văn Hùng"), named("Nguyễn Văn Hưng")),
    "another accent and nearly the same birth": (
        named("Bùi Trọng Đạt", sex="male", birth_date=date(1978, 5, 10)),
        named("Bùi Trọng Đất", sex="male", birth_date=date(1978, 5, 11)),
    ),
    "homonyms of one year": (replace(HOA, birth_precision="year"), HOA),
    "homonyms born on other days": (HOA, replace(HOA, birth_date=date(1985, 7, 21))),
    "a man and a woman": (named("Nguyễn Anh", birth_precision="year"), named("Nguyễn Anh", sex="male", birth_precision="year")),
    "the same birth alone": (HOA, named("Trần Diễm Quỳnh")),
    "different national numbers": (replace(HOA, identifiers=frozenset({("national-id", "VN", "a")})), replace(HOA, identifiers=frozenset({("national-id", "VN", "b")}))),
}


@pytest.mark.parametrize("case", TWO)
def test_two_people(case: str) -> None:
    found = score(*TWO[case], COMMON)
    assert not found.is_candidate, found


def test_it_is_the_same_whichever_comes_first() -> None:
    for one, other in [*TWO.values(), *[(HOA, other) for other, _how in SAME]]:
        assert score(one, other, COMMON).weight == pytest.approx(score(other, one, COMMON).weight, abs=0.02)


def test_a_rare_name_says_more_than_a_common_one() -> None:
    rare, common = named("Lê Diễm Quỳnh", birth_precision="year"), named("Nguyễn Văn Hoa", birth_precision="year")
    assert score(rare, rare, COMMON).weight > COMMON.threshold > score(common, common, COMMON).weight


def test_what_is_not_said_speaks_neither_for_nor_against() -> None:
    silent = Facts(("Nguyễn Thị Hoa",))
    assert [reason.field for reason in score(HOA, silent, COMMON).reasons] == ["name"]


def test_the_more_people_the_more_is_asked() -> None:
    """Namesakes met by chance grow with the register: what tells two files of a hospital says little in a country."""
    other = replace(HOA, birth_date=date(1985, 8, 9))
    country = Frequencies(1_000_000, {word: 50 * count for word, count in COUNTS.items()})
    assert not score(HOA, other, country).is_candidate
    assert score(HOA, HOA, country).is_candidate
