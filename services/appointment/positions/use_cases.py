"""Leadership positions are opened within the cap of deputies, one or many at once, and closed."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.cases.guards import cap_reached
from services.appointment.positions.caps import cap_of
from services.appointment.positions.events import PositionClosed, PositionOpened
from services.appointment.positions.models import DEPUTY, POSITION, LeadershipPosition
from services.appointment.positions.permissions import can_open_at
from services.appointment.positions.queries import deputies_at, get_visible_position
from services.appointment.positions.schemas import PositionClosure, PositionCreate
from services.appointment.rules import pack_of
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import Place, place_on, staff_at
from shared.errors import Malformed
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import RulePack


async def open_position(session: AsyncSession, *, caller: Caller, body: PositionCreate) -> LeadershipPosition:
    """The administrator opens a seat of head or deputy; a deputy beyond the cap is refused (APP-11)."""
    done_on = judge_done_on(caller, body.done_on)
    place = await place_on(session, body.facility_code, done_on)
    require(can_open_at(caller, place.authority_path))
    if known := await by_reference(session, LeadershipPosition, authority_path=place.authority_path, body=body, reference=body.reference):
        return known
    pack = pack_of(place.code, done_on)
    if body.rank == DEPUTY:
        await _cap_must_have_room(session, place, body, done_on, pack)
    position = LeadershipPosition(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=place.authority_path,
        facility_code=place.code,
        unit=body.unit,
        rank=body.rank,
        title=body.title,
        term_months=body.term_months or int(pack.rule("APP-06").value),
        requirements=body.requirements,
        planning_required=body.planning_required,
        valid_from=body.valid_from,
        valid_to=body.grandfathered_until or body.valid_to,
        grandfathered_until=body.grandfathered_until,
        opened_by=caller.actor,
        opened_on=done_on,
    )
    session.add(position)
    await session.flush()
    await record_audit(session, caller, "position.opened", "position", position.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, PositionOpened.about(position))
    return position


async def _cap_must_have_room(session: AsyncSession, place: Place, body: PositionCreate, done_on: date, pack: RulePack) -> None:
    """A seat in place before is tolerated until its day (APP-19); any other is within the cap."""
    day = max(body.valid_from, done_on)
    seats = await deputies_at(session, place.code, body.unit, day)
    cap = cap_of(pack.rule("APP-11"), place, await staff_at(session, place.code, day), body.unit)
    if body.grandfathered_until is not None:
        if body.grandfathered_until < body.valid_from:
            raise Malformed.field("grandfathered_until", _("The last day comes before the first one."))
        if body.valid_from < done_on:
            return
    if seats >= cap.deputies:
        raise cap_reached(cap, seats)


async def close_position(session: AsyncSession, *, caller: Caller, position_id: UUID, body: PositionClosure, if_match: str | None = None) -> LeadershipPosition:
    """The seat exists no longer after its last day."""
    done_on = judge_done_on(caller, body.done_on)
    position = await get_visible_position(session, caller, position_id, lock=True)
    require(can_open_at(caller, position.authority_path))
    require_current(if_match, position.version)
    POSITION.after("close", position.state)
    if body.last_day < position.valid_from:
        raise Malformed.field("last_day", _("The last day comes before the first one."))
    position.close(body.last_day)
    await session.flush()
    await record_audit(session, caller, "position.closed", "position", position.id, after={"last_day": body.last_day.isoformat()}, done_on=done_on)
    record_event(session, PositionClosed.about(position))
    return position
