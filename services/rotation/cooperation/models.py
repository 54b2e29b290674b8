"""A programme of cooperation: the policy that it carries out, for how long, and the targets by which it is judged."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.rotation.base import Base, Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "cooperation_code",
    "programme-code-taken",
    _("Another programme of this authority has the same code."),
    rule=Rule("AGR-PROGRAMME", 1, "programme per code", "Relais rule book, rotation (a programme is known by its code)"),
    possible=_("Choose another code."),
)


class Target(Base):
    """What the programme wants to have reached by a day."""

    __tablename__ = "cooperation_targets"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("cooperation_programmes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    indicator: Mapped[str]
    value: Mapped[int]
    due_on: Mapped[date]
    text: Mapped[str | None]


class CooperationProgramme(Record):
    """Published by an authority and read by the facilities beneath it; agreements name it."""

    __tablename__ = "cooperation_programmes"

    state: Mapped[str] = mapped_column(default="active")
    authority: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]
    policy: Mapped[str]
    purpose: Mapped[str | None]
    models: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    published_by: Mapped[str]
    published_on: Mapped[date]
    targets: Mapped[list[Target]] = relationship(lazy="selectin", order_by=Target.number, cascade="all, delete-orphan")
