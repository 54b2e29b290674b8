"""An authority declares a shortage, and may end it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.shortages.events import ShortageDeclared, ShortageEnded
from services.recruitment.shortages.models import Shortage
from services.recruitment.shortages.permissions import can_declare_for, can_end
from services.recruitment.shortages.queries import get_visible_shortage
from services.recruitment.shortages.schemas import ShortageCreate, ShortageEnd
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.errors import Malformed
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def declare_shortage(session: AsyncSession, *, caller: Caller, body: ShortageCreate) -> Shortage:
    """An authority says which specialty or title is short, for how long and why; posts and plans show it from then on."""
    done_on = judge_done_on(caller, body.done_on)
    path = path_of(body.authority)
    require(can_declare_for(caller, path))
    if known := await by_reference(session, Shortage, authority_path=path, body=body, reference=body.reference):
        return known
    shortage = Shortage(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=path,
        authority=body.authority,
        specialty=body.specialty,
        occupation_code=body.occupation_code,
        reason=body.reason,
        legal_basis=body.legal_basis,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        declared_by=caller.actor,
        declared_on=done_on,
    )
    session.add(shortage)
    await session.flush()
    record_event(session, ShortageDeclared.about(shortage))
    await record_audit(session, caller, "shortage.declared", "shortage", shortage.id, after=body.model_dump(mode="json"), done_on=done_on)
    return shortage


async def end_shortage(session: AsyncSession, *, caller: Caller, shortage_id: UUID, body: ShortageEnd, if_match: str | None = None) -> Shortage:
    """People are found: the declaration ends on a day of its period."""
    done_on = judge_done_on(caller, body.done_on)
    shortage = await get_visible_shortage(session, caller, shortage_id, lock=True)
    require(can_end(caller, shortage))
    if (shortage.ended_by, shortage.ended_on, shortage.valid_to) == (caller.actor, done_on, body.last_day):
        return shortage
    require_current(if_match, shortage.version)
    if not shortage.covers(body.last_day):
        raise Malformed.field("last_day", _("Choose a day of the period, from {first} to {last}."), first=shortage.valid_from.isoformat(), last=shortage.valid_to.isoformat())
    before = shortage.valid_to
    shortage.end(last_day=body.last_day, by=caller.actor, on=done_on)
    record_event(session, ShortageEnded.about(shortage))
    await record_audit(session, caller, "shortage.ended", "shortage", shortage.id, before={"valid_to": before}, after={"valid_to": body.last_day}, done_on=done_on)
    return shortage
