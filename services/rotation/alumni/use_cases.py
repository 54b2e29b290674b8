"""Who was trained: told of the register, asked what they do today, and free to leave it."""

from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.alumni.schemas import AlumniSummary, FieldOfDecade, News, Outcome, must_be_informed, must_be_listed, must_be_of_the_register
from services.rotation.placements.events import PlacementChanged
from services.rotation.placements.models import Placement
from services.rotation.placements.permissions import can_act_either, can_act_home
from services.rotation.placements.queries import placements_visible_to
from services.rotation.placements.workflow import ENDED, OVER, RETURNED, STAYED
from shared.audit import record_audit
from shared.auth import Caller, Permission, require
from shared.clock import judge_done_on
from shared.errors import Malformed, NotFound
from shared.events import record_event
from shared.i18n import _

BACK = ("returned", "debriefed")
OUTCOMES = {"back": RETURNED, "away": STAYED, "unknown": ENDED}


def alumni_visible_to(caller: Caller) -> Select[tuple[Placement]]:
    """Those whose stay is over."""
    return placements_visible_to(caller).where(Placement.state.in_(OVER))


def of_decade(statement: Select[tuple[Placement]], decade: int) -> Select[tuple[Placement]]:
    """Those whose first day lies in ten years."""
    return statement.where(Placement.starts_on.between(date(decade, 1, 1), date(decade + 9, 12, 31)))


async def _opened(session: AsyncSession, caller: Caller, placement_id: UUID) -> Placement:
    found = await session.scalar(alumni_visible_to(caller).where(Placement.id == placement_id).with_for_update(of=Placement))
    if found is None:
        raise NotFound()
    return found


async def _keep(session: AsyncSession, caller: Caller, alumnus: Placement, act: str, done_on: date) -> Placement:
    alumnus.version += 1
    await session.flush()
    await record_audit(session, caller, f"placement.{act}", "placement", alumnus.id, after={"state": alumnus.state}, done_on=done_on)
    return alumnus


def _allow(permission: Permission, alumnus: Placement) -> None:
    require(permission)
    must_be_listed(alumnus)


async def inform(session: AsyncSession, *, caller: Caller, placement_id: UUID, done_on: date | None) -> Placement:
    """The person was told which few fields are kept, and that they may leave."""
    day = judge_done_on(caller, done_on)
    alumnus = await _opened(session, caller, placement_id)
    _allow(can_act_home(caller, alumnus), alumnus)
    alumnus.informed_on = day
    return await _keep(session, caller, alumnus, "informed", day)


async def opt_out(session: AsyncSession, *, caller: Caller, placement_id: UUID, done_on: date | None) -> Placement:
    """The stay stays counted; name and what the person does today go."""
    day = judge_done_on(caller, done_on)
    alumnus = await _opened(session, caller, placement_id)
    _allow(can_act_either(caller, alumnus), alumnus)
    alumnus.opt_out(day)
    return await _keep(session, caller, alumnus, "opted-out", day)


async def tell_news(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: News) -> Placement:
    """What the person does today."""
    day = judge_done_on(caller, body.done_on)
    alumnus = await _opened(session, caller, placement_id)
    _allow(can_act_home(caller, alumnus), alumnus)
    must_be_informed(alumnus)
    alumnus.today_post, alumnus.today_place, alumnus.today_on = body.post, body.place, day
    return await _keep(session, caller, alumnus, "news-told", day)


async def say_outcome(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Outcome) -> Placement:
    """Somebody of an old register came back, or did not."""
    day = judge_done_on(caller, body.done_on)
    alumnus = await _opened(session, caller, placement_id)
    require(can_act_home(caller, alumnus))
    must_be_of_the_register(alumnus)
    if body.returned_on is not None and not alumnus.last_day <= body.returned_on <= day:
        raise Malformed.field("returned_on", _("The return lies after the stay, and not after today."))
    alumnus.state, alumnus.returned_on = OUTCOMES[body.outcome], body.returned_on
    await _keep(session, caller, alumnus, "outcome-said", day)
    record_event(session, PlacementChanged.about(alumnus, day))
    return alumnus


async def summary_of(session: AsyncSession, caller: Caller) -> AlumniSummary:
    """By field and decade, how many, how long, and how many are back. Who was there twice is one person, with what came of the last time."""
    found = sorted(await session.scalars(alumni_visible_to(caller)), key=lambda one: one.starts_on)
    months = [one.months for one in found]
    last = {one.person_id: one.state for one in found}
    last_of = {(one.field, one.starts_on.year // 10 * 10, one.person_id): one.state for one in found}
    by = Counter((field, decade) for field, decade, _person in last_of)
    back = Counter((field, decade) for (field, decade, _person), state in last_of.items() if state in BACK)
    came, stayed = sum(state in BACK for state in last.values()), sum(state == STAYED for state in last.values())
    return AlumniSummary(
        people=len(last),
        back=came,
        stayed=stayed,
        unknown=len(last) - came - stayed,
        shortest_months=min(months, default=None),
        longest_months=max(months, default=None),
        items=[FieldOfDecade(field=field, decade=decade, people=n, back=back[field, decade]) for (field, decade), n in sorted(by.items())],
    )
