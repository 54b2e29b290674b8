"""The attraction policy as an administrator enters it: a resolution with its validity, its target, who is eligible and what it gives."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.base import Base
from services.recruitment.records import Record
from services.recruitment.workflow import APPROVED, POLICY, PROPOSED

EXPERIENCED, NEW_GRADUATE = "experienced", "new_graduate"


class PolicyAmount(Base):
    """One cell of the resolution's table: what is given for a degree in a group of facilities, in minor units."""

    __tablename__ = "policy_amounts"

    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policies.id"), primary_key=True)
    facility_group: Mapped[str] = mapped_column(primary_key=True)
    degree: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int]


class AttractionPolicy(Record):
    """A resolution that gives money against years of service."""

    __tablename__ = "policies"

    resolution_no: Mapped[str]
    title: Mapped[str]
    authority: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    target_hires: Mapped[int]
    currency: Mapped[str]
    eligible_occupations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    excluded_occupations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    excludes_former_public_staff: Mapped[bool]
    years_experienced: Mapped[int]
    years_new_graduate: Mapped[int]
    payment_schedule: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    breach_policy: Mapped[dict[str, Any]] = mapped_column(JSONB)
    citation: Mapped[str]
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    approved_by: Mapped[str | None]
    approved_on: Mapped[date | None]
    amounts: Mapped[list[PolicyAmount]] = relationship(lazy="selectin", order_by=(PolicyAmount.facility_group, PolicyAmount.amount.desc(), PolicyAmount.degree))

    def approve(self, *, by: str, on: date) -> None:
        """Another person approves the policy as proposed; it can found campaigns from then on."""
        self.move("approve", POLICY)
        self.approved_by, self.approved_on = by, on

    def in_force(self, day: date) -> bool:
        return self.state == APPROVED and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def amount_for(self, facility_group: str | None, degree: str) -> int | None:
        return next((cell.amount for cell in self.amounts if (cell.facility_group, cell.degree) == (facility_group, degree)), None)

    def amounts_by_degree(self, facility_group: str | None) -> dict[str, int]:
        return {cell.degree: cell.amount for cell in self.amounts if cell.facility_group == facility_group}

    def years_for(self, experience: str) -> int:
        return self.years_new_graduate if experience == NEW_GRADUATE else self.years_experienced
