"""A certificate: a number without gap in its authority and year, and a code that anybody may check."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.training.base import Record
from services.training.workflow import CERTIFICATE, ISSUED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

TRN_04 = Rule("TRN-04", 1, "certificate per enrolment", "Relais rule book, training TRN-04 (a number and a public check for each certificate)")
refuse_when("certificate_once", "certificate-exists", _("This enrolment has its certificate already."), rule=TRN_04, possible=_("Open the certificate that exists."))


class Certificate(Record):
    """What a person attended, as it was true on the day of issue. No name is kept: the registry has it."""

    __tablename__ = "certificates"

    state: Mapped[str] = mapped_column(default=ISSUED)
    authority: Mapped[str]
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str]
    code: Mapped[str]
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    initials: Mapped[str]
    title: Mapped[str]
    hours: Mapped[Decimal]
    first_day: Mapped[date]
    last_day: Mapped[date]
    issued_by: Mapped[str]
    issued_on: Mapped[date]
    valid_to: Mapped[date | None]
    revoked_by: Mapped[str | None]
    revoked_on: Mapped[date | None]
    revocation_reason: Mapped[str | None]

    def revoke(self, *, by: str, on: date, reason: str) -> None:
        self.move("revoke", CERTIFICATE)
        self.revoked_by, self.revoked_on, self.revocation_reason = by, on, reason
