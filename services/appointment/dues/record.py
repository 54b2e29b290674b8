"""Saying what falls due, and that it does not any more."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.dues.events import DueChanged
from shared.dues import due_id
from shared.events import record_event
from shared.visibility import Protected


def record_due(
    session: AsyncSession,
    kind: str,
    subject: Protected,
    subject_id: UUID,
    *,
    path: str,
    due_on: date,
    warn_on: date,
    responsible: str,
    state: str,
    facility_code: str | None = None,
    person_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Open, move or close what somebody must do about a thing by a day."""
    record_event(
        session,
        DueChanged.model_validate(
            {
                "id": due_id(kind, subject_id),
                "kind": kind,
                "subject_id": subject_id,
                "path": path,
                "authority_path": subject.authority_path,
                "shared_with": subject.shared_with or [],
                "facility_code": facility_code,
                "person_id": person_id,
                "due_on": due_on,
                "warn_on": warn_on,
                "responsible": responsible,
                "state": state,
                "facts": facts or {},
            }
        ),
    )
