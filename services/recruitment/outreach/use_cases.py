"""A prospect is contacted and what came of it is kept; who has nothing open any more is let go."""

from datetime import date

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.accompaniments.permissions import can_accompany_at
from services.recruitment.accompaniments.use_cases import person_must_be_found
from services.recruitment.outreach.events import ProspectDropped
from services.recruitment.outreach.models import Outreach
from services.recruitment.outreach.schemas import OutreachCreate
from services.recruitment.pools.queries import get_visible_pool
from services.recruitment.rules import PACKS
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.calendars import add_months
from shared.clock import judge_done_on, today
from shared.db import worker_session
from shared.errors import Malformed
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def record_outreach(session: AsyncSession, *, caller: Caller, body: OutreachCreate) -> Outreach:
    """Who was contacted, how, and what they said. Whoever asked for no more is let go at once."""
    done_on = judge_done_on(caller, body.done_on)
    path = path_of(body.authority)
    require(can_accompany_at(caller, path))
    if body.pool_id is not None:
        await get_visible_pool(session, caller, body.pool_id)
    if known := await by_reference(session, Outreach, authority_path=path, body=body, reference=body.reference):
        return known
    if body.follow_up_on is not None and (body.follow_up_on <= done_on or body.outcome in ("not_interested", "never_again")):
        raise Malformed.field("follow_up_on", _("A follow-up comes after the contact, with somebody who may want to come."))
    await person_must_be_found(caller, body.person_id)
    outreach = Outreach(
        content_hash=hash_of(body), authority_path=path, shared_with=[], contacted_on=done_on, contacted_by=caller.actor, **body.model_dump(exclude={"authority", "done_on"})
    )
    session.add(outreach)
    await session.flush()
    await record_audit(session, caller, "outreach.recorded", "outreach", outreach.id, after={"channel": body.channel, "outcome": body.outcome}, done_on=done_on)
    if body.outcome == "never_again" and await session.scalar(_NOTHING_OPEN, {"person": body.person_id}):
        _let_go(session, outreach, done_on)
    return outreach


def _let_go(session: AsyncSession, outreach: Outreach, on: date) -> None:
    record_event(session, ProspectDropped(id=outreach.id, person_id=outreach.person_id, authority_path=str(outreach.authority_path), dropped_on=on))


_NOTHING_OPEN = text("SELECT NOT prospect_is_open(:person)")
_SILENT = text(
    """
    SELECT DISTINCT ON (o.person_id) o.id, o.person_id, o.authority_path::text AS path, o.contacted_on FROM outreaches o
    WHERE NOT EXISTS (SELECT FROM outreaches later WHERE later.person_id = o.person_id AND (later.contacted_on, later.id) > (o.contacted_on, o.id))
        AND (o.follow_up_on IS NULL OR o.follow_up_on < :day) AND NOT o.let_go AND NOT prospect_is_open(o.person_id)
    ORDER BY o.person_id
    """
)
_LET_GO = text("UPDATE outreaches SET let_go = true WHERE person_id = :person")


async def let_prospects_go() -> None:
    """Daily: a prospect with whom nothing was said for the months that the rule gives, and nothing is open, is kept for this purpose no longer."""
    async with worker_session() as session:
        for row in (await session.execute(_SILENT, {"day": today()})).all():
            months = PACKS.in_force(row.path.partition(".")[0], today()).rule("REC-PROSPECT").value
            if add_months(row.contacted_on, months) <= today():
                record_event(session, ProspectDropped(id=row.id, person_id=row.person_id, authority_path=row.path, dropped_on=today()))
                await session.execute(_LET_GO, {"person": row.person_id})


async def contacts_with(session: AsyncSession, person_id: object) -> list[Outreach]:
    return list(await session.scalars(select(Outreach).where(Outreach.person_id == person_id).order_by(Outreach.contacted_on, Outreach.id)))
