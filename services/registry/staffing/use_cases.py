"""Setting and ending minimum staffing; people who are away already stay away."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import get_occupation, get_place
from services.registry.periods import period
from services.registry.staffing.models import StaffingMinimum
from services.registry.staffing.permissions import can_set_minimums_at
from services.registry.staffing.schemas import MinimumCreate, MinimumEnding
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.visibility import visible_to


async def set_minimum(session: AsyncSession, *, caller: Caller, body: MinimumCreate) -> StaffingMinimum:
    """From a day on, so many of a team must be present; the minimum that stood ends on the eve."""
    place = await get_place(session, body.facility_code, body.valid_from)
    require(can_set_minimums_at(caller, place.authority_path))
    done_on = judge_done_on(caller, body.done_on)
    if body.occupation_code is not None:
        await get_occupation(session, body.occupation_code)
    known = await by_reference(session, StaffingMinimum, authority_path=place.authority_path, body=body, reference=body.reference)
    if known is not None:
        return known
    minimum = StaffingMinimum(
        id=uuid7(),
        authority_path=place.authority_path,
        shared_with=[],
        content_hash=hash_of(body),
        state="in_force",
        valid=period(body.valid_from, body.valid_to),
        decided_by=caller.actor,
        done_on=done_on,
        **body.model_dump(include={"reference", "facility_code", "unit", "occupation_code", "specialty", "min_present", "mission_cap_percent", "reason"}),
    )
    await _end_on_the_eve(session, caller, minimum)
    session.add(minimum)
    await session.flush()
    await record_audit(session, caller, "staffing-minimum.set", "staffing-minimum", minimum.id, after=body.model_dump(mode="json"), done_on=done_on)
    return minimum


async def _end_on_the_eve(session: AsyncSession, caller: Caller, new: StaffingMinimum) -> None:
    same = select(StaffingMinimum).where(StaffingMinimum.facility_code == new.facility_code, StaffingMinimum.valid.contains(new.valid_from)).with_for_update()
    for earlier in (await session.scalars(same)).all():
        if earlier.team == new.team and earlier.valid_from < new.valid_from and earlier.valid_to is None:
            earlier.valid = period(earlier.valid_from, new.valid_from - timedelta(days=1))
            earlier.version += 1
            await session.flush()
            await record_audit(
                session, caller, "staffing-minimum.ended", "staffing-minimum", earlier.id, before={"valid_to": None}, after={"valid_to": earlier.valid_to}, done_on=new.done_on
            )


async def end_minimum(session: AsyncSession, *, caller: Caller, minimum_id: UUID, body: MinimumEnding) -> StaffingMinimum:
    """The team needs no minimum any more after a day."""
    minimum = await session.scalar(select(StaffingMinimum).where(StaffingMinimum.id == minimum_id, visible_to(caller, StaffingMinimum)).with_for_update())
    if minimum is None:
        raise NotFound()
    require(can_set_minimums_at(caller, minimum.authority_path))
    done_on = judge_done_on(caller, body.done_on)
    if body.ends_on < minimum.valid_from:
        raise Malformed.field("ends_on", _("The minimum begins on {first}; its last day cannot come before."), first=minimum.valid_from.isoformat())
    before = minimum.valid_to
    minimum.valid = period(minimum.valid_from, body.ends_on)
    minimum.reason = body.reason
    minimum.version += 1
    await session.flush()
    await record_audit(
        session,
        caller,
        "staffing-minimum.ended",
        "staffing-minimum",
        minimum.id,
        before={"valid_to": before},
        after={"valid_to": body.ends_on, "reason": body.reason},
        done_on=done_on,
    )
    return minimum
