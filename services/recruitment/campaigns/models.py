"""A campaign: a published call for validated needs, open for a time; under an attraction policy or without one."""

from datetime import date
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.base import Base
from services.recruitment.needs.models import Need
from services.recruitment.policies.models import AttractionPolicy
from services.recruitment.records import Record
from services.recruitment.workflow import CAMPAIGN, DRAFT, PUBLISHED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "campaign_code",
    "campaign-code-taken",
    _("Another campaign of this authority has the same code."),
    rule=Rule("REC-CODE", 1, "campaign per code", "Relais rule book, recruitment (a campaign is known by its code)"),
    possible=_("Choose another code."),
)

campaign_needs = Table(
    "campaign_needs",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaigns.id"), primary_key=True),
    Column("need_id", ForeignKey("needs.id"), primary_key=True),
)


class Campaign(Record):
    """A call for candidates; `closes_on` is its last day, whole."""

    __tablename__ = "campaigns"

    code: Mapped[str]
    title: Mapped[str]
    authority: Mapped[str]
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("policies.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    rule_pack: Mapped[str]
    state: Mapped[str] = mapped_column(default=DRAFT)
    drafted_by: Mapped[str]
    drafted_on: Mapped[date]
    published_by: Mapped[str | None]
    published_on: Mapped[date | None]
    policy: Mapped[AttractionPolicy | None] = relationship(lazy="selectin")
    needs: Mapped[list[Need]] = relationship(secondary=campaign_needs, lazy="selectin", order_by=Need.id)

    def publish(self, *, by: str, on: date) -> None:
        """The call is published; its rule pack is the one of that day (RP-01)."""
        self.move("publish", CAMPAIGN)
        self.published_by, self.published_on = by, on

    def is_open(self, day: date) -> bool:
        return self.state == PUBLISHED and self.opens_on <= day <= self.closes_on
