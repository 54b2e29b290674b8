"""A decision: the legal act behind a hire, a mission, a mandate or a pay step; and the register that numbers them."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from services.appointment.base import Base, Record
from services.appointment.decisions.workflow import PROPOSED, SIGNED
from shared.decisions import TO_REGULARISE
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule
from shared.visibility import Protected

refuse_when(
    "decision_number_once",
    "number-taken",
    _("Another decision of this authority has this number in this year."),
    rule=Rule("DEC-NUMBER", 1, "decision per number, authority and year", "Relais rule book, register of decisions (one number, one decision)"),
    possible=_("Read the number on the signed paper again, or let the register give the next one."),
)


class Decision(Record):
    """What another feature or service proposed, with the signature, the number and what became of it."""

    __tablename__ = "decisions"

    source_service: Mapped[str]
    source_id: Mapped[UUID]
    kind: Mapped[str]
    facility_code: Mapped[str | None]
    person_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    effective_on: Mapped[date]
    ends_on: Mapped[date | None]
    legal_basis: Mapped[list[str]] = mapped_column(ARRAY(Text))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default=PROPOSED)
    authority: Mapped[str | None]
    signed_by: Mapped[str | None]
    signed_on: Mapped[date | None]
    retroactive_reason: Mapped[str | None]
    number: Mapped[str | None]
    number_authority: Mapped[str | None]
    number_year: Mapped[int | None]
    numbered_on: Mapped[date | None]
    content_sha256: Mapped[str | None]
    check_code: Mapped[str | None]
    ended_by: Mapped[str | None]
    ended_on: Mapped[date | None]
    ended_from: Mapped[date | None]
    end_reason: Mapped[str | None]
    revocation_number: Mapped[str | None]
    superseded_by: Mapped[UUID | None]
    supersedes: Mapped[UUID | None]
    conflict: Mapped[str | None]

    @property
    def decision(self) -> str | None:
        """The number, or “to regularise” while a signed decision has none."""
        if self.signed_on is None:
            return None
        return self.number or TO_REGULARISE

    @property
    def is_retroactive(self) -> bool:
        return self.signed_on is not None and self.effective_on < self.signed_on

    @property
    def lacks_number(self) -> bool:
        return self.state == SIGNED and self.number is None


class Register(Protected, Base):
    """How an authority numbers its decisions. While it keeps none here, numbers are entered as they stand on paper."""

    __tablename__ = "registers"

    authority: Mapped[str] = mapped_column(primary_key=True)
    pattern: Mapped[str]
    opened_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)


class Counter(Protected, Base):
    """The last number that a register gave in a civil year; its row is the lock that leaves no gap and no double."""

    __tablename__ = "register_counters"

    authority: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
