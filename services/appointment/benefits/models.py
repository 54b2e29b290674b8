"""A benefit: an allowance or help that a person receives for some time, on a decision."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.appointment.base import Record
from services.appointment.benefits.workflow import PROPOSED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "benefit_once_at_a_time",
    "benefit-overlaps",
    _("This person already has this benefit on some of these days."),
    rule=Rule("BEN-ONCE", 1, "benefit of a kind at a time", "Relais rule book, personnel (a benefit of one kind is granted once for the same days)"),
    possible=_("Start after the running one ends, or have it revoked."),
)


class Benefit(Record):
    """A percentage of the step, or an amount, once or monthly. `proposal_id` is what the decision is about: the people proposed together."""

    __tablename__ = "benefits"

    proposal_id: Mapped[UUID]
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    kind: Mapped[str]
    percent: Mapped[Decimal | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    frequency: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    basis: Mapped[str]
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    granted_on: Mapped[date | None]
    decision_number: Mapped[str | None]
