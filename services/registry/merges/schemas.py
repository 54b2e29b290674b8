"""What goes in and out about merges."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.duplicates.schemas import SideRead
from services.registry.merges.models import State
from shared.actions import Action
from shared.persons import MergedRows, MergeInService
from shared.records import Body


class MergeCreate(Body):
    """Which of the two records stays, which is retired, and why they are one person."""

    surviving_id: UUID
    retired_id: UUID
    reason: str = Field(
        min_length=3, max_length=500, description="What shows that they are one person.", examples=["Same identity card, seen by HR; the second file was made by an import"]
    )


class Confirmation(Body):
    comment: str | None = Field(None, min_length=3, max_length=500)


class Reason(Body):
    reason: str = Field(min_length=3, max_length=500, description="Why; it is kept with the merge.")


class TriedRead(BaseModel):
    """What a merge would do, before anybody proposes it."""

    surviving: SideRead
    retired: SideRead
    differs: list[dict[str, Any]] = Field(description="Field by field what the two files say.")
    refused: dict[str, Any] | None = Field(description="Why it would be refused, with the rule and the other record; none when it may be proposed.")
    rows: list[MergedRows] = Field(description="What would move in the registry, and what a constraint would refuse to move.")


class MergeCard(BaseModel):
    id: UUID
    state: State
    reason: str
    proposed_on: date
    decided_on: date | None
    undone_on: date | None
    surviving: SideRead
    retired: SideRead
    available_actions: list[Action]


class MergeRead(MergeCard):
    decided_reason: str | None
    undone_reason: str | None
    version: int
    differs: list[dict[str, Any]] = Field(default_factory=list, description="Field by field what the two files say, where the caller may see both.")
    registry: MergeInService = Field(description="What became of the registry's own rows; each other service tells of its own.")
