"""A candidacy: one known person applies in a campaign for one need. Only `person_id` is held here, never a name."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.campaigns.models import Campaign
from services.recruitment.needs.models import Need
from services.recruitment.records import Record
from services.recruitment.workflow import CANDIDACY, ELIGIBLE, SUBMITTED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "candidacy_once_per_campaign",
    "already-a-candidate",
    _("This person has already applied in this campaign."),
    rule=Rule("REC-ONCE", 1, "candidacy per campaign", "Relais rule book, recruitment (one active application per campaign)"),
    possible=_("Open the person's candidacy in the list of the campaign."),
)


class Candidacy(Record):
    """What the person declared, and what a human decided about it with which reasons."""

    __tablename__ = "candidacies"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    person_id: Mapped[UUID]
    application_id: Mapped[UUID | None]
    occupation_code: Mapped[str]
    degree: Mapped[str]
    experience: Mapped[str]
    left_public_sector_of_province: Mapped[bool]
    facility_code: Mapped[str]
    facility_group: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=SUBMITTED)
    submitted_by: Mapped[str]
    submitted_on: Mapped[date]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    comment: Mapped[str | None]
    criteria: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    campaign: Mapped[Campaign] = relationship(lazy="selectin")
    need: Mapped[Need] = relationship(lazy="selectin")

    def decide(self, outcome: str, *, by: str, on: date, comment: str | None, criteria: list[dict[str, Any]]) -> None:
        """A human decides; the criteria as they stood that day are kept with the decision."""
        self.move("find_eligible" if outcome == ELIGIBLE else "find_ineligible", CANDIDACY)
        self.decided_by, self.decided_on, self.comment, self.criteria = by, on, comment, criteria
