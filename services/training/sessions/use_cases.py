"""A session is planned, opened, confirmed from its minimum, held, evaluated; or postponed, or cancelled."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.courses.queries import known_course
from services.training.dues.events import DueChanged
from services.training.enrolments.events import EnrolmentConvened, EnrolmentWaiting, EnrolmentWithdrawn
from services.training.enrolments.models import Enrolment
from services.training.enrolments.seating import give_back, hold_days, keep_days
from services.training.organisers import organiser_of
from services.training.plans.models import Plan
from services.training.plans.use_cases import announce_execution, known_plan, session_opens
from services.training.roles import can_organise
from services.training.rules import pack_of
from services.training.sessions import events
from services.training.sessions.guards import attendance_must_be_whole, enough_must_be_enrolled, marks_must_be_whole, must_have_begun
from services.training.sessions.models import HalfDay, TrainingSession
from services.training.sessions.queries import get_own_session
from services.training.sessions.schemas import Act, Dates, Evaluation, SessionCreate, Stop, must_be_confirmed
from services.training.sessions.seats import NONE, lock_seats, seats_in
from services.training.sessions.sheets import attendance_due, marks_due, unmarked
from services.training.workflow import ATTENDED, CONFIRMED, CONVENED, ENROLMENT, REQUESTED, SESSION, WAITING, WITHDRAWN
from shared.actions import require_current
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import Place, place_on
from shared.errors import Malformed
from shared.events import record_event, record_events
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def _half_days(session: AsyncSession, body: Dates) -> list[HalfDay]:
    for day, code in dict.fromkeys((half_day.day, half_day.facility_code) for half_day in body.half_days):
        await place_on(session, code, day, field="half_days")
    return [HalfDay(day=half_day.day, part=half_day.part, facility_code=half_day.facility_code, room=half_day.room) for half_day in body.half_days]


async def plan_session(session: AsyncSession, *, caller: Caller, body: SessionCreate) -> TrainingSession:
    """An organiser gives a course its dates, places and seats, on an axis of a plan or outside of any."""
    done_on = judge_done_on(caller, body.done_on)
    organiser = await organiser_of(session, caller, body.authority, done_on)
    if known := await by_reference(session, TrainingSession, authority_path=organiser.authority_path, body=body, reference=body.reference):
        return known
    course = await known_course(session, caller, body.course_id)
    plan, axis_id = await _on_plan(session, caller, body)
    trainers_at = [await place_on(session, code, done_on, field="trainer_facilities") for code in body.trainer_facilities]
    planned = TrainingSession(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=organiser.authority_path,
        authority=organiser.code,
        course_id=course.id,
        course=course,
        title=body.title or course.title,
        field=course.field,
        plan_id=plan.id if plan else None,
        axis_id=axis_id,
        capacity=body.capacity,
        min_participants=body.min_participants,
        trainer_ids=body.trainer_ids,
        trainer_facilities=body.trainer_facilities,
        shared_with=_shared_with(organiser.authority_path, trainers_at),
        provider=body.provider or course.provider,
        currency=body.currency,
        cost=body.cost,
        assessed=body.assessed,
        rule_pack=pack_of(organiser.code, done_on).id,
        planned_by=caller.actor,
        planned_on=done_on,
    )
    planned.set_half_days(await _half_days(session, body))
    session.add(planned)
    await session.flush()
    await record_audit(session, caller, "session.planned", "session", planned.id, after=body.model_dump(mode="json"), done_on=done_on)
    if body.open:
        await _open(session, caller, planned, done_on)
    else:
        record_event(session, events.SessionPlanned.about(planned, NONE))
    return planned


def _shared_with(own_path: str, trainers_at: list[Place]) -> list[str]:
    """The facilities that send trainers and their authorities, who name them: a session names nobody who learns. Its room opens to the facilities alone."""
    own = own_path.split(".")
    return list(dict.fromkeys(code for place in trainers_at for code in place.authority_path.split(".") if code not in own))


async def _on_plan(session: AsyncSession, caller: Caller, body: SessionCreate) -> tuple[Plan | None, UUID | None]:
    if body.plan_id is None:
        return None, None
    plan = await known_plan(session, caller, body.plan_id)
    if plan.currency != body.currency:
        raise Malformed.field("currency", _("The plan counts in {currency}."), currency=plan.currency)
    axis = plan.axis(body.axis) if body.axis else None
    if body.axis and axis is None:
        raise Malformed.field("axis", _("The plan has no axis {axis}."), axis=body.axis)
    return plan, axis.id if axis else None


async def _open(session: AsyncSession, caller: Caller, training: TrainingSession, done_on: date) -> None:
    if training.plan_id is not None:
        await session_opens(session, caller, training.plan_id, done_on)
    training.move("open", SESSION)
    training.opened_on = done_on
    await record_audit(session, caller, "session.opened", "session", training.id, after={"state": training.state}, done_on=done_on)
    record_event(session, events.SessionOpened.about(training, NONE))


async def open_session(session: AsyncSession, *, caller: Caller, session_id: UUID, body: Act, if_match: str | None = None) -> TrainingSession:
    """People can be enrolled from now on; the plan that pays for it must be approved."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    require_current(if_match, training.version)
    await _open(session, caller, training, done_on)
    return training


async def confirm_session(session: AsyncSession, *, caller: Caller, session_id: UUID, body: Act, if_match: str | None = None) -> TrainingSession:
    """Enough are enrolled: the session takes place and those who have a seat are convened."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    require_current(if_match, training.version)
    SESSION.after("confirm", training.state)
    await lock_seats(session, training.id)
    enough_must_be_enrolled(training, await seats_in(session, training.id))
    training.move("confirm", SESSION)
    training.confirmed_on = done_on
    await _convene(session, caller, training, done_on)
    await record_audit(session, caller, "session.confirmed", "session", training.id, after={"state": training.state}, done_on=done_on)
    record_events(session, [events.SessionConfirmed.about(training, await seats_in(session, training.id)), attendance_due(training, "open")])
    return training


async def convene_enrolled(session: AsyncSession, *, caller: Caller, session_id: UUID, body: Act) -> TrainingSession:
    """Those who were given a seat after the confirmation are convened too."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    must_be_confirmed(training)
    await _convene(session, caller, training, done_on)
    return training


async def _convene(session: AsyncSession, caller: Caller, training: TrainingSession, done_on: date) -> None:
    enrolments = list(await session.scalars(select(Enrolment).where(Enrolment.session_id == training.id, Enrolment.state == REQUESTED).with_for_update(of=Enrolment)))
    for enrolment in enrolments:
        enrolment.move("convene", ENROLMENT)
        enrolment.convened_on = done_on
    await session.flush()
    await record_audits(
        session, caller, "enrolment.convened", "enrolment", [(enrolment.id, {"state": REQUESTED}, {"state": CONVENED}) for enrolment in enrolments], done_on=done_on
    )
    record_events(session, [EnrolmentConvened.about(enrolment, training) for enrolment in enrolments])


async def hold_session(session: AsyncSession, *, caller: Caller, session_id: UUID, body: Act, if_match: str | None = None) -> TrainingSession:
    """The session took place: once attendance of all who were convened is entered. Its cost is now spent on the plan."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    require_current(if_match, training.version)
    SESSION.after("hold", training.state)
    must_have_begun(training, done_on, since=training.last_day)
    enrolments = list(await session.scalars(select(Enrolment).where(Enrolment.session_id == training.id)))
    attendance_must_be_whole(sum(enrolment.state in (REQUESTED, CONVENED) for enrolment in enrolments))
    training.move("hold", SESSION)
    training.held_on = done_on
    await session.flush()
    await record_audit(session, caller, "session.held", "session", training.id, after={"state": training.state}, done_on=done_on)
    dues: list[DueChanged] = [attendance_due(training, "done")]
    if training.assessed:
        dues.append(marks_due(training, "open" if unmarked(enrolments) else "done"))
    record_events(session, [events.SessionHeld.about(training, await seats_in(session, training.id)), *dues])
    if training.plan_id is not None:
        await announce_execution(session, caller, training.plan_id)
    return training


async def evaluate_session(session: AsyncSession, *, caller: Caller, session_id: UUID, body: Evaluation, if_match: str | None = None) -> TrainingSession:
    """Marks are in and the participants' opinion is known."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    require_current(if_match, training.version)
    SESSION.after("evaluate", training.state)
    if training.assessed:
        attended = await session.scalars(select(Enrolment).where(Enrolment.session_id == training.id, Enrolment.state == ATTENDED))
        marks_must_be_whole(len(unmarked(list(attended))))
    training.move("evaluate", SESSION)
    training.evaluated_on, training.satisfaction, training.answers = done_on, body.satisfaction, body.answers
    await session.flush()
    await record_audit(session, caller, "session.evaluated", "session", training.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, events.SessionEvaluated.about(training, await seats_in(session, training.id)))
    return training


async def postpone_session(session: AsyncSession, *, caller: Caller, session_id: UUID, body: Stop, if_match: str | None = None) -> TrainingSession:
    """The session waits for new dates; the days of those enrolled are given back meanwhile."""
    return await _stop(session, caller, session_id, body, "postpone", if_match)


async def cancel_session(session: AsyncSession, *, caller: Caller, session_id: UUID, body: Stop, if_match: str | None = None) -> TrainingSession:
    """The session does not take place; all who are enrolled are withdrawn and their days given back."""
    return await _stop(session, caller, session_id, body, "cancel", if_match)


async def _stop(session: AsyncSession, caller: Caller, session_id: UUID, body: Stop, act: str, if_match: str | None) -> TrainingSession:
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    require_current(if_match, training.version)
    before = training.state
    SESSION.after(act, training.state)
    enrolments = list(await session.scalars(select(Enrolment).where(Enrolment.session_id == training.id, Enrolment.state != WITHDRAWN).with_for_update(of=Enrolment)))
    give_back(session, enrolments, done_on)
    training.reason, training.ended_on = body.reason, done_on
    training.move(act, SESSION)
    if act == "cancel":
        for enrolment in enrolments:
            enrolment.move("withdraw", ENROLMENT)
            enrolment.withdrawn_by, enrolment.withdrawn_on, enrolment.withdrawal_reason = caller.actor, done_on, body.reason
        await session.flush()
        record_events(session, [EnrolmentWithdrawn.about(enrolment, training) for enrolment in enrolments])
    await session.flush()
    await record_audit(session, caller, f"session.{training.state}", "session", training.id, before={"state": before}, after=body.model_dump(mode="json"), done_on=done_on)
    if before == CONFIRMED:
        record_event(session, attendance_due(training, "dropped"))
    stopped = events.SessionCancelled if act == "cancel" else events.SessionPostponed
    record_event(session, stopped.about(training, await seats_in(session, training.id)))
    return training


async def reschedule_session(session: AsyncSession, *, caller: Caller, session_id: UUID, body: Dates) -> TrainingSession:
    """New dates: the registry is asked again for each person; who is not free any more waits for a seat."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    SESSION.after("reschedule", training.state)
    training.half_days = []
    await session.flush()  # the old half-days go before the new ones take their numbers
    training.set_half_days(await _half_days(session, body))
    training.move("reschedule", SESSION)
    training.reason, training.ended_on, training.confirmed_on = None, None, None
    await session.flush()
    seated = list(await session.scalars(select(Enrolment).where(Enrolment.session_id == training.id, Enrolment.state.in_((REQUESTED, CONVENED))).with_for_update(of=Enrolment)))
    answers = await hold_days(caller, training, seated)
    for enrolment in seated:
        enrolment.half_days = len(training.half_days)
        enrolment.hold_id = answers[enrolment.id].hold_id
        if enrolment.hold_id is None:
            enrolment.move("unseat", ENROLMENT)
        elif enrolment.state == CONVENED:
            enrolment.state, enrolment.convened_on = REQUESTED, None
    keep_days(session, seated, done_on)
    await session.flush()
    await record_audit(session, caller, "session.rescheduled", "session", training.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_events(session, [EnrolmentWaiting.about(enrolment, training) for enrolment in seated if enrolment.state == WAITING])
    record_event(session, events.SessionOpened.about(training, await seats_in(session, training.id)))
    return training
