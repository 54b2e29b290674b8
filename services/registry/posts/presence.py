"""Who of those that hold a post is at work: days held by leave, session, mission or stay, and functions elsewhere, counted as whole spells."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment
from services.registry.periods import last_day, period
from services.registry.posts.models import Post
from services.registry.posts.states import Spell, functionally_empty, spell_on
from services.registry.rules import REG_EMPTY
from shared.auth import Caller
from shared.errors import Malformed
from shared.i18n import _
from shared.visibility import visible_to

AROUND = timedelta(days=REG_EMPTY.value)  # a spell of fewer days cannot reach further
ELSEWHERE = ("mission", "secondment", "training_leave")

_AWAY = text(
    """
    SELECT person_id, held AS days FROM held_days_of(:persons, :days)
    UNION ALL
    SELECT person_id, valid FROM away_elsewhere(:persons, :days)
    """
).bindparams(bindparam("persons", type_=ARRAY(PG_UUID(as_uuid=True))), bindparam("days", type_=DATERANGE))


async def spells_of(session: AsyncSession, person_ids: Collection[UUID], day: date) -> dict[UUID, Spell]:
    """Of each person who is away on a day, the days in a row around it, as far as REG-EMPTY looks."""
    if not person_ids:
        return {}
    days: dict[UUID, list[Spell]] = {}
    for row in await session.execute(_AWAY, {"persons": sorted(set(person_ids)), "days": period(day - AROUND, day + AROUND)}):
        days.setdefault(row.person_id, []).append(Spell(row.days.lower, last_day(row.days)))
    return {person: spell for person, spells in days.items() if (spell := spell_on(day, spells)) is not None}


async def empty_among(session: AsyncSession, post_ids: Collection[UUID], day: date) -> set[UUID]:
    """Posts that somebody holds on a day and nobody works in (REG-EMPTY)."""
    found = select(Assignment.post_id, Assignment.person_id, Assignment.kind).where(Assignment.post_id.in_(post_ids), Assignment.state == "active", Assignment.valid.contains(day))
    holders = (await session.execute(found)).all()
    spells = await spells_of(session, {row.person_id for row in holders if row.kind not in ELSEWHERE}, day)
    of_post: dict[UUID, list[tuple[UUID, str]]] = {}
    for post_id, person_id, kind in holders:
        of_post.setdefault(post_id, []).append((person_id, kind))
    return {post_id for post_id, held_by in of_post.items() if is_empty(held_by, spells)}


def is_empty(holders: Sequence[tuple[UUID, str]], spells: Mapping[UUID, Spell]) -> bool:
    """Whether somebody holds a post and nobody works in it; whoever was sent there is away from another post, not from this one."""
    return bool(holders) and functionally_empty([None if kind in ELSEWHERE else spells.get(person) for person, kind in holders], REG_EMPTY.value)


async def empty_posts_of(session: AsyncSession, caller: Caller, facility: str | None, day: date) -> set[UUID]:
    """The same among all posts of a facility that the caller sees. Raises Malformed when none is named."""
    if facility is None:
        raise Malformed.field("facility", _("Name the facility whose empty posts you look for."))
    held = await session.scalars(select(Post.id).where(visible_to(caller, Post), Post.facility_code == facility, Post.valid.contains(day)))
    return await empty_among(session, held.all(), day)
