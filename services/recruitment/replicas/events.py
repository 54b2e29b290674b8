"""What recruitment hears of the registry beside its places: only the fields that it uses."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, Field


class PostState(BaseModel):
    """A seat of the establishment."""

    topic: ClassVar[str] = "relais.registry.posts"

    id: UUID
    facility_code: str
    unit: str | None = None
    occupation_code: str
    specialty: str | None = None
    fte: Decimal
    filled: Decimal = Decimal(0)
    open_from: date
    close_to: date | None = None
    frozen: bool = False


class Filling(BaseModel):
    """A post filled from a first to a last day."""

    valid_from: date
    valid_to: date | None
    post_id: UUID | None = None


class AssignmentState(BaseModel):
    """An assignment without its person; those made from a hire of ours say so."""

    topic: ClassVar[str] = "relais.registry.assignments"

    id: UUID
    post_id: UUID | None = None
    state: str
    source_service: str | None = None
    source_id: UUID | None = None
    periods: list[Filling] = Field(default_factory=list)
