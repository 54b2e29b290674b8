"""Accompaniment: a dossier with a named adviser, what was done when, the next step with its day, and an outcome."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.base import Base
from services.recruitment.records import Record
from services.recruitment.workflow import ACCOMPANIMENT, OPEN
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import Protected

BOOK = "Relais rule book, accompaniment (one person has one adviser; life services are tracked with their outcome)"
ONE_ADVISER = Rule("ACC-ONE", 1, "open accompaniment of each person", BOOK)
refuse_when(
    "accompaniment_once", "accompanied-already", _("This person is accompanied already."), rule=ONE_ADVISER, possible=_("Open the dossier that stands, or have it closed first.")
)


class Entry(Protected, Base):
    """A contact, a step, a training or a visit; what was written stays."""

    __tablename__ = "accompaniment_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    accompaniment_id: Mapped[UUID] = mapped_column(ForeignKey("accompaniments.id"))
    person_id: Mapped[UUID]
    kind: Mapped[str]
    channel: Mapped[str | None]
    words: Mapped[str]
    done_on: Mapped[date]
    done_by: Mapped[str]


class Accompaniment(Record):
    """`next_on` is the day of the next step; an open dossier without one is forgotten."""

    __tablename__ = "accompaniments"

    pool_id: Mapped[UUID | None] = mapped_column(ForeignKey("pools.id"))
    person_id: Mapped[UUID]
    adviser: Mapped[str]
    adviser_name: Mapped[str]
    goal: Mapped[str]
    opened_on: Mapped[date]
    next_step: Mapped[str | None]
    next_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    outcome: Mapped[str | None]
    outcome_words: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=OPEN)
    entries: Mapped[list[Entry]] = relationship(lazy="selectin", order_by=(Entry.done_on, Entry.id))

    def plan(self, step: str | None, on: date | None) -> None:
        self.next_step, self.next_on = step, on
        self.version += 1

    def close(self, *, outcome: str, words: str | None, on: date) -> None:
        self.move("close", ACCOMPANIMENT)
        self.outcome, self.outcome_words, self.closed_on = outcome, words, on
        self.next_step = self.next_on = None
