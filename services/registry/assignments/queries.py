"""Reading assignments on both axes of time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment, assignments_history
from services.registry.assignments.permissions import can_record_assignments_at
from services.registry.assignments.schemas import AssignmentRead, PeriodRead
from services.registry.beliefs import believed, version_of
from services.registry.directory import names_of_facilities
from services.registry.posts.filling import Share, days_of_change, sum_on
from services.registry.rules import SHARES_TO_SHOW
from services.registry.units.served import Standings, standings_of
from services.registry.workers.models import Worker
from shared.actions import action
from shared.auth import Caller
from shared.clock import today
from shared.errors import NotFound, Refused
from shared.i18n import _, translate
from shared.visibility import visible_to

COUNTED = ("primary", "concurrent")  # REG-02 sums these


def assignments_visible_to(caller: Caller, known_at: datetime | None = None) -> tuple[Any, Select[Any]]:
    """Periods that the caller sees, as they were known at an instant: the entity to filter on, and the statement."""
    entity = believed(Assignment, assignments_history, known_at)
    return entity, select(entity).where(visible_to(caller, entity))


def assignments_wanted(
    caller: Caller, known_at: datetime | None, *, person: UUID | None, facility: str | None, post: UUID | None, state: str | None, as_of: date | None
) -> tuple[Any, Select[Any]]:
    """The same under the filters of the list."""
    entity, wanted = assignments_visible_to(caller, known_at)
    for column, value in ((entity.person_id, person), (entity.facility_code, facility), (entity.post_id, post), (entity.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    return entity, wanted if as_of is None else wanted.where(entity.valid.contains(as_of))


async def get_visible_assignment(session: AsyncSession, caller: Caller, assignment_id: UUID, known_at: datetime | None = None) -> list[Assignment]:
    """All periods of an assignment, in order. Raises NotFound without a relation."""
    entity, statement = assignments_visible_to(caller, known_at)
    periods = list((await session.scalars(statement.where(entity.id == assignment_id).order_by(func.lower(entity.valid)).execution_options(populate_existing=True))).all())
    if not periods:
        raise NotFound()
    return periods


async def periods_of(session: AsyncSession, assignment_id: UUID) -> list[Assignment]:
    found = await session.scalars(select(Assignment).where(Assignment.id == assignment_id).order_by(func.lower(Assignment.valid)).execution_options(populate_existing=True))
    return list(found.all())


async def held_by(session: AsyncSession, person_id: UUID, *, but: UUID | None = None) -> list[Assignment]:
    """Active periods of a person, one assignment left out when asked; only those that the session may see."""
    statement = select(Assignment).where(Assignment.person_id == person_id, Assignment.state == "active").order_by(func.lower(Assignment.valid))
    if but is not None:
        statement = statement.where(Assignment.id != but)
    return list((await session.scalars(statement)).all())


def shares_of(periods: Iterable[Assignment]) -> list[Share]:
    return [Share(period.valid_from, period.valid_to, period.fte_share) for period in periods if period.kind in COUNTED]


def heaviest(shares: Sequence[Share], first: date, last: date | None) -> tuple[date, Decimal]:
    """The day of a period on which the sum of shares is largest, and that sum."""
    return max(((day, sum_on(shares, day)) for day in days_of_change(shares, first, last)), key=lambda found: found[1])


async def read_assignments(
    session: AsyncSession, caller: Caller, found: Sequence[Sequence[Assignment]], as_of: date | None = None, known_at: datetime | None = None
) -> list[AssignmentRead]:
    """Assignments, each from its periods: what stands on top is true on `as_of`, or else in the last period."""
    everything = [period for periods in found for period in periods]
    facilities = await names_of_facilities(session, [period.facility_code for period in everything])
    occupations = await occupations_of(session, [period.worker_id for period in everything])
    standings = await standings_of(session, everything, known_at)
    return [_read(caller, periods, as_of, facilities, occupations, standings) for periods in found]


async def occupations_of(session: AsyncSession, worker_ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await session.execute(select(Worker.id, Worker.occupation_code).where(Worker.id.in_(set(worker_ids))))
    return {worker_id: code for worker_id, code in rows}  # noqa: C416  a row is not a pair to mypy


def _read(caller: Caller, periods: Sequence[Assignment], as_of: date | None, facilities: dict[str, str], occupations: dict[UUID, str], standings: Standings) -> AssignmentRead:
    shown = next((period for period in periods if as_of is not None and as_of in period.valid), periods[-1])
    ends_on = periods[-1].valid_to
    day = as_of or today()
    served = standings.serves(shown, day)
    ended = shown.state == "active" and ends_on is not None and ends_on < today()
    permission = can_record_assignments_at(caller, shown.authority_path)
    return AssignmentRead(
        id=shown.id,
        person_id=shown.person_id,
        worker_id=shown.worker_id,
        occupation_code=occupations.get(shown.worker_id, ""),
        post_id=shown.post_id,
        facility_id=shown.facility_id,
        facility_code=shown.facility_code,
        facility_name=facilities.get(shown.facility_code),
        unit=served.unit,
        unit_id=served.unit_id,
        kind=shown.kind,
        fte_share=float(shown.fte_share),
        starts_on=periods[0].valid_from,
        ends_on=ends_on,
        state="ended" if ended else shown.state,
        conflict=shown.conflict,
        decision=shown.decision,
        retroactive=any(period.valid_from < period.done_on for period in periods),
        entered_afterwards=any(period.entered_afterwards for period in periods),
        source_service=shown.source_service,
        source_id=shown.source_id,
        reference=shown.reference,
        periods=[
            PeriodRead(
                valid_from=period.valid_from,
                valid_to=period.valid_to,
                facility_code=period.facility_code,
                post_id=period.post_id,
                unit=standings.serves(period, day).unit,
                kind=period.kind,
                fte_share=float(period.fte_share),
                decision=period.decision,
                done_on=period.done_on,
                amended_on=period.amended_on,
                recorded_at=period.recorded_at,
            )
            for period in periods
        ],
        version=version_of(periods),
        available_actions=[
            *([action("activate", permission)] if shown.state == "conflicting" else []),
            *(
                [
                    action("end", permission, lambda: must_go_on(periods)),
                    action("change", permission, lambda: must_not_be_over(periods)),
                    action("transfer", permission, lambda: must_not_be_over(periods)),
                    action("correct", permission),
                ]
                if shown.state != "revoked"
                else []
            ),
        ],
    )


def must_go_on(periods: Sequence[Assignment]) -> None:
    """An assignment that has its last day, or that a revoked decision had made, is not ended again. Raises Refused."""
    if periods[-1].state == "revoked":
        raise Refused("revoked-already", _("The decision behind this assignment was revoked."))
    ends = periods[-1].valid_to
    if ends is not None:
        raise Refused("ended-already", _("This assignment already ends on {ends}."), possible=_("Correct the end if it was recorded wrongly."), ends=ends.isoformat())


def must_not_be_over(periods: Sequence[Assignment]) -> None:
    """What has ended, or never counted, does not change any more. Raises Refused."""
    ends = periods[-1].valid_to
    if periods[-1].state == "revoked" or (ends is not None and ends < today()):
        must_go_on(periods)


async def warnings_about(session: AsyncSession, periods: Sequence[Assignment]) -> list[str]:
    """REG-02: functions held together above one full time are shown, because somebody must decide what to lighten."""
    held = shares_of(await held_by(session, periods[0].person_id))
    day, total = heaviest(held, periods[0].valid_from, periods[-1].valid_to)
    if total <= Decimal(str(SHARES_TO_SHOW)):
        return []
    return [translate(_("On {day} this person holds {total} of a full time."), day=day.isoformat(), total=str(total.normalize()))]
