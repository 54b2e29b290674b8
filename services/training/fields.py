"""Kinds of text and number that bodies of training share."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer, StringConstraints

from shared.errors import Problem
from shared.rulepacks import Rule

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*$", max_length=60)]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
Money = Annotated[int, Field(ge=0, le=10**15)]
Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class RuleRead(BaseModel):
    """A rule as it is shown beside what it decides: value, unit and citation."""

    id: str
    value: object
    unit: str
    citation: str
    confidence: str

    @classmethod
    def of(cls, rule: Rule) -> "RuleRead":
        return cls.model_validate(rule.as_json())


def problem_of(refused: Problem) -> dict[str, object]:
    """One refusal inside a batch that goes on."""
    return refused.as_json()
