"""What falls due after a session: its attendance, then its marks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from services.training.dues.events import DueChanged
from services.training.enrolments.models import Enrolment
from services.training.sessions.guards import pack_of_session
from services.training.sessions.models import TrainingSession
from services.training.workflow import ATTENDED
from shared.dues import due_id

DueState = Literal["open", "done", "dropped"]


def unmarked(enrolments: Sequence[Enrolment]) -> list[Enrolment]:
    """Those who attended and have no post-test yet."""
    return [enrolment for enrolment in enrolments if enrolment.state == ATTENDED and enrolment.post_mark is None]


def attendance_due(training: TrainingSession, state: DueState) -> DueChanged:
    """Attendance is entered within some days of the session (TRN-SHEET)."""
    return _due(training, "attendance_due", "attendance", state)


def marks_due(training: TrainingSession, state: DueState) -> DueChanged:
    """So are the marks of the post-test."""
    return _due(training, "marks_due", "marks", state)


def _due(training: TrainingSession, kind: str, page: str, state: DueState) -> DueChanged:
    days = pack_of_session(training).rule("TRN-SHEET").value
    return DueChanged(
        id=due_id(kind, training.id),
        kind=kind,
        subject_id=training.id,
        path=f"/training/sessions/{training.id}/{page}",
        authority_path=training.authority_path,
        facility_code=training.authority if training.authority_path.count(".") > 1 else None,
        due_on=training.last_day + timedelta(days=days),
        warn_on=training.last_day,
        responsible="training-institute",
        state=state,
        facts={"title": training.title},
    )
