"""What the auditor reads: who did what in a service, within the auditor's own relations, and how far it is sealed.

A record of the audit opens with the thing that it is about: the query starts from the things that the caller may see,
kind by kind, and row-level security says the same again. Reads of sensitive fields stand beside the changes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, and_, column, func, or_, select, table, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from shared.auth import Caller, CallerDep, allows, with_role
from shared.clock import zone
from shared.db import SessionDep
from shared.errors import problems
from shared.history import AUDIT, Change, HistoryOf, change_of
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

can_audit = with_role("auditor")

_LEAVES = table("audit_leaves", column("seq"), column("seal"))
_FOR_WHOM: ColumnElement[Any] = column("for_whom", ARRAY(Text))
_TRACE: ColumnElement[Any] = column("trace_id")


class AuditRecord(Change):
    """A record of the audit: a change, or a read of sensitive fields, with the seal that holds it."""

    record: int
    subject_kind: str
    subject_id: UUID
    for_whom: list[str] = Field(description="Accounts that the actor stood in for.")
    trace_id: str | None
    seal: int | None = Field(description="Number of the seal; none while it is not sealed yet.")


class SealState(BaseModel):
    """How far the audit of this service is sealed. The head is to be kept outside: what comes before it can then not be changed unseen."""

    seals: int
    sealed_to: int
    sealed_at: datetime | None
    head: str | None
    key_id: str | None


def audit_router(kinds: Mapping[str, HistoryOf]) -> Router:
    """The routes of a service: `GET /audit` and `GET /audit/seals/last`."""
    router = Router(prefix="/audit", tags=["audit"], dependencies=[allows(can_audit)])

    @router.get("", response_model=Page[AuditRecord], responses=problems(401, 403, 422))
    async def list_records(
        *,
        caller: CallerDep,
        session: SessionDep,
        page: PageDep,
        subject_kind: Annotated[str | None, Query(max_length=60, description="Kind of thing, such as `hire`.")] = None,
        subject_id: UUID | None = None,
        who: Annotated[str | None, Query(max_length=200, description="Subject of an account: what it did, or what was done in its place.")] = None,
        act: Annotated[str | None, Query(max_length=60, description="What was done, such as `hire.proposed`; `reads` for reads of sensitive fields.")] = None,
        first: Annotated[date | None, Query(alias="from", description="Recorded on this day or later.")] = None,
        last: Annotated[date | None, Query(alias="to", description="Recorded on this day or earlier.")] = None,
    ) -> Page[AuditRecord]:
        """Records about what the auditor may see, newest first."""
        statement = (
            select(AUDIT, _FOR_WHOM, _TRACE, AUDIT.c.seq.label("record"), AUDIT.c.subject_kind.label("kind"), AUDIT.c.subject_id.label("id"), _LEAVES.c.seal)
            .select_from(AUDIT.outerjoin(_LEAVES, _LEAVES.c.seq == AUDIT.c.seq))
            .where(_visible(caller, kinds), *_asked(subject_kind, subject_id, who, act, first, last))
        )
        found = await keyset_page(session, statement, keys=[-AUDIT.c.seq], params=page, scalars=False)
        return Page(items=[_record(caller, kinds, row) for row in found.items], next=found.next)

    @router.get("/seals/last", response_model=SealState, responses=problems(401, 403))
    async def read_seal_state(*, session: SessionDep) -> SealState:
        """The newest seal."""
        row = (await session.execute(_LAST)).one_or_none()
        if row is None:
            return SealState(seals=0, sealed_to=0, sealed_at=None, head=None, key_id=None)
        return SealState(seals=row.number, sealed_to=row.settled_to, sealed_at=row.sealed_at, head=row.head.hex(), key_id=row.key_id)

    return router


_LAST = text("SELECT number, settled_to, sealed_at, head, key_id FROM audit_seals ORDER BY number DESC LIMIT 1")


def _visible(caller: Caller, kinds: Mapping[str, HistoryOf]) -> ColumnElement[bool]:
    """The things that the caller may see, of every kind that has a history."""
    opened = []
    for kind, known in kinds.items():
        if known.readers(caller) is True:
            things = known.visible(caller)
            entity = things.column_descriptions[0]["entity"]
            opened.append(and_(AUDIT.c.subject_kind == kind, things.with_only_columns(entity.id).where(entity.id == AUDIT.c.subject_id).order_by(None).correlate(AUDIT).exists()))
    return or_(*opened) if opened else AUDIT.c.seq.is_(None)


def _asked(subject_kind: str | None, subject_id: UUID | None, who: str | None, act: str | None, first: date | None, last: date | None) -> Sequence[ColumnElement[bool]]:
    counted_in = zone()
    asked: list[ColumnElement[bool]] = []
    if subject_kind is not None:
        asked.append(AUDIT.c.subject_kind == subject_kind)
    if subject_id is not None:
        asked.append(AUDIT.c.subject_id == subject_id)
    if who is not None:
        asked.append(or_(AUDIT.c.actor.endswith(f"#{who}", autoescape=True), func.array_to_string(_FOR_WHOM, " ").endswith(f"#{who}", autoescape=True)))
    if act is not None:
        asked.append(AUDIT.c.act.endswith(".read") if act == "reads" else AUDIT.c.act == act)
    if first is not None:
        asked.append(AUDIT.c.recorded_at >= datetime.combine(first, time(), counted_in))
    if last is not None:
        asked.append(AUDIT.c.recorded_at < datetime.combine(last + timedelta(days=1), time(), counted_in))
    return asked


def _record(caller: Caller, kinds: Mapping[str, HistoryOf], row: Any) -> AuditRecord:
    *told, for_whom, trace_id, record, kind, subject_id, seal = row
    change = change_of(caller, told, kinds[kind].hidden)
    return AuditRecord(
        **dict(change),
        record=record,
        subject_kind=kind,
        subject_id=subject_id,
        for_whom=[account.rpartition("#")[2] for account in for_whom or ()],
        trace_id=trace_id,
        seal=seal,
    )
