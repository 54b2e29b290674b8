"""Two files that may be one person, with the reasons, until somebody says what they are."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from shared.ids import uuid7
from shared.visibility import Protected
from shared.workflow import Workflow, act

State = Literal["open", "distinct"]
OPEN, DISTINCT = "open", "distinct"

DUPLICATE = Workflow(
    "duplicate",
    {"distinguish": act(OPEN, to=DISTINCT)},
    citation="Relais rule book, registry (possible duplicates are told with their reasons, and a person decides)",
)


class DuplicateCandidate(Protected, Base):
    """A pair of persons in the order of their ids; it belongs to the authority of one and is shared with those of the other."""

    __tablename__ = "possible_duplicates"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    one_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    weight: Mapped[Decimal]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[State] = mapped_column(Text, default=OPEN)
    found_on: Mapped[date]
    found_by: Mapped[Literal["entry", "batch"]] = mapped_column(Text)
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it as an instance variable
