"""The timeline of a person: what was true when, when it was decided, when it was recorded, and what was corrected."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.absences.models import APPROVED, Absence
from services.registry.assignments.models import TO_REGULARISE, Assignment, assignments_history
from services.registry.beliefs import believed
from services.registry.directory import names_of_facilities, names_of_occupations
from services.registry.holds.permissions import knows_why
from services.registry.licences.models import Licence, days_of, status_of
from services.registry.licences.queries import periods_of_person
from services.registry.licences.use_cases import expiring_rule
from services.registry.periods import last_day
from services.registry.persons.models import Person
from services.registry.qualifications.models import Qualification
from services.registry.units.served import Standings, standings_of
from services.registry.workers.models import Employment, Worker, employments_history
from shared.auth import Caller
from shared.clock import today


class Superseded(BaseModel):
    """An earlier belief: who put it right, when, and why."""

    act: str
    on: datetime
    by: str | None
    reason: str | None


class TimelineItem(BaseModel):
    kind: Literal["assignment", "employment", "qualification", "licence", "absence"]
    id: UUID
    starts_on: date | None
    ends_on: date | None = None
    title: str | None = None
    occupation_code: str | None = None
    facility_code: str | None = None
    facility_name: str | None = None
    unit: str | None = None
    post_id: UUID | None = None
    assignment_kind: str | None = None
    employment_type: str | None = None
    fte_share: float | None = None
    leave_type: str | None = Field(None, description="Of an absence, for HR of the employer alone; nobody else reads more than the days.")
    scope: list[str] = Field(default_factory=list, description="Of a licence.")
    state: str
    conflict: str | None = None
    decision: str | None = None
    decided_on: date
    amended_on: date | None = None
    recorded_at: datetime
    entered_afterwards: bool
    source_service: str | None = None
    source_id: UUID | None = None
    reason: str | None = None
    superseded: Superseded | None = Field(None, description="Set on what was believed before a correction.")


class Timeline(BaseModel):
    person_id: UUID
    as_of: date | None
    known_at: datetime | None
    items: list[TimelineItem]


async def timeline_of(session: AsyncSession, caller: Caller, person: Person, *, as_of: date | None, known_at: datetime | None) -> Timeline:
    """In the order of effect. What the caller may not see of other facilities is not there."""
    items = [
        *await _assignments(session, person, known_at),
        *await _employments(session, person, known_at),
        *await _qualifications(session, person, known_at),
        *await _licences(session, person, as_of, known_at),
        *await _absences(session, caller, person, known_at),
    ]
    if as_of is not None:
        items = [
            item
            for item in items
            if item.superseded is None
            and item.starts_on is not None
            and item.starts_on <= as_of
            and (item.ends_on is None or as_of <= item.ends_on or item.kind == "qualification")
        ]
    await _name(session, items)
    items.sort(key=lambda item: (item.starts_on or date.min, item.recorded_at, item.id))
    return Timeline(person_id=person.id, as_of=as_of, known_at=known_at, items=items)


async def _assignments(session: AsyncSession, person: Person, known_at: datetime | None) -> list[TimelineItem]:
    entity = believed(Assignment, assignments_history, known_at)
    found = await session.execute(select(entity, Worker.occupation_code).join(Worker, Worker.id == entity.worker_id).where(entity.person_id == person.id))
    rows = found.all()
    standings = await standings_of(session, [one for one, _occupation in rows], known_at)
    items = [_assignment(one, occupation, standings) for one, occupation in rows]
    if known_at is None:
        earlier = assignments_history
        before = await session.execute(
            select(earlier, Worker.occupation_code)
            .join(Worker, Worker.id == earlier.c.worker_id)
            .where(earlier.c.person_id == person.id, earlier.c.superseded_act.in_(("corrected", "revoked")))
        )
        items += [_assignment(row, row.occupation_code, Standings(()), superseded=_superseded(row)) for row in before]
    return items


def _assignment(one: Any, occupation_code: str, standings: Standings, superseded: Superseded | None = None) -> TimelineItem:
    return TimelineItem(
        kind="assignment",
        id=one.id,
        starts_on=one.valid.lower,
        ends_on=last_day(one.valid),
        occupation_code=occupation_code,
        facility_code=one.facility_code,
        unit=standings.serves(one, today()).unit,
        post_id=one.post_id,
        assignment_kind=one.kind,
        fte_share=float(one.fte_share),
        state=one.state,
        conflict=one.conflict,
        decision=one.decision_number or TO_REGULARISE,
        decided_on=one.done_on,
        amended_on=one.amended_on,
        recorded_at=one.recorded_at,
        entered_afterwards=one.done_on < one.entered_on,
        source_service=one.source_service,
        source_id=one.source_id,
        reason=one.reason,
        superseded=superseded,
    )


async def _employments(session: AsyncSession, person: Person, known_at: datetime | None) -> list[TimelineItem]:
    entity = believed(Employment, employments_history, known_at)
    return [
        TimelineItem(
            kind="employment",
            id=one.id,
            starts_on=one.valid_from,
            ends_on=one.valid_to,
            title=one.practice_name,
            facility_code=one.facility_code,
            employment_type=one.employment_type,
            state=one.status,
            decision=one.decision_number or TO_REGULARISE,
            decided_on=one.done_on,
            recorded_at=one.recorded_at,
            entered_afterwards=one.entered_afterwards,
            source_service=one.source_service,
            source_id=one.source_id,
        )
        for one in (await session.scalars(select(entity).where(entity.person_id == person.id))).all()
    ]


async def _qualifications(session: AsyncSession, person: Person, known_at: datetime | None) -> list[TimelineItem]:
    statement = select(Qualification).where(Qualification.person_id == person.id)
    if known_at is not None:
        statement = statement.where(Qualification.recorded_at <= known_at)
    return [
        TimelineItem(
            kind="qualification",
            id=one.id,
            starts_on=one.issued_on,
            title=one.title,
            state=one.state_on(None, known_at) or "declared",
            decided_on=one.done_on,
            recorded_at=one.recorded_at,
            entered_afterwards=False,
        )
        for one in (await session.scalars(statement)).all()
    ]


async def _licences(session: AsyncSession, person: Person, as_of: date | None, known_at: datetime | None) -> list[TimelineItem]:
    """Each licence from its issue to its last day as it was known, with what it is worth on the day asked."""
    day = as_of or today()
    known: dict[UUID, list[Any]] = {}
    for period in await periods_of_person(session, person.id, known_at):
        known.setdefault(period.licence_id, []).append(period)
    items = []
    for one in (await session.scalars(select(Licence).where(Licence.id.in_(known)))).all():
        days = [days_of(period) for period in known[one.id]]
        ends = [period.last for period in days if period.standing != "revoked"]
        items.append(
            TimelineItem(
                kind="licence",
                id=one.id,
                starts_on=days[0].first,
                ends_on=None if None in ends else max((last for last in ends if last is not None), default=None),
                title=one.authority,
                scope=list(days[-1].scope),
                state=status_of(days, day, expiring_rule(one.authority_path, day).value) or "active",
                decided_on=one.done_on,
                recorded_at=one.recorded_at,
                entered_afterwards=False,
            )
        )
    return items


async def _absences(session: AsyncSession, caller: Caller, person: Person, known_at: datetime | None) -> list[TimelineItem]:
    statement = select(Absence).where(Absence.person_id == person.id, Absence.state == APPROVED)
    if known_at is not None:
        statement = statement.where(Absence.recorded_at <= known_at)
    return [
        TimelineItem(
            kind="absence",
            id=one.id,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            facility_code=one.facility_code,
            leave_type=one.type if knows_why(caller, one.authority_path) else None,
            state=one.state,
            decided_on=one.decided_on or one.requested_on,
            recorded_at=one.recorded_at,
            entered_afterwards=False,
        )
        for one in (await session.scalars(statement)).all()
    ]


def _superseded(row: Any) -> Superseded:
    return Superseded(act=row.superseded_act, on=row.recorded.upper, by=row.superseded_by, reason=row.superseded_reason)


async def _name(session: AsyncSession, items: Iterable[TimelineItem]) -> None:
    """Give each item the names of its place and occupation."""
    facilities = await names_of_facilities(session, [item.facility_code for item in items if item.facility_code])
    occupations = await names_of_occupations(session, [item.occupation_code for item in items if item.occupation_code])
    for item in items:
        item.facility_name = facilities.get(item.facility_code or "")
        item.title = item.title or occupations.get(item.occupation_code or "")
