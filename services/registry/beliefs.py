"""Both axes of time: periods say when something is true, the history says what we believed before we knew better."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Literal, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Column, Table, Text, select, text, union_all
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, Range
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from services.registry.base import Base
from services.registry.periods import last_day, period
from shared.auth import Caller
from shared.ids import uuid7
from shared.visibility import Protected

Result = TypeVar("Result")
Act = Literal["recorded", "changed", "ended", "corrected", "activated", "revoked"]
TRIES = 3
DEADLOCK = "40P01"


class Effective(Protected):
    """Columns of an effective-dated table: a row is one period of one thing."""

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    done_on: Mapped[date]
    entered_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]

    @property
    def entered_afterwards(self) -> bool:
        """It was done on an earlier day than it was entered, both in the authority's days."""
        return self.done_on < self.entered_on

    @property
    def valid_from(self) -> date:
        assert self.valid.lower is not None
        return self.valid.lower

    @property
    def valid_to(self) -> date | None:
        """The last day, whole; None while no end is known."""
        return last_day(self.valid)


class Draft(SimpleNamespace):
    """A period that an import is about to write: the attributes of the model without the cost of an instance that is tracked."""

    valid: Range[date]

    @property
    def valid_from(self) -> date:
        assert self.valid.lower is not None
        return self.valid.lower

    @property
    def valid_to(self) -> date | None:
        return last_day(self.valid)


def history_of(model: type[Base]) -> Table:
    """The table of a model's earlier beliefs, mapped from the model itself."""
    current = model.__table__
    return Table(
        f"{model.__tablename__}_history",
        Base.metadata,
        *[Column(column.name, column.type) for column in current.columns],
        Column("recorded", TSTZRANGE),
        Column("superseded_act", Text),
        Column("superseded_by", Text),
        Column("superseded_reason", Text),
    )


def believed(model: Any, history: Table, known_at: datetime | None) -> Any:
    """The model as it was known at an instant; as it is known now when none is given."""
    if known_at is None:
        return model
    current = model.__table__
    then = union_all(
        select(*current.columns).where(current.c.recorded_at <= known_at),
        select(*[history.c[column.name] for column in current.columns]).where(history.c.recorded.contains(known_at)),
    )
    return aliased(model, then.subquery())


async def cut(session: AsyncSession, periods: list[Any], day: date, *, at: datetime, by: str) -> None:
    """The period around a day becomes two that say the same; the first is flushed shortened before the other begins."""
    for position, one in enumerate(periods):
        if one.valid_from < day and day in one.valid:
            model, last = type(one), one.valid_to
            same = {column.key: getattr(one, column.key) for column in model.__mapper__.column_attrs if column.key not in {"row_id", "valid", "recorded_at", "recorded_by"}}
            one.valid, one.recorded_at, one.recorded_by = period(one.valid_from, day - timedelta(days=1)), at, by
            await session.flush()
            later = model(row_id=uuid7(), valid=period(day, last), recorded_at=at, recorded_by=by, **same)
            session.add(later)
            periods.insert(position + 1, later)
            return


def version_of(periods: Iterable[Effective]) -> int:
    """A number that changes whenever a period is rewritten."""
    return max(int(one.recorded_at.timestamp() * 1_000_000) for one in periods)


async def supersede(session: AsyncSession, *, at: datetime, act: Act, by: Caller | str, reason: str | None) -> None:
    """Say why the periods that this transaction rewrites are rewritten; the database keeps it beside the earlier belief."""
    why = {"at": at.isoformat(), "act": act, "by": by if isinstance(by, str) else by.actor, "reason": reason}
    await session.execute(text("SELECT set_config('relais.superseding', :why, true)"), {"why": orjson.dumps(why).decode()})


async def lock_persons(session: AsyncSession, person_ids: list[UUID]) -> None:
    """Writes about one person wait for each other: overlapping inserts would deadlock otherwise."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(person::text, 0)) FROM unnest(CAST(:ids AS uuid[])) AS p (person) ORDER BY person"), {"ids": sorted(set(person_ids))}
    )


async def again_on_deadlock(session: AsyncSession, write: Callable[[], Awaitable[Result]]) -> Result:
    """Do it again when the database chose this transaction as the victim of a deadlock; a savepoint gives its locks back."""
    for attempt in range(1, TRIES + 1):
        try:
            async with session.begin_nested():
                return await write()
        except DBAPIError as error:
            if attempt == TRIES or getattr(getattr(error.orig, "__cause__", None), "sqlstate", None) != DEADLOCK:
                raise
    raise AssertionError("unreachable")
