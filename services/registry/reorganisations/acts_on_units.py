"""Units go to another facility with their posts and people, or become part of a unit that is there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.registry.facilities.models import Facility
from services.registry.posts.models import Post
from services.registry.reorganisations.carrying import Carrying, from_the_day
from services.registry.rules import REG_UNIT
from services.registry.units.labels import let_posts_follow
from services.registry.units.models import Unit, name_of
from services.registry.units.queries import lock_units, units_of
from services.registry.units.standing import must_exist
from services.registry.units.within import units_within
from shared.errors import Refused
from shared.i18n import _

Mapped = Mapping[UUID, UUID]


async def move_units(work: Carrying, source: Facility, into: Facility, *, mapped: Mapped, only: Collection[UUID] | None = None, parent_id: UUID | None = None) -> set[UUID]:
    """From the day on, units of a facility hang below a unit of another, or stand at its top; those that are mapped end on the eve. Answers the units that moved.

    Raises Refused for a unit that is not there, and for a code that both facilities use.
    """
    for facility in sorted({source.id, into.id}):
        await lock_units(work.session, facility)
    there = await units_of(work.session, [into.id])
    for unit_id in {*mapped.values()} | ({parent_id} if parent_id is not None else set()):
        periods = [one for one in there if one.id == unit_id]
        if not periods:
            raise no_such_unit(into)
        must_exist(periods, work.day, None, "unit-not-open")
    rows = [one for one in await from_the_day_on(work, source) if only is None or one.id in only]
    if not set(mapped) <= {one.id for one in rows}:
        raise no_such_unit(source)
    moving = {one.id for one in rows} - set(mapped)
    codes = {one.code: one for one in there if one.id not in moving}
    clashing = [one for one in rows if one.id in moving and one.code in codes]
    if clashing:
        raise Refused(
            "unit-code-taken",
            _("{code} names “{unit}” at {facility} and “{other}” at {from_facility}."),
            rule=REG_UNIT,
            possible=_("Say that the one becomes the other, or give one of them another code first."),
            more={"unit_id": str(codes[clashing[0].code].id), "other_id": str(clashing[0].id)},
            code=clashing[0].code,
            unit=name_of(codes[clashing[0].code]),
            facility=into.code,
            other=name_of(clashing[0]),
            from_facility=source.code,
        )
    place = {"facility_id": into.id, "facility_code": into.code, "authority_path": into.authority_path}
    above = {unit: unit for unit in moving} | dict(mapped)
    changes: dict[UUID, dict[str, Any]] = {
        one.row_id: place | work.decided | {"parent_id": above.get(one.parent_id, parent_id) if one.parent_id is not None else parent_id} for one in rows if one.id in moving
    }
    await work.say("units", changes)
    await work.end("units", [one.row_id for one in rows if one.id in mapped])
    return moving


def unit_becomes(post: Post, moving: Collection[UUID], mapped: Mapped) -> UUID | None:
    """Where a post that goes to another facility stands there: in its unit when that goes along, in the one that its unit becomes, else in none."""
    if post.unit_id is None or post.unit_id in moving:
        return post.unit_id
    return mapped.get(post.unit_id)


async def posts_called_anew(work: Carrying, units: Collection[UUID]) -> None:
    """Posts that came to stand in these units are called after them."""
    if units:
        await let_posts_follow(work.session, units, said={}, stamp=work.stamp)


async def subtree(work: Carrying, source: Facility, unit_id: UUID) -> tuple[set[UUID], set[UUID]]:
    """A unit of a facility with all that hangs below it on the day, and the posts that stand there on the day or later. Raises Refused."""
    units = set(await work.session.scalars(units_within(unit_id, work.day)))
    if unit_id not in {one.id for one in await from_the_day_on(work, source)}:
        raise no_such_unit(source)
    return units, set(await work.session.scalars(select(Post.id).where(Post.unit_id.in_(units), from_the_day(work.day, Post))))


async def end_units(work: Carrying, facility: Facility) -> None:
    """The units of a facility that closes end with it; the database refuses while posts stand in them."""
    await work.end("units", [one.row_id for one in await from_the_day_on(work, facility)])


async def from_the_day_on(work: Carrying, facility: Facility) -> Sequence[Unit]:
    wanted = select(Unit).where(Unit.facility_id == facility.id, from_the_day(work.day, Unit)).order_by(Unit.valid, Unit.id)
    return (await work.session.scalars(wanted.execution_options(populate_existing=True))).all()


def no_such_unit(facility: Facility) -> Refused:
    return Refused("no-such-unit", _("{facility} has no such unit on that day."), facility=facility.code)
