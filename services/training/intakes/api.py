"""Intakes, candidates and students over HTTP; the table of cut-offs and one's own answer are for everybody."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from services.training.institutes.rules import running_year, study_years
from services.training.intakes import students as student_acts
from services.training.intakes import use_cases
from services.training.intakes.eligibility import Outcome
from services.training.intakes.models import Candidate, Intake, Student
from services.training.intakes.permissions import can_conduct_intakes, can_read_candidates
from services.training.intakes.queries import (
    application_of_code,
    candidates_visible_to,
    cut_offs,
    employed_of,
    get_visible_candidate,
    get_visible_intake,
    get_visible_student,
    intakes_visible_to,
    outcome_of,
    percent,
    students_by_state,
    students_visible_to,
    studying_by_year,
)
from services.training.intakes.schemas import (
    AnswerRead,
    Called,
    CandidateCreate,
    CandidateRead,
    CutOffRead,
    CutOffs,
    Declination,
    ExpectedGraduates,
    ExpectedRead,
    IntakeCreate,
    IntakeRead,
    IntakesTold,
    LapsesRead,
    Marks,
    Outcomes,
    PreSelection,
    Step,
    StudentLeaving,
    StudentRead,
    YearResult,
    criteria_of,
)
from services.training.roles import can_read_offers
from services.training.rules import pack_of
from shared.actions import IfMatch, etag
from shared.auth import CallerDep, allows, public_route
from shared.clock import today
from shared.db import SessionDep, app_session
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.papers import spelled
from shared.records import Year

CODE = Query(max_length=60)
CONDUCT: dict[str, Any] = {"status_code": 201, "dependencies": [allows(can_conduct_intakes)], "responses": problems(401, 403, 404, 409, 412, 422)}
READ: dict[str, Any] = {"dependencies": [allows(can_read_offers)], "responses": problems(401, 403, 404, 422)}
READ_PEOPLE: dict[str, Any] = {"dependencies": [allows(can_read_candidates)], "responses": problems(401, 403, 404, 422)}

intakes = Router(prefix="/intakes", tags=["intakes"])
candidates = Router(prefix="/intake-candidates", tags=["intakes"])
students = Router(prefix="/students", tags=["intakes"])
public = Router(tags=["intakes"])


def _read(caller: CallerDep, response: Response, intake: Intake) -> IntakeRead:
    etag(response, intake.version)
    return IntakeRead.seen_by(caller, intake)


@intakes.post("", response_model=IntakeRead, **CONDUCT)
async def create_intake(body: IntakeCreate, response: Response, caller: CallerDep, session: SessionDep) -> IntakeRead:
    """Open the competition for the seats of a stream and year."""
    return _read(caller, response, await use_cases.open_intake(session, caller=caller, body=body))


@intakes.post("/told", response_model=Page[IntakeRead], **CONDUCT)
async def create_told_intakes(body: IntakesTold, caller: CallerDep, session: SessionDep) -> Page[IntakeRead]:
    """Tell the numbers of an institute's intakes of a year."""
    return Page(items=[IntakeRead.seen_by(caller, each) for each in await use_cases.tell_intakes(session, caller=caller, body=body)], next=None)


@intakes.get("", response_model=Page[IntakeRead], **READ)
async def list_intakes(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    year: Year | None = None,
    facility: Annotated[str | None, CODE] = None,
    region: Annotated[str | None, CODE] = None,
    stream: Annotated[str | None, CODE] = None,
    state: str | None = None,
    kept_as: str | None = None,
) -> Page[IntakeRead]:
    """Intakes by year, region and stream."""
    statement = intakes_visible_to(caller)
    for column, wanted in (
        (Intake.year, year),
        (Intake.facility_code, facility),
        (Intake.region, region),
        (Intake.stream, stream),
        (Intake.state, state),
        (Intake.kept_as, kept_as),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Intake.year, Intake.region, Intake.stream, Intake.id], params=page)
    return found.of([IntakeRead.seen_by(caller, each) for each in found.items])


@intakes.get("/expected-graduates", response_model=ExpectedRead, **READ)
async def list_expected_graduates(caller: CallerDep, session: SessionDep) -> ExpectedRead:
    """How many are expected to graduate, by year and stream: who entered, less who dropped out (INT-03)."""
    found = []
    for entered, stream, code, count in await studying_by_year(session, caller):
        found.append(ExpectedGraduates(year=entered + study_years(pack_of(code, today()), stream), entered=entered, stream=stream, students=count))
    return ExpectedRead(items=found)


@intakes.get("/{intake_id}", response_model=IntakeRead, **READ)
async def read_intake(intake_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> IntakeRead:
    """One intake."""
    return _read(caller, response, await get_visible_intake(session, caller, intake_id))


@intakes.get("/{intake_id}/outcomes", response_model=Outcomes, **READ_PEOPLE)
async def read_outcomes(intake_id: UUID, caller: CallerDep, session: SessionDep, as_of: date | None = None) -> Outcomes:
    """What became of those who registered (INT-01)."""
    intake = await get_visible_intake(session, caller, intake_id)
    counts = await students_by_state(session, caller, intake.id)
    graduated, dropped = counts.get(("graduated", False), 0), counts.get(("left", False), 0)
    studying = counts.get(("studying", False), 0)
    employed = await employed_of(intake.id, as_of or today())
    registered = studying + graduated + dropped
    return Outcomes(
        registered=registered,
        studying=studying,
        graduated=graduated,
        dropped_out=dropped,
        employed=employed,
        drop_out_percent=percent(dropped, registered),
        graduation_percent=percent(graduated, registered),
        employment_percent=percent(employed, graduated),
    )


@intakes.post("/{intake_id}/candidates", response_model=CandidateRead, **CONDUCT)
async def create_candidate(intake_id: UUID, body: CandidateCreate, response: Response, caller: CallerDep, session: SessionDep) -> CandidateRead:
    """Register an application."""
    candidate, intake = await use_cases.apply(session, caller=caller, intake_id=intake_id, body=body)
    etag(response, candidate.version)
    return CandidateRead.seen_by(caller, candidate, intake)


@intakes.get("/{intake_id}/candidates", response_model=Page[CandidateRead], **READ_PEOPLE)
async def list_candidates(intake_id: UUID, caller: CallerDep, session: SessionDep, page: PageDep, state: str | None = None) -> Page[CandidateRead]:
    """Applications of an intake, by number."""
    intake = await get_visible_intake(session, caller, intake_id)
    statement = candidates_visible_to(caller).where(Candidate.intake_id == intake.id)
    if state:
        statement = statement.where(Candidate.state == state)
    found = await keyset_page(session, statement, keys=[Candidate.number, Candidate.id], params=page)
    return found.of([CandidateRead.seen_by(caller, each, intake) for each in found.items])


@intakes.post("/{intake_id}/preselection", response_model=IntakeRead, **CONDUCT)
async def create_preselection(intake_id: UUID, body: PreSelection, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> IntakeRead:
    """Publish the cut-off."""
    return _read(caller, response, await use_cases.preselect(session, caller=caller, intake_id=intake_id, body=body, if_match=if_match))


@intakes.post("/{intake_id}/marks", response_model=IntakeRead, **CONDUCT)
async def create_marks(intake_id: UUID, body: Marks, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> IntakeRead:
    """Enter marks, by number."""
    return _read(caller, response, await use_cases.enter_marks(session, caller=caller, intake_id=intake_id, body=body, if_match=if_match))


@intakes.post("/{intake_id}/listing", response_model=IntakeRead, **CONDUCT)
async def create_listing(intake_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> IntakeRead:
    """Publish who is admitted and who waits."""
    return _read(caller, response, await use_cases.publish_list(session, caller=caller, intake_id=intake_id, body=body, if_match=if_match))


@intakes.post("/{intake_id}/lapses", response_model=LapsesRead, **CONDUCT)
async def create_lapses(intake_id: UUID, body: Step, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> LapsesRead:
    """Let seats lapse that nobody took in time, and call the next ones."""
    lapsed, called, intake = await use_cases.lapse(session, caller=caller, intake_id=intake_id, body=body, if_match=if_match)
    return LapsesRead(lapsed=[CandidateRead.seen_by(caller, each, intake) for each in lapsed], called=[CandidateRead.seen_by(caller, each, intake) for each in called])


@intakes.post("/{intake_id}/closing", response_model=IntakeRead, **CONDUCT)
async def create_closing(intake_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> IntakeRead:
    """Close the intake: nobody is called any more."""
    return _read(caller, response, await use_cases.close_intake(session, caller=caller, intake_id=intake_id, body=body, if_match=if_match))


@candidates.get("/{intake_candidate_id}", response_model=CandidateRead, **READ_PEOPLE)
async def read_candidate(intake_candidate_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CandidateRead:
    """One application, and why it came out as it did."""
    candidate, intake = await get_visible_candidate(session, caller, intake_candidate_id)
    etag(response, candidate.version)
    return CandidateRead.seen_by(caller, candidate, intake, await outcome_of(session, candidate, intake))


@candidates.post("/{intake_candidate_id}/registration", response_model=StudentRead, **CONDUCT)
async def create_registration(intake_candidate_id: UUID, body: Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> StudentRead:
    """Register somebody who was called."""
    student, _candidate, _intake = await student_acts.register_student(session, caller=caller, candidate_id=intake_candidate_id, body=body, if_match=if_match)
    etag(response, student.version)
    return StudentRead.seen_by(caller, student)


@candidates.post("/{intake_candidate_id}/declination", response_model=Called, **CONDUCT)
async def create_declination(intake_candidate_id: UUID, body: Declination, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> Called:
    """Record that a seat is given up; the next one is called."""
    candidate, called, intake = await use_cases.decline(session, caller=caller, candidate_id=intake_candidate_id, body=body, if_match=if_match)
    return Called(candidate=CandidateRead.seen_by(caller, candidate, intake), called=CandidateRead.seen_by(caller, called, intake) if called else None)


@students.get("", response_model=Page[StudentRead], **READ_PEOPLE)
async def list_students(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    intake: UUID | None = None,
    facility: Annotated[str | None, CODE] = None,
    person: UUID | None = None,
    state: str | None = None,
) -> Page[StudentRead]:
    """Students of one's institutes, by the day on which they registered."""
    statement = students_visible_to(caller)
    for column, wanted in ((Student.intake_id, intake), (Student.facility_code, facility), (Student.person_id, person), (Student.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Student.registered_on, Student.id], params=page)
    return found.of([StudentRead.seen_by(caller, each) for each in found.items])


@students.get("/{student_id}", response_model=StudentRead, **READ_PEOPLE)
async def read_student(student_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> StudentRead:
    """One student."""
    student, _intake = await get_visible_student(session, caller, student_id)
    etag(response, student.version)
    return StudentRead.seen_by(caller, student)


@students.post("/{student_id}/year", response_model=StudentRead, **CONDUCT)
async def create_year_result(student_id: UUID, body: YearResult, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> StudentRead:
    """Enter the result of an academic year."""
    student = await student_acts.judge_year(session, caller=caller, student_id=student_id, body=body, if_match=if_match)
    etag(response, student.version)
    return StudentRead.seen_by(caller, student)


@students.post("/{student_id}/leaving", response_model=StudentRead, **CONDUCT)
async def create_student_leaving(student_id: UUID, body: StudentLeaving, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> StudentRead:
    """Record that a student leaves."""
    student, _called, _intake = await student_acts.leave(session, caller=caller, student_id=student_id, body=body, if_match=if_match)
    etag(response, student.version)
    return StudentRead.seen_by(caller, student)


@public.get("/cut-offs", response_model=CutOffs, dependencies=[Depends(public_route)], responses=problems(409, 422))
async def list_cut_offs(country: Annotated[str, Query(pattern="^[A-Z]{2}$")], year: Year | None = None) -> CutOffs:
    """The cut-offs of a country's institutes, by region: open to everybody (INT-02)."""
    wanted = year or running_year(country, today())
    async with app_session(None) as session:
        return CutOffs(year=wanted, items=[CutOffRead(**row) for row in await cut_offs(session, wanted, country)])


@public.get("/intake-answers/{code}", response_model=AnswerRead, dependencies=[Depends(public_route)], responses=problems(404))
async def read_answer(code: str) -> AnswerRead:
    """Why an application came out as it did, for whoever holds its code: numbers and rules, no name (INT-02)."""
    async with app_session(None) as session:
        row = await application_of_code(session, spelled(code))
    outcome = Outcome(**{name: row[name] for name in ("state", "intake_state", "seats", "cut_off", "score", "mark", "rank", "list", "waiting", "last_mark")})
    shown = {name: row[name] for name in AnswerRead.model_fields if name != "criteria"}
    return AnswerRead(**shown, criteria=criteria_of(row["rule_pack"], outcome))
