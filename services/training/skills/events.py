"""What training tells of skills: the level of one participant in one skill before and after a session."""

from collections.abc import Mapping
from datetime import date
from typing import Self
from uuid import UUID, uuid5

from services.training.enrolments.models import Enrolment
from services.training.sessions.models import TrainingSession
from services.training.skills.models import SessionSkill
from shared.events import Event


class SkillAssessed(Event):
    """A participant was assessed in a skill, before the session, after it, or both."""

    topic = "relais.training.session_skills"
    type = "training.session_skill.assessed.v1"

    session_id: UUID
    enrolment_id: UUID
    person_id: UUID
    facility_code: str
    authority_path: str
    shared_with: list[str]
    act: str
    protocol_version: str | None
    target_level: int
    before: int | None
    after: int | None
    first_day: date
    last_day: date

    @classmethod
    def about(cls, enrolment: Enrolment, training: TrainingSession, skill: SessionSkill, levels: Mapping[str, int]) -> Self:
        return cls(
            id=uuid5(enrolment.id, f"skill {skill.act}"),
            session_id=training.id,
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            facility_code=enrolment.facility_code,
            authority_path=enrolment.authority_path,
            shared_with=enrolment.shared_with,
            act=skill.act,
            protocol_version=skill.protocol_version,
            target_level=skill.target_level,
            before=levels.get("before"),
            after=levels.get("after"),
            first_day=training.first_day,
            last_day=training.last_day,
        )
