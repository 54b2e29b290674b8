"""Who changed what: the history of one thing, read from its service's own audit.

A service names the kinds of thing whose history is read, and for each the query of the rows that a caller may see and
the predicate of who reads such things: the history of a thing opens to those to whom the thing itself opens.

    service = Service(..., history={"hire": HistoryOf(hires_visible_to, can_read_hires)})

The audit names accounts by issuer and subject. A colleague's account is shown to those who answer for the records of a
territory (regional administrators) and to auditors; everybody else reads “you” or that another account did it. What an
event of another service did is said to be the system's. Names of people are never in an audit row.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import DateTime, Select, column, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import ALLOWED, Caller, CallerDep, Permission, allows, require
from shared.clock import day_of
from shared.db import SessionDep
from shared.errors import NotFound, Refusal, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

SEES_ACCOUNTS = ("regional-administrator", "auditor")

AUDIT = table(
    "audit",
    column("seq"),
    column("recorded_at", DateTime(timezone=True)),
    column("actor"),
    column("act"),
    column("subject_kind"),
    column("subject_id", PG_UUID(as_uuid=True)),
    column("done_on"),
    column("request_id"),
    column("before", JSONB),
    column("after", JSONB),
)


@dataclass(frozen=True)
class HistoryOf:
    """Which rows of a kind a caller may see, and who reads things of this kind at all. `hidden`: fields above the class of those readers.

    `former`: the ids under which the thing was kept before, whose changes are its own too.
    """

    visible: Callable[[Caller], Select[Any]]
    readers: Callable[[Caller], Permission]
    hidden: frozenset[str] = frozenset()
    former: Callable[[AsyncSession, UUID], Awaitable[Sequence[UUID]]] | None = None


class Actor(BaseModel):
    """Who did it. `account` only for those who may see it."""

    kind: Literal["you", "account", "system"]
    account: str | None = Field(description="The account's subject; none when the reader may not see it, or when it is the reader's own or the system's.")


class Difference(BaseModel):
    """One field that changed; `before` is null in what was new."""

    field: str
    before: Any
    after: Any


class Change(BaseModel):
    """One act on a thing: when it was recorded, on which day it was done, by whom, and what it changed."""

    recorded_at: datetime
    done_on: date
    entered_afterwards: bool
    act: str
    actor: Actor
    request_id: str | None
    differences: list[Difference]


def can_read_histories(caller: Caller) -> Permission:
    """A signed-in person; each kind of thing then asks for its own readers. Machines read the things themselves."""
    return Refusal("person-only", _("Histories are read by people.")) if caller.is_machine else ALLOWED


def history_router(kinds: Mapping[str, HistoryOf]) -> Router:
    """The route of a service: `GET /history?subject_kind=hire&subject_id=…`, newest first."""
    router = Router(prefix="/history", tags=["history"])

    @router.get("", response_model=Page[Change], dependencies=[allows(can_read_histories)], responses=problems(401, 403, 404, 422))
    async def read_history(*, caller: CallerDep, session: SessionDep, page: PageDep, subject_kind: str, subject_id: UUID) -> Page[Change]:
        """Who changed what in one thing, newest first; 404 for a thing that the caller may not see."""
        known = kinds.get(subject_kind)
        if known is None:
            raise NotFound()
        require(known.readers(caller))
        await _must_be_visible(session, caller, known, subject_id)
        ids = [subject_id, *(await known.former(session, subject_id) if known.former else ())]
        statement = select(AUDIT).where(AUDIT.c.subject_kind == subject_kind, AUDIT.c.subject_id.in_(ids), AUDIT.c.act.not_like("%.read"))
        found = await keyset_page(session, statement, keys=[-AUDIT.c.seq], params=page, scalars=False)
        return Page(items=[change_of(caller, row, known.hidden) for row in found.items], next=found.next)

    return router


async def _must_be_visible(session: AsyncSession, caller: Caller, known: HistoryOf, subject_id: UUID) -> None:
    """Raises NotFound."""
    statement = known.visible(caller)
    entity = statement.column_descriptions[0]["entity"]
    if await session.scalar(statement.with_only_columns(entity.id).where(entity.id == subject_id).order_by(None).limit(1)) is None:
        raise NotFound()


def change_of(caller: Caller, row: Any, hidden: frozenset[str]) -> Change:
    _seq, recorded_at, actor, act, _kind, _id, done_on, request_id, before, after = row
    return Change(
        recorded_at=recorded_at,
        done_on=done_on,
        entered_afterwards=done_on < day_of(recorded_at),
        act=act,
        actor=actor_told(caller, actor),
        request_id=request_id if caller.has_role(*SEES_ACCOUNTS) else None,
        differences=differences(before or {}, after or {}, hidden),
    )


def actor_told(caller: Caller, actor: str) -> Actor:
    """Who did something, as this reader may know it."""
    if "#" not in actor:
        return Actor(kind="system", account=None)
    if actor == caller.actor:
        return Actor(kind="you", account=None)
    return Actor(kind="account", account=actor.rpartition("#")[2] if caller.has_role(*SEES_ACCOUNTS) else None)


def differences(before: Mapping[str, Any], after: Mapping[str, Any], hidden: frozenset[str] = frozenset()) -> list[Difference]:
    """Field by field, in the order in which they were written; what stayed the same is left out, and so is what is still empty."""
    fields = [*after, *(name for name in before if name not in after)]
    return [
        Difference(field=name, before=before.get(name), after=after.get(name))
        for name in fields
        if name not in hidden and before.get(name) != after.get(name) and (name in after or name in before)
    ]
