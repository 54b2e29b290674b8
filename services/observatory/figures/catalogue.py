"""The catalogue of figures, read from data: what each says in three languages and what it is made of."""

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from shared.i18n import current_language


class Words(BaseModel):
    """One text in the three languages; all are required."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fr: str
    vi: str
    en: str

    def __str__(self) -> str:
        text: str = getattr(self, current_language.get())
        return text


class Beside(BaseModel):
    """The same figure as the WHO counts it, by ISCO-08, to stand beside ours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    isco: list[str]
    title: Words


class Definition(BaseModel):
    """One figure of the catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Literal["density", "policy_hires", "policy_attainment"]
    groups: list[str] = []
    decimals: int
    per: int = 1
    title: Words
    definition: Words
    unit: Words
    numerator: Words
    denominator: Words
    source: Words
    beside: Beside | None = None

    @property
    def is_density(self) -> bool:
        return self.kind == "density"


@cache
def catalogue() -> dict[str, Definition]:
    """Every figure by its id. A malformed catalogue stops the service at its start."""
    entries = yaml.safe_load((Path(__file__).parent / "catalogue.yaml").read_text(encoding="utf-8"))
    return {figure.id: figure for figure in map(Definition.model_validate, entries)}
