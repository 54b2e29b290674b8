"""The attendance sheet and the mark sheet: one person or the whole room, on the day or afterwards; corrections are audited."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.enrolments.events import EnrolmentAssessed, EnrolmentCompleted
from services.training.enrolments.models import Enrolment
from services.training.enrolments.queries import presence_of
from services.training.enrolments.schemas import AttendanceCreate, AttendanceEntry, MarksCreate
from services.training.roles import can_organise
from services.training.sessions.events import SessionChanged
from services.training.sessions.guards import must_have_begun, pack_of_session
from services.training.sessions.models import TrainingSession
from services.training.sessions.queries import get_own_session
from services.training.sessions.schemas import must_be_assessed, must_be_entered_now
from services.training.sessions.seats import seats_in
from services.training.sessions.sheets import attendance_due, marks_due, unmarked
from services.training.workflow import ABSENT, ATTENDED, CONFIRMED, CONVENED, CREDITED, DONE, ENROLMENT, EVALUATED, REQUESTED, SESSION, WAITING, WITHDRAWN
from shared.audit import record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on, today
from shared.errors import Malformed, Refused
from shared.events import record_event, record_events
from shared.i18n import _
from shared.rulepacks import Rule

_ENTER = text(
    "INSERT INTO attendances (enrolment_id, half_day_id, present, done_on, entered_by) "
    "SELECT e, h, p, :day, :by FROM unnest(CAST(:enrolments AS uuid[]), CAST(:half_days AS uuid[]), CAST(:present AS boolean[])) AS sheet (e, h, p) "
    "ON CONFLICT (enrolment_id, half_day_id) DO UPDATE SET present = excluded.present, done_on = excluded.done_on, entered_by = excluded.entered_by, recorded_at = now() "
    "WHERE attendances.present <> excluded.present"
)


async def _enrolled(session: AsyncSession, training: TrainingSession, person_ids: Collection[UUID]) -> dict[UUID, Enrolment]:
    """The enrolments of a sheet, locked. Raises Refused for people who have no seat in the session."""
    statement = select(Enrolment).where(Enrolment.session_id == training.id, Enrolment.state.not_in((WITHDRAWN, WAITING)), Enrolment.person_id.in_(list(person_ids)))
    found = {enrolment.person_id: enrolment for enrolment in await session.scalars(statement.order_by(Enrolment.id).with_for_update(of=Enrolment))}
    strangers = [person_id for person_id in person_ids if person_id not in found]
    if strangers:
        raise Refused(
            "not-enrolled",
            _("{count} people of this sheet are not enrolled in the session; nothing was entered."),
            rule=Rule("TRN-ENROLLED", "enrolled", "people of the sheet", "Relais rule book, training (attendance is kept for those who are enrolled)"),
            possible=_("Enrol them first, while the session is open or running; then enter the sheet again."),
            more={"persons": [str(person_id) for person_id in strangers]},
            count=len(strangers),
        )
    return found


def _must_not_be_credited(enrolments: Iterable[Enrolment]) -> None:
    """What a certificate says does not change under it. Raises Refused."""
    credited = [enrolment for enrolment in enrolments if enrolment.state == CREDITED]
    if credited:
        raise Refused(
            "certificate-given",
            _("{count} people of this sheet have their certificate already."),
            rule=Rule("TRN-04", "issued", "state of the certificate", "Relais rule book, training TRN-04 (a certificate says what is true)"),
            possible=_("Revoke the certificate first, then correct the sheet."),
            more={"persons": [str(enrolment.person_id) for enrolment in credited]},
            count=len(credited),
        )


async def enter_attendance(session: AsyncSession, *, caller: Caller, session_id: UUID, body: AttendanceCreate) -> list[Enrolment]:
    """Who was there on which half-day. Once all half-days of a person are entered, enough of them is “attended”, fewer is “absent” (4.2)."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    must_be_entered_now(training)
    numbers = {half_day.number: half_day for half_day in training.half_days}
    unknown = sorted({number for entry in body.entries for number in (*entry.present, *entry.absent)} - set(numbers))
    if unknown:
        raise Malformed.field("entries", _("The session has no half-day {number}."), number=unknown[0])
    last = max((numbers[number].day for entry in body.entries for number in (*entry.present, *entry.absent)), default=training.first_day)
    must_have_begun(training, done_on, since=last)
    enrolments = await _enrolled(session, training, [entry.person_id for entry in body.entries])
    changed = _changed(body.entries, enrolments, await presence_of(session, [enrolment.id for enrolment in enrolments.values()]))
    _must_not_be_credited(enrolments[person_id] for person_id in changed)
    rows = [(enrolments[person_id].id, numbers[number].id, present) for person_id, sheet in changed.items() for number, present in sheet.items()]
    if rows:
        await session.execute(
            _ENTER, {"day": done_on, "by": caller.actor, "enrolments": [row[0] for row in rows], "half_days": [row[1] for row in rows], "present": [row[2] for row in rows]}
        )
    touched = [enrolments[person_id] for person_id in changed]
    presence = await presence_of(session, [enrolment.id for enrolment in touched])
    audits = []
    for enrolment in touched:
        before = {"present": enrolment.half_days_present, "entered": enrolment.half_days_entered, "state": enrolment.state}
        _count(enrolment, presence.get(enrolment.id, {}), training, done_on)
        audits.append(
            (
                enrolment.id,
                before,
                {"half_days": {str(number): present for number, present in changed[enrolment.person_id].items()}, "present": enrolment.half_days_present, "state": enrolment.state},
            )
        )
    if training.state == CONFIRMED:
        training.move("start", SESSION)
    await session.flush()
    await record_audits(session, caller, "enrolment.attendance-entered", "enrolment", audits, done_on=done_on)
    record_events(session, [EnrolmentCompleted.about(enrolment, training) for enrolment in touched if enrolment.is_entered])
    record_event(session, SessionChanged.about(training, await seats_in(session, training.id)))
    await _settle_attendance_due(session, training)
    return [enrolments[entry.person_id] for entry in body.entries]


def _changed(entries: Iterable[AttendanceEntry], enrolments: dict[UUID, Enrolment], known: dict[UUID, dict[int, bool]]) -> dict[UUID, dict[int, bool]]:
    """What each entry says that was not known."""
    found: dict[UUID, dict[int, bool]] = {}
    for entry in entries:
        before = known.get(enrolments[entry.person_id].id, {})
        said = dict.fromkeys(entry.present, True) | dict.fromkeys(entry.absent, False)
        if new := {number: present for number, present in said.items() if before.get(number) is not present}:
            found[entry.person_id] = new
    return found


def _count(enrolment: Enrolment, presence: dict[int, bool], training: TrainingSession, done_on: date) -> None:
    enrolment.half_days_entered, enrolment.half_days_present = len(presence), sum(presence.values())
    enrolment.attendance_on, enrolment.attendance_recorded_on = done_on, today()
    if enrolment.state == REQUESTED:
        enrolment.move("convene", ENROLMENT)
        enrolment.convened_on = done_on
    if not enrolment.is_entered:
        return
    enough = pack_of_session(training).rule("TRN-ATTENDED").value
    if 100 * enrolment.half_days_present >= enough * enrolment.half_days:
        enrolment.move("attend", ENROLMENT)
        _assess(enrolment, training)
    else:
        enrolment.move("miss", ENROLMENT)


async def _settle_attendance_due(session: AsyncSession, training: TrainingSession) -> None:
    missing = await session.scalar(select(Enrolment.id).where(Enrolment.session_id == training.id, Enrolment.state.in_((REQUESTED, CONVENED))).limit(1))
    if missing is None:
        record_event(session, attendance_due(training, "done"))


async def enter_marks(session: AsyncSession, *, caller: Caller, session_id: UUID, body: MarksCreate) -> list[Enrolment]:
    """Marks of the pre-test and the post-test; the post-test decides from the threshold of the pack on."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    must_be_entered_now(training)
    must_be_assessed(training)
    must_have_begun(training, done_on)
    enrolments = await _enrolled(session, training, [entry.person_id for entry in body.entries])
    _must_not_be_credited(enrolments.values())
    absent = [entry.person_id for entry in body.entries if entry.post is not None and enrolments[entry.person_id].state == ABSENT]
    if absent:
        raise Refused(
            "post-test-of-an-absent",
            _("{count} people of this sheet were absent and have no post-test."),
            rule=pack_of_session(training).rule("TRN-ATTENDED"),
            possible=_("Correct the attendance first."),
            more={"persons": [str(person_id) for person_id in absent]},
            count=len(absent),
        )
    audits = []
    for entry in body.entries:
        enrolment = enrolments[entry.person_id]
        before = {"pre": enrolment.pre_mark, "post": enrolment.post_mark, "state": enrolment.state}
        enrolment.pre_mark = entry.pre if "pre" in entry.model_fields_set else enrolment.pre_mark
        enrolment.post_mark = entry.post if "post" in entry.model_fields_set else enrolment.post_mark
        enrolment.assessed_on = done_on
        _assess(enrolment, training)
        audits.append((enrolment.id, before, {"pre": enrolment.pre_mark, "post": enrolment.post_mark, "state": enrolment.state}))
    await session.flush()
    await record_audits(session, caller, "enrolment.marked", "enrolment", audits, done_on=done_on)
    record_events(session, [EnrolmentAssessed.about(enrolment, training) for enrolment in enrolments.values()])
    if training.state in (DONE, EVALUATED):
        attended = await session.scalars(select(Enrolment).where(Enrolment.session_id == training.id, Enrolment.state == ATTENDED))
        record_event(session, marks_due(training, "open" if unmarked(list(attended)) else "done"))
    return [enrolments[entry.person_id] for entry in body.entries]


def _assess(enrolment: Enrolment, training: TrainingSession) -> None:
    """Passed or failed as soon as attendance and the post-test are both known."""
    if enrolment.post_mark is None or enrolment.state not in (ATTENDED, "passed", "failed"):
        return
    enrolment.move("pass" if enrolment.post_mark >= pack_of_session(training).rule("TRN-PASS").value else "fail", ENROLMENT)
