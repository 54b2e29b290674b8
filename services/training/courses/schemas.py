"""Courses over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.training.courses.models import Course
from services.training.fields import Code, Line, Number, Reference, Slug
from services.training.roles import can_organise
from services.training.workflow import COURSE
from shared.actions import Action, action
from shared.auth import Caller
from shared.records import Body

Kind = Literal["in_house", "specialised", "postgraduate", "abroad", "e_learning", "mentoring", "conference", "simulation"]
Skill = Literal["professional", "management"]


class CourseCreate(Body):
    """A course as entered in the catalogue."""

    reference: Reference | None = None
    authority: Code = Field(description="Authority or facility that offers it.", examples=["VN-22"])
    code: Code = Field(examples=["HSCC-01"])
    title: Line
    kind: Kind
    field: Slug = Field(description="Domain, one word: intensive-care, imaging, infection-control, internal-medicine, traditional-medicine …")
    skill: Skill = "professional"
    hours: Decimal = Field(gt=0, le=10_000, decimal_places=1)
    credits: Decimal | None = Field(None, ge=0, le=10_000, decimal_places=1, description="Hours that count for continuing education; the course's own when not said.")
    provider: Line | None = None
    done_on: date | None = None


class Act(Body):
    """An act that needs nothing but its day."""

    done_on: date | None = None


class CourseRead(BaseModel):
    """A course with what the caller may do next."""

    id: UUID
    reference: str | None
    authority: str
    code: str
    title: str
    kind: Kind
    field: str
    skill: Skill
    hours: Number
    credits: Number
    provider: str | None
    state: Literal["open", "retired"]
    created_on: date
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, course: Course) -> Self:
        values = {name: getattr(course, name) for name in cls.model_fields if hasattr(course, name)}
        acts = [action(act, can_organise(caller, course), lambda act=act: COURSE.after(act, course.state)) for act in COURSE.transitions]  # type: ignore[misc]
        return cls(**values, available_actions=acts)
