"""Corrections: what a person says is wrong in their own file, and what somebody else decided about it."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.persons.models import NameKind
from services.registry.rules import SEC_02_OWN
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected
from shared.workflow import Workflow, act

Field = Literal["legal-name", "usual-name", "birth", "sex"]
State = Literal["requested", "corrected", "rejected", "withdrawn"]

REQUESTED, CORRECTED, REJECTED, WITHDRAWN = "requested", "corrected", "rejected", "withdrawn"
NAMES: dict[str, NameKind] = {"legal-name": "legal", "usual-name": "usual"}

CORRECTION = Workflow(
    "correction",
    {"accept": act(REQUESTED, to=CORRECTED), "reject": act(REQUESTED, to=REJECTED), "withdraw": act(REQUESTED, to=WITHDRAWN)},
    citation="Relais rule book, registry (a person disputes a field of their own file and somebody else decides)",
)

refuse_when(
    "correction_asked_once",
    "correction-asked-already",
    _("You have asked for a correction of this field already, and nobody has decided yet."),
    possible=_("Withdraw the first one, or wait for its decision."),
)
refuse_when(
    "correction_decided_by_another",
    "own-file",
    _("Another person decides on a correction than the one whose file it is or who asked."),
    rule=SEC_02_OWN,
    possible=_("Ask a colleague of HR."),
)


class Correction(Protected, Base):
    """One field that its person disputes, with the value they propose and what proves it."""

    __tablename__ = "corrections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    field: Mapped[Field] = mapped_column(Text)
    stood: Mapped[str | None]
    proposed: Mapped[str]
    evidence: Mapped[str]
    state: Mapped[State] = mapped_column(Text, default=REQUESTED)
    requested_by: Mapped[str]
    requested_on: Mapped[date]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    comment: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it as an instance variable
