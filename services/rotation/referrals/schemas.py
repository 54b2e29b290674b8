"""Referrals over HTTP."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.rotation.agreements.schemas import Model
from services.rotation.fields import Code, Word
from services.rotation.referrals.models import Referral
from shared.records import Body

ALL = "all"


class ReferralCreate(Body):
    """A month of a post; said again, it replaces what was said before."""

    facility_code: Code = Field(examples=["VN-22-TYT-06970"])
    month: date = Field(description="Any day of the month.")
    specialty: Word = Field(ALL, description="One specialty, or all together.", examples=["all"])
    referred: int = Field(ge=0, le=100_000)
    consultations: int | None = Field(None, ge=0, le=1_000_000, description="Patients seen, of whom these were referred.")
    done_on: date | None = None


class ReferralRead(BaseModel):
    """A month of a post."""

    id: UUID
    facility_code: str
    month: date
    specialty: str
    referred: int
    consultations: int | None
    told_on: date

    @classmethod
    def of(cls, referral: Referral) -> Self:
        return cls.model_validate({name: getattr(referral, name) for name in cls.model_fields})


class Started(BaseModel):
    """An agreement that supports the post, from its first day: the mark on the trend."""

    id: UUID
    giver_code: str
    model: Model
    starts_on: date
    ends_on: date


class Trend(BaseModel):
    """Month by month, with the agreements whose start is marked."""

    facility_code: str
    specialty: str
    items: list[ReferralRead]
    agreements: list[Started]
