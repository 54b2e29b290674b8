"""A support request: the receiving side says which technique or service it cannot give yet, who will learn it and whether it is ready."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from services.rotation.base import Record
from shared.i18n import _
from shared.workflow import Workflow, act

SUBMITTED, NOT_READY, VALIDATED, REFUSED = _("submitted"), _("not_ready"), _("validated"), _("refused")
REQUEST = Workflow(
    "support_request",
    {
        "validate": act(SUBMITTED, to=VALIDATED),
        "find_not_ready": act(SUBMITTED, to=NOT_READY),
        "refuse": act(SUBMITTED, NOT_READY, to=REFUSED),
        "complete": act(SUBMITTED, NOT_READY, to=SUBMITTED),
    },
    citation="Relais rule book, rotation (a request is validated when the receiving unit is ready)",
)
TEACHING = ("transfer", "mixed")


class SupportRequest(Record):
    """It belongs to the receiver's authority; the giver whom it asks sees it too."""

    __tablename__ = "support_requests"

    giver_code: Mapped[str | None]
    receiver_code: Mapped[str]
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    need_id: Mapped[UUID | None]
    mode: Mapped[str]
    specialty: Mapped[str]
    technique: Mapped[str | None]
    baseline_level: Mapped[int | None]
    target_level: Mapped[int | None]
    learners: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), default=list)
    equipment_ready: Mapped[bool]
    licence_scope_ready: Mapped[bool]
    urgency: Mapped[str]
    wanted_from: Mapped[date]
    days_needed: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(default=SUBMITTED)
    submitted_by: Mapped[str]
    submitted_on: Mapped[date]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    comment: Mapped[str | None]

    @property
    def missing(self) -> list[str]:
        """What the receiving unit must still make ready; manpower alone needs no learner."""
        found = ["learners"] if self.mode in TEACHING and not self.learners else []
        return found + [name for name, ready in (("equipment", self.equipment_ready), ("licence_scope", self.licence_scope_ready)) if not ready]

    @property
    def receiver(self) -> tuple[str, str]:
        return self.receiver_code, self.authority_path

    def decide(self, act: str, *, by: str, on: date, comment: str | None) -> None:
        self.move(act, REQUEST)
        self.decided_by, self.decided_on, self.comment = by, on, comment
