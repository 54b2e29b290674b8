"""What goes in and out about identifiers: a value goes in, and comes out whole only where it is asked for by itself."""

import re
from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.registry.identifiers.models import Kind, Outcome, State
from services.registry.identifiers.sealing import normal
from shared.actions import Action
from shared.i18n import _
from shared.jurisdictions import here, jurisdictions
from shared.records import Body

COUNTRY = re.compile(r"[A-Z]{2}")


class Named(Body):
    """One identifier by kind, issuer and value."""

    kind: Kind
    issuer: str = Field(
        default_factory=lambda: here().country,
        min_length=2,
        max_length=60,
        description="Country (ISO 3166-1 alpha-2) of a national number or passport, your own unless said; who gave a professional or payroll number.",
        examples=["VN"],
    )
    value: str = Field(min_length=3, max_length=60, examples=["022085001234"])

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.kind in ("national-id", "passport") and not COUNTRY.fullmatch(self.issuer):
            raise ValueError(_("The issuer is a country, as two capital letters."))
        issued_in = jurisdictions().get(self.issuer)
        pattern = issued_in.identifiers.get(self.kind) if issued_in else None
        if not re.search(r"\w", self.value) or (pattern is not None and not pattern.fullmatch(normal(self.value))):
            raise ValueError(_("This is not a number of this kind."))
        return self


class IdentifierCreate(Named):
    """An identifier as its paper says it."""


class IdentifierSearch(Named):
    """Whose identifier this is, exactly; in a body, so that it stands in no address."""


class IdentifierVerification(Body):
    outcome: Outcome
    method: str = Field(min_length=2, max_length=100, description="How it was checked.", examples=["paper-seen"])
    evidence: str = Field(min_length=3, max_length=500)


class IdentifierRemoval(Body):
    reason: str = Field(min_length=3, max_length=500)


class ErasureCreate(Body):
    reason: str = Field(min_length=3, max_length=500)


class IdentifierRead(BaseModel):
    id: UUID
    person_id: UUID
    kind: Kind
    issuer: str
    shown: str = Field(description="The end of the value, or nothing when it is gone.")
    value: str | None = Field(None, description="The whole value, only where one identifier is read by itself; the person is told who read it.")
    state: State
    declared_on: date
    verified_on: date | None
    method: str | None
    evidence: str | None
    version: int
    available_actions: list[Action]


class KindRead(BaseModel):
    kind: Kind
    authorised: bool
    rule: dict[str, Any]


class Found(BaseModel):
    """Persons whom the caller may see and who have this identifier."""

    items: list[UUID]


class Erased(BaseModel):
    erased: int = Field(description="How many identifiers nobody can read any more.")
