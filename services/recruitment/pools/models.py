"""A pool: independent employers and partners without posts who recruit together for a territory, under one charter. And what was asked of them."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.base import Base
from services.recruitment.records import Record
from services.recruitment.workflow import ASKED, MEMBER, MEMBERSHIP, OPEN
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import Protected

BOOK = "Relais rule book, pools (several employers share one charter, one publication of needs and those candidates who consent)"
CHARTER = Rule("PTRH-CHARTER", 1, "charter accepted", BOOK)
MEMBERS = Rule("PTRH-MEMBERS", 1, "membership of a facility", BOOK)
ASKED_ONCE = Rule("PTRH-ROUND", 1, "answer of each member asked", BOOK)

refuse_when("pool_code", "pool-code-taken", _("Another pool of this authority has the same code."), rule=MEMBERS, possible=_("Choose another code."))
refuse_when("pool_partner_once", "already-a-member", _("This facility is a member of the pool already."), rule=MEMBERS, possible=_("Open it in the list of members."))
refuse_when(
    "pool_charter_edition",
    "charter-published-meanwhile",
    _("Another edition of the charter was published meanwhile."),
    rule=CHARTER,
    possible=_("Read it, then publish the next one."),
)
refuse_when(
    "pool_acceptance_once", "charter-accepted-already", _("This member has accepted this edition of the charter already."), rule=CHARTER, possible=_("Nothing remains to be done.")
)
refuse_when("pool_answer_once", "answered-already", _("This member has answered this round already."), rule=ASKED_ONCE, possible=_("Correct the needs and resources themselves."))
refuse_when(
    "pool_answer_of_the_asked",
    "not-asked",
    _("This facility was not asked in this round."),
    rule=ASKED_ONCE,
    possible=_("State the need without a round, or ask the next round of this facility too."),
)


class Pool(Record):
    """Whom it brings together and why. It is shared with its members of today; `authority_path` is that of whoever coordinates it."""

    __tablename__ = "pools"

    code: Mapped[str]
    title: Mapped[str]
    authority: Mapped[str]
    purpose: Mapped[str]
    opened_by: Mapped[str]
    opened_on: Mapped[date]
    state: Mapped[str] = mapped_column(default=OPEN)
    charters: Mapped[list["Charter"]] = relationship(lazy="selectin", order_by="Charter.edition")
    partners: Mapped[list["Partner"]] = relationship(lazy="selectin", order_by="Partner.joined_on, Partner.facility_code")

    @property
    def charter(self) -> "Charter | None":
        """The edition in force: the last one published."""
        return self.charters[-1] if self.charters else None

    def member(self, facility_code: str) -> "Partner | None":
        return next((partner for partner in self.partners if partner.facility_code == facility_code and partner.state == MEMBER), None)

    @property
    def members(self) -> list["Partner"]:
        return [partner for partner in self.partners if partner.state == MEMBER]

    def share(self) -> None:
        """Members see the pool, those who left do not."""
        self.shared_with = sorted(partner.facility_code for partner in self.members)
        self.version += 1


class Charter(Protected, Base):
    """One edition of the rules and values that members accept."""

    __tablename__ = "pool_charters"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    edition: Mapped[int]
    words: Mapped[str]
    published_by: Mapped[str]
    published_on: Mapped[date]


class Partner(Record):
    """A member: an employer with posts, or a partner without any. What sort of place it is, is kept as it was on the day it joined."""

    __tablename__ = "pool_partners"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    facility_code: Mapped[str]
    takes_part_as: Mapped[str]
    kind: Mapped[str]
    joined_on: Mapped[date]
    added_by: Mapped[str]
    left_on: Mapped[date | None]
    leaving_reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=MEMBER)
    acceptances: Mapped[list["Acceptance"]] = relationship(lazy="selectin", order_by="Acceptance.accepted_on")

    def leave(self, *, on: date, reason: str) -> None:
        self.move("leave", MEMBERSHIP)
        self.left_on, self.leaving_reason = on, reason

    def accepted(self, charter: Charter | None) -> "Acceptance | None":
        return next((one for one in self.acceptances if charter is not None and one.charter_id == charter.id), None)


class Acceptance(Protected, Base):
    """Who accepted which edition, in what capacity, and when."""

    __tablename__ = "pool_acceptances"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("pool_partners.id"))
    charter_id: Mapped[UUID] = mapped_column(ForeignKey("pool_charters.id"))
    signed_as: Mapped[str]
    accepted_on: Mapped[date]
    recorded_by: Mapped[str]


class Round(Record):
    """A collection in the field: what each member needs and can spare, asked on a day and due on another."""

    __tablename__ = "pool_rounds"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    title: Mapped[str]
    asked_on: Mapped[date]
    due_on: Mapped[date]
    asked_by: Mapped[str]
    asked: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str] = mapped_column(default=ASKED)
    answers: Mapped[list["Answer"]] = relationship(lazy="selectin", order_by="Answer.answered_on, Answer.facility_code")


class Answer(Protected, Base):
    """A member has answered a round: what it needs and can spare is stated."""

    __tablename__ = "pool_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    round_id: Mapped[UUID] = mapped_column(ForeignKey("pool_rounds.id"))
    facility_code: Mapped[str]
    comment: Mapped[str | None]
    answered_on: Mapped[date]
    answered_by: Mapped[str]
