"""The career of a person over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.observatory.timelines.permissions import can_read_timelines
from services.observatory.timelines.queries import entries_of
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.idempotency import Router

router = Router(prefix="/people", tags=["people"])


class TimelineEntry(BaseModel):
    """Something of a career: when it took effect, when it was decided, when it was recorded."""

    id: UUID
    topic: str = Field(description="What it is, as the services call it: `training.stays`, `appointment.mandates` …")
    kind: str | None
    state: str
    struck: bool = Field(description="Revoked, cancelled or withdrawn: it stays readable, struck through.")
    facility_code: str | None
    facility_codes: list[str]
    starts_on: date | None
    ends_on: date | None
    decided_on: date | None
    recorded_at: datetime | None
    details: dict[str, Any]


class CareerRead(BaseModel):
    """A person's career, the newest first."""

    person_id: UUID
    items: list[TimelineEntry]


@router.get("/{person_id}/timeline", response_model=CareerRead, dependencies=[allows(can_read_timelines)], responses=problems(403, 404))
async def get_timeline(
    person_id: UUID,
    caller: CallerDep,
    session: SessionDep,
    topic: Annotated[list[str] | None, Query(max_length=40, description="Only these kinds of things.")] = None,
) -> CareerRead:
    """Everything that the services told of one person and that your relations open; what belongs to other authorities is not there."""
    found = await entries_of(session, caller, person_id)
    if not found:
        raise NotFound()
    return CareerRead(person_id=person_id, items=[TimelineEntry.model_validate(entry) for entry in found if topic is None or entry["topic"] in topic])
