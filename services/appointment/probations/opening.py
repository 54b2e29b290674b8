"""A probation opens when the registry says that a hire's assignment has started, and follows what happens to it.

The assignment is the true fact, not the hire: it alone says that the person works there and from when. It is heard by
state; a probation remembers the version that it last heard, so that a rebuild repeats nothing.
"""

from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.absences.queries import absences_since
from services.appointment.dues.record import record_due
from services.appointment.probations.events import ProbationChanged, ProbationEnded, ProbationOpened, ProbationState
from services.appointment.probations.models import Probation
from services.appointment.probations.queries import refusals_of
from services.appointment.probations.workflow import ENDED, OPEN
from services.appointment.rules import pack_of
from shared.audit import record_audit
from shared.calendars import period_end
from shared.clock import today
from shared.errors import Refused
from shared.events import Received, record_event
from shared.references import hash_of
from shared.rulepacks import RulePack

BY = "consumer:appointment"
RECRUITMENT = "recruitment"
LEFT = "left"
DAYS_OF_WARNING = "PRB-01"


class HiredPeriod(BaseModel):
    """An assignment for some dates."""

    valid_from: date
    valid_to: date | None
    facility_code: str
    authority_path: str
    kind: str


class HiredAssignment(BaseModel):
    """An assignment as far as probation is concerned: where from, which title, which days."""

    topic: ClassVar[str] = "relais.registry.assignments"

    id: UUID
    person_id: UUID
    occupation_code: str = ""
    state: str
    source_service: str | None = None
    source_id: UUID | None = None
    shared_with: list[str] = Field(default_factory=list)
    periods: list[HiredPeriod]

    def on(self, day: date) -> HiredPeriod:
        """The period that holds on a day, or the nearest one."""
        return next((period for period in reversed(self.periods) if period.valid_from <= day), self.periods[0])

    @property
    def ends_on(self) -> date | None:
        return self.periods[-1].valid_to


async def follow_hired(session: AsyncSession, events: list[Received[HiredAssignment]]) -> None:
    """Open a probation for each hire that took up its post; move or end the one that is open."""
    hired = {
        event.data.source_id: event
        for event in events
        if event.data.source_service == RECRUITMENT and event.data.source_id is not None and event.data.on(today()).kind == "primary"
    }
    if not hired:
        return
    known = {
        probation.source_id: probation
        for probation in await session.scalars(select(Probation).where(Probation.source_service == RECRUITMENT, Probation.source_id.in_(list(hired))).with_for_update())
    }
    for source_id, event in hired.items():
        heard = [event.incarnation, event.version]
        if (probation := known.get(source_id)) is None:
            if event.data.state == "active":
                await _open(session, event.data, heard)
        elif probation.heard < heard:
            probation.heard = heard
            if probation.is_open:
                await _follow(session, probation, event.data)


async def _open(session: AsyncSession, hired: HiredAssignment, heard: list[int]) -> None:
    assert hired.source_id is not None
    place, starts_on = hired.on(today()), hired.periods[0].valid_from
    pack = _pack(place.facility_code, starts_on)
    months = months_of(pack, hired.occupation_code) if pack else None
    running = await session.scalar(select(Probation.id).where(Probation.person_id == hired.person_id, Probation.state.in_(OPEN)))
    if pack is None or months is None or running is not None:  # no rule for this title, or one probation runs already
        return
    probation = Probation(
        content_hash=hash_of(hired),
        authority_path=place.authority_path,
        shared_with=hired.shared_with,
        source_service=RECRUITMENT,
        source_id=hired.source_id,
        assignment_id=hired.id,
        heard=heard,
        person_id=hired.person_id,
        facility_code=place.facility_code,
        occupation_code=hired.occupation_code,
        rule_pack=pack.id,
        months=months,
        starts_on=starts_on,
        due_on=period_end(starts_on, months),
        opened_by=BY,
        opened_on=today(),
    )
    session.add(probation)
    await count_days(session, probation)
    await session.flush()
    await record_audit(session, BY, "probation.opened", "probation", probation.id, after={"months": months, "starts_on": starts_on, "due_on": probation.due_on}, done_on=today())
    tell(session, ProbationOpened, probation)


def _pack(code: str, day: date) -> RulePack | None:
    try:
        return pack_of(code, day)
    except Refused:  # no pack of this country and day is known here: nothing to compute
        return None


def months_of(pack: RulePack, occupation_code: str) -> int | None:
    """Months of probation of a title (REC-VN-11); None when the pack does not say."""
    months: int | None = pack.rule("PRB-MONTHS").value.get(occupation_code)
    return months


_ELSEWHERE = text(
    "SELECT assignment_id, facility_code, authority_path::text, shared_with FROM assignments "
    "WHERE person_id = :person AND kind = 'primary' AND state = 'active' AND assignment_id <> :assignment AND valid @> CAST(:day AS date)"
)


async def _follow(session: AsyncSession, probation: Probation, hired: HiredAssignment) -> None:
    before = _place(probation)
    last = hired.ends_on
    if hired.state == "ended" or (last is not None and last < probation.due_on):
        end = last or today()
        elsewhere = (await session.execute(_ELSEWHERE, {"person": probation.person_id, "assignment": probation.assignment_id, "day": end})).one_or_none()
        if elsewhere is None:
            await end_as_left(session, probation, max(end, probation.starts_on))
            return
        probation.assignment_id, probation.facility_code = elsewhere.assignment_id, elsewhere.facility_code
        probation.authority_path, probation.shared_with = elsewhere.authority_path, list(elsewhere.shared_with)
    else:
        place = hired.on(today())
        probation.facility_code, probation.authority_path, probation.shared_with = place.facility_code, place.authority_path, hired.shared_with
        probation.starts_on = hired.periods[0].valid_from
    await count_days(session, probation)
    if _place(probation) != before:
        probation.version += 1
        await session.flush()
        await record_audit(session, BY, "probation.followed", "probation", probation.id, before=before, after=_place(probation), done_on=today())
        tell(session, ProbationChanged, probation)


def _place(probation: Probation) -> dict[str, Any]:
    return {name: str(getattr(probation, name)) for name in ("facility_code", "authority_path", "starts_on", "due_on")}


async def end_as_left(session: AsyncSession, probation: Probation, day: date) -> None:
    """Who no longer works there is on probation no longer."""
    before = probation.state
    probation.forget_proposal()
    probation.set_state(ENDED, on=day, reason=LEFT)
    await session.flush()
    await record_audit(session, BY, "probation.ended", "probation", probation.id, before={"state": before}, after={"state": ENDED, "reason": LEFT}, done_on=day)
    tell(session, ProbationEnded, probation)


async def count_days(session: AsyncSession, probation: Probation) -> bool:
    """Count the probation's days again; whether its end moved."""
    absences = await absences_since(session, probation.person_id, probation.starts_on)
    refused = {refusal.absence_id for refusal in (await refusals_of(session, [probation.id])).get(probation.id, [])} if probation.id else set()
    return probation.count(absences, refused)


def tell(session: AsyncSession, event: type[ProbationState], probation: Probation) -> None:
    """Announce a probation, and what falls due with it (PRB-01)."""
    record_event(session, event.about(probation))
    record_due(
        session,
        "probation_ends",
        probation,
        probation.id,
        path=f"/probations/{probation.id}",
        due_on=probation.due_on,
        warn_on=warn_on(probation),
        responsible="facility-hr-officer",
        state="open" if probation.is_open else "done",
        facility_code=probation.facility_code,
        person_id=probation.person_id,
        facts={"starts_on": probation.starts_on.isoformat()},  # not the days that do not count: they are leave and illness
    )


def warn_on(probation: Probation) -> date:
    """First day on which the work-list shows it."""
    return probation.due_on - timedelta(days=int(probation.pack.rule(DAYS_OF_WARNING).value))
