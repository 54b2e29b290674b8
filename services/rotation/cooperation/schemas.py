"""Programmes of cooperation over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.rotation.agreements.schemas import Model
from services.rotation.cooperation.models import CooperationProgramme
from services.rotation.fields import Code, Line, Reference, Text, Word
from shared.i18n import _
from shared.records import Body

Indicator = Literal["posts_with_agreement", "posts_covered_percent", "visits_held_percent", "techniques_local", "other"]


class TargetCreate(Body):
    """What is to be reached by a day."""

    indicator: Indicator
    value: int = Field(ge=0, le=1_000_000)
    due_on: date
    text: Line | None = Field(None, description="In words, as the policy says it.")


class ProgrammeCreate(Body):
    """A programme with the policy that it carries out."""

    reference: Reference | None = None
    authority: Code = Field(examples=["VN-22"])
    code: Word = Field(examples=["hospital-post-2026"])
    title: Line
    policy: Line = Field(description="The text that it carries out, as it is cited.", examples=["Resolution 72-NQ/TW"])
    purpose: Text | None = None
    models: list[Model] = Field(default=[], max_length=10, description="Models of cooperation that it sets up.")
    starts_on: date
    ends_on: date
    targets: list[TargetCreate] = Field(default=[], max_length=30)
    done_on: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day is before the first one."))
        return self


class TargetRead(BaseModel):
    """A target, and how much of it is reached today; null for what is not counted here."""

    indicator: Indicator
    value: int
    due_on: date
    text: str | None
    reached: int | None


class ProgrammeRead(BaseModel):
    """A programme with its targets."""

    id: UUID
    reference: str | None
    authority: str
    code: str
    title: str
    policy: str
    purpose: str | None
    models: list[Model]
    starts_on: date
    ends_on: date
    targets: list[TargetRead]

    @classmethod
    def of(cls, programme: CooperationProgramme, reached: Sequence[int | None]) -> Self:
        values = {name: getattr(programme, name) for name in cls.model_fields if name != "targets"}
        targets = [
            TargetRead.model_validate({name: getattr(target, name) for name in ("indicator", "value", "due_on", "text")} | {"reached": number})
            for target, number in zip(programme.targets, reached, strict=True)
        ]
        return cls(**values, targets=targets)
