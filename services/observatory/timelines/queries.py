"""The entries of a career: each row opens by the authority that it belongs to, or by the parties that it is shared with."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.timelines.models import AssignmentRow, FactRow
from shared.auth import Caller
from shared.visibility import visible_to

# What says nothing of a career, or says it a second time: the days that a hold takes are those of its leave, session, mission or stay.
NOT_SHOWN = ("registry.holds", "appointment.payments")
UNDONE = frozenset({"revoked", "cancelled", "withdrawn", "superseded", "refused", "declined", "rejected"})


async def entries_of(session: AsyncSession, caller: Caller, person_id: UUID) -> list[dict[str, Any]]:
    """Newest first; what has no day comes last."""
    facts = await session.scalars(select(FactRow).where(FactRow.person_id == person_id, FactRow.topic.not_in(NOT_SHOWN), visible_to(caller, FactRow)))
    assignments = await session.scalars(select(AssignmentRow).where(AssignmentRow.person_id == person_id, visible_to(caller, AssignmentRow)))
    entries = [_fact(fact) for fact in facts] + [_assignment(assignment) for assignment in assignments]
    return sorted(entries, key=lambda entry: (entry["starts_on"] or entry["decided_on"] or date.min, str(entry["id"])), reverse=True)


def _fact(fact: FactRow) -> dict[str, Any]:
    return {
        "id": fact.id,
        "topic": fact.topic,
        "kind": fact.kind,
        "state": fact.state,
        "struck": fact.state in UNDONE,
        "facility_code": next(iter(fact.facility_codes), None),
        "facility_codes": fact.facility_codes,
        "starts_on": fact.starts_on,
        "ends_on": fact.ends_on,
        "decided_on": fact.done_on,
        "recorded_at": fact.recorded_at,
        "details": fact.details,
    }


def _assignment(assignment: AssignmentRow) -> dict[str, Any]:
    upper = assignment.valid.upper
    return {
        "id": assignment.assignment_id,
        "topic": "registry.assignments",
        "kind": assignment.kind,
        "state": assignment.state,
        "struck": assignment.state in UNDONE,
        "facility_code": assignment.facility_code,
        "facility_codes": [assignment.facility_code],
        "starts_on": assignment.valid.lower,
        "ends_on": date.fromordinal(upper.toordinal() - 1) if upper else None,
        "decided_on": None,
        "recorded_at": None,
        "details": {"fte_share": float(assignment.fte_share)},
    }
