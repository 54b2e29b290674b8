"""The organiser says which skills are taught, each facility names its trainers, and the trainers assess before and after."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.enrolments.models import Enrolment
from services.training.enrolments.queries import enrolments_visible_to
from services.training.mentoring.queries import named_acts
from services.training.roles import can_organise
from services.training.sessions.guards import must_have_begun, pack_of_session
from services.training.sessions.models import TrainingSession
from services.training.sessions.queries import get_own_session, get_visible_session
from services.training.sessions.schemas import must_be_entered_now
from services.training.skills.events import SkillAssessed
from services.training.skills.models import SessionSkill, SessionTrainer, SkillLevel
from services.training.skills.permissions import can_assess, sends_trainers
from services.training.skills.schemas import SkillsCreate, SkillSheet, TrainersNamed
from services.training.workflow import ABSENT, WAITING, WITHDRAWN
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.db import worker_session
from shared.directory import works_of
from shared.errors import FieldError, Malformed, Refused
from shared.events import record_events
from shared.i18n import _
from shared.people import names_of
from shared.rulepacks import Rule


async def teach_skills(session: AsyncSession, *, caller: Caller, session_id: UUID, body: SkillsCreate) -> TrainingSession:
    """Acts of the catalogue with the version of the protocol that is taught; more may be added, none goes once it was assessed."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_own_session(session, caller, session_id)
    require(can_organise(caller, training))
    known = {skill.act: skill for skill in await skills_of(session, training.id)}
    acts = await named_acts(session, caller, [skill.act for skill in body.skills], field="skills")
    for skill, act in zip(body.skills, acts, strict=True):
        row = known.get(skill.act) or SessionSkill(session_id=training.id, act=act.code, title=act.title, kind=act.kind)
        row.target_level, row.protocol_version = skill.target_level, skill.protocol_version or act.protocol_version
        session.add(row)
    await session.flush()
    await record_audit(session, caller, "session.skills-taught", "session", training.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return training


async def name_trainers(session: AsyncSession, *, caller: Caller, session_id: UUID, body: TrainersNamed) -> TrainingSession:
    """Each facility names the people whom it sends: the organiser those of its own side, another authority's facility its own."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_visible_session(session, caller, session_id)
    if not sends_trainers(caller, training):
        require(can_organise(caller, training))
    async with worker_session() as asked:
        works = await works_of(asked, body.person_ids, training.first_day)
    wrong = []
    for place, person in enumerate(body.person_ids):
        work = works.get(person)
        if work is None or not (work.facility_code in caller.facilities or caller.manages(work.authority_path)):
            wrong.append(FieldError(f"person_ids.{place}", _("There is no person with this identifier that you may see.")))
    if wrong:
        raise Malformed(wrong)
    known = {trainer.person_id for trainer in await trainers_of(session, training.id)}
    new = [person for person in dict.fromkeys(body.person_ids) if person not in known]
    names = await names_of(caller, new) if new else {}
    session.add_all(
        [
            SessionTrainer(session_id=training.id, person_id=person, facility_code=works[person].facility_code, name=names[person], named_by=caller.actor, named_on=done_on)
            for person in new
        ]
    )
    await session.flush()
    await record_audit(session, caller, "session.trainers-named", "session", training.id, after={"trainers": [str(person) for person in new]}, done_on=done_on)
    return training


async def enter_levels(session: AsyncSession, *, caller: Caller, session_id: UUID, body: SkillSheet) -> TrainingSession:
    """What the trainers found, one person or the whole room; the sheet names its assessors, who teach in the session."""
    done_on = judge_done_on(caller, body.done_on)
    training = await get_visible_session(session, caller, session_id)
    require(can_assess(caller, training))
    must_be_entered_now(training)
    must_have_begun(training, done_on, since=training.first_day if body.moment == "before" else training.last_day)
    skills = {skill.act: skill for skill in await skills_of(session, training.id)}
    await _assessors_must_teach(session, training, body)
    unknown = sorted({entry.act for entry in body.entries} - set(skills))
    if unknown:
        raise Malformed.field("entries", _("The session does not teach {act}."), act=unknown[0])
    enrolments = await _enrolled(session, caller, training, body)
    known: dict[tuple[UUID, str], dict[str, SkillLevel]] = {}
    for row in await session.scalars(select(SkillLevel).where(SkillLevel.enrolment_id.in_([enrolment.id for enrolment in enrolments.values()]))):
        known.setdefault((row.enrolment_id, row.act), {})[row.moment] = row
    audits, told = [], []
    for entry in body.entries:
        enrolment = enrolments[entry.person_id]
        levels = known.setdefault((enrolment.id, entry.act), {})
        before = levels[body.moment].level if body.moment in levels else None
        row = levels.get(body.moment) or SkillLevel(enrolment_id=enrolment.id, session_id=training.id, person_id=entry.person_id, act=entry.act, moment=body.moment)
        row.level, row.assessor_id, row.second_assessor_id, row.assessed_on, row.entered_by = entry.level, body.assessor_id, body.second_assessor_id, done_on, caller.actor
        session.add(row)
        levels[body.moment] = row
        audits.append((enrolment.id, {"level": before}, {"act": entry.act, "moment": body.moment, "level": entry.level}))
        told.append(SkillAssessed.about(enrolment, training, skills[entry.act], {moment: each.level for moment, each in levels.items()}))
    await session.flush()
    await record_audits(session, caller, "enrolment.skill-assessed", "enrolment", audits, done_on=done_on)
    record_events(session, told)
    return training


async def _assessors_must_teach(session: AsyncSession, training: TrainingSession, body: SkillSheet) -> None:
    """Those who assess are trainers of the session. Raises Malformed."""
    there = {trainer.person_id for trainer in await trainers_of(session, training.id)} | set(training.trainer_ids)
    wrong = [name for name in ("assessor_id", "second_assessor_id") if (person := getattr(body, name)) is not None and person not in there]
    if wrong:
        raise Malformed([FieldError(name, _("This person does not teach in the session.")) for name in wrong])


async def _enrolled(session: AsyncSession, caller: Caller, training: TrainingSession, body: SkillSheet) -> dict[UUID, Enrolment]:
    """The participants of a sheet. Raises Refused for people who have no seat, and after the session for those who were absent."""
    wanted = {entry.person_id for entry in body.entries}
    statement = enrolments_visible_to(caller).where(Enrolment.session_id == training.id, Enrolment.state.not_in((WITHDRAWN, WAITING)), Enrolment.person_id.in_(wanted))
    found = {enrolment.person_id: enrolment for enrolment in await session.scalars(statement.order_by(Enrolment.id).with_for_update(of=Enrolment))}
    if strangers := sorted(wanted - set(found)):
        raise Refused(
            "not-enrolled",
            _("{count} people of this sheet are not enrolled in the session; nothing was entered."),
            rule=Rule("TRN-ENROLLED", "enrolled", "people of the sheet", "Relais rule book, training (attendance is kept for those who are enrolled)"),
            possible=_("Enrol them first, while the session is open or running; then enter the sheet again."),
            more={"persons": [str(person) for person in strangers]},
            count=len(strangers),
        )
    if absent := [enrolment for enrolment in found.values() if body.moment == "after" and enrolment.state == ABSENT]:
        raise Refused(
            "post-test-of-an-absent",
            _("{count} people of this sheet were absent and have no post-test."),
            rule=pack_of_session(training).rule("TRN-ATTENDED"),
            possible=_("Correct the attendance first."),
            more={"persons": [str(enrolment.person_id) for enrolment in absent]},
            count=len(absent),
        )
    return found


async def skills_of(session: AsyncSession, session_id: UUID) -> Sequence[SessionSkill]:
    return (await session.scalars(select(SessionSkill).where(SessionSkill.session_id == session_id).order_by(SessionSkill.title))).all()


async def trainers_of(session: AsyncSession, session_id: UUID) -> Sequence[SessionTrainer]:
    return (await session.scalars(select(SessionTrainer).where(SessionTrainer.session_id == session_id).order_by(SessionTrainer.name))).all()
