"""Where people are needed, when, and in which professions: the open needs of a pool, and the tension of each profession at each place (REC-08)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.needs.models import Need
from services.recruitment.needs.queries import hires_per_need, needs_visible_to
from services.recruitment.pools.models import Pool
from services.recruitment.rules import pack_of
from services.recruitment.workflow import VALIDATED
from shared.auth import Caller
from shared.clock import today
from shared.directory import places_on
from shared.rulepacks import RulePack

HARD = ("hard", "very_hard")


class Reason(BaseModel):
    """One of the two things that put a profession under tension: what was found, and from where on it does."""

    id: str
    is_tense: bool
    value: float | None = Field(description="None when there is nothing to divide by.")
    rule: dict[str, Any]


class Cell(BaseModel):
    """A profession, at a place or in the whole pool."""

    occupation_code: str
    area_code: str | None
    needs: int
    seats: int = Field(description="How many people are still looked for.")
    hard: int = Field(description="Needs that their employers call hard or very hard to fill.")
    posts: float
    vacant: float
    looking: int | None = Field(description="How many look for work in this profession in the pool, shown to you or not; said for the whole pool alone.")
    is_tense: bool
    reasons: list[Reason]


class Month(BaseModel):
    """From this month on so many of a profession are wanted."""

    month: str = Field(examples=["2024-09"])
    occupation_code: str
    seats: int


class Place(BaseModel):
    """A commune, and those who look for people there."""

    area_code: str
    seats: int
    needs: int
    facilities: list[str]


class Overview(BaseModel):
    """Where, when, and which professions."""

    pool_id: UUID
    as_of: date
    needs: int
    seats: int
    filled: int = Field(description="Seats of these needs for which somebody is hired or proposed.")
    employers: int
    professions: list[Cell]
    cells: list[Cell] = Field(description="Each profession at each place.")
    months: list[Month]
    undated: int = Field(description="Seats for which no day is said.")
    places: list[Place]


@dataclass(frozen=True)
class Open:
    """A need that still has a seat."""

    need: Need
    seats: int
    area: str


_POSTS = text(
    """
    SELECT f.area_code, p.occupation_code, sum(p.fte) AS posts, sum(greatest(p.fte - p.filled, 0)) AS vacant
    FROM posts p JOIN facilities f ON f.code = p.facility_code AND f.valid @> CAST(:day AS date)
    WHERE p.facility_code = ANY (:facilities) AND NOT p.frozen AND p.open_from <= :day AND (p.close_to IS NULL OR p.close_to >= :day)
    GROUP BY 1, 2
    """
)
_LOOKING = text("SELECT occupation_code, people FROM looking_in_pool(:pool)")


async def overview_of(session: AsyncSession, caller: Caller, pool: Pool) -> Overview:
    """The open needs of a pool as they stand today; whoever may not read them finds none."""
    day = today()
    needs = (await session.scalars(needs_visible_to(caller).where(Need.pool_id == pool.id, Need.state == VALIDATED).order_by(Need.identified_on, Need.id))).all()
    hired = await hires_per_need(session, [need.id for need in needs])
    places = await places_on(session, {(need.facility_code, day) for need in needs})
    found = [Open(need, need.quantity - hired.get(need.id, 0), places[need.facility_code, day].area_code) for need in needs if (need.facility_code, day) in places]
    open_needs = [one for one in found if one.seats > 0]
    posts: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    looking: dict[str, int] = {}
    if open_needs:
        employers = [partner.facility_code for partner in pool.members if partner.takes_part_as == "employer"]
        for row in await session.execute(_POSTS, {"day": day, "facilities": employers}):
            posts[row.area_code, row.occupation_code] = (row.posts, row.vacant)
        looking = dict((await session.execute(_LOOKING, {"pool": pool.id})).tuples().all())
    pack = pack_of(pool.authority, day)
    months, undated = _months(open_needs)
    return Overview(
        pool_id=pool.id,
        as_of=day,
        needs=len(open_needs),
        seats=sum(one.seats for one in open_needs),
        filled=sum(min(hired.get(need.id, 0), need.quantity) for need in needs),
        employers=len({one.need.facility_code for one in open_needs}),
        professions=_professions(open_needs, posts, looking, pack),
        cells=_cells(open_needs, posts, pack),
        months=months,
        undated=undated,
        places=_places(open_needs),
    )


def _professions(found: Sequence[Open], posts: dict[tuple[str, str], tuple[Decimal, Decimal]], looking: dict[str, int], pack: RulePack) -> list[Cell]:
    """Each profession in the whole pool, the most wanted first."""
    grouped: dict[str, list[Open]] = defaultdict(list)
    for one in found:
        grouped[one.need.occupation_code].append(one)
    cells = []
    for occupation, those in grouped.items():
        known = [value for (_area, code), value in posts.items() if code == occupation]
        cells.append(_cell(occupation, None, those, sum((k[0] for k in known), Decimal(0)), sum((k[1] for k in known), Decimal(0)), looking.get(occupation, 0), pack))
    return sorted(cells, key=lambda cell: (-cell.seats, cell.occupation_code))


def _cells(found: Sequence[Open], posts: dict[tuple[str, str], tuple[Decimal, Decimal]], pack: RulePack) -> list[Cell]:
    """Each profession at each place; who looks for work does so in the whole pool, so that of a place only the posts speak."""
    grouped: dict[tuple[str, str], list[Open]] = defaultdict(list)
    for one in found:
        grouped[one.area, one.need.occupation_code].append(one)
    return [_cell(occupation, area, those, *posts.get((area, occupation), (Decimal(0), Decimal(0))), None, pack) for (area, occupation), those in sorted(grouped.items())]


def _cell(occupation: str, area: str | None, those: Sequence[Open], posts: Decimal, vacant: Decimal, looking: int | None, pack: RulePack) -> Cell:
    seats = sum(one.seats for one in those)
    reasons = [_vacancy(posts, vacant, pack)]
    if looking is not None:
        reasons.append(_people_per_seat(looking, seats, pack))
    return Cell(
        occupation_code=occupation,
        area_code=area,
        needs=len(those),
        seats=seats,
        hard=sum(one.need.difficulty in HARD for one in those),
        posts=float(posts),
        vacant=float(vacant),
        looking=looking,
        is_tense=any(reason.is_tense for reason in reasons),
        reasons=reasons,
    )


def _vacancy(posts: Decimal, vacant: Decimal, pack: RulePack) -> Reason:
    """REC-08: the share of vacant posts reaches the threshold; compared before it is rounded (R-EXACT)."""
    rule = pack.rule("REC-08-VACANCY")
    share = vacant * 100 / posts if posts else None
    return Reason(id="vacancy", is_tense=share is not None and share >= Decimal(str(rule.value)), value=round(float(share), 1) if share is not None else None, rule=rule.told())


def _people_per_seat(looking: int, seats: int, pack: RulePack) -> Reason:
    """REC-08: fewer people look for work than the threshold for each seat."""
    rule = pack.rule("REC-08")
    return Reason(id="people-per-seat", is_tense=Decimal(looking) < Decimal(str(rule.value)) * seats, value=round(looking / seats, 2), rule=rule.told())


def _months(found: Iterable[Open]) -> tuple[list[Month], int]:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    undated = 0
    for one in found:
        if one.need.wanted_from is None:
            undated += one.seats
        else:
            counted[f"{one.need.wanted_from:%Y-%m}", one.need.occupation_code] += one.seats
    return [Month(month=month, occupation_code=occupation, seats=seats) for (month, occupation), seats in sorted(counted.items())], undated


def _places(found: Iterable[Open]) -> list[Place]:
    grouped: dict[str, list[Open]] = defaultdict(list)
    for one in found:
        grouped[one.area].append(one)
    places = [
        Place(area_code=area, seats=sum(one.seats for one in those), needs=len(those), facilities=sorted({one.need.facility_code for one in those}))
        for area, those in grouped.items()
    ]
    return sorted(places, key=lambda place: (-place.seats, place.area_code))
