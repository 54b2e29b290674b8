"""Hours that count for a person's continuing education."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from services.training.base import Record
from services.training.workflow import CREDIT
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

SEC_02 = Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who declares does not verify)")
refuse_when(
    "credit_verifier_is_not_declarer",
    "verifier-is-declarer",
    _("Another person than the one who declared these hours must verify them."),
    rule=SEC_02,
    possible=_("Ask a colleague to verify them with the issuer."),
)

COUNTED = ("verified", "opening")
"""External hours count once they are verified; an opening balance counts as it was brought."""


class CreditEntry(Record):
    """Hours of one session, of a training elsewhere, or brought from before Relais."""

    __tablename__ = "credit_entries"

    state: Mapped[str]
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    source: Mapped[str]
    title: Mapped[str]
    provider: Mapped[str | None]
    hours: Mapped[Decimal]
    earned_on: Mapped[date]
    enrolment_id: Mapped[UUID | None]
    evidence: Mapped[str | None]
    declared_by: Mapped[str]
    declared_on: Mapped[date]
    verified_by: Mapped[str | None]
    verified_on: Mapped[date | None]
    comment: Mapped[str | None]

    def judge(self, act: str, *, by: str, on: date, comment: str | None) -> None:
        self.move(act, CREDIT)
        self.verified_by, self.verified_on, self.comment = by, on, comment
