"""Qualifications: declared by one, verified by another."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registry.base import Base
from services.registry.persons.models import Precision
from shared.visibility import Protected

Type = Literal["degree", "ck1", "ck2", "bsnt", "des", "dfms", "dfmsa", "du", "master", "phd", "state_diploma", "language", "management", "political_theory"]
Outcome = Literal["verified", "mismatch", "forged_suspected"]
State = Literal["declared"] | Outcome


class QualificationAct(Protected, Base):
    """What was declared or answered of a qualification, on a day; never rewritten."""

    __tablename__ = "qualification_acts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    qualification_id: Mapped[UUID] = mapped_column(ForeignKey("qualifications.id"))
    person_id: Mapped[UUID]
    state: Mapped[State] = mapped_column(Text)
    day: Mapped[date]
    method: Mapped[str | None]
    evidence: Mapped[str | None]
    done_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Qualification(Protected, Base):
    """A degree or certificate of a person, with its institution; what is only declared says so. Its state is that of its newest act."""

    __tablename__ = "qualifications"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    type: Mapped[Type] = mapped_column(Text)
    title: Mapped[str]
    specialty: Mapped[str | None]
    institution: Mapped[str | None]
    country: Mapped[str | None]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    issued_precision: Mapped[Precision | None] = mapped_column(Text)
    state: Mapped[State] = mapped_column(Text, default="declared")
    declared_by: Mapped[str]
    done_on: Mapped[date]
    verified_by: Mapped[str | None]
    verified_on: Mapped[date | None]
    verification_method: Mapped[str | None]
    evidence: Mapped[str | None]
    reference: Mapped[str | None]
    reference_owner: Mapped[str | None]
    content_hash: Mapped[bytes | None]
    version: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    acts: Mapped[list[QualificationAct]] = relationship(lazy="selectin", order_by=QualificationAct.recorded_at, cascade="all, delete-orphan", passive_deletes=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it as an instance variable

    def state_on(self, as_of: date | None, known_at: datetime | None) -> State | None:
        """What was known of it on a day, by the acts that had been entered at an instant; None before it was declared."""
        known = [one for one in self.acts if (as_of is None or one.day <= as_of) and (known_at is None or one.recorded_at <= known_at)]
        return max(known, key=lambda one: (one.day, one.recorded_at)).state if known else None
