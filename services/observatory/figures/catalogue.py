"""The catalogue of figures, read from data: what each says in three languages and what it is made of.

A count of what a service tells is a few lines: `counts` names the topic, `when` chooses, `each` says what is counted once.
Anything else is a statement (`rows`) over the same functions, which open to the caller's place alone.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from services.observatory.replicas.facts import FACTS
from shared.i18n import current_language

Each = Literal["id", "person_id", "facility_code"]
DEFINITIONS = Path(__file__).parent / "definitions"
TOPICS = frozenset(fact.name() for fact in FACTS)


class Words(BaseModel):
    """One text in the three languages; all are required."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fr: str
    vi: str
    en: str

    def __str__(self) -> str:
        text: str = getattr(self, current_language.get())
        return text


NOTHING = Words(fr="", vi="", en="")


class Part(BaseModel):
    """What is counted: facts of one topic (`counts`), or the lines of a statement (`rows`), that a condition chooses, each of something once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    counts: str | None = None
    rows: str | None = None
    when: str = "true"
    each: Each = "id"
    field: str = "kind"

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.counts is None) == (self.rows is None):
            raise ValueError("Write `counts: <topic>` or `rows: <statement>`.")
        if self.counts is not None and self.counts not in TOPICS:
            raise ValueError(f"Nobody tells {self.counts}.")
        return self


class Beside(BaseModel):
    """Another number to stand beside the figure: counted by ISCO-08 as the WHO does, or each record instead of each person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    isco: list[str] = []
    title: Words


class Definition(BaseModel):
    """One figure of the catalogue.

    `density` divides by the population, `ratio` by another count (`over`), `sum` adds amounts, `least` and `most` are those of one record and `median` the middle one, `policy_*` look at one attraction policy.
    `instead_of` names the figure that this one defines otherwise; `weighed` adds up shares of a full time (amounts, in thousandths) where others count people.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Literal["density", "count", "ratio", "sum", "least", "most", "median", "policy_hires", "policy_attainment"]
    part: Part
    over: Part | None = None
    dated: Literal["day", "period"]
    things: str = ""
    people: bool = True
    decimals: int = 0
    per: int = 1
    title: Words
    definition: Words
    unit: Words
    numerator: Words
    denominator: Words = NOTHING
    source: Words
    beside: Beside | None = None
    instead_of: str | None = None
    weighed: bool = False
    in_briefing: bool = False

    @property
    def is_density(self) -> bool:
        return self.kind == "density"

    @property
    def is_of_a_policy(self) -> bool:
        return self.kind in ("policy_hires", "policy_attainment")

    @property
    def topic(self) -> str:
        """What its records are, so that a page can open them."""
        if self.part.counts is not None:
            return self.part.counts
        return self.things or "registry.assignments"

    @property
    def service(self) -> str:
        """The part of the work that the figure is about: the first word of its id."""
        return self.id.partition(".")[0]


PART = ("counts", "rows", "when", "each", "field")


def _definition(entry: dict[str, Any]) -> Definition:
    own = {name: value for name, value in entry.items() if name not in PART}
    return Definition.model_validate(own | {"part": {name: entry[name] for name in PART if name in entry}, "numerator": entry.get("numerator") or entry["title"]})


@cache
def catalogue() -> dict[str, Definition]:
    """Every figure by its id, in the order of the files. A malformed one, or two with the same id, stop the service at its start."""
    found: dict[str, Definition] = {}
    for path in sorted(DEFINITIONS.glob("*.yaml")):
        for figure in map(_definition, yaml.safe_load(path.read_text(encoding="utf-8"))):
            if found.setdefault(figure.id, figure) is not figure:
                raise ValueError(f"{path.name} defines {figure.id} a second time.")
    for figure in found.values():
        if figure.instead_of is not None and (figure.instead_of not in found or found[figure.instead_of].instead_of is not None):
            raise ValueError(f"{figure.id} is instead of {figure.instead_of}, which is no first definition.")
    return found


def definitions_of(figure_id: str) -> list[Definition]:
    """The figure as it is first defined, and everything that is defined instead of it."""
    known = catalogue()
    first = known[figure_id].instead_of or figure_id
    return [known[first], *(figure for figure in known.values() if figure.instead_of == first)]
