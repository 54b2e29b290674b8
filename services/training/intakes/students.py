"""Whoever was called registers and is a student, passes or repeats a year, graduates, or leaves."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.institutes.rules import study_years
from services.training.intakes.events import IntakeChanged
from services.training.intakes.models import Candidate, Intake, Student, StudentYear
from services.training.intakes.permissions import can_conduct
from services.training.intakes.queries import get_visible_candidate, get_visible_student, students_visible_to
from services.training.intakes.schemas import Step, StudentLeaving, YearResult
from services.training.intakes.use_cases import fill_again, refill_until
from services.training.intakes.workflow import CANDIDATE, CLOSED, GENERAL, REGISTERED, STUDENT
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Refused
from shared.events import record_event
from shared.i18n import _
from shared.references import hash_of
from shared.rulepacks import Rule


async def register_student(session: AsyncSession, *, caller: Caller, candidate_id: UUID, body: Step, if_match: str | None = None) -> tuple[Student, Candidate, Intake]:
    """Whoever was called takes the seat in time; the database counts the seats."""
    done_on = judge_done_on(caller, body.done_on)
    candidate, intake = await get_visible_candidate(session, caller, candidate_id, lock=True)
    require(can_conduct(caller, candidate.authority_path))
    if candidate.state == REGISTERED:
        known = await session.scalar(students_visible_to(caller).where(Student.candidate_id == candidate.id, Student.registered_on == done_on))
        if known is not None:
            return known, candidate, intake
    require_current(if_match, candidate.version)
    CANDIDATE.after("register", candidate.state)
    _must_be_in_time(candidate, intake, done_on)
    candidate.move("register", CANDIDATE)
    student = Student(
        content_hash=hash_of(body),
        authority_path=candidate.authority_path,
        intake_id=intake.id,
        candidate_id=candidate.id,
        facility_code=candidate.facility_code,
        stream=intake.stream,
        person_id=candidate.person_id,
        registered_by=caller.actor,
        registered_on=done_on,
        years=[],
    )
    session.add(student)
    await session.flush()
    await session.refresh(intake, ["filled"])
    await record_audit(session, caller, "student.registered", "student", student.id, after={"number": candidate.number}, done_on=done_on)
    record_event(session, IntakeChanged.about(intake))
    return student, candidate, intake


def _must_be_in_time(candidate: Candidate, intake: Intake, day: date) -> None:
    if candidate.register_by is not None and day > candidate.register_by:
        raise Refused(
            "registration-late",
            _("The seat was kept until {last}."),
            rule=intake.pack.rule("INT-REGISTER"),
            possible=_("Let the seat lapse: the next one of the waiting list is called."),
            last=candidate.register_by.isoformat(),
        )


async def judge_year(session: AsyncSession, *, caller: Caller, student_id: UUID, body: YearResult, if_match: str | None = None) -> Student:
    """A year is passed or repeated; passing the last one is the diploma."""
    done_on = judge_done_on(caller, body.done_on)
    student, intake = await get_visible_student(session, caller, student_id, lock=True)
    require(can_conduct(caller, student.authority_path))
    if any((each.year, each.outcome, each.decided_on) == (body.year, body.outcome, done_on) for each in student.years):
        return student
    require_current(if_match, student.version)
    STUDENT.after("pass_year", student.state)
    due = max((each.year + 1 for each in student.years), default=intake.year)
    if body.year != due:
        raise Refused(
            "another-year-is-due",
            _("The result of {due} comes first."),
            rule=Rule("INT-YEAR-ONCE", due, "academic year to be judged", "Relais rule book, initial training (intakes)"),
            possible=_("Enter the result of {due}."),
            due=due,
        )
    years = study_years(intake.pack, student.stream)
    student.years.append(StudentYear(year=body.year, study_year=student.study_year, outcome=body.outcome, decided_on=done_on, entered_by=caller.actor))
    before = student.study_year
    if body.outcome == "passed" and student.study_year >= years:
        student.move("graduate", STUDENT)
        student.graduated_on = done_on
    else:
        student.move("pass_year", STUDENT)
        student.study_year += body.outcome == "passed"
    await session.flush()
    after = {"year": body.year, "outcome": body.outcome, "state": student.state, "study_year": student.study_year}
    await record_audit(session, caller, "student.year_judged", "student", student.id, before={"study_year": before}, after=after, done_on=done_on)
    return student


async def leave(session: AsyncSession, *, caller: Caller, student_id: UUID, body: StudentLeaving, if_match: str | None = None) -> tuple[Student, Candidate | None, Intake]:
    """Whoever leaves early frees a seat for the next one of the waiting list; later it is a drop-out."""
    done_on = judge_done_on(caller, body.done_on)
    student, intake = await get_visible_student(session, caller, student_id, lock=True)
    require(can_conduct(caller, student.authority_path))
    require_current(if_match, student.version)
    seat_freed = intake.state != CLOSED and done_on <= refill_until(intake)
    student.leave(on=done_on, reason=body.reason, seat_freed=seat_freed)
    await session.flush()
    await session.refresh(intake, ["filled"])
    await record_audit(session, caller, "student.left", "student", student.id, after={"reason": body.reason, "seat_freed": seat_freed}, done_on=done_on)
    called = None
    if seat_freed:
        candidate, _intake = await get_visible_candidate(session, caller, student.candidate_id)
        called = await fill_again(session, caller, intake, candidate.list or GENERAL, done_on)
    record_event(session, IntakeChanged.about(intake))
    return student, called, intake
