"""The rules of every measure: contenders take turns in one run, an error fails it, and a verdict is refused when the rounds disagree.

A figure of one machine says little; a ratio of two contenders that took turns on it says much. So each round runs every contender
once, the ratio is that of the round, and what is told is the median over the rounds.
"""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from rich.table import Column, Table

MOST_SPREAD = 0.15


class MeasureFailed(Exception):
    """A request failed, or a part did not do its work: what was measured is not what was promised."""


class Kind(Enum):
    """How a contender is set against its baseline."""

    RATE = "rate"  # so many a second: contender ÷ baseline, at least the target
    COST = "cost"  # so much each: baseline ÷ contender, at least the target
    LIMIT = "limit"  # so much in all: contender ÷ baseline, at most the target


class Verdict(Enum):
    MET = "met"
    MISSED = "missed"
    REFUSED = "refused"  # the rounds disagree by too much to say
    BEYOND = "beyond this machine"  # a floor that the limit itself, measured beside us, does not reach


@dataclass(frozen=True)
class Plan:
    """How long and how often; a short plan shows that everything runs, a long one what it is worth."""

    seconds: float = 2.0
    rounds: int = 5
    people: int = 100_000
    report: Callable[[str], None] = field(default=lambda _text: None)


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, against what, in each round."""

    name: str
    measure: str
    contender: str
    baseline: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float]
    kind: Kind
    target: float
    stretch: bool = False
    limit: Sequence[float] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratios(self) -> list[float]:
        pairs = list(zip(self.ours, self.theirs, strict=True))
        if not pairs or any((ours <= 0 and self.kind is Kind.COST) or theirs <= 0 for ours, theirs in pairs):
            raise MeasureFailed(f"{self.name}, {self.measure}: a round measured nothing.")
        return [theirs / ours if self.kind is Kind.COST else ours / theirs for ours, theirs in pairs]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def spread(self) -> float:
        """The middle half of the rounds, as a share of their median; below a limit as a share of the limit, where the noise of little is little."""
        ratios = self.ratios
        if len(ratios) < 2:
            return 0.0
        first, _, third = statistics.quantiles(ratios, n=4, method="inclusive")
        against = max(abs(self.ratio), self.target) if self.kind is Kind.LIMIT else self.ratio
        return (third - first) / against if against else 0.0

    @property
    def verdict(self) -> Verdict:
        if self.spread > MOST_SPREAD:
            return Verdict.REFUSED
        is_met = self.ratio <= self.target if self.kind is Kind.LIMIT else self.ratio >= self.target
        if is_met:
            return Verdict.MET
        return Verdict.BEYOND if self.limit and statistics.median(self.limit) < statistics.median(self.theirs) else Verdict.MISSED

    @property
    def ok(self) -> bool:
        return self.verdict is Verdict.MET

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "measure": self.measure,
            "contender": self.contender,
            "baseline": self.baseline,
            "ratio": round(self.ratio, 4),
            "target": self.target,
            "at": "most" if self.kind is Kind.LIMIT else "least",
            "spread": round(self.spread, 4),
            "ok": self.ok,
            "verdict": self.verdict.value,
            "stretch": self.stretch,
            "unit": self.unit,
            "measured": {"contender": statistics.median(self.ours), "baseline": statistics.median(self.theirs)},
            "rounds": [{"contender": ours, "baseline": theirs} for ours, theirs in zip(self.ours, self.theirs, strict=True)],
        } | ({"notes": dict(self.notes)} if self.notes else {})


def limited(name: str, measure: str, contender: str, ours: Sequence[float], limit: float, unit: str, **more: Any) -> Row:
    """A figure that must stay below a limit of its own: the ratio is the share of the limit."""
    return Row(name, measure, contender, f"limit: {limit:g} {unit}", unit, ours, [limit] * len(ours), Kind.LIMIT, 1.0, **more)


def reached(name: str, measure: str, contender: str, ours: Sequence[float], floor: float, unit: str, *, limit: Sequence[float] = (), **more: Any) -> Row:
    """A rate that must reach a floor of its own: the ratio is the share of the floor.

    `limit` is what nothing can surpass here, measured in the same rounds: a floor above it says how fast the machine is, and nothing of us.
    """
    told = f" (limit here: {figure(statistics.median(limit))})" if limit else ""
    return Row(name, measure, contender, f"floor: {floor:g} {unit}{told}", unit, ours, [floor] * len(ours), Kind.RATE, 1.0, limit=limit, **more)


def interleave(rounds: int, contenders: Mapping[str, Callable[[], Any]]) -> dict[str, list[Any]]:
    """A, B, A, B …: what each contender measured, round by round."""
    found: dict[str, list[Any]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            found[name].append(run())
    return found


# --- what is told -----------------------------------------------------------------------------------------------------


def table(rows: Sequence[Row]) -> Table:
    drawn = Table(
        "name", Column("measure", overflow="fold"), Column("contender", overflow="fold"), Column("baseline", overflow="fold"),
        Column("ratio", justify="right"), Column("target", justify="right"), Column("spread", justify="right"), "verdict",
        box=None, padding=(0, 2, 0, 0),
    )  # fmt: skip
    colours = {Verdict.MET: "green", Verdict.MISSED: "red", Verdict.REFUSED: "yellow", Verdict.BEYOND: "yellow"}
    previous = ""
    for row in rows:
        drawn.add_row(
            row.name if row.name != previous else "",
            row.measure,
            f"{row.contender}: {figure(statistics.median(row.ours))} {row.unit}",
            row.baseline if row.baseline.startswith(("limit:", "floor:")) else f"{row.baseline}: {figure(statistics.median(row.theirs))} {row.unit}",
            f"{row.ratio:.2f}",
            f"{'≤' if row.kind is Kind.LIMIT else '≥'} {row.target:g}",
            f"{row.spread:.0%}",
            f"[{colours[row.verdict]}]{row.verdict.value}[/]" + (" (stretch)" if row.stretch else ""),
        )
        previous = row.name
    return drawn


def figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def keep(folder: Path, rows: Sequence[Row], machine: Mapping[str, Any], complaints: Mapping[str, str]) -> Path:
    """One file per run, for comparing runs and for a public page."""
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC)
    path = folder / f"{at:%Y-%m-%dT%H-%M-%S}.json"
    path.write_text(json.dumps({"at": at.isoformat(), "machine": dict(machine), "rows": [row.as_json() for row in rows], "failed": dict(complaints)}, indent=1, ensure_ascii=False))
    return path


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    if not values:
        raise MeasureFailed("Nothing was measured.")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
