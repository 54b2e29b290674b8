"""Reading the files of a pool: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.profiles.models import Match, Profile
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def profiles_visible_to(caller: Caller) -> Select[tuple[Profile]]:
    """Those of the pools that one coordinates, and those of whoever consents to be shown to one's facility."""
    return select(Profile).where(visible_to(caller, Profile))


def matches_visible_to(caller: Caller) -> Select[tuple[Match]]:
    """Decisions at the facilities one acts for, on people who are still shown to them."""
    return select(Match).where(visible_to(caller, Match), Match.profile_id.in_(select(Profile.id).where(visible_to(caller, Profile))))


async def get_visible_profile(session: AsyncSession, caller: Caller, profile_id: UUID, *, lock: bool = False) -> Profile:
    """One file. Raises NotFound: without consent nobody learns that there is one."""
    statement = profiles_visible_to(caller).where(Profile.id == profile_id)
    profile = await session.scalar(statement.with_for_update() if lock else statement)
    if profile is None:
        raise NotFound()
    return profile
