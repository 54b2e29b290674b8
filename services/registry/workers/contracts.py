"""A contract that nears its end falls due: it is renewed, or the person leaves, before its last day."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.dues.events import DueChanged
from services.registry.rules import pack_of
from services.registry.workers.models import Employment
from shared.clock import today
from shared.db import worker_session
from shared.dues import due_id
from shared.events import record_event

TOLD_BEFORE = timedelta(days=366)  # as for licences: what lies further would fill the work-lists of nobody
AT_A_TIME = 500


async def tell_contract_ends(session: AsyncSession, found: Iterable[Sequence[Employment]]) -> None:
    """An employment that ends within a year is to be renewed or left by then; one that somebody has left, or that goes on, no more."""
    day = today()
    for periods in found:
        last = periods[-1]
        told = (await session.execute(_TOLD, {"id": last.id})).scalar_one_or_none()
        due_on, left = last.valid_to, last.act == "ended" or last.ended_reason is not None
        is_due = due_on is not None and not left and due_on <= day + TOLD_BEFORE
        if not is_due and told is None:
            continue
        last_day = due_on or told
        assert last_day is not None
        notice = pack_of(last.authority_path.partition(".")[0], day).rule("REG-CONTRACT-NOTICE")
        record_event(
            session,
            DueChanged(
                id=due_id("contract_ends", last.id),
                kind="contract_ends",
                subject_id=last.id,
                path=f"/employments/{last.id}",
                authority_path=last.authority_path,
                shared_with=last.shared_with,
                facility_code=last.facility_code,
                person_id=last.person_id,
                due_on=last_day,
                warn_on=last_day - timedelta(days=notice.value),
                responsible="facility-hr-officer",
                state="open" if is_due else "done",
                facts={"ends_on": last_day.isoformat()},
            ),
        )
        if is_due:
            await session.execute(_TELL, {"id": last.id, "ends": last_day, "path": last.authority_path, "shared": last.shared_with})
        else:
            await session.execute(_UNTELL, {"id": last.id})
    await session.flush()


async def watch_contracts() -> None:
    """Daily: what ends within a year is told once."""
    while True:
        async with worker_session() as session:
            near = (await session.scalars(_NEAR, {"until": today() + TOLD_BEFORE, "most": AT_A_TIME})).all()
            rows = (await session.scalars(select(Employment).where(Employment.id.in_(near)).order_by(func.lower(Employment.valid)))).all()
            periods: dict[object, list[Employment]] = {}
            for row in rows:
                periods.setdefault(row.id, []).append(row)
            await tell_contract_ends(session, periods.values())
        if not near:
            return


_TOLD = text("SELECT ends_on FROM contract_ends_told WHERE employment_id = :id")
_TELL = text(
    """
    INSERT INTO contract_ends_told (employment_id, ends_on, authority_path, shared_with) VALUES (:id, :ends, CAST(:path AS ltree), CAST(:shared AS text[]))
    ON CONFLICT (employment_id) DO UPDATE SET ends_on = excluded.ends_on
    """
)
_UNTELL = text("DELETE FROM contract_ends_told WHERE employment_id = :id")
_NEAR = text(
    """
    SELECT e.id FROM employments e
    WHERE NOT upper_inf(e.valid) AND upper(e.valid) - 1 <= CAST(:until AS date) AND e.act <> 'ended' AND e.ended_reason IS NULL
        AND NOT EXISTS (SELECT FROM employments later WHERE later.id = e.id AND lower(later.valid) > lower(e.valid))
        AND NOT EXISTS (SELECT FROM contract_ends_told t WHERE t.employment_id = e.id AND t.ends_on = upper(e.valid) - 1)
    LIMIT :most
    """
)
