"""What became of the requests of a period: the share answered in time, what waits and since when, and what people are spared."""

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Uuid, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.procedures.api import ProcedureRead
from services.registry.procedures.catalogue import Procedure, procedures_of
from services.registry.requests.models import ACCEPTED, REFUSED, WAITING, WITHDRAWN, Request
from services.registry.requests.schemas import ProcedureSummary, RequestsSummary
from services.registry.rules import pack_of
from shared.auth import Caller
from shared.jurisdictions import here
from shared.visibility import visible_to

DECIDED = (ACCEPTED, REFUSED)


async def summarise(session: AsyncSession, caller: Caller, *, first: date, last: date, day: date, facility: str | None) -> RequestsSummary:
    """By procedure, as it stood on a day. Those that were taken back, and those that wait for the person's documents, are not the administration's."""
    answered = (Request.decided_on <= day) & Request.state.in_(DECIDED)
    overdue = ~func.coalesce(answered, False) & (Request.due_on < day) & Request.state.not_in((WAITING, WITHDRAWN))
    sent = Request.asked_on.between(first, last)
    in_time = answered & (Request.decided_on <= Request.due_on)
    waits = (Request.asked_on <= day) & ~func.coalesce(answered, False) & (Request.state != WITHDRAWN)

    def count(condition: Any) -> Any:
        return func.count().filter(condition)

    wanted = select(
        Request.procedure,
        count(sent).label("asked"),
        count(sent & (answered | overdue)).label("to_answer"),
        count(sent & in_time).label("in_time"),
        count(sent & answered & Request.by_silence).label("by_silence"),
        func.percentile_cont(0.5).within_group(case((sent & answered, Request.decided_on - Request.asked_on))).label("median_days"),
        count(waits).label("pending"),
        count(waits & overdue).label("late"),
        count(sent & answered).label("answered"),
        func.min(Request.asked_on).filter(waits).label("oldest_on"),
        func.array_agg(aggregate_order_by(Request.id, Request.asked_on, Request.id), type_=ARRAY(Uuid)).filter(waits).label("waiting"),
    )
    wanted = wanted.where(visible_to(caller, Request)).group_by(Request.procedure).order_by(Request.procedure)
    if facility is not None:
        wanted = wanted.where(Request.facility_code == facility)
    rows = (await session.execute(wanted)).all()
    listed = procedures_of(pack_of(here().country, day))
    items = [_line(row, listed.get(row.procedure)) for row in rows if row.asked or row.pending]
    to_answer = sum(item.to_answer for item in items)
    percent = round(100 * sum(item.in_time for item in items) / to_answer, 1) if to_answer else None
    return RequestsSummary(period_from=first, period_to=last, as_of=day, in_time_percent=percent, items=items)


def _line(row: Any, procedure: Procedure | None) -> ProcedureSummary:
    values = {name: getattr(row, name) for name in ("procedure", "asked", "to_answer", "in_time", "by_silence", "median_days", "pending", "late", "oldest_on")}
    before = procedure.before if procedure else None
    return ProcedureSummary(
        **values,
        oldest_id=row.waiting[0] if row.waiting else None,
        listed=ProcedureRead.of(procedure) if procedure else None,
        steps_saved=row.answered * (before.steps - procedure.steps) if procedure and before and procedure.steps is not None else 0,
        documents_saved=row.answered * (before.documents - len(procedure.documents)) if procedure and before else 0,
    )
