"""What goes in and out about qualifications."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.persons.schemas import Body
from services.registry.qualifications.models import Outcome, Qualification, State, Type
from services.registry.qualifications.permissions import can_verify
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _


class QualificationCreate(Body):
    """What a person holds, as the certificate says."""

    type: Type = "degree"
    title: str = Field(min_length=1, max_length=200, examples=["Bác sĩ đa khoa"])
    specialty: str | None = Field(None, max_length=200)
    institution: str | None = Field(None, max_length=200)
    country: str | None = Field(None, pattern="^[A-Z]{2}$")
    number: str | None = Field(None, max_length=100)
    issued_on: date | None = None
    issued_year: int | None = Field(None, ge=1900, le=2100, description="When only the year is known.")
    reference: str | None = Field(None, min_length=1, max_length=200)
    done_on: date | None = None

    @model_validator(mode="after")
    def _one_date(self) -> Self:
        if self.issued_on is not None and self.issued_year is not None and self.issued_on.year != self.issued_year:
            raise ValueError(_("The date and the year of issue differ."))
        return self


class VerificationCreate(Body):
    """The outcome of a check against the issuer, with its evidence."""

    outcome: Outcome
    method: str = Field(min_length=2, max_length=200, examples=["letter to the university"])
    evidence: str = Field(min_length=2, max_length=500, examples=["answer 512/ĐHYHN of 3 March 2025"])
    done_on: date | None = None


class QualificationActRead(BaseModel):
    """What was declared or answered, and when. The evidence is for those who verify."""

    model_config = ConfigDict(from_attributes=True)

    state: State
    day: date
    method: str | None
    evidence: str | None
    recorded_at: datetime


class QualificationRead(BaseModel):
    """A degree or certificate, as it was known on a day; today when none is asked."""

    id: UUID
    person_id: UUID
    type: Type
    title: str
    specialty: str | None
    institution: str | None
    country: str | None
    number: str | None
    issued_on: date | None
    issued_year: int | None
    state: State
    verified_on: date | None
    verification_method: str | None
    acts: list[QualificationActRead]
    version: int
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, qualification: Qualification, own_person: UUID | None = None, *, as_of: date | None = None, known_at: datetime | None = None) -> Self:
        q = qualification
        same = {name: getattr(q, name) for name in ("id", "person_id", "type", "title", "specialty", "institution", "country", "number", "version")}
        acts = [one for one in q.acts if (as_of is None or one.day <= as_of) and (known_at is None or one.recorded_at <= known_at)]
        checks = [one for one in acts if one.state != "declared"]
        return cls(
            **same,
            state=q.state_on(as_of, known_at) or "declared",
            verified_on=checks[-1].day if checks else None,
            verification_method=checks[-1].method if checks else None,
            acts=[QualificationActRead.model_validate(one) for one in acts],
            issued_on=q.issued_on if q.issued_precision == "date" else None,
            issued_year=q.issued_on.year if q.issued_on else None,
            available_actions=[action("verify", can_verify(caller, q, own_person))],
        )
