"""A course enters the catalogue, and leaves it when it is taught no more."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.courses.models import Course
from services.training.courses.queries import get_visible_course
from services.training.courses.schemas import Act, CourseCreate
from services.training.organisers import organiser_of
from services.training.roles import can_organise
from services.training.workflow import COURSE
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.records import by_reference
from shared.references import hash_of


async def add_course(session: AsyncSession, *, caller: Caller, body: CourseCreate) -> Course:
    """An organiser adds a course to the catalogue of its authority or facility."""
    done_on = judge_done_on(caller, body.done_on)
    organiser = await organiser_of(session, caller, body.authority, done_on)
    if known := await by_reference(session, Course, authority_path=organiser.authority_path, body=body, reference=body.reference):
        return known
    values = body.model_dump(exclude={"done_on", "authority", "credits"})
    course = Course(
        **values,
        credits=body.hours if body.credits is None else body.credits,
        content_hash=hash_of(body),
        authority=organiser.code,
        authority_path=organiser.authority_path,
        created_by=caller.actor,
        created_on=done_on,
    )
    session.add(course)
    await session.flush()
    await record_audit(session, caller, "course.added", "course", course.id, after=body.model_dump(mode="json"), done_on=done_on)
    return course


async def change_course(session: AsyncSession, *, caller: Caller, course_id: UUID, act: str, body: Act) -> Course:
    """A course is retired from the catalogue, or comes back; sessions already planned go on."""
    done_on = judge_done_on(caller, body.done_on)
    course = await get_visible_course(session, caller, course_id, lock=True)
    require(can_organise(caller, course))
    before = course.state
    course.move(act, COURSE)
    await record_audit(session, caller, f"course.{course.state}", "course", course.id, before={"state": before}, after={"state": course.state}, done_on=done_on)
    return course
