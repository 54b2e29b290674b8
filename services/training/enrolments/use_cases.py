"""People are enrolled, each with the registry's answer; they may withdraw, and those who wait get the seats that are free."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.enrolments.events import EnrolmentRequested, EnrolmentState, EnrolmentWaiting, EnrolmentWithdrawn
from services.training.enrolments.models import ONCE, Enrolment
from services.training.enrolments.permissions import can_enrol_at, can_withdraw
from services.training.enrolments.queries import get_visible_enrolment
from services.training.enrolments.schemas import EnrolmentCreate, EnrolmentsCreate, SeatsFill, Withdrawal
from services.training.enrolments.seating import give_back, hold_days, keep_days
from services.training.fields import problem_of
from services.training.roles import can_organise
from services.training.sessions.events import SessionChanged
from services.training.sessions.models import TrainingSession
from services.training.sessions.queries import get_own_session, get_visible_session, known_session
from services.training.sessions.schemas import must_take_enrolments
from services.training.sessions.seats import lock_seats, seats_in
from services.training.workflow import ENROLMENT, REQUESTED, WAITING, WITHDRAWN
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import Work, work_of, works_of
from shared.errors import FieldError, Malformed, Problem, Refused
from shared.events import record_event, record_events
from shared.holds import take_hold
from shared.i18n import _
from shared.people import names_of
from shared.references import hash_of
from shared.rulepacks import Rule


@dataclass
class Answers:
    """What became of each person of a batch."""

    made: dict[UUID, Enrolment] = field(default_factory=dict)
    problems: dict[UUID, dict[str, Any]] = field(default_factory=dict)


def must_not_be_over(training: TrainingSession, day: date) -> None:
    """Nobody is enrolled in what is over. Raises Refused."""
    if day > training.last_day:
        raise Refused(
            "session-over",
            _("The session ended on {last}, the act is of {day}."),
            rule=Rule("TRN-ORDER", training.last_day.isoformat(), "latest day", "Relais rule book, training (people are enrolled before the session ends)"),
            possible=_("Enrol the person in a later session."),
            last=training.last_day.isoformat(),
            day=day.isoformat(),
        )


async def enrol_person(session: AsyncSession, *, caller: Caller, body: EnrolmentCreate) -> Enrolment:
    """One person gets a seat and the registry holds the days, or waits when the session is full. The registry's refusal is told as it is."""
    done_on = judge_done_on(caller, body.done_on)
    training = await known_session(session, caller, body.session_id)
    must_take_enrolments(training)
    must_not_be_over(training, done_on)
    work = await work_of(session, caller, body.person_id, training.first_day)
    require(can_enrol_at(caller, work.authority_path))
    await lock_seats(session, training.id)
    enrolled, withdrawn = await _known(session, training, [work.person_id])
    _must_be_new(work, enrolled)
    has_seat = (await seats_in(session, training.id)).enrolled < training.capacity
    enrolment = _enrolment(caller, training, work, done_on, withdrawn, state=REQUESTED if has_seat else WAITING)
    if has_seat:
        enrolment.hold_id = await take_hold(
            caller,
            kind="session",
            source_service="training",
            source_id=enrolment.id,
            person_id=work.person_id,
            periods=training.periods,
            asked_by=training.planned_by,
            override_reason=body.override_reason,
        )
    await _keep(session, caller, training, [enrolment], done_on)
    return enrolment


async def enrol_people(session: AsyncSession, *, caller: Caller, session_id: UUID, body: EnrolmentsCreate) -> Answers:
    """Several people at once: each is answered by itself, one refusal stops no other; a seat that a refusal leaves goes to the next one."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_visible_session(session, caller, session_id)
    must_take_enrolments(training)
    must_not_be_over(training, done_on)
    await lock_seats(session, training.id)
    answers = Answers()
    works = await works_of(session, body.person_ids, training.first_day)
    enrolled, withdrawn = await _known(session, training, body.person_ids)
    wanted: list[Work] = []
    for person_id in body.person_ids:
        try:
            wanted.append(_judged(caller, person_id, works.get(person_id), enrolled, training))
        except Problem as refused:
            answers.problems[person_id] = problem_of(refused)
    free = max(0, training.capacity - (await seats_in(session, training.id)).enrolled)
    made: list[Enrolment] = []
    while wanted and free:
        trying, wanted = [_enrolment(caller, training, work, done_on, withdrawn) for work in wanted[:free]], wanted[free:]
        told = await hold_days(caller, training, trying)
        for enrolment in trying:
            enrolment.hold_id = told[enrolment.id].hold_id
            if enrolment.hold_id is None:
                answers.problems[enrolment.person_id] = told[enrolment.id].problem or {}
            else:
                made.append(enrolment)
                free -= 1
    made += [_enrolment(caller, training, work, done_on, withdrawn, state=WAITING) for work in wanted]
    await _keep(session, caller, training, made, done_on)
    answers.made = {enrolment.person_id: enrolment for enrolment in made}
    return answers


def _judged(caller: Caller, person_id: UUID, work: Work | None, enrolled: Sequence[UUID], training: TrainingSession) -> Work:
    if work is None:
        raise Malformed([FieldError("person_ids", _("This person works nowhere on {day}."), {"day": training.first_day.isoformat()})])
    require(can_enrol_at(caller, work.authority_path))
    _must_be_new(work, enrolled)
    return work


def _must_be_new(work: Work, enrolled: Sequence[UUID]) -> None:
    if work.person_id in enrolled:
        raise Refused("already-enrolled", _("This person is enrolled in this session already."), rule=ONCE, possible=_("Open the enrolment that exists."))


async def _known(session: AsyncSession, training: TrainingSession, person_ids: Sequence[UUID]) -> tuple[Sequence[UUID], dict[UUID, int]]:
    """Who of these people is enrolled, and how often each has withdrawn before."""
    statement = select(Enrolment.person_id, Enrolment.state).where(Enrolment.session_id == training.id, Enrolment.person_id.in_(list(person_ids)))
    rows = (await session.execute(statement)).tuples().all()
    return [person_id for person_id, state in rows if state != WITHDRAWN], Counter(person_id for person_id, state in rows if state == WITHDRAWN)


def _enrolment(caller: Caller, training: TrainingSession, work: Work, done_on: date, withdrawn: dict[UUID, int], *, state: str = REQUESTED) -> Enrolment:
    """The same request made again has the same identifier: days that were held for an answer that never arrived are its own, and stand in nobody's way."""
    body = EnrolmentCreate(session_id=training.id, person_id=work.person_id)
    return Enrolment(
        id=uuid5(training.id, f"{work.person_id}/{withdrawn.get(work.person_id, 0)}"),
        content_hash=hash_of(body),
        authority_path=work.authority_path,
        shared_with=[training.authority, *training.trainer_facilities],
        state=state,
        session_id=training.id,
        session=training,
        person_id=work.person_id,
        facility_code=work.facility_code,
        occupation_code=work.occupation_code,
        half_days=len(training.half_days),
        half_days_present=0,
        half_days_entered=0,
        requested_by=caller.actor,
        requested_on=done_on,
    )


async def _tell_names(caller: Caller, training: TrainingSession, made: Sequence[Enrolment]) -> None:
    """Whoever sends people to trainers of another authority tells those their names; no other session keeps one."""
    if training.trainer_facilities:
        names = await names_of(caller, [enrolment.person_id for enrolment in made])
        for enrolment in made:
            enrolment.name = names[enrolment.person_id]


async def _keep(session: AsyncSession, caller: Caller, training: TrainingSession, made: Sequence[Enrolment], done_on: date) -> None:
    if not made:
        return
    await _tell_names(caller, training, made)
    session.add_all(made)
    await session.flush()
    keep_days(session, made, done_on)
    after = {"session_id": training.id}
    await record_audits(
        session,
        caller,
        "enrolment.requested",
        "enrolment",
        [(enrolment.id, None, after | {"person_id": enrolment.person_id, "state": enrolment.state}) for enrolment in made],
        done_on=done_on,
    )
    kinds: dict[str, type[EnrolmentState]] = {REQUESTED: EnrolmentRequested, WAITING: EnrolmentWaiting}
    record_events(session, [kinds[enrolment.state].about(enrolment, training) for enrolment in made])
    record_event(session, SessionChanged.about(training, await seats_in(session, training.id)))


async def withdraw_person(session: AsyncSession, *, caller: Caller, enrolment_id: UUID, body: Withdrawal) -> Enrolment:
    """A person does not go: the days are given back and the seat is free."""
    done_on = judge_done_on(caller, body.done_on)
    enrolment = await get_visible_enrolment(session, caller, enrolment_id, lock=True)
    require(can_withdraw(caller, enrolment))
    before = enrolment.state
    enrolment.move("withdraw", ENROLMENT)
    give_back(session, [enrolment], done_on)
    enrolment.withdrawn_by, enrolment.withdrawn_on, enrolment.withdrawal_reason = caller.actor, done_on, body.reason
    await session.flush()
    training = await get_visible_session(session, caller, enrolment.session_id)
    await record_audit(session, caller, "enrolment.withdrawn", "enrolment", enrolment.id, before={"state": before}, after=body.model_dump(mode="json"), done_on=done_on)
    record_events(session, [EnrolmentWithdrawn.about(enrolment, training), SessionChanged.about(training, await seats_in(session, training.id))])
    return enrolment


async def fill_seats(session: AsyncSession, *, caller: Caller, session_id: UUID, body: SeatsFill) -> Answers:
    """The organiser gives the free seats to those who wait, first come first served; whom the registry refuses goes on waiting."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    must_take_enrolments(training)
    await lock_seats(session, training.id)
    free = max(0, training.capacity - (await seats_in(session, training.id)).enrolled)
    queue = list(
        await session.scalars(
            select(Enrolment).where(Enrolment.session_id == training.id, Enrolment.state == WAITING).order_by(Enrolment.requested_on, Enrolment.id).with_for_update(of=Enrolment)
        )
    )
    answers = Answers()
    while queue and free:
        trying, queue = queue[:free], queue[free:]
        told = await hold_days(caller, training, trying)
        for enrolment in trying:
            hold_id = told[enrolment.id].hold_id
            if hold_id is None:
                answers.problems[enrolment.person_id] = told[enrolment.id].problem or {}
            else:
                enrolment.hold_id = hold_id
                enrolment.move("seat", ENROLMENT)
                answers.made[enrolment.person_id] = enrolment
                free -= 1
    seated = list(answers.made.values())
    await session.flush()
    keep_days(session, seated, done_on)
    await record_audits(session, caller, "enrolment.seated", "enrolment", [(enrolment.id, {"state": WAITING}, {"state": REQUESTED}) for enrolment in seated], done_on=done_on)
    record_events(session, [EnrolmentRequested.about(enrolment, training) for enrolment in seated])
    if seated:
        record_event(session, SessionChanged.about(training, await seats_in(session, training.id)))
    return answers
