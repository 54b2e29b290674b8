"""What the registry tells about assignments: who works where on which days, whether it counts, and on which decision."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel

from services.registry.assignments.models import Assignment
from services.registry.beliefs import Draft
from services.registry.units.served import Served
from shared.events import Event


class AssignmentPeriod(BaseModel):
    """From its first to its last day, both whole; no last day while no end is known."""

    valid_from: date
    valid_to: date | None
    facility_id: UUID
    facility_code: str
    authority_path: str
    post_id: UUID | None
    kind: str
    fte_share: Decimal


class AssignmentState(Event):
    topic = "relais.registry.assignments"

    worker_id: UUID
    person_id: UUID
    occupation_code: str
    post_id: UUID | None
    facility_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    unit: str | None
    unit_id: UUID | None = None
    kind: str
    fte_share: Decimal
    valid_from: date
    valid_to: date | None
    periods: list[AssignmentPeriod]
    state: Literal["active", "conflicting", "ended"]
    conflict: str | None
    source_service: str | None
    source_id: UUID | None
    decision: str
    done_on: date

    @classmethod
    def about(cls, periods: Sequence[Assignment | Draft], *, occupation_code: str, day: date, served: Served | None = None) -> Self:
        """The public state of an assignment from all its periods; it is ended once its last day is before `day`, and `served` is where its post stands."""
        last = periods[-1]
        ended = last.state == "active" and last.valid_to is not None and last.valid_to < day
        return cls(
            id=last.id,
            worker_id=last.worker_id,
            person_id=last.person_id,
            occupation_code=occupation_code,
            post_id=last.post_id,
            facility_id=last.facility_id,
            facility_code=last.facility_code,
            authority_path=last.authority_path,
            shared_with=last.shared_with,
            unit=served.unit if served else last.unit,
            unit_id=served.unit_id if served else None,
            kind=last.kind,
            fte_share=last.fte_share,
            valid_from=periods[0].valid_from,
            valid_to=last.valid_to,
            periods=[
                AssignmentPeriod(
                    valid_from=period.valid_from,
                    valid_to=period.valid_to,
                    facility_id=period.facility_id,
                    facility_code=period.facility_code,
                    authority_path=period.authority_path,
                    post_id=period.post_id,
                    kind=period.kind,
                    fte_share=period.fte_share,
                )
                for period in periods
            ],
            state="ended" if ended else last.state,
            conflict=last.conflict,
            source_service=last.source_service,
            source_id=last.source_id,
            decision=last.decision,
            done_on=last.done_on,
        )


class AssignmentStarted(AssignmentState):
    """A worker is assigned to a facility, from a day that may be past or to come."""

    type = "registry.assignment.started.v1"


class AssignmentChanged(AssignmentState):
    """A new period was opened, or what was recorded was corrected."""

    type = "registry.assignment.changed.v1"


class AssignmentEnded(AssignmentState):
    """An assignment was given its last day."""

    type = "registry.assignment.ended.v1"


class AssignmentRevoked(AssignmentState):
    """The decision behind an assignment was revoked from its first day on: it never counted."""

    type = "registry.assignment.revoked.v1"

    state: Literal["revoked"]  # type: ignore[assignment]  # a state that the others were not promised


class AssignmentConflicting(AssignmentState):
    """A fact that cannot be applied as it is: the post is full, or the person already holds a primary assignment. It does not count."""

    type = "registry.assignment.conflicting.v1"
