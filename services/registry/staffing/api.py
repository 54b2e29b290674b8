"""Minimum staffing over HTTP."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from services.registry.directory import names_of_facilities, names_of_occupations
from services.registry.holds.permissions import can_see_plans
from services.registry.holds.queries import limits_of, roster_of
from services.registry.holds.roster import Minimum
from services.registry.staffing.models import StaffingMinimum
from services.registry.staffing.permissions import can_set_minimums
from services.registry.staffing.schemas import MinimumCreate, MinimumEnding, MinimumRead
from services.registry.staffing.use_cases import end_minimum, set_minimum
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.visibility import visible_to

router = Router(prefix="/staffing-minimums", tags=["availability"])


async def _read(session: SessionDep, caller: Caller, minimums: Sequence[StaffingMinimum], *, counted: bool = False) -> list[MinimumRead]:
    facilities = await names_of_facilities(session, [one.facility_code for one in minimums])
    occupations = await names_of_occupations(session, [one.occupation_code for one in minimums if one.occupation_code])
    counts = await _count_today(session, minimums) if counted else {}
    return [
        MinimumRead.seen_by(
            caller,
            one,
            facility=facilities.get(one.facility_code),
            occupation=occupations.get(one.occupation_code or ""),
            team=counts.get(one.id, (None, None))[0],
            present=counts.get(one.id, (None, None))[1],
        )
        for one in minimums
    ]


async def _count_today(session: SessionDep, minimums: Sequence[StaffingMinimum]) -> dict[UUID, tuple[int, int]]:
    day = today()
    current = [one for one in minimums if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    if not current:
        return {}
    roster = await roster_of(session, sorted({one.facility_code for one in current}), day, day, margin=timedelta(0))
    cap = limits_of(current[0].facility_code, day).cap_percent
    counts = {}
    for one in current:
        team = Minimum(one.id, *one.team, one.min_present, cap, one.valid_from, one.valid_to)
        staff, present, _away = roster.present(team, day)
        counts[one.id] = (staff, present)
    return counts


@router.post("", status_code=201, response_model=MinimumRead, dependencies=[allows(can_set_minimums)], responses=problems(403, 404, 409, 422))
async def create_minimum(body: MinimumCreate, caller: CallerDep, session: SessionDep) -> MinimumRead:
    """Set how many of a team must be present by day."""
    return (await _read(session, caller, [await set_minimum(session, caller=caller, body=body)]))[0]


@router.get("", response_model=Page[MinimumRead], dependencies=[allows(can_see_plans)], responses=problems(403, 422))
async def list_minimums(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    as_of: Annotated[date | None, Query(description="Only those in force on that day.")] = None,
) -> Page[MinimumRead]:
    """Minimums by facility, with how many of each team are present today."""
    wanted = select(StaffingMinimum).where(visible_to(caller, StaffingMinimum))
    if facility is not None:
        wanted = wanted.where(StaffingMinimum.facility_code == facility)
    if as_of is not None:
        wanted = wanted.where(StaffingMinimum.valid.contains(as_of))
    found = await keyset_page(session, wanted, keys=[StaffingMinimum.facility_code, StaffingMinimum.id], params=page)
    return found.of(await _read(session, caller, found.items, counted=True))


@router.get("/{minimum_id}", response_model=MinimumRead, dependencies=[allows(can_see_plans)], responses=problems(403, 404))
async def read_minimum(minimum_id: UUID, caller: CallerDep, session: SessionDep) -> MinimumRead:
    """One minimum, with how many of the team are present today."""
    minimum = await session.scalar(select(StaffingMinimum).where(StaffingMinimum.id == minimum_id, visible_to(caller, StaffingMinimum)))
    if minimum is None:
        raise NotFound()
    return (await _read(session, caller, [minimum], counted=True))[0]


@router.post("/{minimum_id}/ending", status_code=201, response_model=MinimumRead, dependencies=[allows(can_set_minimums)], responses=problems(403, 404, 409, 422))
async def create_ending(minimum_id: UUID, body: MinimumEnding, caller: CallerDep, session: SessionDep) -> MinimumRead:
    """Give a minimum its last day."""
    return (await _read(session, caller, [await end_minimum(session, caller=caller, minimum_id=minimum_id, body=body)]))[0]
