"""A hire: one eligible candidacy, one post, and a grant where a policy gives one; proposed by one person, signed by another in the register of decisions."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.needs.models import Need
from services.recruitment.policies.grants import Grant
from services.recruitment.records import Record
from services.recruitment.workflow import CONFLICTING, HIRE, PROPOSED
from shared.decisions import TO_REGULARISE
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


@dataclass(frozen=True)
class Signature:
    """Who signed, on which day, under which number."""

    by: str
    on: date
    number: str | None


class Hire(Record):
    """The act of hiring. Under an attraction policy the grant is frozen with the group of the facility at signature (ATT-04); without one there is no money."""

    __tablename__ = "hires"

    candidacy_id: Mapped[UUID] = mapped_column(ForeignKey("candidacies.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("policies.id"))
    person_id: Mapped[UUID]
    occupation_code: Mapped[str]
    degree: Mapped[str]
    experience: Mapped[str]
    post_id: Mapped[UUID]
    facility_code: Mapped[str]
    facility_group: Mapped[str | None]
    starts_on: Mapped[date]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    commitment_years: Mapped[int | None]
    commitment_ends_on: Mapped[date | None]
    payment_schedule: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    breach_policy: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    grant_rules: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    withdrawn_by: Mapped[str | None]
    withdrawn_on: Mapped[date | None]
    withdrawal_reason: Mapped[str | None]
    decided_by: Mapped[str | None]
    signed_on: Mapped[date | None]
    decision_number: Mapped[str | None]
    conflict: Mapped[str | None]
    revoked_by: Mapped[str | None]
    revoked_on: Mapped[date | None]
    revoked_from: Mapped[date | None]
    revocation_number: Mapped[str | None]
    need: Mapped[Need] = relationship(lazy="selectin")

    @property
    def needed_since(self) -> date:
        """The day on which the facility said that it needs somebody: from there the days to the hire are counted."""
        return self.need.identified_on

    def set_grant(self, grant: Grant | None) -> None:
        """What the policy gives; nothing is given without one."""
        if grant is None:
            return
        self.facility_group, self.amount, self.currency = grant.facility_group, grant.amount, grant.currency
        self.commitment_years, self.commitment_ends_on = grant.commitment_years, grant.commitment_ends_on
        self.payment_schedule, self.breach_policy = grant.payment_schedule, grant.breach_policy
        self.grant_rules = [grant.amount_rule.as_json(), grant.years_rule.as_json()]

    def withdraw(self, *, by: str, on: date, reason: str) -> None:
        """Taken back before the signature: the need and the post have their seat again."""
        self.move("withdraw", HIRE)
        self.withdrawn_by, self.withdrawn_on, self.withdrawal_reason = by, on, reason

    def decide(self, grant: Grant | None, signature: Signature) -> None:
        """What was signed fits: the grant is the one of the day of the signature, for ever."""
        self.move("settle" if self.state == CONFLICTING else "decide", HIRE)
        self.set_grant(grant)
        self._sign(signature)
        self.conflict = None

    def set_aside(self, conflict: str, signature: Signature) -> None:
        """A signed fact cannot be refused: it is kept, with what it contradicts, until somebody settles it."""
        self.move("conflict", HIRE)
        self._sign(signature)
        self.conflict = conflict

    def _sign(self, signature: Signature) -> None:
        self.decided_by, self.signed_on, self.decision_number = signature.by, signature.on, signature.number

    @property
    def signature(self) -> Signature | None:
        return Signature(self.decided_by, self.signed_on, self.decision_number) if self.decided_by and self.signed_on else None

    def revoke(self, *, by: str, on: date, effective_from: date, number: str | None) -> None:
        """The decision was revoked: nobody is hired, from that day on."""
        self.move("revoke", HIRE)
        self.conflict = None
        self.revoked_by, self.revoked_on, self.revoked_from, self.revocation_number = by, on, effective_from, number

    @property
    def decision(self) -> str | None:
        if self.signed_on is None:
            return None
        return self.decision_number or TO_REGULARISE
