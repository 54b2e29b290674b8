"""Identifiers of several kinds: declared by one, verified by another, encrypted with a key of the person."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.rules import IDN_ONCE, SEC_02
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected
from shared.workflow import Workflow, act

Kind = Literal["national-id", "professional-number", "passport", "payroll"]
State = Literal["declared", "verified", "mismatch", "removed"]
Outcome = Literal["verified", "mismatch"]

DECLARED, VERIFIED, MISMATCH, REMOVED = "declared", "verified", "mismatch", "removed"
NO_KEY = "identifiers-have-no-key"
TAKEN = "identifier-of-another"
TAKEN_TEXT = _("This identifier is verified for another person.")
TAKEN_WAY = _("Compare the two files: one of the two papers is read wrongly, or the two are one person.")

IDENTIFIER = Workflow(
    "identifier",
    {"verify": act(DECLARED, to=VERIFIED), "remove": act(DECLARED, VERIFIED, MISMATCH, to=REMOVED)},
    citation="Relais rule book, registry (identifiers are declared, verified by somebody else, and removed with their value)",
)

refuse_when("identifier_verified_once", TAKEN, TAKEN_TEXT, rule=IDN_ONCE, possible=TAKEN_WAY)
refuse_when("identifier_declared_once", "declared-already", _("This identifier is already declared for this person."), possible=_("Verify the one that exists."))
refuse_when(
    "identifier_verifier_is_not_declarer",
    "declarer-does-not-verify",
    _("Whoever declared an identifier, or whose it is, does not verify it."),
    rule=SEC_02,
    possible=_("Ask a colleague to verify it."),
)


class PersonKey(Protected, Base):
    """The key of one person's identifiers, wrapped by the installation's; without it they are gone."""

    __tablename__ = "person_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    wrapped: Mapped[bytes]


class Identifier(Protected, Base):
    """A number by which others know the person. Its value stands nowhere but here, sealed."""

    __tablename__ = "person_identifiers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("person_keys.id"))
    kind: Mapped[Kind] = mapped_column(Text)
    issuer: Mapped[str]
    sealed: Mapped[bytes | None]
    blind: Mapped[bytes | None]
    state: Mapped[State] = mapped_column(Text, default=DECLARED)
    declared_by: Mapped[str]
    declared_on: Mapped[date]
    verified_by: Mapped[str | None]
    verified_on: Mapped[date | None]
    method: Mapped[str | None]
    evidence: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it as an instance variable
