"""The registry's kinds of import."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.use_cases import record_assignments
from services.registry.base import Base
from services.registry.facilities.permissions import can_write_facilities
from services.registry.facilities.queries import atlas_of
from services.registry.facilities.use_cases import plan_facility, write_facilities
from services.registry.imports.changing import change_assignments, change_facilities, change_posts
from services.registry.imports.columns import (
    ASSIGNMENT_COLUMNS,
    FACILITY_COLUMNS,
    PERSON_COLUMNS,
    POST_COLUMNS,
    build_assignment,
    build_facility,
    build_person,
    build_post,
)
from services.registry.imports.judging import judge_assignments, judge_facilities, judge_people, judge_posts, lists_of
from services.registry.imports.lines import AssignmentLine, FacilityLine, PersonLine, PostLine
from services.registry.licences import imports as licences
from services.registry.persons import imports as contacts
from services.registry.persons.permissions import can_write_people
from services.registry.posts.use_cases import open_posts
from services.registry.units import imports as units
from services.registry.workers.changes import change_people
from services.registry.workers.use_cases import register_people
from shared.auth import Caller
from shared.imports import ImportColumns, Kind, Wizard


class Import(ImportColumns, Base):
    """A file that was loaded into the register, or is about to be."""

    __tablename__ = "imports"


async def write_facility_lines(session: AsyncSession, caller: Caller, lines: Sequence[FacilityLine]) -> None:
    atlas = await atlas_of(session, [line.area_code for line in lines])
    await write_facilities(session, caller, [plan for line in lines if (plan := plan_facility(atlas, line)) is not None])


FACILITIES = Kind("facilities", FACILITY_COLUMNS, FacilityLine, judge_facilities, write_facility_lines, can_write_facilities, build_facility, change=change_facilities)
PEOPLE = Kind("people", PERSON_COLUMNS, PersonLine, judge_people, register_people, can_write_people, build_person, change=change_people, lists=lists_of)
POSTS = Kind("posts", POST_COLUMNS, PostLine, judge_posts, open_posts, can_write_people, build_post, change=change_posts, lists=lists_of)
ASSIGNMENTS = Kind(
    "assignments", ASSIGNMENT_COLUMNS, AssignmentLine, judge_assignments, record_assignments, can_write_people, build_assignment, change=change_assignments, lists=lists_of
)

wizard = Wizard(Import, [PEOPLE, FACILITIES, units.KIND, POSTS, ASSIGNMENTS, contacts.KIND, *licences.KINDS])
