"""On whose behalf something of training is recorded: an authority, or one of its facilities."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.roles import acts_for
from shared.auth import Caller, path_of, require
from shared.directory import place_on


@dataclass(frozen=True)
class Organiser:
    """`code` is the authority's or the facility's; `facility_code` is null for an authority."""

    code: str
    authority_path: str
    facility_code: str | None


async def organiser_of(session: AsyncSession, caller: Caller, code: str, day: date, *, field: str = "authority") -> Organiser:
    """An authority (`VN-22`) or a facility (`VN-22-BVT`) for which the caller acts. Raises Malformed or Forbidden."""
    if code in caller.territories or len(code.split("-")) == 2:
        found = Organiser(code, path_of(code), None)
    else:
        place = await place_on(session, code, day, field=field)
        found = Organiser(code, place.authority_path, code)
    require(acts_for(caller, found.authority_path))
    return found
