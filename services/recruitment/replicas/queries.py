"""Reading what other services announced, and saying honestly what has not been heard yet."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.hires.models import Hire
from services.recruitment.replicas.models import Facility, Landing, Post
from shared.auth import Caller
from shared.clients import ask
from shared.errors import Malformed, Unavailable
from shared.i18n import _


async def facility_on(session: AsyncSession, code: str, day: date) -> tuple[Facility, str]:
    """A facility that exists on a day, and its authority path then. Raises Malformed."""
    facility = await session.scalar(select(Facility).where(Facility.code == code))
    path = facility.authority_path(day) if facility else None
    if facility is None or path is None:
        raise Malformed.field("facility_code", _("No facility {code} exists on {day}."), code=code, day=day.isoformat())
    return facility, path


async def known_post(session: AsyncSession, caller: Caller, post_id: UUID) -> Post:
    """A post that the registry announced.

    Raises Malformed when the caller may see no such post, Unavailable when its event has not arrived yet.
    """
    post = await session.get(Post, post_id)
    if post is not None:
        return post
    if await ask(caller, "GET", f"/api/v1/registry/posts/{post_id}") is None:
        raise Malformed.field("post_id", _("There is no post with this identifier that you may see."))
    raise Unavailable(_("The registry has just opened this post; the news has not arrived here yet. Please try again."), retry_after=1)


async def person_must_exist(caller: Caller, person_id: UUID) -> None:
    """The registry alone knows people; it is asked now, as the caller. Raises Malformed, or Unavailable when it is away."""
    if await ask(caller, "GET", f"/api/v1/registry/persons/{person_id}") is None:
        raise Malformed.field("person_id", _("There is no person with this identifier that you may see."))


async def hires_on_their_way(session: AsyncSession, post_id: UUID) -> int:
    """Hires promised on a post that the registry does not count yet."""
    landed = select(Landing.hire_id).where(Landing.hire_id == Hire.id).exists()
    return await session.scalar(select(func.count()).where(Hire.post_id == post_id, ~landed)) or 0


async def landings_of(session: AsyncSession, hire_ids: list[UUID]) -> dict[UUID, Landing]:
    rows = await session.scalars(select(Landing).where(Landing.hire_id.in_(hire_ids)).order_by(Landing.assignment_id))
    return {landing.hire_id: landing for landing in rows}
