"""A technique: its package says what there is to learn; its transfer follows the learners of one facility until the technique stays there."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.rotation.base import Base, Record
from services.rotation.techniques.workflow import PLANNED, PUBLISHED, TECHNIQUE
from shared.autonomy import Level
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import AuthorityPath

RULE_BOOK = "Relais rule book, rotation (two people assess from level 4 on, never the learner)"
refuse_when(
    "level_second_assessor",
    "second-assessor-missing",
    _("From level 4 on two people assess."),
    rule=Rule("TRF-03", 4, "level from which two assess", RULE_BOOK),
    possible=_("Name a second assessor, or record level 3 until there is one."),
)
refuse_when(
    "level_two_assessors",
    "one-assessor-twice",
    _("The two assessors are two people."),
    rule=Rule("TRF-03", 2, "different persons", RULE_BOOK),
    possible=_("Name another second assessor."),
)
refuse_when(
    "level_not_of_oneself",
    "assesses-oneself",
    _("Nobody assesses their own level."),
    rule=Rule("TRF-03", "another person", "assessor", RULE_BOOK),
    possible=_("Name an assessor who is not the learner."),
)
refuse_when(
    "level_once_a_day",
    "level-recorded",
    _("A level of this learner for this item is recorded for that day already."),
    rule=Rule("TRF-03", 1, "level per learner, item and day", RULE_BOOK),
    possible=_("Record it on another day."),
)
refuse_when(
    "transfer_once",
    "technique-known-here",
    _("This technique is being handed over to this facility already."),
    rule=Rule("TRF-01", 1, "transfer per facility and technique", "Relais rule book, rotation (one transfer per facility and technique)"),
    possible=_("Open the transfer that is there, and add its learners."),
)
refuse_when(
    "transfer_acceptor_is_not_planner",
    "acceptor-is-planner",
    _("Another person than the one who planned the transfer must accept it."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who proposes does not approve)"),
    possible=_("Have somebody else of the core hospital accept it."),
)


class Package(Record):
    """What there is to learn of a technique, what it needs, and when it is acquired."""

    __tablename__ = "technique_packages"

    code: Mapped[str]
    title: Mapped[str]
    specialty: Mapped[str]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    equipment: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    drugs: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    licence_scope: Mapped[str | None]
    target_level: Mapped[int] = mapped_column(SmallInteger)
    min_cases_supervised: Mapped[int]
    min_cases_autonomous: Mapped[int]
    state: Mapped[str] = mapped_column(default=PUBLISHED)
    published_by: Mapped[str]
    published_on: Mapped[date]

    @property
    def item_codes(self) -> list[str]:
        return [item["code"] for item in self.items]


class LevelRow(Base):
    """One learner's level for one item on a day; never changed, a later one follows."""

    __tablename__ = "transfer_levels"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("transfers.id"))
    person_id: Mapped[UUID]
    item: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    assessed_on: Mapped[date]
    assessor: Mapped[UUID | None]
    second_assessor: Mapped[UUID | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Cases(Base):
    """How often the technique was done in a month."""

    __tablename__ = "transfer_cases"

    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("transfers.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    supervised: Mapped[int]
    autonomous: Mapped[int]
    recorded_by: Mapped[str]


class Transfer(Record):
    """One technique on its way to one facility; it belongs to the receiver's authority and is shared with the core hospital."""

    __tablename__ = "transfers"

    package_id: Mapped[UUID] = mapped_column(ForeignKey("technique_packages.id"))
    technique: Mapped[str]
    facility_code: Mapped[str]
    core_code: Mapped[str | None]
    core_path: Mapped[str | None] = mapped_column(AuthorityPath)
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("support_requests.id"))
    origin: Mapped[str]
    target_level: Mapped[int] = mapped_column(SmallInteger)
    learners: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    started_on: Mapped[date]
    rule_pack: Mapped[str]
    state: Mapped[str] = mapped_column(default=PLANNED)
    planned_by: Mapped[str]
    accepted_by: Mapped[str | None]
    accepted_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    comment: Mapped[str | None]
    package: Mapped[Package] = relationship(lazy="joined", innerjoin=True)
    levels: Mapped[list[LevelRow]] = relationship(lazy="selectin", order_by=(LevelRow.assessed_on, LevelRow.recorded_at), cascade="all, delete-orphan")
    cases: Mapped[list[Cases]] = relationship(lazy="selectin", order_by=Cases.month, cascade="all, delete-orphan")

    @property
    def facility(self) -> tuple[str, str]:
        return self.facility_code, self.authority_path

    @property
    def core(self) -> tuple[str, str] | None:
        return (self.core_code, self.core_path) if self.core_code and self.core_path else None

    @property
    def history(self) -> list[Level]:
        return [Level(row.person_id, row.item, row.level, row.assessed_on) for row in self.levels if row.person_id in self.learners]

    def accept(self, *, by: str, on: date, comment: str | None) -> None:
        self.move("accept", TECHNIQUE)
        self.accepted_by, self.accepted_on, self.comment = by, on, comment
