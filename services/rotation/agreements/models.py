"""An agreement: one facility promises another its support, specialty by specialty, for a time."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.rotation.agreements.workflow import AGREEMENT, DRAFT
from services.rotation.base import Base, Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import AuthorityPath

EXCHANGE = "exchange"
"""The model of an agreement in which both sides host people of the other one."""

refuse_when(
    "agreement_one_at_a_time",
    "agreement-overlaps",
    _("These two facilities already have an agreement of this model in this period."),
    rule=Rule("AGR-ONE", 1, "agreement per pair, model and day", "Relais rule book, rotation (one agreement at a time)"),
    possible=_("End the other agreement first, or begin on the day after its end."),
)
refuse_when(
    "agreement_two_signatories",
    "same-signatory",
    _("The same person cannot sign for both sides."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who proposes does not approve)"),
    possible=_("Have somebody of the other side sign."),
)


class Obligation(Base):
    """What is promised in one specialty: visits each month, and techniques."""

    __tablename__ = "obligations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"))
    specialty: Mapped[str]
    visits_per_month: Mapped[int]
    techniques: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)


class AgreementPlaces(Base):
    """How many people of the other side one side hosts in a civil year."""

    __tablename__ = "agreement_places"

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    host_code: Mapped[str] = mapped_column(primary_key=True)
    quota_per_year: Mapped[int] = mapped_column(SmallInteger)


class Agreement(Record):
    """Between two facilities; it belongs to the giver's authority and is shared with both."""

    __tablename__ = "agreements"

    giver_code: Mapped[str]
    receiver_code: Mapped[str]
    receiver_path: Mapped[str] = mapped_column(AuthorityPath)
    model: Mapped[str]
    programme: Mapped[str]
    number: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    giver_contact: Mapped[UUID | None]
    receiver_contact: Mapped[UUID | None]
    giver_contact_name: Mapped[str | None]
    receiver_contact_name: Mapped[str | None]
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("cooperation_programmes.id"))
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    funding: Mapped[str | None]
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    state: Mapped[str] = mapped_column(default=DRAFT)
    drafted_by: Mapped[str]
    drafted_on: Mapped[date]
    giver_signed_by: Mapped[str | None]
    giver_signed_on: Mapped[date | None]
    receiver_signed_by: Mapped[str | None]
    receiver_signed_on: Mapped[date | None]
    on_paper: Mapped[bool] = mapped_column(default=False)
    promised_to: Mapped[date | None]
    ended_on: Mapped[date | None]
    reason: Mapped[str | None]
    obligations: Mapped[list[Obligation]] = relationship(lazy="selectin", order_by=Obligation.specialty, cascade="all, delete-orphan")
    places: Mapped[list[AgreementPlaces]] = relationship(lazy="selectin", order_by=AgreementPlaces.host_code, cascade="all, delete-orphan")

    def sign(self, side: str, *, by: str, on: date) -> bool:
        """One side signs; says whether both have."""
        AGREEMENT.after("sign", self.state)
        setattr(self, f"{side}_signed_by", by)
        setattr(self, f"{side}_signed_on", on)
        if self.giver_signed_on is None or self.receiver_signed_on is None:
            self.version += 1
            return False
        self.move("sign", AGREEMENT)
        return True

    def enter_paper(self, *, by: str, signed_on: date) -> None:
        """Both sides signed it on paper: one person enters both signatures."""
        self.on_paper = True
        self.sign("giver", by=by, on=signed_on)
        self.sign("receiver", by=by, on=signed_on)

    def call(self, side: str, person_id: UUID, name: str) -> None:
        """Whom the other side calls; the name is told by the side that employs the person."""
        setattr(self, f"{side}_contact", person_id)
        setattr(self, f"{side}_contact_name", name)
        self.version += 1

    def end(self, act: str, *, on: date, reason: str | None = None) -> None:
        self.move(act, AGREEMENT)
        self.ended_on, self.reason = on, reason

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= min(self.ends_on, self.ended_on or self.ends_on)

    @property
    def is_exchange(self) -> bool:
        return self.model == EXCHANGE

    @property
    def giver(self) -> tuple[str, str]:
        return self.giver_code, self.authority_path

    @property
    def receiver(self) -> tuple[str, str]:
        return self.receiver_code, self.receiver_path

    def side(self, name: str) -> tuple[str, str]:
        return self.giver if name == "giver" else self.receiver

    @property
    def sides(self) -> Sequence[tuple[str, str]]:
        return self.giver, self.receiver
