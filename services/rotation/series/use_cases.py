"""Either side plans the meetings of an agreement and says which were held."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.guards import must_be_live
from services.rotation.agreements.models import Agreement
from services.rotation.agreements.queries import get_visible_agreement, named_agreement
from services.rotation.series.models import Meeting, Series
from services.rotation.series.schemas import MeetingCreate, MeetingsAdded, Outcome, SeriesCreate
from services.rotation.sides import may_act_for
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import FieldError, Malformed, NotFound
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.visibility import visible_to


def series_visible_to(caller: Caller) -> Select[tuple[Series]]:
    return select(Series).where(visible_to(caller, Series))


async def get_visible_series(session: AsyncSession, caller: Caller, series_id: UUID, *, lock: bool = False) -> Series:
    """One series. Raises NotFound."""
    statement = series_visible_to(caller).where(Series.id == series_id)
    found = await session.scalar(statement.with_for_update(of=Series) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def plan_series(session: AsyncSession, *, caller: Caller, body: SeriesCreate) -> Series:
    """A series belongs to an agreement, and its meetings to the agreement's time."""
    done_on = judge_done_on(caller, body.done_on)
    agreement = await named_agreement(session, caller, body.agreement_id)
    require(may_act_for(caller, *agreement.sides))
    must_be_live(agreement)
    if known := await by_reference(session, Series, authority_path=agreement.authority_path, body=body, reference=body.reference):
        return known
    _must_be_covered(agreement, body.meetings)
    series = Series(
        **body.model_dump(include={"reference", "agreement_id", "kind", "title", "specialty"}),
        content_hash=hash_of(body),
        authority_path=agreement.authority_path,
        shared_with=agreement.shared_with,
        giver_code=agreement.giver_code,
        receiver_code=agreement.receiver_code,
        planned_by=caller.actor,
        meetings=[Meeting(number=number, **meeting.model_dump()) for number, meeting in enumerate(body.meetings, start=1)],
    )
    session.add(series)
    await session.flush()
    await record_audit(session, caller, "series.planned", "series", series.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return series


def _must_be_covered(agreement: Agreement, meetings: list[MeetingCreate]) -> None:
    """Raises Malformed for a meeting outside of the agreement's days."""
    outside = [place for place, meeting in enumerate(meetings) if not agreement.covers(meeting.planned_on)]
    if outside:
        first, last = agreement.starts_on.isoformat(), agreement.ends_on.isoformat()
        raise Malformed([FieldError(f"meetings.{place}.planned_on", _("The agreement runs from {first} to {last}."), {"first": first, "last": last}) for place in outside])


async def _held(session: AsyncSession, caller: Caller, series_id: UUID) -> tuple[Series, Agreement]:
    series = await get_visible_series(session, caller, series_id, lock=True)
    agreement = await get_visible_agreement(session, caller, series.agreement_id)
    require(may_act_for(caller, *agreement.sides))
    return series, agreement


async def add_meetings(session: AsyncSession, *, caller: Caller, series_id: UUID, body: MeetingsAdded) -> Series:
    """More meetings of the series are planned."""
    done_on = judge_done_on(caller, body.done_on)
    series, agreement = await _held(session, caller, series_id)
    must_be_live(agreement)
    _must_be_covered(agreement, body.meetings)
    last = max((meeting.number for meeting in series.meetings), default=0)
    series.meetings += [Meeting(number=number, **meeting.model_dump()) for number, meeting in enumerate(body.meetings, start=last + 1)]
    series.version += 1
    await session.flush()
    await record_audit(session, caller, "series.meetings-added", "series", series.id, after=body.model_dump(mode="json"), done_on=done_on)
    return series


async def say_outcome(session: AsyncSession, *, caller: Caller, series_id: UUID, number: int, body: Outcome) -> Series:
    """A meeting was held, or cancelled with its reason."""
    done_on = judge_done_on(caller, body.done_on)
    series, _agreement = await _held(session, caller, series_id)
    meeting = next((each for each in series.meetings if each.number == number), None)
    if meeting is None:
        raise NotFound()
    if body.held_on is not None and body.held_on > done_on:
        raise Malformed.field("held_on", _("This day is still to come."))
    before = {"held_on": meeting.held_on.isoformat() if meeting.held_on else None, "participants": meeting.participants, "reason": meeting.reason}
    meeting.held_on, meeting.participants, meeting.reason, meeting.said_by, meeting.said_on = body.held_on, body.participants, body.reason, caller.actor, done_on
    series.version += 1
    await session.flush()
    after = {"meeting": number} | body.model_dump(mode="json", exclude={"done_on"}, exclude_none=True)
    await record_audit(session, caller, f"series.meeting-{body.outcome}", "series", series.id, before=before, after=after, done_on=done_on)
    return series
