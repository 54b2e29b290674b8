"""Reading sessions: one's own, and those that an authority above offers."""

from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.sessions.models import TrainingSession
from services.training.workflow import PLANNED
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import published_above, visible_to


def sessions_visible_to(caller: Caller) -> Select[tuple[TrainingSession]]:
    return select(TrainingSession).where(or_(visible_to(caller, TrainingSession), and_(TrainingSession.state != PLANNED, published_above(caller, TrainingSession))))


async def get_visible_session(session: AsyncSession, caller: Caller, session_id: UUID, *, lock: bool = False) -> TrainingSession:
    """One session. Raises NotFound."""
    statement = sessions_visible_to(caller).where(TrainingSession.id == session_id)
    found = await session.scalar(statement.with_for_update(of=TrainingSession) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def get_own_session(session: AsyncSession, caller: Caller, session_id: UUID) -> TrainingSession:
    """One session, locked for a change by whoever organises it; the predicate tells the others why not. Raises NotFound."""
    locked = await session.scalar(select(TrainingSession).where(visible_to(caller, TrainingSession), TrainingSession.id == session_id).with_for_update(of=TrainingSession))
    return locked or await get_visible_session(session, caller, session_id)


async def known_session(session: AsyncSession, caller: Caller, session_id: UUID) -> TrainingSession:
    """The session that a body names. Raises Malformed."""
    found = await session.scalar(sessions_visible_to(caller).where(TrainingSession.id == session_id))
    if found is None:
        raise Malformed.field("session_id", _("There is no session with this identifier that you may see."))
    return found
