"""Who nears the end of a cycle with too few hours: said once to the HR officer, and taken back once the hours are there."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.credits.obligation import Obligation
from services.training.credits.queries import balances_of
from services.training.credits.schemas import Balance
from services.training.dues.events import DueChanged
from services.training.rules import pack_of
from shared.clock import today
from shared.db import worker_session
from shared.directory import Work
from shared.dues import due_id
from shared.errors import Refused
from shared.events import record_events

_WORKING = text(
    "SELECT a.person_id, a.worker_id, a.facility_code, a.authority_path::text, a.shared_with, a.unit, a.post_id, w.occupation_code, w.occupation_group, w.specialty, "
    "w.employment_type, w.first_day, w.retirement_on FROM assignments a JOIN workers w ON w.id = a.worker_id "
    "WHERE a.kind = 'primary' AND a.state IN ('active', 'ended') AND a.valid @> CAST(:day AS date)"
)
_KNOWN = text("SELECT person_id, cycle_end, facility_code, authority_path::text AS authority_path FROM cme_alerts FOR UPDATE")
_SAY = text(
    "INSERT INTO cme_alerts (person_id, cycle_end, facility_code, authority_path) VALUES (:person_id, :cycle_end, :facility_code, CAST(:authority_path AS ltree)) ON CONFLICT DO NOTHING"
)
_TAKE_BACK = text("DELETE FROM cme_alerts WHERE person_id = :person_id AND cycle_end = :cycle_end")


async def follow_obligations() -> None:
    """Daily: open what is at risk now and close what no longer is. Late, twice or in parallel it says nothing twice."""
    async with worker_session() as session:
        await follow(session, today())


async def follow(session: AsyncSession, day: date) -> None:
    """The same for one day (CME-02)."""
    known = {(row.person_id, row.cycle_end): row for row in await session.execute(_KNOWN)}
    works = {work.person_id: work for work in await _late(session, day)}
    balances = await balances_of(session, list(works.values()), day)
    at_risk = {(balance.person_id, balance.cycle_end): balance for balance in balances if balance.standing == "at_risk"}
    dues: list[DueChanged] = []
    for key in sorted(at_risk.keys() - known.keys()):
        work = works[key[0]]
        told = await session.execute(_SAY, {"person_id": key[0], "cycle_end": key[1], "facility_code": work.facility_code, "authority_path": work.authority_path})
        if told.rowcount:  # type: ignore[attr-defined]
            dues.append(_due(at_risk[key], work.authority_path, day))
    for key in sorted(known.keys() - at_risk.keys()):
        await session.execute(_TAKE_BACK, {"person_id": key[0], "cycle_end": key[1]})
        row = known[key]
        dues.append(
            DueChanged(
                id=due_id("cme_at_risk", key[0]),
                kind="cme_at_risk",
                subject_id=key[0],
                path=f"/people/{key[0]}/training",
                authority_path=row.authority_path,
                facility_code=row.facility_code,
                person_id=key[0],
                due_on=key[1],
                warn_on=day,
                responsible="facility-hr-officer",
                state="done" if key[1] >= day else "dropped",
            )
        )
    record_events(session, dues)


async def _late(session: AsyncSession, day: date) -> Sequence[Work]:
    """Those whose cycle has little time left: nobody else can be at risk."""
    found = []
    for row in await session.execute(_WORKING, {"day": day}):
        work = Work(**row._mapping)
        try:
            obligation = Obligation.of(pack_of(work.facility_code, day))
        except Refused:  # no rules of this country are known here
            continue
        if obligation.is_late(obligation.cycle_on(day, begins=work.first_day), day):
            found.append(work)
    return found


def _due(balance: Balance, authority_path: str, day: date) -> DueChanged:
    return DueChanged(
        id=due_id("cme_at_risk", balance.person_id),
        kind="cme_at_risk",
        subject_id=balance.person_id,
        path=f"/people/{balance.person_id}/training",
        authority_path=authority_path,
        facility_code=balance.facility_code,
        person_id=balance.person_id,
        due_on=balance.cycle_end,
        warn_on=max(day, balance.cycle_start + timedelta(days=1)),
        responsible="facility-hr-officer",
        state="open",
        facts={"missing": int(balance.missing), "minimum": int(balance.minimum)},
    )
