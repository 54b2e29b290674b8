"""A document and its versions. The file is in the store under its fingerprint; a version is never replaced, only followed by another."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registry.base import Base
from services.registry.records import Record
from services.registry.rules import SEC_02
from shared.errors import refuse_when
from shared.i18n import _
from shared.visibility import Protected

Type = Literal["identity", "degree", "licence", "health_certificate", "criminal_record", "contract", "decision", "language_certificate", "insurance", "other"]
Outcome = Literal["genuine", "doubtful"]
KEPT = "kept"

refuse_when(
    "document_version_once", "version-added-meanwhile", _("Somebody added a version of this document at the same moment."), possible=_("Read the document again, then add yours.")
)
refuse_when("document_version_period", "document-ends-before-it-starts", _("A document does not end before the day on which it was issued."), possible=_("Check both days."))
refuse_when(
    "document_checked_by_another",
    "adder-does-not-check",
    _("Whoever added a document, or whose it is, does not check it."),
    rule=SEC_02,
    possible=_("Ask a colleague to check it."),
)


class DocumentVersion(Protected, Base):
    """One file of a document, with where it comes from, its days and its check."""

    __tablename__ = "document_versions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    person_id: Mapped[UUID]
    number: Mapped[int]
    sha256: Mapped[str | None]
    size: Mapped[int]
    kind: Mapped[str]
    issuer: Mapped[str | None]
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    kept_until: Mapped[date | None]
    source: Mapped[str]
    added_by: Mapped[str]
    added_on: Mapped[date]
    outcome: Mapped[Outcome | None] = mapped_column(Text)
    method: Mapped[str | None]
    evidence: Mapped[str | None]
    checked_by: Mapped[str | None]
    checked_on: Mapped[date | None]
    destroyed_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Document(Record):
    """A paper of a person: its newest version counts, the earlier ones stay."""

    __tablename__ = "documents"

    person_id: Mapped[UUID]
    type: Mapped[Type] = mapped_column(Text)
    title: Mapped[str]
    due_told: Mapped[bool] = mapped_column(default=False)
    versions: Mapped[list[DocumentVersion]] = relationship(lazy="selectin", order_by=DocumentVersion.number, cascade="all, delete-orphan", passive_deletes=True)

    @property
    def newest(self) -> DocumentVersion:
        return self.versions[-1]
