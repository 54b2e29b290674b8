"""What falls due: a service says on which day somebody must act on one of its things; the observatory gathers them into one work-list.

class DueChanged(Due):                                     # services/<service>/<feature>/events.py
    type = "appointment.due.changed.v1"
    topic = "relais.appointment.dues"

record_event(session, DueChanged(id=due_id("mandate_ends", mandate.id), kind="mandate_ends", ...))
"""

from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from pydantic import Field

from shared.events import Event

NAMESPACE = UUID("4f7f3c52-6c1b-5d0e-9a57-21d6c0b8f3aa")


def due_id(kind: str, subject_id: UUID) -> UUID:
    """One due for each kind and thing: saying it again moves it, or closes it."""
    return uuid5(NAMESPACE, f"{kind}/{subject_id}")


class Due(Event):
    """Somebody must act by a day. `done` once acted on, `dropped` when there is nothing left to do."""

    kind: str = Field(description="What must be done, as a word that pages translate: probation_ends, mandate_ends, step_due, licence_expires, report_due, visit_due …")
    subject_id: UUID = Field(description="The thing to act on; `path` is its page in the portal.")
    path: str
    authority_path: str
    shared_with: list[str] = Field(default_factory=list)
    facility_code: str | None = None
    person_id: UUID | None = None
    due_on: date
    warn_on: date = Field(description="First day on which the work-list shows it.")
    responsible: str = Field(description="Role that must act: facility-hr-officer, signatory, regional-administrator …")
    state: Literal["open", "done", "dropped"]
    facts: dict[str, str | int | None] = Field(default_factory=dict)
