"""What goes in and out about attestations."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.attestations.models import ATTESTATION, Attestation, Kind
from services.registry.persons.permissions import can_write_at
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import today
from shared.records import Body
from shared.settings import settings


class Revocation(Body):
    reason: str = Field(min_length=3, max_length=500)
    done_on: date | None = None


class AttestationRead(BaseModel):
    """An attestation with the address at which anybody may check it."""

    id: UUID
    number: str
    kind: Kind
    code: str
    check_url: str
    person_id: UUID
    authority: str
    issued_on: date
    valid_to: date | None
    is_valid: bool
    revoked_on: date | None
    revocation_reason: str | None
    facts_destroyed_on: date | None = Field(description="From this day on it is printed no more; its number and its check stay (REQ-RETENTION).")
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, attestation: Attestation) -> Self:
        values = {name: getattr(attestation, name) for name in cls.model_fields if hasattr(attestation, name)}
        return cls(
            **values,
            check_url=check_url(attestation.code),
            is_valid=is_valid(attestation.revoked_on, attestation.valid_to),
            available_actions=[action("revoke", can_write_at(caller, attestation.authority_path), lambda: ATTESTATION.after("revoke", attestation.state))],
        )


class PublicCheck(BaseModel):
    """What anybody may know of an attestation, and nothing else."""

    number: str
    authority: str
    authority_name: str | None
    kind: Kind
    initials: str
    issued_on: date
    valid_to: date | None
    valid: bool
    revoked_on: date | None


def is_valid(revoked_on: date | None, valid_to: date | None) -> bool:
    return revoked_on is None and (valid_to is None or today() <= valid_to)


def check_url(code: str) -> str:
    return f"{settings().public_url}/check/attestation/{code}"
