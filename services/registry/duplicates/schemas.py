"""What goes in and out about possible duplicates."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.duplicates.models import State
from services.registry.persons.schemas import PersonCard
from shared.actions import Action
from shared.records import Body


class ReasonRead(BaseModel):
    """How one field of the two files compares, and by how many bits it speaks for one person or, below zero, for two."""

    field: Literal["name", "birth", "sex", "occupation", "identifier", "contact"]
    comparison: str
    weight: float


class SideRead(BaseModel):
    """One of the two: the card of somebody whom the caller may see, and of another only whose file it is."""

    person_id: UUID | None
    authority: str
    card: PersonCard | None


class DuplicateCard(BaseModel):
    id: UUID
    weight: float
    reasons: list[ReasonRead]
    state: State
    found_on: date
    one: SideRead
    other: SideRead
    available_actions: list[Action]


class DuplicateRead(DuplicateCard):
    found_by: Literal["entry", "batch"]
    decided_on: date | None
    reason: str | None
    differs: list[dict[str, Any]] = Field(default_factory=list, description="Field by field what the two files say, where the caller may see both.")
    version: int


class Distinction(Body):
    reason: str = Field(min_length=3, max_length=500, description="What shows that they are two people.")
