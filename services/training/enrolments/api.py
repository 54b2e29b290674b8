"""Enrolments, attendance and marks over HTTP."""

from collections.abc import Iterable
from uuid import UUID

from services.training.enrolments.models import Enrolment
from services.training.enrolments.queries import enrolments_visible_to, get_visible_enrolment, presence_of
from services.training.enrolments.schemas import (
    AttendanceCreate,
    EnrolmentAnswer,
    EnrolmentAnswers,
    EnrolmentCreate,
    EnrolmentRead,
    EnrolmentsCreate,
    MarksCreate,
    SeatsFill,
    SheetRead,
    Withdrawal,
)
from services.training.enrolments.sheets import enter_attendance, enter_marks
from services.training.enrolments.use_cases import Answers, enrol_people, enrol_person, fill_seats, withdraw_person
from services.training.roles import can_organise_training, can_read_training, can_send_people
from services.training.workflow import WAITING
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(tags=["enrolments"])


def _answers(caller: Caller, person_ids: Iterable[UUID], answers: Answers) -> EnrolmentAnswers:
    items = [
        EnrolmentAnswer(
            person_id=person_id,
            enrolment=EnrolmentRead.seen_by(caller, answers.made[person_id]) if person_id in answers.made else None,
            problem=answers.problems.get(person_id),
        )
        for person_id in person_ids
    ]
    waiting = sum(enrolment.state == WAITING for enrolment in answers.made.values())
    return EnrolmentAnswers(items=items, enrolled=len(answers.made) - waiting, waiting=waiting, refused=len(answers.problems))


@router.post("/enrolments", status_code=201, response_model=EnrolmentRead, dependencies=[allows(can_send_people)], responses=problems(401, 403, 409, 422, 503))
async def create_enrolment(body: EnrolmentCreate, caller: CallerDep, session: SessionDep) -> EnrolmentRead:
    """Enrol one person; the registry holds the days at once, or says which ones are in conflict."""
    return EnrolmentRead.seen_by(caller, await enrol_person(session, caller=caller, body=body))


@router.get("/enrolments", response_model=Page[EnrolmentRead], dependencies=[allows(can_read_training)], responses=problems(401, 403, 422))
async def list_enrolments(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    training_session: UUID | None = None,
    person: UUID | None = None,
    facility: str | None = None,
    state: str | None = None,
) -> Page[EnrolmentRead]:
    """Enrolments of one's own people and of the sessions that one organises; `training_session` is the session's id."""
    statement = enrolments_visible_to(caller)
    for column, wanted in ((Enrolment.session_id, training_session), (Enrolment.person_id, person), (Enrolment.facility_code, facility), (Enrolment.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Enrolment.facility_code, Enrolment.id], params=page)
    presence = await presence_of(session, [enrolment.id for enrolment in found.items])
    return found.of([EnrolmentRead.seen_by(caller, enrolment, presence.get(enrolment.id)) for enrolment in found.items])


@router.get("/enrolments/{enrolment_id}", response_model=EnrolmentRead, dependencies=[allows(can_read_training)], responses=problems(401, 403, 404))
async def read_enrolment(enrolment_id: UUID, caller: CallerDep, session: SessionDep) -> EnrolmentRead:
    """One enrolment with its attendance."""
    enrolment = await get_visible_enrolment(session, caller, enrolment_id)
    return EnrolmentRead.seen_by(caller, enrolment, (await presence_of(session, [enrolment.id])).get(enrolment.id))


@router.post(
    "/enrolments/{enrolment_id}/withdrawal", status_code=201, response_model=EnrolmentRead, dependencies=[allows(can_send_people)], responses=problems(401, 403, 404, 409, 422)
)
async def create_withdrawal(enrolment_id: UUID, body: Withdrawal, caller: CallerDep, session: SessionDep) -> EnrolmentRead:
    """Withdraw a person; the days are free again."""
    return EnrolmentRead.seen_by(caller, await withdraw_person(session, caller=caller, enrolment_id=enrolment_id, body=body))


@router.post(
    "/sessions/{session_id}/enrolments",
    status_code=200,
    response_model=EnrolmentAnswers,
    dependencies=[allows(can_send_people)],
    responses=problems(401, 403, 404, 409, 422, 503),
)
async def create_enrolments(session_id: UUID, body: EnrolmentsCreate, caller: CallerDep, session: SessionDep) -> EnrolmentAnswers:
    """Enrol several people; each is answered by itself."""
    return _answers(caller, body.person_ids, await enrol_people(session, caller=caller, session_id=session_id, body=body))


@router.post(
    "/sessions/{session_id}/seats",
    status_code=200,
    response_model=EnrolmentAnswers,
    dependencies=[allows(can_organise_training)],
    responses=problems(401, 403, 404, 409, 422, 503),
)
async def create_seats(session_id: UUID, body: SeatsFill, caller: CallerDep, session: SessionDep) -> EnrolmentAnswers:
    """Give free seats to those who wait, first come first served."""
    answers = await fill_seats(session, caller=caller, session_id=session_id, body=body)
    return _answers(caller, [*answers.made, *answers.problems], answers)


@router.post(
    "/sessions/{session_id}/attendance", status_code=201, response_model=SheetRead, dependencies=[allows(can_organise_training)], responses=problems(401, 403, 404, 409, 422)
)
async def create_attendance(session_id: UUID, body: AttendanceCreate, caller: CallerDep, session: SessionDep) -> SheetRead:
    """Enter attendance by half-day: one person or the whole room, also afterwards."""
    return await _sheet(session, caller, await enter_attendance(session, caller=caller, session_id=session_id, body=body))


@router.post("/sessions/{session_id}/marks", status_code=201, response_model=SheetRead, dependencies=[allows(can_organise_training)], responses=problems(401, 403, 404, 409, 422))
async def create_marks(session_id: UUID, body: MarksCreate, caller: CallerDep, session: SessionDep) -> SheetRead:
    """Enter marks of the pre-test and the post-test: one person or the whole room."""
    return await _sheet(session, caller, await enter_marks(session, caller=caller, session_id=session_id, body=body))


async def _sheet(session: SessionDep, caller: Caller, enrolments: list[Enrolment]) -> SheetRead:
    presence = await presence_of(session, [enrolment.id for enrolment in enrolments])
    return SheetRead(entered=len(enrolments), enrolments=[EnrolmentRead.seen_by(caller, enrolment, presence.get(enrolment.id)) for enrolment in enrolments])
