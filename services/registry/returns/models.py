"""A call for returns, and what a facility handed in to it."""

from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.records import Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.workflow import Workflow, act

OPEN, CLOSED, HANDED_IN = "open", "closed", "handed_in"
What = Literal["staff", "establishment"]
CITATION = "Relais rule book, registry (returns are asked for a period by a day; what comes later counts as late)"
CALL = Workflow("return-call", {"hand_in": act(OPEN, to=OPEN), "close": act(OPEN, to=CLOSED)}, citation=CITATION)

refuse_when(
    "one_return_a_facility", "handed-in-already", _("This facility has already handed in its return."), possible=_("What changes afterwards is entered in the register itself.")
)


class ReturnCall(Record):
    """What an authority asks: the staff of each facility on the last day of a period, or its wish for the establishment of that year."""

    __tablename__ = "return_calls"

    authority: Mapped[str]
    title: Mapped[str]
    what: Mapped[What] = mapped_column(Text)
    facility_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    first_on: Mapped[date]
    last_on: Mapped[date]
    due_on: Mapped[date]
    opened_by: Mapped[str]
    opened_on: Mapped[date]


class Return(Record):
    """A facility says that its data of the period are in, and how complete they were at that moment."""

    __tablename__ = "returns"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("return_calls.id"))
    facility_id: Mapped[UUID]
    facility_code: Mapped[str]
    import_id: Mapped[UUID | None]
    people: Mapped[int]
    complete: Mapped[int]
    sent_by: Mapped[str]
    sent_on: Mapped[date]
