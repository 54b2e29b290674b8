"""Are these two files one person? The weights of Fellegi and Sunter (1969): each field that agrees or differs speaks for or against it.

A weight is log2 of how much likelier the observation is among files of one person (m) than among files of two (u), so the
weights of fields add up. A word of a name speaks by how rare it is (Winkler's adjustment): two Nguyễn agree on little, two
Quỳnh on much. A typing error usually makes a word that is nobody's name; two words that are both names (Thanh, Thịnh) are two
people's, and of twins, who share birth and family name, the given name alone tells.

Nothing here reads a database or says a name: what comes out are fields, how they compare, and by how much.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import product
from math import log2
from typing import Literal

from rapidfuzz.distance import OSA, JaroWinkler

from shared.names import fold

Comparison = Literal[
    "same", "without-accents", "other-order", "typing-error", "other-spelling", "part", "different",
    "day-and-month-swapped", "one-part-differs", "same-year",
]  # fmt: skip

PRIOR = 5.0
FEWEST_PEOPLE = 2000
"""Two files are shown to somebody from so many bits above log2 of the people: each more doubles the namesakes whom one meets by chance."""

# Shares of words among names where the register is still too small to say: published counts of Viet Nam, France and the Maghreb, rounded.
_KNOWN = {
    "nguyen": 0.38, "tran": 0.12, "le": 0.095, "pham": 0.07, "hoang": 0.05, "huynh": 0.05, "phan": 0.045, "vu": 0.02, "vo": 0.02, "dang": 0.021, "bui": 0.02, "do": 0.014,
    "ho": 0.013, "ngo": 0.013, "duong": 0.01, "ly": 0.005, "thi": 0.25, "van": 0.2, "mohamed": 0.06, "mohammed": 0.04, "ahmed": 0.02, "fatima": 0.02, "ben": 0.05, "el": 0.08, "al": 0.03,
    "marie": 0.02, "jean": 0.02, "pierre": 0.01, "martin": 0.004,
}  # fmt: skip
_KNOWN_WEIGHT = 2000.0
_UNHEARD = 1 / 4000
_IS_A_NAME = 1 / 3000
"""A word that is found so often is somebody's name; a typing error is found once or twice."""
_EVERYBODYS = 0.03
_OF_ANOTHER_ACCENT = 2.0
_SHORTEST_TO_MISTYPE = 3
_LONG = 7
_PARTICLES = re.compile(r"\b(el|al|ben|bin|ibn|abd|abou|abu|ait|de|du|la|le)\s+")


@dataclass(frozen=True)
class Facts:
    """What is compared of one person."""

    names: tuple[str, ...]
    birth_date: date | None = None
    birth_precision: Literal["date", "year"] | None = None
    sex: str = "unknown"
    occupations: frozenset[str] = frozenset()
    identifiers: frozenset[tuple[str, str, str]] = frozenset()  # kind, issuer, blinded value
    contacts: frozenset[str] = frozenset()

    @cached_property
    def written(self) -> tuple["Name", ...]:
        return tuple(Name.of(name) for name in self.names)


@dataclass(frozen=True)
class Name:
    """One name as its words: folded, and as they were written."""

    folded: tuple[str, ...]
    marked: tuple[str, ...]
    has_marks: bool

    @classmethod
    def of(cls, name: str) -> "Name":
        return _name(name)


@lru_cache(maxsize=50_000)
def _name(name: str) -> Name:
    parts = [(fold(piece), unicodedata.normalize("NFC", piece).casefold()) for piece in name.replace("-", " ").split()]
    kept = [(folded.replace(" ", ""), marked) for folded, marked in parts if folded]
    folded, marked = tuple(one for one, _ in kept), tuple(one for _, one in kept)
    return Name(folded, marked, any(not word.isascii() for word in marked))


@dataclass(frozen=True)
class Frequencies:
    """How common each word is among the names of the register."""

    people: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def threshold(self) -> float:
        return PRIOR + log2(max(self.people, FEWEST_PEOPLE))

    def share(self, word: str) -> float:
        known = _KNOWN.get(word, _UNHEARD)
        return max((self.counts.get(word, 0) + known * _KNOWN_WEIGHT) / (self.people + _KNOWN_WEIGHT), 1e-5)

    def is_a_name(self, word: str) -> bool:
        return self.counts.get(word, 0) / (self.people + _KNOWN_WEIGHT) > _IS_A_NAME or word in _KNOWN

    def are_two_names(self, one: str, other: str) -> bool:
        """A common word is often mistyped in one way: what is a hundred times rarer than its neighbour is its error, however often it is found."""
        rarer, commoner = sorted((self.share(one), self.share(other)))
        return self.is_a_name(one) and self.is_a_name(other) and rarer * 100 >= commoner


@dataclass(frozen=True)
class Reason:
    """How one field compares, and by how many bits it speaks for (or, below zero, against) one person."""

    field: Literal["name", "birth", "sex", "occupation", "identifier", "contact"]
    comparison: Comparison
    weight: float


@dataclass(frozen=True)
class Score:
    reasons: tuple[Reason, ...]
    threshold: float

    @property
    def weight(self) -> float:
        return sum(reason.weight for reason in self.reasons)

    @property
    def is_candidate(self) -> bool:
        return self.weight >= self.threshold


def score(one: Facts, other: Facts, frequencies: Frequencies) -> Score:
    """Compare field by field; what one of the two files does not say speaks neither for nor against."""
    found = (
        compare_names(one.written, other.written, frequencies),
        compare_births(one, other),
        compare_sexes(one.sex, other.sex),
        compare_occupations(one.occupations, other.occupations),
        compare_identifiers(one.identifiers, other.identifiers),
        compare_contacts(one.contacts, other.contacts),
    )
    return Score(tuple(reason for reason in found if reason is not None), frequencies.threshold)


# -- names


def compare_names(ones: Sequence[Name], others: Sequence[Name], frequencies: Frequencies) -> Reason:
    """The best of all pairs of names: somebody with a usual and a transliterated name agrees by either."""
    return max((_compare(one, other, frequencies) for one, other in product(ones, others)), key=lambda reason: reason.weight)


def _compare(one: Name, other: Name, frequencies: Frequencies) -> Reason:
    weight, worst = 0.0, "same"
    alone, left = [], list(range(len(other.folded)))
    in_order = True
    unmatched: list[int] = []
    for position, word in enumerate(one.folded):
        same = [at for at in left if other.folded[at] == word]
        if not same:
            unmatched.append(position)
            continue
        at = min(same, key=lambda where: (one.marked[position] != other.marked[where], abs(where - position)))
        left.remove(at)
        in_order &= at == position or len(one.folded) != len(other.folded)
        weight_of, how = _same_letters(one, position, other, at, frequencies)
        weight, worst = weight + weight_of, _worse(worst, how)
    for position in unmatched:
        near = [(_near(one.folded[position], other.folded[at], frequencies), at) for at in left]
        best = max(near, default=(None, -1), key=lambda pair: pair[0] or 0.0)
        if best[0] is None:
            alone.append(one.folded[position])
            continue
        left.remove(best[1])
        weight, worst = weight + best[0], _worse(worst, "typing-error")
    rest = [other.folded[at] for at in left]
    if alone and rest:
        whole = _other_spelling(one, other, frequencies) if len(one.folded) != len(other.folded) else None
        if whole is not None:
            return whole
        weight, worst = _of_two_people(weight, alone, rest, frequencies), "different"
    elif alone or rest:
        # A middle name left out (Thị, Văn: everybody's) or a married name added; a rare word more is rather somebody else's name.
        weight, worst = weight - sum(1.5 if frequencies.share(word) >= _EVERYBODYS else 6.0 for word in alone or rest), _worse(worst, "part")
    elif worst == "different":
        # Hùng and Hưng are two names however rare the family's other words are: only the same birth speaks for an error.
        weight = min(weight, _OF_ANOTHER_ACCENT)
    if not in_order and worst in ("same", "without-accents"):
        weight, worst = weight - 1.0, "other-order"
    return Reason("name", worst, round(weight, 2))  # type: ignore[arg-type]


_ORDER = ("same", "without-accents", "other-order", "part", "typing-error", "other-spelling", "different")


def _of_two_people(weight: float, alone: Sequence[str], rest: Sequence[str], frequencies: Frequencies) -> float:
    """Words that are both names are two people's, and what else they share is their family's; a word that is nobody's name may be the other one, typed beyond recognition."""
    names = min(sum(frequencies.is_a_name(word) for word in words) for words in (alone, rest))
    against = 11.0 * names + 6.0 * (max(len(alone), len(rest)) - names)
    return min(weight - against, -2.0) if names else weight - against


def _worse(one: str, other: str) -> str:
    return max(one, other, key=_ORDER.index)


def _same_letters(one: Name, position: int, other: Name, at: int, frequencies: Frequencies) -> tuple[float, str]:
    """Equal without accents: whether they are missing on one side, or say another name (Hùng and Hưng)."""
    weight = log2(0.95 / frequencies.share(one.folded[position]))
    if one.marked[position] == other.marked[at]:
        return weight, "same"
    if one.has_marks and other.has_marks and one.folded[position].isascii():
        # Both write Latin letters with accents: two different ones are two names, one that is missing is rather an error. A hamza is left out at will.
        bare = one.marked[position].isascii() or other.marked[at].isascii()
        return (weight - 4.0, "without-accents") if bare else (min(weight, 3.0) - 9.0, "different")
    return weight - 0.3, "without-accents"


def _near(one: str, other: str, frequencies: Frequencies) -> float | None:
    """What a word that is nearly the other says; None when they are two words."""
    shorter, longer = sorted((len(one), len(other)))
    if longer < _SHORTEST_TO_MISTYPE:
        return None
    allowed = 2 if shorter >= _LONG else 1
    if OSA.distance(one, other, score_cutoff=allowed) > allowed and not _sounds_alike(one, other):
        return None
    if frequencies.are_two_names(one, other) and not _sounds_alike(one, other):
        return None
    common = max(frequencies.share(one), frequencies.share(other))
    return min(log2(0.5 / common), 8.0 if shorter >= _LONG else 5.0 if shorter > _SHORTEST_TO_MISTYPE else 2.5)


def _sounds_alike(one: str, other: str) -> bool:
    """Two spellings of one Arabic name in Latin letters: mohammed and mohamed, youssef and yusuf. Short words have too few consonants to say."""
    bones = _bones(one)
    return len(bones) >= 3 and bones == _bones(other) and max(len(one), len(other)) >= 6 and JaroWinkler.similarity(one, other) >= 0.75  # noqa: PLR2004  the lengths say what the sentence says


@lru_cache(maxsize=50_000)
def _bones(word: str) -> str:
    """The consonants, doubled ones once, as French and English write the same Arabic letter."""
    for sound, letter in (("ou", "u"), ("kh", "x"), ("gh", "g"), ("ch", "S"), ("sh", "S"), ("dj", "j"), ("th", "t"), ("dh", "d"), ("q", "k"), ("c", "k"), ("ss", "s"), ("z", "s")):
        word = word.replace(sound, letter)
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiouyw]", "", word))


def _other_spelling(one: Name, other: Name, frequencies: Frequencies) -> Reason | None:
    """Words joined or parted (Ben Ali, Benali; El Amrani, Elamrani): compared as one string, whatever the order of its parts."""
    first, second = _joined(one), _joined(other)
    if min(len(first), len(second)) < 8 or OSA.normalized_similarity(first, second) < 0.9:  # noqa: PLR2004  short strings are near by chance
        return None
    rare = min(sum(log2(0.5 / frequencies.share(word)) for word in name.folded) for name in (one, other))
    return Reason("name", "other-spelling", round(min(rare, 14.0), 2))


def _joined(name: Name) -> str:
    return "".join(sorted(_PARTICLES.sub(r"\1", " ".join(name.folded) + " ").split()))


# -- the other fields


def compare_births(one: Facts, other: Facts) -> Reason | None:
    """Births spread over some 45 years of staff: the same day is one in sixteen thousand, the same year one in forty-five."""
    if one.birth_date is None or other.birth_date is None:
        return None
    first, second = one.birth_date, other.birth_date
    if "year" in (one.birth_precision, other.birth_precision):
        return Reason("birth", "same-year", 5.3) if first.year == second.year else Reason("birth", "different", -9.5)
    if first == second:
        return Reason("birth", "same", 13.8)
    if first.year == second.year and (first.day, first.month) == (second.month, second.day):
        return Reason("birth", "day-and-month-swapped", 8.0)
    agree = (first.year == second.year) + (first.month == second.month) + (first.day == second.day)
    if agree == 2:  # noqa: PLR2004  two of the three parts
        return Reason("birth", "one-part-differs", 4.5 if _one_slip(first, second) else 1.0)
    return Reason("birth", "different", -9.5)


def _one_slip(first: date, second: date) -> bool:
    """One digit typed wrongly, two of them turned round, or the day before or after."""
    return abs((first - second).days) == 1 or OSA.distance(first.isoformat(), second.isoformat(), score_cutoff=1) == 1


def compare_sexes(one: str, other: str) -> Reason | None:
    if "unknown" in (one, other):
        return None
    return Reason("sex", "same", 1.0) if one == other else Reason("sex", "different", -6.0)


def compare_occupations(ones: Iterable[str], others: Iterable[str]) -> Reason | None:
    first, second = set(ones), set(others)
    if not first or not second:
        return None
    return Reason("occupation", "same", 1.5) if first & second else Reason("occupation", "different", -1.5)


def compare_identifiers(ones: frozenset[tuple[str, str, str]], others: frozenset[tuple[str, str, str]]) -> Reason | None:
    """The same number is nearly proof; two national numbers of one country are two people, but for a misread one."""
    if ones & others:
        return Reason("identifier", "same", 20.0)
    national = {(kind, issuer) for kind, issuer, _value in ones if kind == "national-id"} & {(kind, issuer) for kind, issuer, _value in others}
    return Reason("identifier", "different", -12.0) if national else None


def compare_contacts(ones: frozenset[str], others: frozenset[str]) -> Reason | None:
    """A family or a ward shares a phone: it speaks for one person, but not alone."""
    return Reason("contact", "same", 6.0) if ones & others else None
