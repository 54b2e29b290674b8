"""Reading units: one, the tree of a day, and how many posts stand where."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment
from services.registry.beliefs import believed
from services.registry.posts.models import Post
from services.registry.units.models import Unit, units_history
from services.registry.units.schemas import Figures
from shared.auth import Caller
from shared.errors import NotFound
from shared.names import fold
from shared.visibility import visible_to


async def get_unit(session: AsyncSession, unit_id: UUID, known_at: datetime | None = None) -> list[Unit]:
    """All periods of a unit, in order, as they are known or were at an instant; units are public. Raises NotFound."""
    unit = believed(Unit, units_history, known_at)
    found = await session.scalars(select(unit).where(unit.id == unit_id).order_by(func.lower(unit.valid)).execution_options(populate_existing=True))
    periods = list(found.all())
    if not periods:
        raise NotFound()
    return periods


def units_wanted(day: date, known_at: datetime | None, *, facility: str | None, parent: UUID | None, kind: str | None, code: str | None, q: str | None) -> tuple[Any, Select[Any]]:
    """Units that exist on a day, under the filters of the list; public as the directory."""
    unit = believed(Unit, units_history, known_at)
    statement = select(unit).where(unit.valid.contains(day))
    for column, value in ((unit.facility_code, facility), (unit.parent_id, parent), (unit.kind, kind), (unit.code, code)):
        if value is not None:
            statement = statement.where(column == value)
    return unit, statement.where(func.starts_with(unit.sort_key, fold(q))) if q else statement


def sorts_of(unit: Any) -> dict[str, list[Any]]:
    return {"name": [unit.sort_key], "code": [unit.code]}


async def units_of(session: AsyncSession, facility_ids: Iterable[UUID]) -> list[Unit]:
    """Every period of every unit of some facilities, oldest first."""
    wanted = select(Unit).where(Unit.facility_id.in_(list(facility_ids))).order_by(func.lower(Unit.valid), Unit.id)
    return list((await session.scalars(wanted.execution_options(populate_existing=True))).all())


async def lock_units(session: AsyncSession, facility_id: UUID) -> None:
    """Whoever writes units of a facility waits for each other, here and in the database's own check."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('units ' || CAST(:id AS text), 0))"), {"id": str(facility_id)})


def on_day(periods: Iterable[Unit], day: date) -> dict[UUID, Unit]:
    """The units that exist on a day, by id."""
    return {one.id: one for one in periods if day in one.valid}


def above(units: Mapping[UUID, Unit], unit_id: UUID) -> list[Unit]:
    """From the top down to the unit above one, on the day of these units."""
    way: list[Unit] = []
    parent = units[unit_id].parent_id
    while parent is not None:
        way.insert(0, units[parent])
        parent = units[parent].parent_id
    return way


def in_tree_order(units: Mapping[UUID, Unit]) -> list[tuple[int, Unit]]:
    """Each unit after the one above it, by name, with how deep it stands."""
    below: dict[UUID | None, list[Unit]] = {}
    for one in sorted(units.values(), key=lambda unit: (unit.sort_key, unit.id)):
        below.setdefault(one.parent_id, []).append(one)

    def walk(parent: UUID | None, depth: int) -> list[tuple[int, Unit]]:
        return [place for one in below.get(parent, ()) for place in ((depth, one), *walk(one.id, depth + 1))]

    return walk(None, 0)


async def figures_of(session: AsyncSession, caller: Caller, facility_code: str, day: date) -> dict[UUID | None, Figures]:
    """By unit, the posts of a facility that are open on a day and that the caller sees; None counts those in no unit."""
    taken = select(func.coalesce(func.sum(Assignment.fte_share), 0)).where(Assignment.post_id == Post.id, Assignment.state == "active", Assignment.valid.contains(day))
    stand = select(Post.unit_id, Post.fte, taken.correlate(Post).scalar_subquery().label("taken"), Post.frozen)
    p = stand.where(Post.facility_code == facility_code, Post.valid.contains(day), visible_to(caller, Post)).subquery()
    state = case((p.c.frozen, "frozen"), (p.c.taken > p.c.fte, "over_filled"), (p.c.taken == p.c.fte, "filled"), else_="vacant")
    rows = await session.execute(select(p.c.unit_id, state, func.count(), func.sum(p.c.fte), func.sum(p.c.taken)).group_by(p.c.unit_id, state))
    found: dict[UUID | None, Figures] = {}
    for unit_id, stands, count, fte, filled in rows:
        found[unit_id] = found.get(unit_id, Figures()) + Figures(posts=count, fte=float(fte), filled_share=float(filled), **{stands: count})
    return found


def whole_figures(order: Sequence[tuple[int, Unit]], own: Mapping[UUID | None, Figures]) -> dict[UUID, Figures]:
    """Of each unit its own posts and those of all below it."""
    whole = {one.id: own.get(one.id, Figures()) for _depth, one in order}
    for _depth, one in reversed(order):
        if one.parent_id is not None:
            whole[one.parent_id] += whole[one.id]
    return whole


async def said_outside(session: AsyncSession, caller: Caller, facility_code: str, day: date) -> dict[str, int]:
    """What posts that stand in no unit say in words, with how many say it."""
    found = select(Post.unit, func.count()).where(Post.facility_code == facility_code, Post.valid.contains(day), Post.unit_id.is_(None), Post.unit.is_not(None))
    rows = await session.execute(found.where(visible_to(caller, Post)).group_by(Post.unit).order_by(Post.unit).limit(200))
    return {said: count for said, count in rows}  # noqa: C416  a row is not a pair to mypy
