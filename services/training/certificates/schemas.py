"""Certificates over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.training.certificates.models import Certificate
from services.training.certificates.permissions import can_revoke
from services.training.fields import Line, Number
from services.training.workflow import CERTIFICATE
from shared.actions import Action, action
from shared.auth import Caller
from shared.records import Body
from shared.settings import settings


class CertificatesCreate(Body):
    """Certificates for all who passed, or for those who are named."""

    person_ids: list[UUID] | None = Field(None, min_length=1, max_length=1000)
    done_on: date | None = None


class Revocation(Body):
    """Why a certificate is taken back."""

    reason: Line
    done_on: date | None = None


class CertificateRead(BaseModel):
    """A certificate with the address at which anybody may check it."""

    id: UUID
    number: str
    code: str
    check_url: str
    enrolment_id: UUID
    session_id: UUID
    person_id: UUID
    facility_code: str
    title: str
    hours: Number
    first_day: date
    last_day: date
    issued_on: date
    valid_to: date | None
    state: Literal["issued", "revoked"]
    revoked_on: date | None
    revocation_reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, certificate: Certificate) -> Self:
        values = {name: getattr(certificate, name) for name in cls.model_fields if hasattr(certificate, name)}
        return cls(
            **values,
            check_url=check_url(certificate.code),
            available_actions=[action("revoke", can_revoke(caller, certificate), lambda: CERTIFICATE.after("revoke", certificate.state))],
        )


class CertificatesRead(BaseModel):
    """What one act has issued."""

    issued: int
    items: list[CertificateRead]


class PublicCheck(BaseModel):
    """What anybody may know of a certificate: initials, title, dates and validity, nothing else (TRN-04)."""

    number: str
    authority: str
    initials: str
    title: str
    hours: Number
    first_day: date
    last_day: date
    issued_on: date
    valid_to: date | None
    valid: bool
    revoked_on: date | None


def check_url(code: str) -> str:
    return f"{settings().public_url}/check/{code}"
