"""How a person is reached, which languages they speak, of which countries they are nationals."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.rules import SEC_02
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected

ContactKind = Literal["phone", "email", "address"]
ContactPurpose = Literal["work", "private", "emergency"]
Visibility = Literal["self", "hr", "system"]
Level = Literal["A1", "A2", "B1", "B2", "C1", "C2", "native"]

DECLARED, VERIFIED = "declared", "verified"

refuse_when("contact_once", "contact-known", _("This contact stands in the file already."), possible=_("Remove the one that exists to change who may see it."))
refuse_when(
    "language_verifier_is_not_declarer",
    "declarer-does-not-verify",
    _("Whoever declared a language, or whose it is, does not verify it."),
    rule=SEC_02,
    possible=_("Ask a colleague to verify it."),
)


class Contact(Protected, Base):
    """A phone number, an e-mail or a postal address, with who may see it."""

    __tablename__ = "person_contacts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[ContactKind] = mapped_column(Text)
    purpose: Mapped[ContactPurpose] = mapped_column(Text)
    value: Mapped[str]
    address: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    visibility: Mapped[Visibility] = mapped_column(Text)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class SpokenLanguage(Protected, Base):
    """A language with its level of the Common European Framework, as declared or as somebody else has verified."""

    __tablename__ = "person_languages"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[Level] = mapped_column(Text)
    certificate: Mapped[str | None]
    expires_on: Mapped[date | None]
    state: Mapped[Literal["declared", "verified"]] = mapped_column(Text)
    declared_by: Mapped[str]
    declared_on: Mapped[date]
    verified_by: Mapped[str | None]
    verified_on: Mapped[date | None]
    evidence: Mapped[str | None]


class Nationality(Protected, Base):
    """A country of which the person is a national; somebody has several."""

    __tablename__ = "person_nationalities"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)
