"""Reading visits: each query starts from what the caller may see."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.visits.models import HELD, MISSED, PROMISED, Visit
from services.rotation.visits.promises import month_of
from services.rotation.visits.schemas import Delivered
from shared.auth import Caller
from shared.visibility import visible_to


def visits_visible_to(caller: Caller) -> Select[tuple[Visit]]:
    return select(Visit).where(visible_to(caller, Visit))


async def delivered(
    session: AsyncSession, caller: Caller, *, agreement: UUID | None, giver: str | None, receiver: str | None, first: date | None, last: date | None
) -> list[Delivered]:
    """Promised against delivered, per specialty and month."""
    promised = Visit.promised_on.is_not(None)
    statement = select(
        Visit.specialty,
        Visit.month,
        func.count().filter(promised),
        func.count().filter(Visit.state == HELD),
        func.count().filter(Visit.state == HELD, ~promised),
        func.count().filter(Visit.state == MISSED),
        func.count().filter(Visit.state == PROMISED),
        func.coalesce(func.sum(Visit.consultations), 0),
    ).where(visible_to(caller, Visit))
    for column, wanted in ((Visit.agreement_id, agreement), (Visit.giver_code, giver), (Visit.receiver_code, receiver)):
        if wanted:
            statement = statement.where(column == wanted)
    if first:
        statement = statement.where(Visit.month >= month_of(first))
    if last:
        statement = statement.where(Visit.month <= month_of(last))
    rows = await session.execute(statement.group_by(Visit.specialty, Visit.month).order_by(Visit.specialty, Visit.month))
    names = tuple(Delivered.model_fields)
    return [Delivered.model_validate(dict(zip(names, row, strict=True))) for row in rows]
