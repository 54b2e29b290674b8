"""The catalogue of courses over HTTP."""

from uuid import UUID

from fastapi import Response

from services.training.courses.models import Course
from services.training.courses.queries import courses_visible_to, get_visible_course
from services.training.courses.schemas import Act, CourseCreate, CourseRead
from services.training.courses.use_cases import add_course, change_course
from services.training.roles import can_organise_training, can_read_offers
from shared.actions import etag
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/courses", tags=["courses"])


@router.post("", status_code=201, response_model=CourseRead, dependencies=[allows(can_organise_training)], responses=problems(401, 403, 409, 422))
async def create_course(body: CourseCreate, response: Response, caller: CallerDep, session: SessionDep) -> CourseRead:
    """Add a course to the catalogue."""
    course = await add_course(session, caller=caller, body=body)
    etag(response, course.version)
    return CourseRead.seen_by(caller, course)


@router.get("", response_model=Page[CourseRead], dependencies=[allows(can_read_offers)], responses=problems(401, 403, 422))
async def list_courses(
    *, caller: CallerDep, session: SessionDep, page: PageDep, field: str | None = None, kind: str | None = None, skill: str | None = None, state: str | None = None
) -> Page[CourseRead]:
    """Courses that one's authorities offer, by code."""
    statement = courses_visible_to(caller)
    for column, wanted in ((Course.field, field), (Course.kind, kind), (Course.skill, skill), (Course.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Course.code, Course.id], params=page)
    return found.of([CourseRead.seen_by(caller, course) for course in found.items])


@router.get("/{course_id}", response_model=CourseRead, dependencies=[allows(can_read_offers)], responses=problems(401, 403, 404))
async def read_course(course_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CourseRead:
    """One course."""
    course = await get_visible_course(session, caller, course_id)
    etag(response, course.version)
    return CourseRead.seen_by(caller, course)


@router.post("/{course_id}/retirement", status_code=201, response_model=CourseRead, dependencies=[allows(can_organise_training)], responses=problems(401, 403, 404, 409, 422))
async def create_retirement(course_id: UUID, body: Act, caller: CallerDep, session: SessionDep) -> CourseRead:
    """Take a course out of the catalogue; its sessions stay."""
    return CourseRead.seen_by(caller, await change_course(session, caller=caller, course_id=course_id, act="retire", body=body))


@router.post("/{course_id}/reopening", status_code=201, response_model=CourseRead, dependencies=[allows(can_organise_training)], responses=problems(401, 403, 404, 409, 422))
async def create_reopening(course_id: UUID, body: Act, caller: CallerDep, session: SessionDep) -> CourseRead:
    """Offer a retired course again."""
    return CourseRead.seen_by(caller, await change_course(session, caller=caller, course_id=course_id, act="reopen", body=body))
