"""A hire: one eligible candidacy, one post, a grant; proposed by one person and signed by another."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.policies.grants import Grant
from services.recruitment.records import Record
from services.recruitment.workflow import HIRE, PROPOSED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "hire_once_per_candidacy",
    "already-proposed",
    _("A hire is already proposed for this candidacy."),
    rule=Rule("REC-ONCE", 1, "hire per candidacy", "Relais rule book, recruitment (one hire per candidacy)"),
    possible=_("Open the hire of this candidacy."),
)

TO_REGULARISE = "to_regularise"


class Hire(Record):
    """The act of hiring under an attraction policy. The grant is frozen with the group of the facility at signature (ATT-04)."""

    __tablename__ = "hires"

    candidacy_id: Mapped[UUID] = mapped_column(ForeignKey("candidacies.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policies.id"))
    person_id: Mapped[UUID]
    occupation_code: Mapped[str]
    degree: Mapped[str]
    experience: Mapped[str]
    post_id: Mapped[UUID]
    facility_code: Mapped[str]
    facility_group: Mapped[str]
    starts_on: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    commitment_years: Mapped[int]
    commitment_ends_on: Mapped[date]
    grant_rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    decided_by: Mapped[str | None]
    signed_on: Mapped[date | None]
    decision_number: Mapped[str | None]

    def set_grant(self, grant: Grant) -> None:
        self.facility_group, self.amount, self.currency = grant.facility_group, grant.amount, grant.currency
        self.commitment_years, self.commitment_ends_on = grant.commitment_years, grant.commitment_ends_on
        self.grant_rules = [grant.amount_rule.as_json(), grant.years_rule.as_json()]

    def decide(self, grant: Grant, *, by: str, on: date, decision_number: str | None) -> None:
        """The signatory signs; without a number yet the decision shows “to regularise”."""
        self.move("decide", HIRE)
        self.set_grant(grant)
        self.decided_by, self.signed_on, self.decision_number = by, on, decision_number

    @property
    def decision(self) -> str | None:
        if self.signed_on is None:
            return None
        return self.decision_number or TO_REGULARISE
