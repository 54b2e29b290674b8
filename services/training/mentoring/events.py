"""What training tells of mentoring: who learns where, which level was found for which act, and which one a facility needs. Never a name."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel

from services.training.mentoring.models import Entry, Mentorship, Target
from shared.events import Event

Kind = Literal["clinical", "para_clinical", "emergency"]


class Learner(BaseModel):
    """One who learns, until they left."""

    person_id: UUID
    occupation_code: str
    since: date
    left_on: date | None


class MentorshipState(Event):
    topic = "relais.training.mentorships"

    facility_code: str
    mentor_facility: str
    authority_path: str
    shared_with: list[str]
    agreement_id: UUID | None
    session_id: UUID | None
    starts_on: date
    ends_on: date
    ended_on: date | None
    state: Literal["active", "ended"]
    mentors: int
    learners: list[Learner]
    acts: list[str]

    @classmethod
    def about(cls, mentorship: Mentorship) -> Self:
        values = {name: getattr(mentorship, name) for name in cls.model_fields if name not in ("mentors", "learners", "acts")}
        learners = [
            Learner(person_id=each.person_id, occupation_code=each.occupation_code, since=each.named_on, left_on=each.left_on)
            for each in mentorship.people
            if each.part == "mentee"
        ]
        return cls(**values, mentors=len(mentorship.of("mentor")), learners=learners, acts=[act.code for act in mentorship.acts])


class MentorshipOpened(MentorshipState):
    """People of a facility are going to be taught by hand."""

    type = "training.mentorship.opened.v1"


class MentorshipChanged(MentorshipState):
    """Somebody was named or left, or an act was added."""

    type = "training.mentorship.changed.v1"


class MentorshipEnded(MentorshipState):
    """It is over before its last day."""

    type = "training.mentorship.ended.v1"


class EntryState(Event):
    topic = "relais.training.mentoring_entries"

    facility_code: str
    authority_path: str
    shared_with: list[str]
    person_id: UUID
    act: str
    act_kind: Kind
    protocol_version: str | None
    level: int
    found_on: date
    is_reassessment: bool
    mentorship_id: UUID | None
    agreement_id: UUID | None
    session_id: UUID | None
    state: Literal["recorded", "attested", "struck"]

    @classmethod
    def about(cls, entry: Entry) -> Self:
        return cls(**{name: getattr(entry, name) for name in cls.model_fields if name != "is_reassessment"}, is_reassessment=entry.reassessment is not None)


class LevelFound(EntryState):
    """Somebody was found at a level of an act."""

    type = "training.mentoring_entry.recorded.v1"


class LevelAttested(EntryState):
    """A head of the facility attests it."""

    type = "training.mentoring_entry.attested.v1"


class LevelStruck(EntryState):
    """It was wrong and counts no more."""

    type = "training.mentoring_entry.struck.v1"


class TargetSet(Event):
    """A facility needs a level of an act from a day on."""

    topic = "relais.training.mentoring_targets"
    type = "training.mentoring_target.set.v1"

    facility_code: str
    authority_path: str
    shared_with: list[str]
    act: str
    occupation_code: str
    level: int
    since: date

    @classmethod
    def about(cls, target: Target) -> Self:
        return cls(**{name: getattr(target, name) for name in cls.model_fields})
