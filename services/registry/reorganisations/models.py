"""A reorganisation is a draft of acts until it is applied; what it wrote is kept row by row (migration 0023)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected
from shared.workflow import Workflow, act

DRAFT, CARRIED_OUT, UNDONE, WITHDRAWN = _("draft"), _("carried_out"), _("undone"), _("withdrawn")

REORGANISATION = Workflow(
    "reorganisation",
    {"change": act(DRAFT, to=DRAFT), "apply": act(DRAFT, to=CARRIED_OUT), "undo": act(CARRIED_OUT, to=UNDONE), "withdraw": act(DRAFT, to=WITHDRAWN)},
    citation="Relais rule book, places (a reorganisation is looked at before it is applied)",
)


class Reorganisation(Protected, Base):
    """Acts that take effect together on one day."""

    __tablename__ = "reorganisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    title: Mapped[str]
    legal_basis: Mapped[str]
    effective_on: Mapped[date]
    acts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default=DRAFT)
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    applied_by: Mapped[str | None]
    applied_at: Mapped[datetime | None]
    touched: Mapped[dict[str, int] | None] = mapped_column(JSONB)
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    def move(self, act: str) -> None:
        self.state = REORGANISATION.after(act, self.state)
        self.version += 1
