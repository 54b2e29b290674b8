"""Skills of a session over HTTP."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.enrolments.models import Enrolment
from services.training.enrolments.queries import enrolments_visible_to
from services.training.roles import READERS, can_organise, can_organise_training
from services.training.sessions.models import TrainingSession
from services.training.sessions.queries import get_visible_session
from services.training.sessions.schemas import must_be_entered_now
from services.training.skills import use_cases
from services.training.skills.models import SessionSkill, SkillLevel
from services.training.skills.permissions import can_assess, can_assess_skills, can_name_trainers, can_read_skills, sends_trainers
from services.training.skills.schemas import ParticipantLevels, SkillRead, SkillsCreate, SkillSheet, SkillsRead, TrainerRead, TrainersNamed
from services.training.workflow import WAITING, WITHDRAWN
from shared.actions import action
from shared.auth import ALLOWED, Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router

router = Router(prefix="/sessions", tags=["skills"])
ACT: dict[str, Any] = {"status_code": 201, "response_model": SkillsRead, "responses": problems(401, 403, 404, 409, 422)}


async def _read(session: AsyncSession, caller: Caller, training: TrainingSession) -> SkillsRead:
    """Who only teaches sees the rooms in which they teach, and not who of their colleagues goes where."""
    skills = await use_cases.skills_of(session, training.id)
    statement = enrolments_visible_to(caller).where(Enrolment.session_id == training.id, Enrolment.state.not_in((WITHDRAWN, WAITING)))
    reads_all = caller.has_role(*READERS) or caller.is_machine or sends_trainers(caller, training)
    enrolments = (await session.scalars(statement.order_by(Enrolment.facility_code, Enrolment.name, Enrolment.id))).all() if reads_all else []
    rows = await session.scalars(select(SkillLevel).where(SkillLevel.enrolment_id.in_([enrolment.id for enrolment in enrolments])))
    levels: dict[tuple[UUID, str], dict[str, int]] = {}
    for row in rows:
        levels.setdefault((row.enrolment_id, row.moment), {})[row.act] = row.level
    participants = [
        ParticipantLevels(
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            facility_code=enrolment.facility_code,
            name=enrolment.name,
            before=levels.get((enrolment.id, "before"), {}),
            after=levels.get((enrolment.id, "after"), {}),
        )
        for enrolment in enrolments
    ]
    return SkillsRead(
        session_id=training.id,
        title=training.title,
        first_day=training.first_day,
        last_day=training.last_day,
        trainer_facilities=training.trainer_facilities,
        skills=[_counted(skill, participants) for skill in skills],
        trainers=[TrainerRead.model_validate(trainer) for trainer in await use_cases.trainers_of(session, training.id)],
        participants=participants,
        available_actions=[
            action("teach_skills", can_organise(caller, training)),
            action("name_trainers", ALLOWED if can_name_trainers(caller) is ALLOWED and sends_trainers(caller, training) else can_organise(caller, training)),
            action("assess", can_assess(caller, training), lambda: must_be_entered_now(training)),
        ],
    )


def _counted(skill: SessionSkill, participants: list[ParticipantLevels]) -> SkillRead:
    before = [each.before[skill.act] for each in participants if skill.act in each.before]
    after = [each.after[skill.act] for each in participants if skill.act in each.after]
    return SkillRead.model_validate(
        {name: getattr(skill, name) for name in ("act", "title", "kind", "protocol_version", "target_level")}
        | {
            "before_assessed": len(before),
            "before_at_level": sum(level >= skill.target_level for level in before),
            "after_assessed": len(after),
            "after_at_level": sum(level >= skill.target_level for level in after),
        }
    )


@router.get("/{session_id}/skills", response_model=SkillsRead, dependencies=[allows(can_read_skills)], responses=problems(401, 403, 404))
async def read_skills(session_id: UUID, caller: CallerDep, session: SessionDep) -> SkillsRead:
    """The skills of a session with the levels before and after."""
    return await _read(session, caller, await get_visible_session(session, caller, session_id))


@router.post("/{session_id}/skills", dependencies=[allows(can_organise_training)], **ACT)
async def create_skills(session_id: UUID, body: SkillsCreate, caller: CallerDep, session: SessionDep) -> SkillsRead:
    """Say which acts the session teaches, with the version of the protocol."""
    return await _read(session, caller, await use_cases.teach_skills(session, caller=caller, session_id=session_id, body=body))


@router.post("/{session_id}/trainers", dependencies=[allows(can_name_trainers)], **ACT)
async def create_trainers(session_id: UUID, body: TrainersNamed, caller: CallerDep, session: SessionDep) -> SkillsRead:
    """Name the people whom one's facility sends to teach."""
    return await _read(session, caller, await use_cases.name_trainers(session, caller=caller, session_id=session_id, body=body))


@router.post("/{session_id}/skill-levels", dependencies=[allows(can_assess_skills)], **ACT)
async def create_skill_levels(session_id: UUID, body: SkillSheet, caller: CallerDep, session: SessionDep) -> SkillsRead:
    """Enter what was found before or after the session: one person or the whole room."""
    return await _read(session, caller, await use_cases.enter_levels(session, caller=caller, session_id=session_id, body=body))
