"""What is done to a post once it stands: changed, frozen, freed again, abolished; never behind the back of those who hold it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment
from services.registry.beliefs import Act, cut, supersede, version_of
from services.registry.establishment.rounds import must_fit_ceilings
from services.registry.periods import period
from services.registry.persons.permissions import can_write_at
from services.registry.posts.filling import Share, days_of_change, sum_on
from services.registry.posts.models import Post, PostAct
from services.registry.posts.queries import get_visible_post, lock_post
from services.registry.posts.schemas import PostAbolition, PostChange, PostFreezing, PostUnfreezing
from services.registry.posts.use_cases import announce_posts
from services.registry.reorganisations.telling import announce_assignments
from services.registry.rules import REG_POST_ACTS, REG_POST_TIME
from services.registry.units.labels import let_posts_follow
from services.registry.units.models import Unit
from services.registry.units.standing import must_be_the_same, unit_for_post
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on, now, today
from shared.errors import Malformed, Refused
from shared.i18n import _

EVE = timedelta(days=1)
SUPERSEDING: dict[PostAct, Act] = {"changed": "changed", "frozen": "changed", "unfrozen": "changed", "abolished": "ended"}


async def change_post(session: AsyncSession, *, caller: Caller, post_id: UUID, body: PostChange, if_match: str | None = None) -> Sequence[Post]:
    """From a day on a post is for something else, or for another share; never for less than what is taken of it."""
    writing = await _open(session, caller, post_id, body.done_on, if_match)
    first, last = writing.periods[0].valid_from, writing.periods[-1].valid_to
    if not first < body.effective_on or (last is not None and last < body.effective_on):
        raise Malformed.field("effective_on", _("A change takes effect after {first} and within the days of the post."), first=first.isoformat())
    if body.fte is not None:
        await must_leave_room(session, post_id, body.fte, body.effective_on)
        await must_fit_ceilings(session, writing.periods[-1].facility_id, Share(body.effective_on, last, body.fte), but=post_id)
    said = body.said()
    unit = await unit_to_be(session, writing.periods, body)
    if unit is not None:
        said["unit"] = unit.name

    def describe(one: Post) -> None:
        for name, value in said.items():
            setattr(one, name, value)

    await writing.rewrite(body.effective_on, last, "changed", body.reason, describe)
    moved = writing.periods[-1].unit_id != writing.before["unit_id"]
    if unit is not None:
        await let_posts_follow(session, [unit.id], said={}, stamp={"recorded_at": writing.at, "recorded_by": caller.actor})
        writing.periods = list(await get_visible_post(session, caller, post_id))
    if moved:
        held = await session.scalars(select(Assignment.id).where(Assignment.post_id == post_id, Assignment.state == "active").distinct())
        await announce_assignments(session, set(held))
    return await writing.close(
        "post.changed", {"effective_on": body.effective_on, **{name: None if value is None else str(value) for name, value in said.items()}, "reason": body.reason}
    )


async def freeze_post(session: AsyncSession, *, caller: Caller, post_id: UUID, body: PostFreezing, if_match: str | None = None) -> Sequence[Post]:
    """For some days, or until it is lifted, nobody may take the post; refused while somebody holds it then."""
    writing = await _open(session, caller, post_id, body.done_on, if_match)
    first, last = writing.periods[0].valid_from, writing.periods[-1].valid_to
    until = body.to_day or last
    if body.from_day < first or (last is not None and (last < body.from_day or (until is not None and last < until))):
        raise Malformed.field(
            "from_day", _("The post is open from {first} to {last}: freeze it within these days."), first=first.isoformat(), last=last.isoformat() if last else "…"
        )
    if any(one.frozen for one in writing.periods if Share(one.valid_from, one.valid_to, one.fte).touches(body.from_day, until)):
        raise Refused(
            "frozen-already", _("The post is frozen already on some of these days."), rule=REG_POST_ACTS, possible=_("Choose other days, or lift the freezing that stands first.")
        )
    await must_be_free(session, post_id, body.from_day, until, _("End or move it before {day}, or freeze the post later."))

    def freeze(one: Post) -> None:
        one.frozen = True
        one.decision_number = body.decision_number or one.decision_number

    await writing.rewrite(body.from_day, until, "frozen", body.reason, freeze)
    return await writing.close("post.frozen", {"from_day": body.from_day, "to_day": body.to_day, "reason": body.reason, "decision_number": body.decision_number})


async def unfreeze_post(session: AsyncSession, *, caller: Caller, post_id: UUID, body: PostUnfreezing, if_match: str | None = None) -> Sequence[Post]:
    """The freezing that holds on a day is lifted from that day on."""
    writing = await _open(session, caller, post_id, body.done_on, if_match)
    frozen = next((one for one in writing.periods if one.frozen and body.from_day in one.valid), None)
    if frozen is None:
        raise Refused("not-frozen", _("The post is not frozen on {day}."), rule=REG_POST_ACTS, possible=_("Choose a day on which it is frozen."), day=body.from_day.isoformat())

    def free(one: Post) -> None:
        one.frozen = False
        one.decision_number = body.decision_number or one.decision_number

    await writing.rewrite(body.from_day, frozen.valid_to, "unfrozen", body.reason, free)
    return await writing.close("post.unfrozen", {"from_day": body.from_day, "reason": body.reason, "decision_number": body.decision_number})


async def abolish_post(session: AsyncSession, *, caller: Caller, post_id: UUID, body: PostAbolition, if_match: str | None = None) -> Sequence[Post]:
    """The post has its last day; refused while somebody holds it afterwards. Later periods fall away, and what was believed of them is kept."""
    writing = await _open(session, caller, post_id, body.done_on, if_match)
    first, last = writing.periods[0].valid_from, writing.periods[-1].valid_to
    must_not_be_abolished(writing.periods)
    if body.last_day < first or (last is not None and last < body.last_day):
        raise Malformed.field("last_day", _("The post is open from {first} to {last}."), first=first.isoformat(), last=last.isoformat() if last else "…")
    await must_be_free(session, post_id, body.last_day + EVE, None, _("End or move it before {day}, or choose a later last day."))
    await writing.shorten(body.last_day, body.reason, body.decision_number)
    return await writing.close("post.abolished", {"last_day": body.last_day, "reason": body.reason, "decision_number": body.decision_number})


async def unit_to_be(session: AsyncSession, periods: Sequence[Post], body: PostChange) -> Unit | None:
    """The unit in which the post stands from the day on; None when it stays, leaves or never stood in one. Raises Malformed when words beside it say another."""
    if body.unit_id is not None:
        unit = await unit_for_post(session, body.unit_id, periods[-1].facility_id, body.effective_on, periods[-1].valid_to)
        must_be_the_same(body.unit, unit)
        return unit
    later = [one for one in periods if one.valid_to is None or one.valid_to >= body.effective_on]
    if body.unit is not None and "unit_id" not in body.model_fields_set and any(one.unit_id is not None for one in later):
        raise Malformed.field("unit", _("The post stands in a unit and is called after it: name another unit, or take the post out of it."))
    return None


def must_not_be_abolished(periods: Sequence[Post]) -> None:
    """A post is abolished once. Raises Refused."""
    if periods[-1].act == "abolished":
        ends = periods[-1].valid_to
        raise Refused("abolished-already", _("The post is abolished after {day} already."), rule=REG_POST_TIME, day=ends.isoformat() if ends else "")


def must_be_frozen(periods: Sequence[Post], day: date) -> None:
    """Only a freezing that stands or is to come can be lifted. Raises Refused."""
    if not any(one.frozen and (one.valid_to is None or one.valid_to >= day) for one in periods):
        raise Refused("not-frozen", _("The post is not frozen on {day}."), rule=REG_POST_ACTS, possible=_("Choose a day on which it is frozen."), day=day.isoformat())


async def must_be_free(session: AsyncSession, post_id: UUID, first: date, last: date | None, possible: str) -> None:
    """Nobody holds the post on these days. Raises Refused and names the assignment that stands in the way."""
    held = await holding(session, post_id, first, last)
    if held:
        one = held[0]
        raise Refused(
            "post-held",
            _("Somebody holds this post from {since} to {until}.") if one.valid_to else _("Somebody holds this post since {since}, and no end is known."),
            rule=REG_POST_ACTS,
            possible=possible,
            more={"assignment_id": str(one.id), "person_id": str(one.person_id), "assignments": [str(each.id) for each in held]},
            since=one.valid_from.isoformat(),
            until=one.valid_to.isoformat() if one.valid_to else "",
            day=first.isoformat(),
        )


async def must_leave_room(session: AsyncSession, post_id: UUID, fte: Any, first: date) -> None:
    """A post is never made smaller than what is taken of it. Raises Refused and names the assignments."""
    held = await holding(session, post_id, first, None)
    shares = [Share(one.valid_from, one.valid_to, one.fte_share) for one in held if one.over_filled is None]
    for day in days_of_change(shares, first, None):
        taken = sum_on(shares, day)
        if taken > fte:
            raise Refused(
                "post-full",
                _("On {day} {taken} of this post is taken: it cannot become {wished}."),
                rule=REG_POST_ACTS,
                possible=_("End an assignment on this post first, or choose another day."),
                more={"assignments": [str(one.id) for one in held if day in one.valid]},
                day=day.isoformat(),
                taken=f"{taken.normalize():f}",
                wished=f"{fte.normalize():f}",
            )


async def holding(session: AsyncSession, post_id: UUID, first: date, last: date | None) -> list[Assignment]:
    """Active assignments on a post on some of these days, those that began first before others."""
    found = select(Assignment).where(Assignment.post_id == post_id, Assignment.state == "active", Assignment.valid.overlaps(period(first, last)))
    return list((await session.scalars(found.order_by(func.lower(Assignment.valid), Assignment.id))).all())


@dataclass
class _Writing:
    """A post that an act is about to rewrite, with its earlier belief for the audit."""

    session: AsyncSession
    caller: Caller
    periods: list[Post]
    done_on: date
    before: dict[str, Any]
    at: datetime = field(default_factory=now)

    async def rewrite(self, first: date, last: date | None, act: PostAct, reason: str | None, do: Callable[[Post], None]) -> None:
        """Cut the periods at both ends of the days, and do something to each that lies within."""
        at = self.at
        await supersede(self.session, at=at, act=SUPERSEDING[act], by=self.caller, reason=reason)
        for day in (first, last + EVE if last is not None else None):
            if day is not None:
                await cut(self.session, self.periods, day, at=at, by=self.caller.actor)
        for one in self.periods:
            if first <= one.valid_from and (last is None or one.valid_from <= last):
                do(one)
                self._mark(one, act, reason, at)
                one.done_on, one.entered_on = self.done_on, today()
        await self.session.flush()

    async def shorten(self, last_day: date, reason: str, decision_number: str | None) -> None:
        at = self.at
        await supersede(self.session, at=at, act="ended", by=self.caller, reason=reason)
        for one in [one for one in self.periods if one.valid_from > last_day]:
            await self.session.delete(one)
            self.periods.remove(one)
        last = self.periods[-1]
        last.valid = period(last.valid_from, last_day)
        last.decision_number = decision_number or last.decision_number
        self._mark(last, "abolished", reason, at)
        await self.session.flush()

    def _mark(self, one: Post, act: PostAct, reason: str | None, at: Any) -> None:
        one.act, one.reason, one.recorded_at, one.recorded_by = act, reason, at, self.caller.actor

    async def close(self, act: str, after: dict[str, Any]) -> Sequence[Post]:
        post_id = self.periods[0].id
        await announce_posts(self.session, [post_id])
        await record_audit(self.session, self.caller, act, "post", post_id, before=self.before, after=after, done_on=self.done_on)
        return self.periods


async def _open(session: AsyncSession, caller: Caller, post_id: UUID, done_on: date | None, if_match: str | None) -> _Writing:
    """Lock the post, then read what stands: what was read before the lock may be old."""
    known = await get_visible_post(session, caller, post_id)
    require(can_write_at(caller, known[-1].authority_path))
    judged = judge_done_on(caller, done_on)
    await lock_post(session, post_id)
    periods = list(await get_visible_post(session, caller, post_id))
    require_current(if_match, version_of(periods))
    last = periods[-1]
    before = {"fte": str(last.fte), "unit": last.unit, "unit_id": last.unit_id, "close_to": last.valid_to, "frozen": [one.valid_from for one in periods if one.frozen]}
    return _Writing(session, caller, periods, judged, before)
