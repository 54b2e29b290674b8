"""One audit row for each change and each sensitive read, in the business transaction. Rows are never updated."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import today
from shared.logs import current_request_id
from shared.telemetry import current_traceparent

if TYPE_CHECKING:
    from shared.auth import Caller

_INSERT = text(
    "INSERT INTO audit (actor, for_whom, act, subject_kind, subject_id, done_on, request_id, trace_id, before, after) "
    "SELECT :actor, CAST(:for_whom AS text[]), :act, :subject_kind, s.id, :done_on, :request_id, :trace_id, s.before, s.after "
    "FROM unnest(CAST(:ids AS uuid[]), CAST(:befores AS jsonb[]), CAST(:afters AS jsonb[])) AS s (id, before, after)"
)


async def record_audit(
    session: AsyncSession,
    caller: "Caller | str",
    act: str,
    subject_kind: str,
    subject_id: UUID,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    done_on: date | None = None,
) -> None:
    """Write who did what to which thing. `caller` is a Caller, or `consumer:<name>` for an effect of an event."""
    await record_audits(session, caller, act, subject_kind, [(subject_id, before, after)], done_on=done_on)


async def record_audits(
    session: AsyncSession,
    caller: "Caller | str",
    act: str,
    subject_kind: str,
    changes: Sequence[tuple[UUID, Mapping[str, Any] | None, Mapping[str, Any] | None]],
    *,
    done_on: date | None = None,
) -> None:
    """The same, set-wise: one statement for the rows of an import."""
    if not changes:
        return
    traceparent = current_traceparent()
    await session.execute(
        _INSERT,
        {
            "actor": caller if isinstance(caller, str) else caller.actor,
            "for_whom": None if isinstance(caller, str) else list(caller.for_whom) or None,
            "act": act,
            "subject_kind": subject_kind,
            "done_on": done_on or today(),
            "request_id": current_request_id(),
            "trace_id": traceparent.split("-")[1] if traceparent else None,
            "ids": [change[0] for change in changes],
            "befores": [_json(change[1]) for change in changes],
            "afters": [_json(change[2]) for change in changes],
        },
    )


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value, default=str).decode()
