"""What goes in and out about documents."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.documents.models import Document, DocumentVersion, Outcome, Type
from services.registry.documents.permissions import can_add_documents, can_check
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.errors import Refused
from shared.i18n import _
from shared.records import Body
from shared.rulepacks import Rule


class CheckCreate(Body):
    """What a check of the newest version found, how, and what proves it."""

    outcome: Outcome
    method: str = Field(min_length=2, max_length=200, examples=["compared with the original"])
    evidence: str | None = Field(None, min_length=2, max_length=500)
    done_on: date | None = None


class VersionRead(BaseModel):
    """One file, with its fingerprint so that a copy can be compared."""

    number: int
    sha256: str | None
    size: int
    kind: str
    issuer: str | None
    issued_on: date | None
    expires_on: date | None
    kept_until: date | None = Field(description="The last day on which the file is kept; none while the person works.")
    source: str
    added_on: date
    outcome: Outcome | None
    method: str | None
    evidence: str | None
    checked_on: date | None
    destroyed_on: date | None
    recorded_at: datetime

    @classmethod
    def of(cls, version: DocumentVersion) -> Self:
        return cls(**{name: getattr(version, name) for name in cls.model_fields})


class DocumentRead(BaseModel):
    """A document by its newest version, with those before it."""

    id: UUID
    reference: str | None
    person_id: UUID
    type: Type
    title: str
    is_expired: bool
    days_left: int | None
    rule: dict[str, Any] = Field(description="How long before its end it is to be renewed, and how long it is kept, by type.")
    versions: list[VersionRead]
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, document: Document, rule: Rule, own_person: UUID | None = None) -> Self:
        newest, day = document.newest, today()
        left = None if newest.expires_on is None else (newest.expires_on - day).days + 1
        return cls(
            **{name: getattr(document, name) for name in ("id", "reference", "person_id", "type", "title", "version")},
            is_expired=left is not None and left <= 0,
            days_left=None if left is None else max(left, 0),
            rule=rule.as_json() | {"value": rule.value[document.type]},
            versions=[VersionRead.of(one) for one in reversed(document.versions)],
            available_actions=[action("add_version", can_add_documents(caller)), action("check", can_check(caller, newest, own_person), lambda: must_be_unchecked(newest))],
        )


def must_be_unchecked(version: DocumentVersion) -> None:
    """Raises Refused."""
    if version.outcome is not None and version.checked_on is not None:
        raise Refused(
            "document-checked", _("This version was checked on {day}."), possible=_("Add a new version when another paper was handed in."), day=version.checked_on.isoformat()
        )
