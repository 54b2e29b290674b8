"""An attestation: what was true on the day of issue, a number without gap of the facility and year, a code for the public check."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.records import Record
from shared.workflow import Workflow, act

Kind = Literal["employment", "service_record"]
ISSUED, REVOKED = "issued", "revoked"
ATTESTATION = Workflow("attestation", {"revoke": act(ISSUED, to=REVOKED)}, citation="Relais rule book, attestations (one that was wrong is revoked, and another is issued)")


class Attestation(Record):
    """No name is kept in it: the register has it, and it is printed with the reader's rights."""

    __tablename__ = "attestations"

    state: Mapped[str] = mapped_column(default=ISSUED)
    authority: Mapped[str]
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str]
    code: Mapped[str]
    kind: Mapped[Kind] = mapped_column(Text)
    person_id: Mapped[UUID]
    initials: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    facts_destroyed_on: Mapped[date | None]
    issued_by: Mapped[str]
    issued_on: Mapped[date]
    valid_to: Mapped[date | None]
    revoked_by: Mapped[str | None]
    revoked_on: Mapped[date | None]
    revocation_reason: Mapped[str | None]

    def revoke(self, *, by: str, on: date, reason: str) -> None:
        self.move("revoke", ATTESTATION)
        self.revoked_by, self.revoked_on, self.revocation_reason = by, on, reason
