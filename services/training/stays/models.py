"""Stays abroad: people who go together to one host for one field, under one decision."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.training.base import Record
from services.training.stays.workflow import CANCELLED, GROUP, PROPOSED, STAY
from shared.decisions import TO_REGULARISE
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

SHORT_COURSE, DELEGATION = "short_course", "delegation"

refuse_when(
    "stay_once_in_a_group",
    "already-in-the-group",
    _("This person is already one of those who go."),
    rule=Rule("TRN-ABROAD-ONCE", 1, "stay per person and group", "Relais rule book, training (nobody is counted twice)"),
    possible=_("Look at the list of participants."),
)
refuse_when(
    "stay_group_signatory_is_not_proposer",
    "signatory-is-proposer",
    _("Another person than the one who proposed it must sign."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who proposes does not approve)"),
)


class StayGroup(Record):
    """Where, at whose, for what and when; `led_by` is the ministry or body whose delegation it is."""

    __tablename__ = "stay_groups"

    state: Mapped[str] = mapped_column(default=PROPOSED)
    facility_code: Mapped[str | None]
    kind: Mapped[str]
    title: Mapped[str]
    country: Mapped[str]
    region: Mapped[str | None]
    host: Mapped[str]
    field: Mapped[str]
    led_by: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    rule_pack: Mapped[str]
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    signed_by: Mapped[str | None]
    signed_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    ended_by: Mapped[str | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    stays: Mapped[list["Stay"]] = relationship(lazy="selectin", back_populates="group", order_by="Stay.id")

    def order(self, *, by: str, on: date, number: str | None) -> None:
        """The decision is signed: they may leave."""
        self.move("order", GROUP)
        self.signed_by, self.signed_on, self.decision_number = by, on, number

    def end(self, act: str, *, by: str, on: date, reason: str | None) -> None:
        """Withdrawn before the signature, or revoked after it."""
        self.move(act, GROUP)
        self.ended_by, self.ended_on, self.end_reason = by, on, reason

    @property
    def going(self) -> list["Stay"]:
        return [stay for stay in self.stays if stay.state != CANCELLED]

    @property
    def decision(self) -> str | None:
        if self.signed_on is None:
            return None
        return self.decision_number or TO_REGULARISE


class Stay(Record):
    """One person's stay: who stands in at home, the hold that the registry gave, the way out, the way back and the report."""

    __tablename__ = "stays"

    state: Mapped[str] = mapped_column(default=PROPOSED)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("stay_groups.id"))
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    unit: Mapped[str | None]
    cover_person_id: Mapped[UUID | None]
    cover_reason: Mapped[str | None]
    hold_id: Mapped[UUID]
    override_reason: Mapped[str | None]
    departed_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    reported_on: Mapped[date | None]
    report: Mapped[str | None]
    learnt: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]
    group: Mapped[StayGroup] = relationship(lazy="joined", back_populates="stays")

    def depart(self, on: date) -> None:
        self.move("depart", STAY)
        self.departed_on = on

    def come_back(self, on: date) -> None:
        self.move("return", STAY)
        self.returned_on = on

    def hand_in(self, *, report: str, learnt: list[str], on: date) -> None:
        """The return report: what was seen, and what can be done at home from now on."""
        self.move("report", STAY)
        self.report, self.learnt, self.reported_on = report, learnt, on

    def cancel(self, *, by: str, reason: str | None) -> None:
        self.move("cancel", STAY)
        self.ended_by, self.end_reason = by, reason
