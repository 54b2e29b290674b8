"""A step follows the person to the place of work: a transfer changes who keeps the file, and nothing else."""

from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.pay_steps.events import PayStepChanged
from services.appointment.pay_steps.models import PayStep
from services.appointment.pay_steps.telling import tell
from shared.audit import record_audits
from shared.clock import today
from shared.db import worker_session
from shared.events import Received

BY = "consumer:appointment"

_MOVED = text(
    """
    SELECT s.id, a.facility_code, a.authority_path::text AS path, a.shared_with
    FROM pay_steps s JOIN assignments a ON a.person_id = s.person_id
    WHERE s.state IN ('current', 'proposed') AND a.kind = 'primary' AND a.state = 'active' AND a.valid @> CAST(:day AS date)
      AND (s.facility_code <> a.facility_code OR s.authority_path <> a.authority_path OR s.shared_with <> a.shared_with)
      AND (CAST(:persons AS uuid[]) IS NULL OR s.person_id = ANY(CAST(:persons AS uuid[])))
    """
)


class AssignedPerson(BaseModel):
    """Whose assignment changed; the directory says where they work."""

    topic: ClassVar[str] = "relais.registry.assignments"

    id: UUID
    person_id: UUID


async def follow_assigned(session: AsyncSession, events: list[Received[AssignedPerson]]) -> None:
    """The steps of people whose assignment changed."""
    await follow(session, {event.data.person_id for event in events})


async def follow_all() -> None:
    """Daily: a transfer that was announced takes effect on its day."""
    async with worker_session() as session:
        await follow(session, None)


async def follow(session: AsyncSession, persons: Collection[UUID] | None) -> None:
    rows = (await session.execute(_MOVED, {"day": today(), "persons": list(persons) if persons is not None else None})).all()
    changes: list[tuple[UUID, dict[str, Any], dict[str, Any]]] = []
    moved = []
    for row in rows:
        step = await session.get(PayStep, row.id, with_for_update=True)
        if step is None:
            continue
        changes.append((step.id, {"facility_code": step.facility_code}, {"facility_code": row.facility_code}))
        step.facility_code, step.authority_path, step.shared_with = row.facility_code, row.path, list(row.shared_with)
        step.version += 1
        moved.append(step)
    await session.flush()
    await record_audits(session, BY, "pay_step.followed", "pay_step", changes)
    tell(session, PayStepChanged, moved)
