"""The source of a mission is watched: below its minimum for more than 48 hours, whoever sent the person is told (ROT-RECALL). Recall is a human decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.holds.models import CONFIRMED, Hold, HoldPeriod
from services.registry.holds.queries import roster_of
from services.registry.holds.roster import Minimum, Roster
from services.registry.rules import pack_of
from services.registry.shortfalls.events import ShortfallFound, ShortfallOver
from shared.clock import today
from shared.db import worker_session
from shared.errors import Refused
from shared.events import Event, record_events

LOOKED_AT = timedelta(days=31)  # before and after, for the length of a spell
DAY = timedelta(days=1)

_KNOWN = text("SELECT hold_id, first_day, last_day, present, minimum FROM shortfalls ORDER BY hold_id FOR UPDATE")
_SAY = text(
    "INSERT INTO shortfalls (hold_id, first_day, last_day, present, minimum) VALUES (:hold_id, :first_day, :last_day, :present, :minimum) "
    "ON CONFLICT (hold_id) DO UPDATE SET first_day = excluded.first_day, last_day = excluded.last_day, present = excluded.present, minimum = excluded.minimum"
)
_TAKE_BACK = text("DELETE FROM shortfalls WHERE hold_id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Spell:
    """Days in a row on which a team is below its minimum, and the fewest who are present then."""

    first_day: date
    last_day: date
    present: int
    minimum: int

    @property
    def hours(self) -> int:
        return 24 * ((self.last_day - self.first_day).days + 1)

    def as_values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


async def watch_sources() -> None:
    """Daily: open what is too long now, and close what no longer is. Late, twice or in parallel it says nothing twice."""
    async with worker_session() as session:
        await watch(session, today())


async def watch(session: AsyncSession, day: date) -> None:
    """The same for one day."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('shortfalls', 0))"))
    known = {row.hold_id: Spell(row.first_day, row.last_day, row.present, row.minimum) for row in await session.execute(_KNOWN)}
    away = await _on_mission(session, day)
    found = await _spells(session, away, day)
    facts: list[Event] = []
    for hold_id, spell in sorted(found.items()):
        if known.get(hold_id) != spell:
            await session.execute(_SAY, {"hold_id": hold_id} | spell.as_values())
            facts.append(ShortfallFound(**_about(away[hold_id]), **spell.as_values()))
    over = sorted(known.keys() - found.keys())
    for hold in await session.scalars(select(Hold).where(Hold.id.in_(over)).order_by(Hold.id)):
        facts.append(ShortfallOver(**_about(hold), **known[hold.id].as_values()))
    await session.execute(_TAKE_BACK, {"ids": over})
    record_events(session, facts)


def _about(hold: Hold) -> dict[str, Any]:
    return {name: getattr(hold, name) for name in ("id", "source_service", "source_id", "facility_code", "authority_path", "shared_with")}


async def _on_mission(session: AsyncSession, day: date) -> Mapping[UUID, Hold]:
    """Who is away on mission on a day, by the hold of the days."""
    periods = select(HoldPeriod.hold_id).where(HoldPeriod.held, HoldPeriod.days.contains(day))
    holds = await session.scalars(select(Hold).where(Hold.kind == "mission", Hold.state == CONFIRMED, Hold.id.in_(periods)))
    return {hold.id: hold for hold in holds}


async def _spells(session: AsyncSession, away: Mapping[UUID, Hold], day: date) -> dict[UUID, Spell]:
    """The longest spell of each mission's team that holds this day, where it lasts longer than the rule lets pass."""
    places: dict[str, list[Hold]] = {}
    for hold in away.values():
        places.setdefault(hold.facility_code, []).append(hold)
    found: dict[UUID, Spell] = {}
    for code, holds in places.items():
        try:
            hours = pack_of(code, day).rule("ROT-RECALL").value
        except Refused:  # no rules of this country are known here
            continue
        roster = await roster_of(session, [code], day - LOOKED_AT, day + LOOKED_AT, margin=timedelta(0))
        for hold in holds:
            spells = [spell for team in roster.teams_of(hold.person_id) if team.id and (spell := spell_on(roster, team, hold.person_id, day))]
            longest = max(spells, key=lambda spell: (spell.hours, -spell.present), default=None)
            if longest is not None and longest.hours > hours:
                found[hold.id] = longest
    return found


def spell_on(roster: Roster, team: Minimum, person_id: UUID, day: date) -> Spell | None:
    """The days in a row around this one on which the team of a person is below its minimum."""

    def present(on: date) -> int | None:
        """How many are present, when they are too few."""
        if not roster.first <= on <= roster.last or on < team.first or (team.last is not None and on > team.last) or not roster.is_member(team, person_id, on):
            return None
        here = roster.present(team, on)[1]
        return here if here < team.min_present else None

    def run(step: timedelta) -> Sequence[int]:
        counts, on = list[int](), day + step
        while (here := present(on)) is not None:
            counts.append(here)
            on += step
        return counts

    now = present(day)
    if now is None:
        return None
    before, after = run(-DAY), run(DAY)
    return Spell(day - len(before) * DAY, day + len(after) * DAY, min([now, *before, *after]), team.min_present)
