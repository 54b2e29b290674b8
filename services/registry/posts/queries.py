"""Reading the establishment: what is offered, what is taken, what is free on a day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.assignments.models import TO_REGULARISE, Assignment, assignments_history
from services.registry.beliefs import believed
from services.registry.directory import names_of_facilities, names_of_occupations
from services.registry.periods import last_day
from services.registry.posts.filling import Share
from services.registry.posts.models import Post, PostState, posts_history
from services.registry.posts.schemas import PostRead
from services.registry.posts.states import state_on
from services.registry.units.within import units_within
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


class Establishment:
    """Posts and what is taken of them, as known at one instant, on one day."""

    def __init__(self, day: date, known_at: datetime | None = None) -> None:
        self.day = day
        self.post = believed(Post, posts_history, known_at)
        self.assignment = believed(Assignment, assignments_history, known_at)

    @property
    def filled(self) -> Any:
        a = self.assignment
        return (
            select(func.coalesce(func.sum(a.fte_share), 0)).where(a.post_id == self.post.id, a.state == "active", a.valid.contains(self.day)).correlate(self.post).scalar_subquery()
        )

    def held(self, post_id: UUID) -> tuple[Any, ...]:
        """What makes an assignment count on one post on the day."""
        a = self.assignment
        return (a.post_id == post_id, a.state == "active", a.valid.contains(self.day))

    def visible_to(
        self, caller: Caller, *, facility: str | None = None, occupation: str | None = None, state: PostState | None = None, unit_id: UUID | None = None, no_unit: bool = False
    ) -> Select[Any]:
        """Posts of a state on the day, or all that are open, with the share that is filled; a unit stands for all that hangs below it on the day."""
        p = self.post
        statement = select(p, self.filled).where(visible_to(caller, p), self.on_the_day(state))
        if facility:
            statement = statement.where(p.facility_code == facility)
        if occupation:
            statement = statement.where(p.occupation_code == occupation)
        if unit_id is not None:
            statement = statement.where(p.unit_id.in_(units_within(unit_id, self.day)))
        if no_unit:
            statement = statement.where(p.unit_id.is_(None))
        return statement

    def on_the_day(self, state: PostState | None) -> Any:
        """Posts of one state; without one, all that are open on the day. Those of other days stand with their first or last period."""
        p, other = self.post, aliased(self.post)
        match state:
            case "planned" | "authorised":
                later = func.lower(p.valid) > self.day
                first = ~select(other.row_id).where(other.id == p.id, func.lower(other.valid) < func.lower(p.valid)).correlate(p).exists()
                return and_(later, first, p.decision_number.is_(None) if state == "planned" else p.decision_number.is_not(None))
            case "abolished":
                last = ~select(other.row_id).where(other.id == p.id, func.lower(other.valid) > func.lower(p.valid)).correlate(p).exists()
                return and_(func.upper(p.valid) <= self.day, last)
        open_then = p.valid.contains(self.day)
        match state:
            case "frozen":
                return and_(open_then, p.frozen)
            case "vacant":
                return and_(open_then, ~p.frozen, self.filled < p.fte)
            case "filled":
                return and_(open_then, ~p.frozen, self.filled == p.fte)
            case "over_filled":
                return and_(open_then, ~p.frozen, self.filled > p.fte)
        return open_then


async def get_visible_post(session: AsyncSession, caller: Caller, post_id: UUID, known_at: datetime | None = None) -> Sequence[Post]:
    """All periods of a post, in order, as they are known or were at an instant. Raises NotFound without a relation."""
    post = believed(Post, posts_history, known_at)
    wanted = select(post).where(post.id == post_id, visible_to(caller, post)).order_by(func.lower(post.valid))
    periods = (await session.scalars(wanted.execution_options(populate_existing=True))).all()
    if not periods:
        raise NotFound()
    return periods


async def lock_post(session: AsyncSession, post_id: UUID) -> Sequence[Post]:
    """All periods of a post, in order, held until the end of the transaction: two people cannot take the same share."""
    found = await session.scalars(select(Post).where(Post.id == post_id).order_by(Post.row_id).with_for_update().execution_options(populate_existing=True))
    return sorted(found.all(), key=lambda post: post.valid_from)


def offered_by(periods: Iterable[Post]) -> list[Share]:
    return [Share(period.valid_from, period.valid_to, period.fte) for period in periods if not period.frozen]


async def taken_of(session: AsyncSession, post_id: UUID, *, but: UUID | None = None) -> list[Share]:
    """Shares of a post that active assignments take, leaving one of them out when asked."""
    statement = select(Assignment.valid, Assignment.fte_share).where(Assignment.post_id == post_id, Assignment.state == "active")
    if but is not None:
        statement = statement.where(Assignment.id != but)
    return [_share(valid, share) for valid, share in (await session.execute(statement)).all()]


async def taken_of_many(session: AsyncSession, post_ids: Iterable[UUID]) -> dict[UUID, list[Share]]:
    taken: dict[UUID, list[Share]] = {}
    rows = await session.execute(select(Assignment.post_id, Assignment.valid, Assignment.fte_share).where(Assignment.post_id.in_(list(post_ids)), Assignment.state == "active"))
    for post_id, valid, share in rows:
        taken.setdefault(post_id, []).append(_share(valid, share))
    return taken


async def read_posts(session: AsyncSession, rows: Sequence[tuple[Any, Decimal]], day: date, *, empty: Collection[UUID] | None = None) -> list[PostRead]:
    """Rows of the establishment as they are on a day, with the names of places and occupations; `empty` are those found functionally empty, when that was asked."""
    facilities = await names_of_facilities(session, [post.facility_code for post, _filled in rows])
    occupations = await names_of_occupations(session, [post.occupation_code for post, _filled in rows])
    return [
        PostRead(
            id=post.id,
            reference=post.reference,
            facility_id=post.facility_id,
            facility_code=post.facility_code,
            facility_name=facilities.get(post.facility_code),
            unit=post.unit,
            unit_id=post.unit_id,
            job_position=post.job_position,
            occupation_code=post.occupation_code,
            occupation_name=occupations.get(post.occupation_code),
            specialty=post.specialty,
            fte=float(post.fte),
            filled_share=float(filled),
            free_share=float(max(post.fte - filled, Decimal(0))),
            state=state_on(day, first=post.valid_from, last=post.valid_to, decided=post.decision_number is not None, frozen=post.frozen, fte=post.fte, filled=filled),
            functionally_empty=None if empty is None else post.id in empty,
            open_from=post.valid_from,
            close_to=post.valid_to,
            is_management=post.is_management,
            frozen=post.frozen,
            reason=post.reason,
            decision=post.decision_number or TO_REGULARISE,
        )
        for post, filled in rows
    ]


def _share(valid: Any, share: Decimal) -> Share:
    assert valid.lower is not None
    return Share(valid.lower, last_day(valid), share)
