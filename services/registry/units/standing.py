"""May a unit hang there, and may a post stand there, on these days? What the database refuses is said here before, with the other record named."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.rules import REG_UNIT, REG_UNIT_POSTS
from services.registry.units.models import Unit, name_of
from shared.errors import Malformed, Refused
from shared.i18n import _

EVE = timedelta(days=1)


def reach(day: date | None) -> date:
    """A last day to compare with; no end is the end of all days."""
    return day or date.max


def first_gap(periods: Sequence[Unit], first: date, last: date | None) -> date | None:
    """The first day between two on which a unit does not exist; None when it exists throughout. The periods are in order."""
    day = first
    for one in periods:
        if one.valid_from > day:
            break
        if reach(one.valid_to) >= day:
            if reach(one.valid_to) >= reach(last):
                return None
            day = reach(one.valid_to) + EVE
    return day


def must_hang(everything: Iterable[Unit], unit_id: UUID, parent_id: UUID, facility_code: str, first: date, last: date | None) -> None:
    """The unit above is one of the same facility, exists on all these days, and does not hang below on any. Raises Malformed or Refused."""
    rows = list(everything)
    parents = [one for one in rows if one.id == parent_id]
    if not parents:
        raise Malformed.field("parent_id", _("{facility} has no such unit."), facility=facility_code)
    if parent_id == unit_id:
        raise Refused("unit-within-itself", _("A unit does not stand within itself."), rule=REG_UNIT, more={"unit_id": str(parent_id)})
    must_exist(parents, first, last, "unit-parent-not-open")
    for day in sorted({first} | {one.valid_from for one in rows if first <= one.valid_from <= reach(last)}):
        standing = {one.id: one.parent_id for one in rows if day in one.valid} | {unit_id: parent_id}
        way, at = {unit_id}, standing.get(unit_id)
        while at is not None and at not in way:
            way.add(at)
            at = standing.get(at)
        if at is not None:
            above = name_of(parents[-1])
            raise Refused(
                "unit-within-itself",
                _("On {day} the unit would stand within itself: “{above}” hangs below it."),
                rule=REG_UNIT,
                possible=_("Choose a unit that does not hang below it, or hang that one elsewhere first."),
                more={"unit_id": str(parent_id)},
                day=day.isoformat(),
                above=above,
            )


def must_exist(periods: Sequence[Unit], first: date, last: date | None, slug: str) -> None:
    """Raises Refused and says when the unit exists."""
    if first_gap(periods, first, last) is not None:
        ends = periods[-1].valid_to
        raise Refused(
            slug,
            _("“{unit}” exists from {first} to {last}.") if ends else _("“{unit}” exists from {first} on."),
            rule=REG_UNIT,
            possible=_("Choose days on which it exists, or another unit."),
            more={"unit_id": str(periods[0].id)},
            unit=name_of(periods[-1]),
            first=periods[0].valid_from.isoformat(),
            last=ends.isoformat() if ends else "",
        )


async def unit_for_post(session: AsyncSession, unit_id: UUID, facility_id: UUID, first: date, last: date | None) -> Unit:
    """The unit in which a post of a facility is to stand on these days, as it is on the first. Raises Malformed or Refused."""
    periods = (await session.scalars(select(Unit).where(Unit.id == unit_id).order_by(func.lower(Unit.valid)))).all()
    if not periods:
        raise Malformed.field("unit_id", _("There is no such unit."))
    own = [one for one in periods if one.facility_id == facility_id]
    if not own:
        raise Refused(
            "unit-elsewhere",
            _("“{unit}” is a unit of {facility}: a post stands in a unit of its own facility."),
            rule=REG_UNIT_POSTS,
            more={"unit_id": str(unit_id)},
            unit=name_of(periods[-1]),
            facility=periods[-1].facility_code,
        )
    must_exist(own, first, last, "unit-not-open")
    return next(one for one in own if first in one.valid)


def must_be_the_same(said: str | None, unit: Unit) -> None:
    """Words beside a unit that say something else are a mistake. Raises Malformed."""
    if said is not None and said not in (unit.name, unit.code, *unit.names.values()):
        raise Malformed.field("unit", _("The post stands in “{unit}”: leave the words out, or write the same."), unit=name_of(unit))
