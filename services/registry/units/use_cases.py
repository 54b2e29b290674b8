"""Units are opened, described anew, hung elsewhere and closed from a day on; posts come to stand in them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment
from services.registry.beliefs import cut, supersede, version_of
from services.registry.directory import get_place, places
from services.registry.imports.lines import UnitLine
from services.registry.periods import period
from services.registry.posts.models import Post
from services.registry.posts.use_cases import announce_posts
from services.registry.reorganisations.telling import announce_assignments
from services.registry.rules import REG_UNIT, REG_UNIT_POSTS
from services.registry.units.labels import let_minimums_follow, let_posts_follow
from services.registry.units.models import Unit, UnitAct, name_of
from services.registry.units.permissions import can_keep_units, can_keep_units_at
from services.registry.units.queries import get_unit, lock_units, units_of
from services.registry.units.schemas import UnitChange, UnitClosure, UnitCreate, UnitPosts
from services.registry.units.standing import EVE, must_hang, reach, unit_for_post
from shared.actions import require_current
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on, now, today
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.names import canonical, sort_key
from shared.visibility import visible_to


async def open_unit(session: AsyncSession, *, caller: Caller, body: UnitCreate) -> list[Unit]:
    """Whoever manages a facility opens a unit of it, at the top or below another."""
    require(can_keep_units(caller))
    done_on = judge_done_on(caller, body.done_on)
    place = await get_place(session, body.facility_code, body.valid_from)
    require(can_keep_units_at(caller, place.authority_path))
    await lock_units(session, place.id)
    everything = await units_of(session, [place.id])
    code_must_be_free(everything, body.code)
    one = Unit(
        row_id=uuid7(), id=uuid7(), valid=period(body.valid_from, body.valid_to), authority_path=place.authority_path, shared_with=[], done_on=done_on, entered_on=today(),
        recorded_at=now(), recorded_by=caller.actor, facility_id=place.id, facility_code=place.code, act="recorded", **named(body.name),
        **body.model_dump(include={"code", "kind", "names", "parent_id", "specialty", "services", "reason", "decision_number"}),
    )  # fmt: skip
    if body.parent_id is not None:
        must_hang(everything, one.id, body.parent_id, place.code, body.valid_from, body.valid_to)
    session.add(one)
    await session.flush()
    await record_audit(session, caller, "unit.opened", "unit", one.id, after=body.model_dump(mode="json"), done_on=done_on)
    return [one]


async def open_units(session: AsyncSession, caller: Caller, lines: Sequence[UnitLine]) -> None:
    """The good lines of an import become units; one that hangs below another of the file finds it whatever their order."""
    require(can_keep_units(caller))
    at, day = now(), today()
    opened: list[Unit] = []
    for code, place in sorted((await places(session, [line.facility_code for line in lines])).items()):
        require(can_keep_units_at(caller, place.authority_path))
        await lock_units(session, place.id)
        of_it = [line for line in lines if line.facility_code == code]
        ids = {one.code: one.id for one in await units_of(session, [place.id])} | {line.code: uuid7() for line in of_it}
        opened += [
            Unit(
                row_id=uuid7(), id=ids[line.code], valid=period(line.valid_from, line.valid_to), authority_path=place.authority_path, shared_with=[], done_on=min(line.valid_from, day),
                entered_on=day, recorded_at=at, recorded_by=caller.actor, facility_id=place.id, facility_code=place.code, parent_id=ids[line.parent] if line.parent else None,
                code=line.code, kind=line.kind, names={language: name for language, name in (("fr", line.name_fr), ("en", line.name_en)) if name}, specialty=line.specialty,
                services=[], act="recorded", **named(line.name),
            )
            for line in of_it
        ]  # fmt: skip
    session.add_all(opened)
    await session.flush()
    await record_audits(session, caller, "unit.opened", "unit", [(one.id, None, {"facility_code": one.facility_code, "code": one.code, "name": one.name}) for one in opened])


async def change_unit(session: AsyncSession, *, caller: Caller, unit_id: UUID, body: UnitChange, if_match: str | None = None) -> list[Unit]:
    """From a day on a unit is called otherwise, is something else or hangs elsewhere; its posts say its new name."""
    periods, done_on = await _open(session, caller, unit_id, body.done_on, if_match)
    first, last = periods[0].valid_from, periods[-1].valid_to
    if body.effective_on < first or reach(last) < body.effective_on:
        raise Malformed.field("effective_on", _("A change takes effect within the days of the unit, which exists from {first}."), first=first.isoformat())
    said = body.said()
    if body.parent_id is not None:
        must_hang(await units_of(session, [periods[-1].facility_id]), unit_id, body.parent_id, periods[-1].facility_code, body.effective_on, last)
    if body.name is not None:
        said |= named(body.name)
    before, former = facts_of(periods), {one.name for one in periods if reach(one.valid_to) >= body.effective_on}
    at = now()
    await supersede(session, at=at, act="changed", by=caller, reason=body.reason)
    await cut(session, periods, body.effective_on, at=at, by=caller.actor)
    for one in [one for one in periods if one.valid_from >= body.effective_on]:
        for name, value in said.items():
            setattr(one, name, value)
        _mark(one, caller, "changed", body.reason, body.decision_number, at, done_on)
    await session.flush()
    if body.name is not None:
        await let_minimums_follow(session, periods[-1].facility_code, former, periods[-1].name, body.effective_on)
        await names_followed(session, caller, [unit_id], at, done_on, body.reason)
    after = {"effective_on": body.effective_on, "reason": body.reason} | {name: value for name, value in said.items() if name != "sort_key"}
    await record_audit(session, caller, "unit.changed", "unit", unit_id, before=before, after=after, done_on=done_on)
    return await get_unit(session, unit_id)


async def close_unit(session: AsyncSession, *, caller: Caller, unit_id: UUID, body: UnitClosure, if_match: str | None = None) -> list[Unit]:
    """A unit has its last day once nothing hangs below it and no post stands in it afterwards."""
    periods, done_on = await _open(session, caller, unit_id, body.done_on, if_match)
    first, last = periods[0].valid_from, periods[-1].valid_to
    must_not_be_closed(periods)
    if body.last_day < first or reach(last) < body.last_day:
        raise Malformed.field("last_day", _("The unit exists from {first} to {last}."), first=first.isoformat(), last=last.isoformat() if last else "…")
    await must_be_empty(session, unit_id, body.last_day)
    before, at = facts_of(periods), now()
    await supersede(session, at=at, act="ended", by=caller, reason=body.reason)
    for one in [one for one in periods if one.valid_from > body.last_day]:
        await session.delete(one)
        periods.remove(one)
    periods[-1].valid = period(periods[-1].valid_from, body.last_day)
    _mark(periods[-1], caller, "closed", body.reason, body.decision_number, at, periods[-1].done_on)
    await session.flush()
    await record_audit(session, caller, "unit.closed", "unit", unit_id, before=before, after={"last_day": body.last_day, "reason": body.reason}, done_on=done_on)
    return periods


async def place_posts(session: AsyncSession, *, caller: Caller, unit_id: UUID, body: UnitPosts) -> list[Unit]:
    """Posts of the facility stand in the unit from a day on, each until its last day; those who hold them come along."""
    periods, done_on = await _open(session, caller, unit_id, body.done_on, None)
    unit = periods[-1]
    found = select(Post).where(visible_to(caller, Post), Post.facility_id == unit.facility_id, func.coalesce(func.upper(Post.valid) > body.effective_on, True))
    found = found.where(Post.id.in_(body.posts)) if body.posts is not None else found.where(Post.unit_id.is_(None), Post.unit == body.named)
    rows = (await session.scalars(found.order_by(Post.row_id).with_for_update().execution_options(populate_existing=True))).all()
    missing = set(body.posts or ()) - {row.id for row in rows}
    if missing or not rows:
        field = "posts" if body.posts is not None else "named"
        raise Malformed.field(field, _("{facility} has no such post on {day} or later."), facility=unit.facility_code, day=body.effective_on.isoformat())
    last = None if any(row.valid_to is None for row in rows) else max(reach(row.valid_to) for row in rows)
    await unit_for_post(session, unit_id, unit.facility_id, max(body.effective_on, min(row.valid_from for row in rows)), last)
    at = now()
    await supersede(session, at=at, act="changed", by=caller, reason=body.reason)
    for post_id in {row.id for row in rows}:
        of_it = sorted((row for row in rows if row.id == post_id), key=lambda row: row.valid_from)
        await cut(session, of_it, body.effective_on, at=at, by=caller.actor)
        for row in [row for row in of_it if row.valid_from >= body.effective_on]:
            row.unit_id, row.act, row.reason, row.done_on, row.entered_on = unit_id, "changed", body.reason, done_on, today()
            row.decision_number = body.decision_number or row.decision_number
            row.recorded_at, row.recorded_by = at, caller.actor
    await session.flush()
    posts = {row.id for row in rows}
    await let_posts_follow(session, [unit_id], said={}, stamp={"recorded_at": at, "recorded_by": caller.actor})
    await tell_posts(session, posts)
    placed = {"unit_id": unit_id, "effective_on": body.effective_on, "reason": body.reason}
    await record_audits(session, caller, "post.placed", "post", [(post_id, None, placed) for post_id in sorted(posts)])
    return await get_unit(session, unit_id)


async def names_followed(session: AsyncSession, caller: Caller, units: Collection[UUID], at: datetime, done_on: date, reason: str | None) -> None:
    """The posts of renamed units say the new names, and the others hear of them."""
    said = {"act": "changed", "reason": reason, "done_on": done_on, "entered_on": today()}
    followed = await let_posts_follow(session, units, said=said, stamp={"recorded_at": at, "recorded_by": caller.actor})
    await tell_posts(session, followed)


async def tell_posts(session: AsyncSession, posts: Collection[UUID]) -> None:
    """Posts that stand elsewhere, or whose unit is called otherwise, with those who hold them."""
    session.expire_all()  # they were rewritten behind it
    await announce_posts(session, posts)
    held = await session.scalars(select(Assignment.id).where(Assignment.post_id.in_(posts), Assignment.state == "active").distinct())
    await announce_assignments(session, set(held))


def code_must_be_free(everything: Sequence[Unit], code: str) -> None:
    """Raises Refused and names the unit that has the code, or had it."""
    for one in everything:
        if one.code == code:
            raise Refused(
                "unit-code-taken",
                _("{code} names “{unit}” already."),
                rule=REG_UNIT,
                possible=_("Choose another code: a code is never given twice, so that lists of the past stay true."),
                more={"unit_id": str(one.id)},
                code=code,
                unit=name_of(one),
            )


def must_not_be_closed(periods: Sequence[Unit]) -> None:
    """Raises Refused."""
    if periods[-1].act == "closed":
        raise Refused("unit-closed-already", _("The unit is closed after {day} already."), rule=REG_UNIT, day=reach(periods[-1].valid_to).isoformat())


async def must_be_empty(session: AsyncSession, unit_id: UUID, last_day: date) -> None:
    """Raises Refused and names the units that hang below afterwards, or the posts that stand there."""
    after = period(last_day + EVE, None)
    below = (await session.scalars(select(Unit).where(Unit.parent_id == unit_id, Unit.valid.overlaps(after)).order_by(Unit.sort_key, Unit.id))).all()
    if below:
        raise Refused(
            "unit-has-units",
            _("“{unit}” hangs below it after {day}."),
            rule=REG_UNIT,
            possible=_("Close what hangs below it, or hang it elsewhere first."),
            more={"units": list(dict.fromkeys(str(one.id) for one in below))},
            unit=name_of(below[0]),
            day=last_day.isoformat(),
        )
    posts = (await session.scalars(select(Post.id).where(Post.unit_id == unit_id, Post.valid.overlaps(after)).distinct().limit(200))).all()
    if posts:
        raise Refused(
            "unit-has-posts",
            _("{count} posts stand in the unit after {day}."),
            rule=REG_UNIT_POSTS,
            possible=_("Move the posts to another unit or abolish them first."),
            more={"posts": [str(one) for one in posts]},
            count=len(posts),
            day=last_day.isoformat(),
        )


def named(name: str) -> dict[str, str]:
    said = canonical(name)
    return {"name": said, "sort_key": sort_key(said)}


def facts_of(periods: Sequence[Unit]) -> Mapping[str, Any]:
    last = periods[-1]
    return {"name": last.name, "kind": last.kind, "parent_id": last.parent_id, "valid_to": last.valid_to}


def _mark(one: Unit, caller: Caller, act: UnitAct, reason: str | None, decision_number: str | None, at: datetime, done_on: date) -> None:
    one.act, one.reason, one.decision_number = act, reason, decision_number or one.decision_number
    one.recorded_at, one.recorded_by, one.done_on, one.entered_on = at, caller.actor, done_on, today()


async def _open(session: AsyncSession, caller: Caller, unit_id: UUID, done_on: date | None, if_match: str | None) -> tuple[list[Unit], date]:
    """Lock the units of the facility, then read what stands: what was read before the lock may be old."""
    known = await get_unit(session, unit_id)
    require(can_keep_units_at(caller, known[-1].authority_path))
    judged = judge_done_on(caller, done_on)
    await lock_units(session, known[-1].facility_id)
    periods = await get_unit(session, unit_id)
    require_current(if_match, version_of(periods))
    return periods, judged
