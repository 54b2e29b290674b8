"""One audit row for each change and each sensitive read, in the business transaction.

Rows are never changed. The old and new values of a person's records are destroyed when the person is erased, and what
was sealed still verifies (shared/audit_seals.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import today
from shared.logs import current_request_id
from shared.telemetry import current

if TYPE_CHECKING:
    from shared.auth import Caller

ERASED = "audit.erased"

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
    await session.execute(
        _INSERT,
        _by(caller, act, subject_kind, done_on)
        | {
            "ids": [change[0] for change in changes],
            "befores": [_json(change[1]) for change in changes],
            "afters": [_json(change[2]) for change in changes],
        },
    )


async def record_reads(session: AsyncSession, caller: "Caller", subject_kind: str, things: Iterable[tuple[UUID, UUID]], *, fields: Sequence[str]) -> None:
    """Somebody was shown sensitive fields of these things, each with its person: which fields, never their values. The person is told who."""
    await record_audits(session, caller, f"{subject_kind}.read", subject_kind, [(thing, None, {"person_id": person, "fields": fields}) for thing, person in things])


async def erase_audit_values(session: AsyncSession, caller: "Caller | str", person_id: UUID, things: Sequence[UUID] = ()) -> int:
    """Destroy the values, with their salts, of the records about a person and about the things named. Says how many.

    A worker's session only. One record tells that it was done and to which: values that are gone without it are a finding.
    """
    forgotten = await session.scalar(text("SELECT forget_audit_values(:person, CAST(:things AS uuid[]))"), {"person": person_id, "things": list(things)})
    if forgotten:
        await record_audit(session, caller, ERASED, "person", person_id, after={"records": ranges_of(forgotten)})
    return len(forgotten)


RECORD_SHOWN = """INSERT INTO audit (actor, for_whom, act, subject_kind, subject_id, done_on, request_id, trace_id, after)
    SELECT CAST(:actor AS text), CAST(:for_whom AS text[]), CAST(:act AS text), CAST(:subject_kind AS text), id, CAST(:done_on AS date),
        CAST(:request_id AS text), CAST(:trace_id AS text), jsonb_build_object('person_id', person_id, 'fields', CAST(:fields AS text[]))
    FROM shown"""
"""The same as `record_reads` in the statement that shows them: `WITH shown AS (…), told AS (RECORD_SHOWN) SELECT …`."""


def shown_to(caller: "Caller", subject_kind: str, *, fields: Sequence[str]) -> dict[str, Any]:
    """The values of RECORD_SHOWN."""
    return _by(caller, f"{subject_kind}.read", subject_kind, None) | {"fields": list(fields)}


def _by(caller: "Caller | str", act: str, subject_kind: str, done_on: date | None) -> dict[str, Any]:
    """Who did what to which kind of thing, on which day and in which request."""
    context = current()
    return {
        "actor": caller if isinstance(caller, str) else caller.actor,
        "for_whom": None if isinstance(caller, str) else list(caller.for_whom) or None,
        "act": act,
        "subject_kind": subject_kind,
        "done_on": done_on or today(),
        "request_id": current_request_id(),
        "trace_id": f"{context.trace_id:032x}" if context is not None else None,
    }


def ranges_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """[1, 2, 3, 7] as [(1, 3), (7, 7)]."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value, default=str).decode()
