"""Reading the establishment: what is offered, what is taken, what is free on a day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import TO_REGULARISE, Assignment, assignments_history
from services.registry.beliefs import believed
from services.registry.directory import names_of_facilities, names_of_occupations
from services.registry.periods import last_day
from services.registry.posts.filling import Share
from services.registry.posts.models import Post, posts_history
from services.registry.posts.schemas import PostRead
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

    def visible_to(self, caller: Caller, *, facility: str | None = None, occupation: str | None = None, state: str | None = None) -> Select[Any]:
        """Posts open on the day with the share that is filled."""
        p = self.post
        statement = select(p, self.filled).where(visible_to(caller, p), p.valid.contains(self.day))
        if facility:
            statement = statement.where(p.facility_code == facility)
        if occupation:
            statement = statement.where(p.occupation_code == occupation)
        if state == "vacant":
            statement = statement.where(self.filled < p.fte)
        if state == "filled":
            statement = statement.where(self.filled >= p.fte)
        return statement


async def get_visible_post(session: AsyncSession, caller: Caller, post_id: UUID) -> Sequence[Post]:
    """All periods of a post, in order. Raises NotFound without a relation."""
    periods = (await session.scalars(select(Post).where(Post.id == post_id, visible_to(caller, Post)).order_by(func.lower(Post.valid)))).all()
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


async def read_posts(session: AsyncSession, rows: Sequence[tuple[Any, Decimal]]) -> list[PostRead]:
    """Rows of the establishment with the names of places and occupations."""
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
            job_position=post.job_position,
            occupation_code=post.occupation_code,
            occupation_name=occupations.get(post.occupation_code),
            specialty=post.specialty,
            fte=float(post.fte),
            filled_share=float(filled),
            free_share=float(max(post.fte - filled, Decimal(0))),
            state="filled" if filled >= post.fte else "vacant",
            open_from=post.valid_from,
            close_to=post.valid_to,
            is_management=post.is_management,
            frozen=post.frozen,
            decision=post.decision_number or TO_REGULARISE,
        )
        for post, filled in rows
    ]


def _share(valid: Any, share: Decimal) -> Share:
    assert valid.lower is not None
    return Share(valid.lower, last_day(valid), share)
