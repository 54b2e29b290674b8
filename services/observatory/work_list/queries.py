"""Reading what falls due: what the caller's relations open, and in it what waits for the caller."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.work_list.models import Due
from services.observatory.work_list.permissions import OF_A_FACILITY, sees_all
from shared.auth import Caller
from shared.visibility import visible_to

When = Literal["overdue", "week", "later"]
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Wanted:
    """The filters of the list; without a day it is what should be seen today."""

    day: date
    due_before: date | None = None
    kind: str | None = None
    facility: str | None = None
    responsible: str | None = None
    when: When | None = None


def dues_of(caller: Caller, wanted: Wanted) -> Select[tuple[Due]]:
    """What is open and may be seen on the day: from its first day of warning, or earlier when a day is named."""
    shown = Due.warn_on <= wanted.day if wanted.due_before is None else Due.due_on <= wanted.due_before
    statement = select(Due).where(Due.state == "open", shown, visible_to(caller, Due))
    if not sees_all(caller):
        own: list[ColumnElement[bool]] = [Due.responsible.in_(sorted(caller.roles))]
        if caller.has_role(*OF_A_FACILITY):
            own.append(Due.facility_code.in_(caller.facilities))
        statement = statement.where(or_(*own))
    if wanted.kind:
        statement = statement.where(Due.kind == wanted.kind)
    if wanted.facility:
        statement = statement.where(Due.facility_code == wanted.facility)
    if wanted.responsible:
        statement = statement.where(Due.responsible == wanted.responsible)
    return statement


def when_of(day: date) -> Any:
    """Overdue, within seven days, or later."""
    return case((Due.due_on < day, "overdue"), (Due.due_on <= day + WEEK, "week"), else_="later")


def only(statement: Select[tuple[Due]], wanted: Wanted) -> Select[tuple[Due]]:
    return statement.where(when_of(wanted.day) == wanted.when) if wanted.when else statement


async def counts_of(session: AsyncSession, statement: Select[tuple[Due]], day: date) -> list[tuple[str, str, int]]:
    """How many of each kind, by how near they are."""
    when = when_of(day).label("nearness")
    counted = statement.with_only_columns(Due.kind, when, func.count()).group_by(Due.kind, when).order_by(Due.kind, when)
    return [(kind, near, count) for kind, near, count in await session.execute(counted)]
