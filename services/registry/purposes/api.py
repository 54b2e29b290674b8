"""Purposes over HTTP: why a person is kept, until when, and when the file is to be erased."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.persons.models import PersonPurpose, Purpose
from services.registry.persons.permissions import can_change_person, can_read_people, can_write_people
from services.registry.persons.queries import get_visible_person
from services.registry.purposes.use_cases import end_purpose, must_be_open, purposes_of, retention_rule
from shared.actions import Action, action
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page
from shared.records import Body

router = Router(prefix="/persons", tags=["purposes"])


class PurposeEnding(Body):
    until: date = Field(description="The last day, whole.")
    reason: str = Field(min_length=3, max_length=500)


class PurposeRead(BaseModel):
    purpose: Purpose
    since: date
    until: date | None
    erase_from: date | None = Field(description="The first day on which this purpose keeps the file no more.")
    months_kept: int = Field(description="For how many months the file stays after this purpose has ended.")
    rule: dict[str, Any]
    available_actions: list[Action]


def _read(caller: Caller, row: PersonPurpose) -> PurposeRead:
    rule = retention_rule(row.authority_path, today())
    return PurposeRead(
        purpose=row.purpose,
        since=row.since,
        until=row.until,
        erase_from=row.erase_from,
        months_kept=rule.value[row.purpose],
        rule=rule.told(),
        available_actions=[action("end", can_change_person(caller, row.authority_path), lambda: must_be_open(row))],
    )


@router.get("/{person_id}/purposes", response_model=Page[PurposeRead], dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def list_purposes(person_id: UUID, caller: CallerDep, session: SessionDep) -> Page[PurposeRead]:
    """Why a person is kept, since and until when, and how long the file stays after it."""
    await get_visible_person(session, caller, person_id)
    return Page(items=[_read(caller, row) for row in await purposes_of(session, person_id)], next=None)


@router.post("/{person_id}/purposes/{purpose}/ending", status_code=201, response_model=PurposeRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_purpose_ending(person_id: UUID, purpose: Purpose, body: PurposeEnding, caller: CallerDep, session: SessionDep) -> PurposeRead:
    """Say until when the person was kept for this purpose."""
    return _read(caller, await end_purpose(session, caller=caller, person_id=person_id, purpose=purpose, until=body.until, reason=body.reason))
