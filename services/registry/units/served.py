"""In which unit somebody serves: the one in which their post stands on the day; without one, what the assignment itself says."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.beliefs import believed
from services.registry.periods import last_day
from services.registry.posts.models import Post, posts_history


class Served(NamedTuple):
    unit: str | None
    unit_id: UUID | None


class Standings:
    """Where some posts stand, period by period."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._of: dict[UUID, list[Any]] = {}
        for row in rows:
            self._of.setdefault(row.id, []).append(row)

    def serves(self, one: Any, day: date) -> Served:
        """Of a period of an assignment, on the day or on the nearest of its own."""
        nearest = max(min(day, last_day(one.valid) or date.max), one.valid.lower)
        for row in self._of.get(one.post_id, ()):
            if nearest in row.valid:
                return Served(row.unit, row.unit_id)
        return Served(one.unit, None)


async def standings_of(session: AsyncSession, periods: Iterable[Any], known_at: datetime | None = None) -> Standings:
    """For periods of assignments, the units of their posts, as they are known or were at an instant."""
    posts = {one.post_id for one in periods if one.post_id is not None}
    if not posts:
        return Standings(())
    post = believed(Post, posts_history, known_at)
    return Standings(await session.execute(select(post.id, post.valid, post.unit, post.unit_id).where(post.id.in_(posts), post.unit_id.is_not(None))))


def placed(post_id: Any, day: Any) -> tuple[Any, Any]:
    """The same for a statement: the periods of posts that stand in a unit, and how they are joined."""
    post = aliased(Post)
    return post, and_(post.id == post_id, post.unit_id.is_not(None), post.valid.contains(day))
