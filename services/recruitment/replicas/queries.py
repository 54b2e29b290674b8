"""Reading what other services announced, and saying honestly what has not been heard yet."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.hires.models import Hire
from services.recruitment.replicas.models import Landing, Post
from services.recruitment.workflow import SEATED
from shared.auth import Caller
from shared.clients import ask
from shared.errors import Malformed, Unavailable
from shared.i18n import _


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


async def person_must_be_known(caller: Caller, person_id: UUID) -> None:
    """The same for those who read names and no files: coordinators and advisers. Raises Malformed, or Unavailable."""
    found = await ask(caller, "POST", "/api/v1/registry/persons/lookup", json={"ids": [str(person_id)]})
    if not found or not found["items"]:
        raise Malformed.field("person_id", _("There is no person with this identifier that you may see."))


async def hires_on_their_way(session: AsyncSession, post_id: UUID, *, beside: UUID | None = None) -> int:
    """Hires promised on a post that the registry does not count yet, one of them left out when it is being judged."""
    landed = select(Landing.hire_id).where(Landing.hire_id == Hire.id).exists()
    promised = select(func.count()).where(Hire.post_id == post_id, Hire.state.in_(SEATED), ~landed)
    return await session.scalar(promised.where(Hire.id != beside) if beside else promised) or 0


async def landings_of(session: AsyncSession, hire_ids: list[UUID]) -> dict[UUID, Landing]:
    rows = await session.scalars(select(Landing).where(Landing.hire_id.in_(hire_ids)).order_by(Landing.assignment_id))
    return {landing.hire_id: landing for landing in rows}
