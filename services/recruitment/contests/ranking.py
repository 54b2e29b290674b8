"""How a contest decides, as pure functions of its rules and of what was recorded: anybody may replay them (REC-05).

Candidates are known by their anonymity number alone. Nothing here depends on the order in which they are given, and a tie is
resolved by the order that the pack states: by marks, by a lot whose seed and algorithm are recorded, or by a decision with its
reason; never by a name or by chance. Figures are exact (R-EXACT): thresholds compare them unrounded.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, groupby
from typing import Any, Literal

from shared.rulepacks import RulePack

ALGORITHM = "relais-contest-1"
"""Version of these rules, kept with each ranking."""
LOT = "sha256(seed:number), ascending"
"""How a lot is drawn from its seed, told with the seed."""
GENERAL = "general"

Outcome = Literal["ranked", "eliminated", "below", "absent"]


@dataclass(frozen=True)
class Paper:
    """One paper of the contest and what it weighs."""

    code: str
    coefficient: Decimal


@dataclass(frozen=True)
class Formula:
    """What the pack says about marks, quotas and ties."""

    scale: Decimal
    elimination: Decimal
    elimination_included: bool
    admission: Decimal
    quotas: Mapping[str, Decimal]
    ties: tuple[str, ...]

    @classmethod
    def of(cls, pack: RulePack) -> "Formula":
        elimination = pack.rule("CONTEST-ELIMINATION").value
        return cls(
            scale=Decimal(str(pack.rule("CONTEST-SCALE").value)),
            elimination=Decimal(str(elimination["mark"])),
            elimination_included=elimination["included"],
            admission=Decimal(str(pack.rule("CONTEST-ADMISSION").value)),
            quotas={kind: Decimal(str(percent)) for kind, percent in pack.rule("CONTEST-QUOTAS").value.items()},
            ties=tuple(pack.rule("CONTEST-TIES").value),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "scale": str(self.scale),
            "elimination": str(self.elimination),
            "elimination_included": self.elimination_included,
            "admission": str(self.admission),
            "quotas": {kind: str(percent) for kind, percent in sorted(self.quotas.items())},
            "ties": list(self.ties),
        }

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Formula":
        return cls(
            Decimal(said["scale"]),
            Decimal(said["elimination"]),
            said["elimination_included"],
            Decimal(said["admission"]),
            {kind: Decimal(percent) for kind, percent in said["quotas"].items()},
            tuple(said["ties"]),
        )


@dataclass(frozen=True)
class Entry:
    """One candidate as the jury knows them: final marks by paper (None: absent), the proven quota and the proven priority points."""

    number: str
    marks: Mapping[str, Decimal | Fraction | None]
    quota: str | None = None
    points: Decimal = Decimal(0)


@dataclass(frozen=True)
class Line:
    """What became of one candidate, and why: exact average and total, rank, and which rule parted those who were equal."""

    number: str
    outcome: Outcome
    quota: str | None
    raw: Fraction | None
    total: Fraction | None
    paper: str | None = None
    rank: int | None = None
    tie: str | None = None


@dataclass(frozen=True)
class Ranking:
    """The lines in order of merit, then those who are not ranked by number; and the ties that wait for a decision."""

    lines: tuple[Line, ...]
    undecided: tuple[tuple[str, ...], ...] = ()

    @property
    def ranked(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.outcome == "ranked")


# ---- Marks ----------------------------------------------------------------------------------------------------------


def needs_third_marker(first: Decimal, second: Decimal, *, scale: Decimal, percent: Decimal) -> bool:
    """Two independent markers who differ by more than a share of the scale call a third one (REC-02)."""
    return abs(first - second) * 100 > percent * scale


def final_mark(marks: Sequence[Decimal]) -> Fraction:
    """The mean of the two nearest marks; the higher pair when two are equally near, in the candidate's favour."""
    if len(marks) == 1:
        return Fraction(marks[0])
    one, other = min(combinations(sorted(marks, reverse=True), 2), key=lambda pair: (pair[0] - pair[1], -pair[0]))
    return (Fraction(one) + Fraction(other)) / 2


def shown(value: Fraction | None) -> Decimal | None:
    """Rounded once, for the reader: two decimals, half up."""
    if value is None:
        return None
    hundredths = (abs(value) * 200 + 1) // 2
    return Decimal(hundredths if value >= 0 else -hundredths).scaleb(-2)


# ---- From marks to a rank -----------------------------------------------------------------------------------------------


def judge(entry: Entry, papers: Sequence[Paper], formula: Formula) -> Line:
    """One candidate alone: absent, eliminated by a mark, below the admission average, or to be ranked. Priority points never lift a raw average."""
    if any(entry.marks.get(paper.code) is None for paper in papers):
        absent = next(paper.code for paper in papers if entry.marks.get(paper.code) is None)
        return Line(entry.number, "absent", entry.quota, None, None, paper=absent)
    marks = {paper.code: Fraction(entry.marks[paper.code] or 0) for paper in papers}
    weights = {paper.code: Fraction(paper.coefficient) for paper in papers}
    raw = sum((marks[code] * weights[code] for code in marks), Fraction(0)) / sum(weights.values())
    total = raw + Fraction(entry.points)
    for code, mark in marks.items():
        if mark < formula.elimination or (mark == formula.elimination and formula.elimination_included):
            return Line(entry.number, "eliminated", entry.quota, raw, total, paper=code)
    return Line(entry.number, "below" if raw < formula.admission else "ranked", entry.quota, raw, total)


def rank(entries: Collection[Entry], papers: Sequence[Paper], formula: Formula, *, seed: str = "", decided: Sequence[str] = ()) -> Ranking:
    """The order of merit. `decided` names numbers in the order that the head decided; `seed` is the one of the lot."""
    known = {entry.number: entry for entry in entries}
    judged = [judge(entry, papers, formula) for entry in sorted(entries, key=lambda one: one.number)]
    heaviest = sorted(papers, key=lambda paper: (-paper.coefficient, paper.code))

    def key(line: Line, criterion: str) -> Any:
        match criterion:
            case "raw":
                return -(line.raw or Fraction(0))
            case "papers":
                return tuple(-Fraction(known[line.number].marks[paper.code] or 0) for paper in heaviest)
            case "lot":
                return lot(seed, line.number)
            case "decision":
                return decided.index(line.number) if line.number in decided else len(decided)
        raise ValueError(criterion)

    def parted(lines: list[Line], criteria: Sequence[str], by: str | None) -> list[list[tuple[Line, str | None]]]:
        """Groups in order; those whom no criterion parts stay together."""
        if len(lines) == 1 or not criteria:
            return [[(line, by) for line in lines]]
        first, rest = criteria[0], criteria[1:]
        groups = [list(group) for _key, group in groupby(sorted(lines, key=lambda line: key(line, first)), key=lambda line: key(line, first))]
        return [part for group in groups for part in parted(group, rest, first if len(groups) > 1 else by)]

    placed: list[Line] = []
    undecided: list[tuple[str, ...]] = []
    merit = sorted((line for line in judged if line.outcome == "ranked"), key=lambda line: -(line.total or Fraction(0)))
    for _total, equal in groupby(merit, key=lambda line: line.total):
        for group in parted(list(equal), formula.ties, None):
            if len(group) > 1:
                undecided.append(tuple(sorted(line.number for line, _by in group)))
            place = len(placed) + 1
            placed += [Line(line.number, line.outcome, line.quota, line.raw, line.total, rank=place, tie=by) for line, by in sorted(group, key=lambda pair: pair[0].number)]
    return Ranking((*placed, *(line for line in judged if line.outcome != "ranked")), tuple(undecided))


def lot(seed: str, number: str) -> str:
    """The place of a number in the drawing of lots."""
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()


# ---- From ranks to seats --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attribution:
    """Who has a seat and from which list, who waits and in which place, and how many seats each list had."""

    selected: Mapping[str, str]
    waiting: tuple[str, ...]
    seats: Mapping[str, int]


def reserved_seats(posts: int, quotas: Mapping[str, Decimal]) -> dict[str, int]:
    """Each quota rounded down, the rest is general (R-QUOTA)."""
    reserved = {kind: int(posts * percent // 100) for kind, percent in sorted(quotas.items())}
    return reserved | {GENERAL: posts - sum(reserved.values())}


def attribute(ranked: Sequence[Line], posts: int, quotas: Mapping[str, Decimal], *, gone: Collection[str] = ()) -> Attribution:
    """Seats by list in order of merit (REC-MA-01): reserved seats that their list leaves free revert to the general one, and what that leaves goes to the next of any list.

    Without those who are gone: who had a seat keeps it, and the next of the same list moves up.
    """
    seats = reserved_seats(posts, quotas)
    there = [line for line in ranked if line.number not in gone]
    selected: dict[str, str] = {}
    for kind, reserved in seats.items():
        if kind != GENERAL:
            selected |= {line.number: kind for line in [line for line in there if line.quota == kind][:reserved]}
    general = [line for line in there if line.quota not in quotas]
    selected |= {line.number: GENERAL for line in general[: posts - len(selected)]}
    rest = [line for line in there if line.number not in selected]
    selected |= {line.number: GENERAL for line in rest[: posts - len(selected)]}
    return Attribution(selected, tuple(line.number for line in there if line.number not in selected), seats)


def assign(order: Sequence[str], choices: Mapping[str, Sequence[str]], places: Mapping[str, int], *, held: Mapping[str, str] | None = None) -> dict[str, str]:
    """Who goes where, by rank and choices (REC-MA-03): each gets the first of their choices that is free, else the first place that is, in the order of the notice.

    `held` are the places given before: they stay.
    """
    given = {number: place for number, place in (held or {}).items() if number in order}
    free = Counter(dict(places))
    free.subtract(given.values())
    for number in order:
        if number in given:
            continue
        wanted = [*choices.get(number, ()), *places]
        place = next((place for place in wanted if free.get(place, 0) > 0), None)
        if place is not None:
            given[number] = place
            free[place] -= 1
    return given


# ---- What is recorded, and replayed ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deliberation:
    """All that a ranking is computed from; written down as JSON it gives the same list for ever."""

    papers: tuple[Paper, ...]
    formula: Formula
    entries: tuple[Entry, ...]
    posts: int
    seed: str
    decided: tuple[str, ...] = ()
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "algorithm": ALGORITHM,
            "lot": LOT,
            "seed": self.seed,
            "posts": self.posts,
            "formula": self.formula.as_json(),
            "papers": [{"code": paper.code, "coefficient": str(paper.coefficient)} for paper in self.papers],
            "decided": list(self.decided),
            "places": [[place, seats] for place, seats in self.places.items()],
            "entries": [
                {
                    "number": entry.number,
                    "marks": {code: None if mark is None else str(Fraction(mark)) for code, mark in sorted(entry.marks.items())},
                    "quota": entry.quota,
                    "points": str(entry.points),
                    "choices": list(self.choices.get(entry.number, ())),
                }
                for entry in sorted(self.entries, key=lambda one: one.number)
            ],
        }

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Deliberation":
        """From what was recorded. Raises ValueError when other rules than these computed it."""
        if said["algorithm"] != ALGORITHM:
            raise ValueError(f"{said['algorithm']} is not {ALGORITHM}")
        entries = tuple(
            Entry(
                entry["number"],
                {code: None if mark is None else Fraction(mark) for code, mark in entry["marks"].items()},
                entry["quota"],
                Decimal(entry["points"]),
            )
            for entry in said["entries"]
        )
        return cls(
            papers=tuple(Paper(paper["code"], Decimal(paper["coefficient"])) for paper in said["papers"]),
            formula=Formula.read(said["formula"]),
            entries=entries,
            posts=said["posts"],
            seed=said["seed"],
            decided=tuple(said["decided"]),
            choices={entry["number"]: entry["choices"] for entry in said["entries"]},
            places=dict(said["places"]),
        )

    def ranking(self) -> Ranking:
        return rank(self.entries, self.papers, self.formula, seed=self.seed, decided=self.decided)

    def result(self) -> list[dict[str, Any]]:
        """One line for each candidate, with how it came about."""
        ranking = self.ranking()
        seats = attribute(ranking.ranked, self.posts, self.formula.quotas)
        order = [line.number for line in ranking.ranked if line.number in seats.selected]
        places = assign(order, self.choices, self.places)
        waiting = {number: place for place, number in enumerate(seats.waiting, start=1)}
        return [
            {
                "number": line.number,
                "outcome": "selected" if line.number in seats.selected else "waiting" if line.number in waiting else line.outcome,
                "rank": line.rank,
                "list": seats.selected.get(line.number),
                "waiting": waiting.get(line.number),
                "raw": None if line.raw is None else str(line.raw),
                "total": None if line.total is None else str(line.total),
                "paper": line.paper,
                "tie": line.tie,
                "place": places.get(line.number),
                "choice": (list(self.choices.get(line.number, ())).index(places[line.number]) + 1)
                if line.number in places and places[line.number] in self.choices.get(line.number, ())
                else None,
            }
            for line in ranking.lines
        ]
