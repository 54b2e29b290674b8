"""Reading what falls due: what the caller's relations open, and in it what waits for the caller."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, Integer, Select, Text, Uuid, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.observatory.meetings.models import OPEN, Resolution
from services.observatory.strategy.models import APPROVED, PlanAction, Strategy
from services.observatory.work_list.models import Due
from services.observatory.work_list.permissions import OF_A_FACILITY, sees_all
from shared.auth import Caller
from shared.visibility import visible_to

When = Literal["overdue", "week", "later"]
WEEK = timedelta(days=7)
WARNED_DAYS = 30
"""How long before its day an action of a plan or a recommendation is shown."""
SHOWN = 200
"""How much of a long text a line shows."""


def _declared(kind: str, path: str, thing: type[PlanAction] | type[Resolution], title: Any) -> Select[Any]:
    """What the observatory itself keeps and somebody must see to by a day, as a line of the list; the owner is a function or an office in words."""
    columns = {
        "id": thing.id,
        "kind": literal(kind, Text),
        "subject_id": thing.id,
        "path": literal(path, Text) + cast(thing.id, Text),
        "authority_path": thing.authority_path,
        "shared_with": thing.shared_with,
        "facility_code": cast(null(), Text),
        "person_id": cast(null(), Uuid),
        "due_on": thing.due_on,
        "warn_on": cast(thing.due_on - literal(WARNED_DAYS, Integer), Date),
        "responsible": literal("regional-administrator", Text),
        "state": thing.state,
        "facts": func.jsonb_build_object("title", title, "owner", thing.owner, type_=JSONB),
    }
    return select(*[columns[column.name].label(column.name) for column in Due.__table__.columns]).where(thing.state == OPEN)


_ACTIONS = _declared("action_due", "/strategy-actions/", PlanAction, PlanAction.title).join(Strategy, Strategy.id == PlanAction.strategy_id).where(Strategy.state == APPROVED)
_RESOLUTIONS = _declared("resolution_due", "/resolutions/", Resolution, func.left(Resolution.text, SHOWN)).where(Resolution.due_on.is_not(None))
FallsDue = aliased(Due, union_all(select(*Due.__table__.columns), _ACTIONS, _RESOLUTIONS).subquery("falls_due"))
"""What the services tell, open actions of approved plans, and decisions and recommendations of meetings that are not done yet."""


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
    shown = FallsDue.warn_on <= wanted.day if wanted.due_before is None else FallsDue.due_on <= wanted.due_before
    statement = select(FallsDue).where(FallsDue.state == "open", shown, visible_to(caller, FallsDue))
    if not sees_all(caller):
        own: list[ColumnElement[bool]] = [FallsDue.responsible.in_(sorted(caller.roles))]
        if caller.has_role(*OF_A_FACILITY):
            own.append(FallsDue.facility_code.in_(caller.facilities))
        statement = statement.where(or_(*own))
    if wanted.kind:
        statement = statement.where(FallsDue.kind == wanted.kind)
    if wanted.facility:
        statement = statement.where(FallsDue.facility_code == wanted.facility)
    if wanted.responsible:
        statement = statement.where(FallsDue.responsible == wanted.responsible)
    return statement


def when_of(day: date) -> Any:
    """Overdue, within seven days, or later."""
    return case((FallsDue.due_on < day, "overdue"), (FallsDue.due_on <= day + WEEK, "week"), else_="later")


def only(statement: Select[tuple[Due]], wanted: Wanted) -> Select[tuple[Due]]:
    return statement.where(when_of(wanted.day) == wanted.when) if wanted.when else statement


async def counts_of(session: AsyncSession, statement: Select[tuple[Due]], day: date) -> list[tuple[str, str, int]]:
    """How many of each kind, by how near they are."""
    when = when_of(day).label("nearness")
    counted = statement.with_only_columns(FallsDue.kind, when, func.count()).group_by(FallsDue.kind, when).order_by(FallsDue.kind, when)
    return [(kind, near, count) for kind, near, count in await session.execute(counted)]
