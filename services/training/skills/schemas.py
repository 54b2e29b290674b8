"""Skills of a session over HTTP."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.training.fields import Line
from services.training.mentoring.events import Kind
from services.training.mentoring.schemas import Level, Word
from services.training.skills.models import Moment
from shared.actions import Action
from shared.i18n import _
from shared.records import Body


class SkillCreate(Body):
    """An act of the catalogue that the session teaches."""

    act: Word = Field(examples=["cardiac-arrest"])
    target_level: Level = 3
    protocol_version: Line | None = Field(None, description="The catalogue's own when not said.")


class SkillsCreate(Body):
    """What the session teaches, skill by skill."""

    skills: list[SkillCreate] = Field(min_length=1, max_length=30)
    done_on: date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> "SkillsCreate":
        if len({skill.act for skill in self.skills}) < len(self.skills):
            raise ValueError(_("Each skill is named once."))
        return self


class TrainersNamed(Body):
    """A facility names the people whom it sends to teach."""

    person_ids: list[UUID] = Field(min_length=1, max_length=50)
    done_on: date | None = None


class SkillEntry(Body):
    """The level of one participant in one skill."""

    person_id: UUID
    act: Word
    level: Level


class SkillSheet(Body):
    """An assessment sheet: one person or the whole room, before or after, with its assessors."""

    moment: Moment
    entries: list[SkillEntry] = Field(min_length=1, max_length=2000)
    assessor_id: UUID
    second_assessor_id: UUID | None = Field(None, description="From level 4 on two people assess.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> "SkillSheet":
        if len({(entry.person_id, entry.act) for entry in self.entries}) < len(self.entries):
            raise ValueError(_("The same person appears twice."))
        return self


class SkillRead(BaseModel):
    """A skill, and how many were assessed and at its level before and after."""

    act: str
    title: str
    kind: Kind
    protocol_version: str | None
    target_level: int
    before_assessed: int
    before_at_level: int
    after_assessed: int
    after_at_level: int


class TrainerRead(BaseModel):
    """One who teaches."""

    model_config = ConfigDict(from_attributes=True)

    person_id: UUID
    facility_code: str
    name: str


class ParticipantLevels(BaseModel):
    """One participant's levels by skill. The name is told to trainers of another authority by the side that employs the person."""

    enrolment_id: UUID
    person_id: UUID
    facility_code: str
    name: str | None
    before: dict[str, int]
    after: dict[str, int]


class SkillsRead(BaseModel):
    """The skills of a session, who teaches them, and the levels of those participants whom one may see."""

    session_id: UUID
    title: str
    first_day: date
    last_day: date
    trainer_facilities: list[str]
    skills: list[SkillRead]
    trainers: list[TrainerRead]
    participants: list[ParticipantLevels]
    available_actions: list[Action]
