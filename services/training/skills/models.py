"""What a session teaches skill by skill, who teaches it, and the level of each participant before and after."""

from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.training.base import Base
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule

Moment = Literal["before", "after"]

TWO_ASSESSORS = "Relais rule book, rotation (two people assess from level 4 on, never the learner)"
refuse_when(
    "skill_second_assessor",
    "second-assessor-missing",
    _("From level 4 on two people assess."),
    rule=Rule("TRF-03", 4, "level from which two assess", TWO_ASSESSORS),
    possible=_("Name a second assessor, or record level 3 until there is one."),
)
refuse_when(
    "skill_two_assessors",
    "one-assessor-twice",
    _("The two assessors are two people."),
    rule=Rule("TRF-03", 2, "different persons", TWO_ASSESSORS),
    possible=_("Name another second assessor."),
)
refuse_when(
    "skill_not_of_oneself",
    "assesses-oneself",
    _("Nobody assesses their own level."),
    rule=Rule("TRF-03", "another person", "assessor", TWO_ASSESSORS),
    possible=_("Name an assessor who is not the learner."),
)


class SessionTrainer(Base):
    """One who teaches in a session, named by the facility that sends them."""

    __tablename__ = "session_trainers"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_code: Mapped[str]
    name: Mapped[str]
    named_by: Mapped[str]
    named_on: Mapped[date]


class SessionSkill(Base):
    """An act that a session teaches, with the protocol's version and the level that it aims at."""

    __tablename__ = "session_skills"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    act: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    kind: Mapped[str]
    protocol_version: Mapped[str | None]
    target_level: Mapped[int] = mapped_column(SmallInteger)


class SkillLevel(Base):
    """The level of one participant in one skill, before or after; entered again, it is corrected and the audit keeps both."""

    __tablename__ = "skill_levels"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID]
    act: Mapped[str]
    moment: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    assessor_id: Mapped[UUID]
    second_assessor_id: Mapped[UUID | None]
    assessed_on: Mapped[date]
    entered_by: Mapped[str]
