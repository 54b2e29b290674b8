"""An erasure: asked for by whoever keeps the file or by the person, decided by a records officer, carried out once and for all."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.rules import PRP_ERASURE
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected
from shared.workflow import Workflow, act

State = Literal["proposed", "confirmed", "refused", "erased"]
Ground = Literal["retention", "request"]
PROPOSED, CONFIRMED, REFUSED, ERASED = _("proposed"), _("confirmed"), _("refused"), _("erased")
ERASURE = Workflow(
    "erasure",
    {"confirm": act(PROPOSED, to=CONFIRMED), "refuse": act(PROPOSED, to=REFUSED), "erase": act(CONFIRMED, to=ERASED)},
    citation="Relais rule book, registry (a file is erased when no purpose keeps it any longer and a second person confirms it)",
)

ANOTHER, ANOTHER_TEXT = "asker-does-not-confirm", _("Whoever asked for an erasure, or whose file it is, does not decide on it.")
refuse_when("erasure_decided_by_another", ANOTHER, ANOTHER_TEXT, rule=PRP_ERASURE, possible=_("Ask a colleague to decide."))
refuse_when("erasure_once", "erasure-asked-already", _("The erasure of this file was asked for already."), rule=PRP_ERASURE, possible=_("Have that request decided."))
refuse_when(
    "erasure_of_somebody_at_work",
    "still-a-worker",
    _("Somebody who is employed or assigned after that day is kept as a worker."),
    rule=PRP_ERASURE,
    possible=_("End the employments and assignments first, or choose a later day."),
)
refuse_when(
    "erasure_before_its_time",
    "kept-by-law",
    _("The law keeps this file for longer."),
    rule=PRP_ERASURE,
    possible=_("Wait until the time after each purpose has passed."),
)


class Erasure(Protected, Base):
    """Why a file shall be destroyed, who asked, who decided, and that it was done; never whose it was by name."""

    __tablename__ = "erasures"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID]
    ground: Mapped[Ground] = mapped_column(Text)
    state: Mapped[State] = mapped_column(Text, default="proposed")
    reason: Mapped[str]
    asked_by: Mapped[str]
    asked_on: Mapped[date]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    decided_reason: Mapped[str | None]
    erased_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    def move(self, act: str) -> None:
        self.state = ERASURE.after(act, self.state)  # type: ignore[assignment]
        self.version += 1
