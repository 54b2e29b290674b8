"""What recruitment hears of the registry: only the fields that it uses."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel


class FacilityPeriod(BaseModel):
    """A facility for some dates: its managing authority and its group in attraction policies."""

    valid_from: date | None
    valid_to: date | None
    authority_path: str
    tier: str | None = None


class FacilityState(BaseModel):
    """A facility through time."""

    topic: ClassVar[str] = "relais.registry.facilities"

    id: UUID
    code: str
    periods: list[FacilityPeriod]


class PostState(BaseModel):
    """A seat of the establishment."""

    topic: ClassVar[str] = "relais.registry.posts"

    id: UUID
    facility_code: str
    occupation_code: str
    fte: Decimal
    filled: Decimal = Decimal(0)
    open_from: date
    close_to: date | None = None
    frozen: bool = False


class AssignmentState(BaseModel):
    """An assignment; those made from a hire of ours say so."""

    topic: ClassVar[str] = "relais.registry.assignments"

    id: UUID
    post_id: UUID | None = None
    state: str
    source_service: str | None = None
    source_id: UUID | None = None
