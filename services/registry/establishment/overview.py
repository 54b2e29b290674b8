"""One facility's establishment on a day: how many posts are in which state, which stand empty, and who leaves soon."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.persons.permissions import can_read_people
from services.registry.posts.models import PostState
from services.registry.posts.presence import empty_among
from services.registry.posts.queries import Establishment, read_posts
from services.registry.posts.schemas import PostRead
from services.registry.posts.states import state_on
from services.registry.workers.models import Employment
from services.registry.workers.retirement import retirement_on
from shared.auth import Caller
from shared.calendars import add_months
from shared.visibility import visible_to

MONTHS_AHEAD = 12
MOST_EMPTY = 50
Ground = Literal["contract_end", "employment_end", "assignment_end", "retirement"]


class StateCount(BaseModel):
    state: PostState
    posts: int
    fte: float


class Leaving(BaseModel):
    """Somebody who leaves within the months ahead: the first ground, and the post that falls free."""

    person_id: UUID
    on: date
    ground: Ground
    assignment_id: UUID
    post_id: UUID | None
    unit: str | None
    occupation_code: str
    employment_id: UUID | None = Field(description="The contract or employment that ends.")


class FacilityEstablishment(BaseModel):
    facility_code: str
    day: date
    posts: int
    fte: float
    filled_share: float
    states: list[StateCount]
    functionally_empty: list[PostRead]
    leaving: list[Leaving] | None = Field(description="None for whoever may not read people.")
    leaving_until: date


async def establishment_of(session: AsyncSession, caller: Caller, code: str, day: date) -> FacilityEstablishment:
    """What the caller may see of a facility's posts and people on a day."""
    rows = (await session.execute(Establishment(day).visible_to(caller, facility=code))).all()
    counts: dict[PostState, tuple[int, Decimal]] = {}
    for post, filled in rows:
        state = state_on(day, first=post.valid_from, last=post.valid_to, decided=post.decision_number is not None, frozen=post.frozen, fte=post.fte, filled=filled)
        posts, fte = counts.get(state, (0, Decimal(0)))
        counts[state] = (posts + 1, fte + post.fte)
    empty = await empty_among(session, [post.id for post, _filled in rows], day)
    standing_empty = [(post, filled) for post, filled in rows if post.id in empty][:MOST_EMPTY]
    until = add_months(day, MONTHS_AHEAD)
    return FacilityEstablishment(
        facility_code=code,
        day=day,
        posts=len(rows),
        fte=float(sum((post.fte for post, _filled in rows), Decimal(0))),
        filled_share=float(sum((filled for _post, filled in rows), Decimal(0))),
        states=[StateCount(state=state, posts=posts, fte=float(fte)) for state, (posts, fte) in sorted(counts.items())],
        functionally_empty=await read_posts(session, standing_empty, day, empty=empty),
        leaving=await leaving_between(session, caller, code, day, until) if can_read_people(caller) is True else None,
        leaving_until=until,
    )


async def leaving_between(session: AsyncSession, caller: Caller, code: str, day: date, until: date) -> list[Leaving]:
    """By contract, by a decided end or by age: of each who works there on the day, the first ground to leave."""
    here = (await session.execute(_HERE, {"code": code, "day": day})).all()
    ends = await _employments_that_end(session, caller, code, {row.person_id for row in here}, day, until)
    found: list[Leaving] = []
    for row in here:
        grounds: list[tuple[date, Ground, UUID | None]] = []
        if row.ends_on is not None:
            grounds.append((row.ends_on, "assignment_end", None))
        if row.person_id in ends:
            employment = ends[row.person_id]
            assert employment.valid_to is not None
            is_decided = employment.act == "ended" or employment.ended_reason is not None
            grounds.append((employment.valid_to, "employment_end" if is_decided else "contract_end", employment.id))
        retires = retirement_on(row.path, row.birth_date, row.sex, day)
        if retires is not None:
            grounds.append((max(retires, day), "retirement", None))
        due = sorted((ground for ground in grounds if day <= ground[0] <= until), key=lambda ground: (ground[0], ground[1]))
        if due:
            on, ground, employment_id = due[0]
            found.append(
                Leaving(
                    person_id=row.person_id, on=on, ground=ground, assignment_id=row.id, post_id=row.post_id, unit=row.unit, occupation_code=row.occupation_code,
                    employment_id=employment_id,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.on, one.person_id))


async def _employments_that_end(session: AsyncSession, caller: Caller, code: str, persons: set[UUID], day: date, until: date) -> dict[UUID, Employment]:
    """Of each person the employment at the facility that lasts on the day and ends by then, unless it goes on."""
    if not persons:
        return {}
    found: Sequence[Employment] = (
        await session.scalars(
            select(Employment).where(visible_to(caller, Employment), Employment.person_id.in_(persons), Employment.facility_code == code).order_by(Employment.valid)
        )
    ).all()
    last = {one.id: one for one in found}  # the last period of each
    return {one.person_id: one for one in last.values() if one.valid_to is not None and day <= one.valid_to <= until}


_HERE = text(
    """
    SELECT a.id, a.person_id, a.post_id, coalesce(u.unit, a.unit) AS unit, a.authority_path::text AS path, w.occupation_code, p.birth_date, p.sex,
           (SELECT upper(l.valid) - 1 FROM assignments l WHERE l.id = a.id ORDER BY lower(l.valid) DESC LIMIT 1) AS ends_on
    FROM assignments a JOIN workers w ON w.id = a.worker_id JOIN persons p ON p.id = a.person_id
    LEFT JOIN posts u ON u.id = a.post_id AND u.unit_id IS NOT NULL AND u.valid @> CAST(:day AS date)
    WHERE a.facility_code = :code AND a.state = 'active' AND a.kind = 'primary' AND a.valid @> CAST(:day AS date)
    """
)
