"""Reading courses: one's own, and those that an authority above offers."""

from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.courses.models import Course
from services.training.sessions.models import TrainingSession
from services.training.sessions.queries import sessions_visible_to
from services.training.workflow import OPEN
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import published_above, visible_to


def courses_visible_to(caller: Caller) -> Select[tuple[Course]]:
    return select(Course).where(or_(visible_to(caller, Course), and_(Course.state == OPEN, published_above(caller, Course))))


async def get_visible_course(session: AsyncSession, caller: Caller, course_id: UUID, *, lock: bool = False) -> Course:
    """One course, also one that is known by a session only: its trainers come from elsewhere, or it is retired. Raises NotFound."""
    taught = sessions_visible_to(caller).with_only_columns(TrainingSession.course_id)
    statement = select(Course).where(Course.id == course_id, or_(Course.id.in_(courses_visible_to(caller).with_only_columns(Course.id)), Course.id.in_(taught)))
    course = await session.scalar(statement.with_for_update() if lock else statement)
    if course is None:
        raise NotFound()
    return course


async def known_course(session: AsyncSession, caller: Caller, course_id: UUID) -> Course:
    """The course that a body names. Raises Malformed."""
    course = await session.scalar(courses_visible_to(caller).where(Course.id == course_id))
    if course is None:
        raise Malformed.field("course_id", _("There is no course with this identifier that you may see."))
    return course
