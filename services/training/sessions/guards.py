"""What a session must fulfil before each of its acts."""

from datetime import date

from services.training.rules import PACKS
from services.training.sessions.models import TrainingSession
from services.training.sessions.seats import Seats
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule, RulePack


def pack_of_session(session: TrainingSession) -> RulePack:
    """The rules of the day on which the session was planned (RP-01)."""
    return PACKS.pinned(session.rule_pack)


def enough_must_be_enrolled(session: TrainingSession, seats: Seats) -> None:
    """A session is confirmed once its minimum is enrolled. Raises Refused."""
    if seats.enrolled < session.min_participants:
        raise Refused(
            "too-few-enrolled",
            _("{enrolled} people are enrolled; the session needs {minimum}."),
            rule=Rule("TRN-MIN", session.min_participants, "participants", "Relais rule book, training (a session is confirmed from its minimum of participants)"),
            possible=_("Enrol more people, lower the minimum, or postpone the session."),
            enrolled=seats.enrolled,
            minimum=session.min_participants,
        )


def must_have_begun(session: TrainingSession, day: date, *, since: date | None = None) -> None:
    """Nothing is entered of what has not happened. Raises Refused."""
    first = since or session.first_day
    if day < first:
        raise Refused(
            "not-begun",
            _("This takes place on {first}, the act is of {day}."),
            rule=Rule("TRN-ORDER", first.isoformat(), "earliest day", "Relais rule book, training (attendance is entered once it has happened)"),
            possible=_("Enter it on {first} or later."),
            first=first.isoformat(),
            day=day.isoformat(),
        )


def attendance_must_be_whole(missing: int) -> None:
    """A session is closed once the attendance of everybody who was convened is entered. Raises Refused."""
    if missing:
        raise Refused(
            "attendance-missing",
            _("Attendance of {missing} people is not entered for every half-day."),
            rule=Rule("TRN-ATTENDANCE", 0, "people without attendance", "Relais rule book, training (attendance is kept by half-day)"),
            possible=_("Enter it on the attendance sheet, or withdraw those who did not come at all."),
            missing=missing,
        )


def marks_must_be_whole(missing: int) -> None:
    """A session with a test is evaluated once the marks of all who attended are entered. Raises Refused."""
    if missing:
        raise Refused(
            "marks-missing",
            _("The post-test of {missing} people is not entered."),
            rule=Rule("EVAL-01", 0, "people without post-test", "Relais rule book, training (a session with a test has a result for each person who attended)"),
            possible=_("Enter them on the mark sheet."),
            missing=missing,
        )
