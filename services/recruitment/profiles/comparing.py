"""Comparing over a pool: for a need everybody who is shown to the caller, for a person every open need; ordered by criteria met and never by who they are."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.bridges.models import Bridge
from services.recruitment.needs.models import Need
from services.recruitment.needs.queries import hires_per_need, needs_visible_to
from services.recruitment.policies.eligibility import Criterion
from services.recruitment.pools.queries import in_open_pool
from services.recruitment.profiles.guards import must_be_shown_to
from services.recruitment.profiles.matching import Crossing, Seeker, Wanted, compare, leads
from services.recruitment.profiles.models import Match, Profile
from services.recruitment.profiles.permissions import can_decide
from services.recruitment.profiles.queries import matches_visible_to, profiles_visible_to
from services.recruitment.profiles.schemas import Comparison, Comparisons
from services.recruitment.rules import pack_of
from services.recruitment.workflow import LOOKING, VALIDATED
from shared.actions import action
from shared.auth import Caller
from shared.clock import today
from shared.directory import places_on
from shared.practice import practice_of


async def people_for(session: AsyncSession, caller: Caller, need: Need) -> Comparisons:
    """For a need, everybody of its pool who is shown to the caller and whose title answers it, or from whose title a bridge leads there.

    Whoever coordinates sees also those who have not consented to this employer: to ask them, not to offer them.
    """
    looking = profiles_visible_to(caller).where(Profile.pool_id == need.pool_id, Profile.state == LOOKING).order_by(Profile.opened_on, Profile.id)
    profiles = (await session.scalars(looking)).all() if need.pool_id else []
    decided = {match.profile_id: match for match in await session.scalars(matches_visible_to(caller).where(Match.need_id == need.id))}
    return await _compared(session, caller, [(need, profile, decided.get(profile.id)) for profile in profiles])


async def needs_for(session: AsyncSession, caller: Caller, profile: Profile) -> Comparisons:
    """For a person, every need of the pool that still has a seat and that their title answers, or to which a bridge leads."""
    needs = (await session.scalars(needs_visible_to(caller).where(Need.pool_id == profile.pool_id, Need.state == VALIDATED).order_by(Need.identified_on, Need.id))).all()
    hired = await hires_per_need(session, [need.id for need in needs])
    decided = {match.need_id: match for match in await session.scalars(matches_visible_to(caller).where(Match.profile_id == profile.id))}
    return await _compared(session, caller, [(need, profile, decided.get(need.id)) for need in needs if hired.get(need.id, 0) < need.quantity])


async def compare_one(session: AsyncSession, need: Need, profile: Profile, day: date) -> list[Criterion]:
    """One person and one need, on a day."""
    seeker = await _seeker(session, profile, day)
    return compare(seeker, (await _wanted(session, [need], day))[need.id], pack_of(need.facility_code, day), await _bridges(session, profile.pool_id))


async def _compared(session: AsyncSession, caller: Caller, pairs: Sequence[tuple[Need, Profile, Match | None]]) -> Comparisons:
    """Those worth comparing, fewest criteria missing first, and a title that answers before a bridge; the longest wait breaks a tie, as the order of the pairs says already."""
    if not pairs:
        return Comparisons(items=[])
    day = today()
    bridges = await _bridges(session, pairs[0][1].pool_id)
    wanted = await _wanted(session, [need for need, _profile, _match in pairs], day)
    seekers: dict[UUID, Seeker] = {}
    found = []
    for need, profile, match in pairs:
        pack = pack_of(need.facility_code, day)
        if leads(profile.occupation_code, need.occupation_code, pack, bridges):
            if profile.id not in seekers:
                seekers[profile.id] = await _seeker(session, profile, day)
            decide = action("decide", can_decide(caller, need), partial(must_be_shown_to, profile, need.facility_code))
            found.append(Comparison.of(need, profile, compare(seekers[profile.id], wanted[need.id], pack, bridges), match, decide))
    return Comparisons(items=sorted(found, key=lambda one: (one.missing, not one.criteria[0].met)))


async def _seeker(session: AsyncSession, profile: Profile, day: date) -> Seeker:
    practice = await practice_of(session, profile.person_id, max(day, profile.available_from))
    return Seeker(profile.occupation_code, profile.specialty, profile.available_from, profile.places, practice)


async def _wanted(session: AsyncSession, needs: Sequence[Need], day: date) -> dict[UUID, Wanted]:
    places = await places_on(session, {(need.facility_code, day) for need in needs})
    found = {}
    for need in needs:
        place = places.get((need.facility_code, day))
        found[need.id] = Wanted(need.occupation_code, need.specialty, need.wanted_from, need.facility_code, [place.area_code, *place.area_path] if place else [])
    return found


async def _bridges(session: AsyncSession, pool_id: UUID) -> list[Crossing]:
    rows = await session.scalars(select(Bridge).where(Bridge.pool_id == pool_id, in_open_pool(Bridge.pool_id)))
    return [Crossing(bridge.from_occupation, bridge.to_occupation, bridge.training, bridge.months) for bridge in rows]
