"""Acts are published, each side names its people, levels are written down as they are found, and a head attests them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.credits.holders import person_of
from services.training.enrolments.models import Enrolment
from services.training.mentoring.agreements import agreement_between
from services.training.mentoring.events import LevelAttested, LevelFound, LevelStruck, MentorshipChanged, MentorshipEnded, MentorshipOpened, MentorshipState, TargetSet
from services.training.mentoring.models import FALLS, Entry, MentoringAct, Mentorship, MentorshipAct, MentorshipPerson, Target
from services.training.mentoring.permissions import can_attest, can_attest_at, can_keep, can_name, can_open, can_set_at, can_strike, can_write
from services.training.mentoring.queries import agreement_ends, get_visible_entry, get_visible_mentorship, levels_found, mentorships_visible_to, named_acts
from services.training.mentoring.schemas import (
    ActCreate,
    ActsAdded,
    Attestation,
    Ending,
    EntriesCreate,
    EntryAnswer,
    EntryCreate,
    EntryRead,
    Leaving,
    LevelAttestation,
    MentorshipCreate,
    Part,
    PeopleNamed,
    Striking,
    TargetCreate,
)
from services.training.mentoring.workflow import ATTESTED, MENTORSHIP
from services.training.organisers import organiser_of
from services.training.rules import PACKS, pack_of
from services.training.sessions.queries import known_session
from services.training.workflow import WITHDRAWN
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.db import worker_session
from shared.directory import Place, Work, place_on, works_of
from shared.errors import FieldError, Malformed, Problem, Refused, problem_of_database_error
from shared.events import record_event
from shared.i18n import _
from shared.people import names_of
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule


async def publish_act(session: AsyncSession, *, caller: Caller, body: ActCreate) -> MentoringAct:
    """An authority puts an act in its catalogue, with the version of the protocol that is taught."""
    done_on = judge_done_on(caller, body.done_on)
    organiser = await organiser_of(session, caller, body.authority, done_on)
    if known := await by_reference(session, MentoringAct, authority_path=organiser.authority_path, body=body, reference=body.reference):
        return known
    act = MentoringAct(
        **body.model_dump(exclude={"authority", "done_on"}),
        content_hash=hash_of(body),
        authority=organiser.code,
        authority_path=organiser.authority_path,
        published_by=caller.actor,
        published_on=done_on,
    )
    session.add(act)
    await session.flush()
    await record_audit(session, caller, "mentoring_act.published", "mentoring_act", act.id, after=body.model_dump(mode="json"), done_on=done_on)
    return act


async def open_mentorship(session: AsyncSession, *, caller: Caller, body: MentorshipCreate) -> Mentorship:
    """Either side opens it on the ground that links them and names its own people; the other side names its own afterwards."""
    done_on = judge_done_on(caller, body.done_on)
    facility = await place_on(session, body.facility_code, body.starts_on)
    mentors_at = await place_on(session, body.mentor_facility, body.starts_on, field="mentor_facility")
    require(can_open(caller, (facility.code, facility.authority_path), (mentors_at.code, mentors_at.authority_path)))
    if known := await by_reference(session, Mentorship, authority_path=facility.authority_path, body=body, reference=body.reference):
        return known
    await _ground_must_hold(session, caller, body)
    mentorship = Mentorship(
        **body.model_dump(include={"reference", "facility_code", "mentor_facility", "agreement_id", "session_id", "starts_on", "ends_on"}),
        content_hash=hash_of(body),
        authority_path=facility.authority_path,
        shared_with=_shared(facility, mentors_at),
        mentor_path=mentors_at.authority_path,
        rule_pack=pack_of(facility.code, done_on).id,
        opened_by=caller.actor,
        opened_on=done_on,
        people=[],
        acts=[_taught(act) for act in await named_acts(session, caller, body.acts)],
    )
    for part, people in (("mentee", body.mentees), ("mentor", body.mentors)):
        if people:
            await _name(session, caller, mentorship, part, people, done_on, field=f"{part}s")  # type: ignore[arg-type]
    session.add(mentorship)
    await session.flush()
    return await _told(session, caller, mentorship, "opened", MentorshipOpened, done_on, **body.model_dump(mode="json", exclude={"done_on"}, exclude_none=True))


def _shared(facility: Place, mentors_at: Place) -> list[str]:
    """The mentors' facility alone: neither their authority nor their colleagues' territory learns who is taught."""
    return [] if facility.code == mentors_at.code else [mentors_at.code]


def _taught(act: MentoringAct) -> MentorshipAct:
    return MentorshipAct(code=act.code, title=act.title, kind=act.kind, protocol_version=act.protocol_version)


async def _ground_must_hold(session: AsyncSession, caller: Caller, body: MentorshipCreate) -> None:
    """The agreement is between these two and covers the days; the session is one that the caller sees. Raises Malformed."""
    if body.agreement_id is not None:
        agreement = await agreement_between(session, caller, body.agreement_id, giver=body.mentor_facility, receiver=body.facility_code)
        if body.starts_on < agreement.starts_on or body.ends_on > agreement.ends_on:
            raise Malformed.field("ends_on", _("The agreement runs from {first} to {last}."), first=agreement.starts_on.isoformat(), last=agreement.ends_on.isoformat())
    if body.session_id is not None:
        await known_session(session, caller, body.session_id)


async def _name(session: AsyncSession, caller: Caller, mentorship: Mentorship, part: Part, person_ids: Sequence[UUID], day: date, *, field: str) -> None:
    """People of one side, each working there on the day; in a session those who teach are its trainers and those who learn are enrolled. Raises Malformed."""
    require(can_name(caller, mentorship, part))
    code = mentorship.facility_code if part == "mentee" else mentorship.mentor_facility
    works = await _works(person_ids, max(day, mentorship.starts_on))
    strangers = [place for place, person in enumerate(person_ids) if person not in works or works[person].facility_code != code]
    if strangers:
        raise Malformed([FieldError(f"{field}.{place}", _("This person does not work at {facility} on that day."), {"facility": code}) for place in strangers])
    known = {person.person_id: person for person in mentorship.people}
    other = [place for place, person in enumerate(person_ids) if person in known and known[person].part != part]
    if other:
        raise Malformed([FieldError(f"{field}.{place}", _("Nobody is mentor and mentee of one mentorship.")) for place in other])
    if mentorship.session_id is not None:
        await _must_be_of_the_session(session, caller, mentorship.session_id, part, person_ids, field)
    new = [person for person in person_ids if person not in known]
    names = await names_of(caller, new) if new else {}
    mentorship.people += [
        MentorshipPerson(person_id=person, part=part, name=names[person], occupation_code=works[person].occupation_code, named_by=caller.actor, named_on=day) for person in new
    ]
    for person in person_ids:
        if person in known:
            known[person].left_on = None


async def _works(person_ids: Collection[UUID], day: date) -> dict[UUID, Work]:
    """Where people work is asked of both sides about each other's staff: answered yes or no."""
    async with worker_session() as session:
        return await works_of(session, person_ids, day)


async def _must_be_of_the_session(session: AsyncSession, caller: Caller, session_id: UUID, part: Part, person_ids: Sequence[UUID], field: str) -> None:
    training = await known_session(session, caller, session_id)
    if part == "mentor":
        there = set(training.trainer_ids)
    else:
        there = set(await session.scalars(select(Enrolment.person_id).where(Enrolment.session_id == training.id, Enrolment.state != WITHDRAWN)))
    wrong = [place for place, person in enumerate(person_ids) if person not in there]
    if wrong:
        raise Malformed([FieldError(f"{field}.{place}", _("This person neither teaches nor learns in the session.")) for place in wrong])


async def _told(session: AsyncSession, caller: Caller, mentorship: Mentorship, act: str, event: type[MentorshipState], done_on: date, **after: Any) -> Mentorship:
    await session.flush()
    await record_audit(session, caller, f"mentorship.{act}", "mentorship", mentorship.id, after=after | {"state": mentorship.state}, done_on=done_on)
    record_event(session, event.about(mentorship))
    return mentorship


async def _held(session: AsyncSession, caller: Caller, mentorship_id: UUID, done_on: date | None, if_match: str | None) -> tuple[Mentorship, date]:
    day = judge_done_on(caller, done_on)
    mentorship = await get_visible_mentorship(session, caller, mentorship_id, lock=True)
    require_current(if_match, mentorship.version)
    return mentorship, day


async def name_people(session: AsyncSession, *, caller: Caller, mentorship_id: UUID, body: PeopleNamed, if_match: str | None = None) -> Mentorship:
    """One side names people of its own who teach or learn."""
    mentorship, done_on = await _held(session, caller, mentorship_id, body.done_on, if_match)
    require(can_name(caller, mentorship, body.part))
    MENTORSHIP.after("end", mentorship.state)
    await _name(session, caller, mentorship, body.part, body.person_ids, done_on, field="person_ids")
    mentorship.version += 1
    return await _told(session, caller, mentorship, "people_named", MentorshipChanged, done_on, part=body.part, people=[str(person) for person in body.person_ids])


async def leave_mentorship(session: AsyncSession, *, caller: Caller, mentorship_id: UUID, body: Leaving, if_match: str | None = None) -> Mentorship:
    """Somebody teaches or learns here no more; what was found stays."""
    mentorship, done_on = await _held(session, caller, mentorship_id, body.done_on, if_match)
    person = next((each for each in mentorship.people if each.person_id == body.person_id and each.left_on is None), None)
    if person is None:
        raise Malformed.field("person_id", _("This person neither teaches nor learns here."))
    require(can_name(caller, mentorship, person.part))
    person.left_on = done_on
    mentorship.version += 1
    return await _told(session, caller, mentorship, "person_left", MentorshipChanged, done_on, person=str(body.person_id))


async def add_acts(session: AsyncSession, *, caller: Caller, mentorship_id: UUID, body: ActsAdded, if_match: str | None = None) -> Mentorship:
    """More acts of the catalogue are taught here."""
    mentorship, done_on = await _held(session, caller, mentorship_id, body.done_on, if_match)
    require(can_keep(caller, mentorship))
    MENTORSHIP.after("end", mentorship.state)
    mentorship.acts += [_taught(act) for act in await named_acts(session, caller, body.acts) if mentorship.act(act.code) is None]
    mentorship.version += 1
    return await _told(session, caller, mentorship, "acts_added", MentorshipChanged, done_on, acts=body.acts)


async def end_mentorship(session: AsyncSession, *, caller: Caller, mentorship_id: UUID, body: Ending, if_match: str | None = None) -> Mentorship:
    """Either side ends it before its last day, with the reason."""
    mentorship, done_on = await _held(session, caller, mentorship_id, body.done_on, if_match)
    require(can_keep(caller, mentorship))
    mentorship.end(on=done_on, reason=body.reason)
    return await _told(session, caller, mentorship, "ended", MentorshipEnded, done_on, reason=body.reason)


async def record_entries(session: AsyncSession, *, caller: Caller, mentorship_id: UUID, body: EntriesCreate) -> list[EntryAnswer]:
    """Several lines of a logbook at once, each answered by itself: one refusal stops no other."""
    done_on = judge_done_on(caller, body.done_on)
    mentorship = await get_visible_mentorship(session, caller, mentorship_id)
    require(can_write(caller, mentorship))
    last_day = min(mentorship.last_day, await agreement_ends(session, caller, mentorship.agreement_id) or mentorship.last_day)
    return [await _answered(session, caller, mentorship, line, done_on, last_day) for line in body.items]


async def _answered(session: AsyncSession, caller: Caller, mentorship: Mentorship, line: EntryCreate, done_on: date, last_day: date) -> EntryAnswer:
    try:
        async with session.begin_nested():
            entry = await _record(session, caller, mentorship, line, done_on, last_day)
    except Problem as problem:
        return EntryAnswer(reference=line.reference, entry=None, problem=problem.as_json())
    except DBAPIError as error:
        if (broken := problem_of_database_error(error)) is None:
            raise
        return EntryAnswer(reference=line.reference, entry=None, problem=broken.as_json())
    return EntryAnswer(reference=line.reference, entry=EntryRead.seen_by(caller, entry), problem=None)


async def _record(session: AsyncSession, caller: Caller, mentorship: Mentorship, line: EntryCreate, done_on: date, last_day: date) -> Entry:
    if known := await by_reference(session, Entry, authority_path=mentorship.authority_path, body=line, reference=line.reference):
        return known
    act = mentorship.act(line.act)
    _must_be_of_the_mentorship(mentorship, line, act)
    assert act is not None
    _day_must_be_covered(mentorship, line.found_on, done_on, last_day)
    place = await place_on(session, line.place, line.found_on, field="place") if line.place else None
    needed = PACKS.pinned(mentorship.rule_pack).rule("MEN-ASSESSOR")
    least = needed.value["finds level 5" if line.level == 5 else "assesses"]
    assessors = [person for person in (line.mentor_id, line.second_assessor_id) if person is not None]
    found = await levels_found(session, [line.person_id, *assessors], [line.act], line.found_on)
    _must_not_fall(found.get((line.person_id, line.act)), line)
    _assessors_must_be_at_level(mentorship, {person: found.get((person, line.act), (0, None))[0] for person in assessors}, least, needed)
    entry = Entry(
        **line.model_dump(exclude={"protocol_version", "place"}),
        content_hash=hash_of(line),
        authority_path=mentorship.authority_path,
        shared_with=mentorship.shared_with,
        mentorship_id=mentorship.id,
        agreement_id=mentorship.agreement_id,
        session_id=mentorship.session_id,
        facility_code=mentorship.facility_code,
        act_title=act.title,
        act_kind=act.kind,
        protocol_version=line.protocol_version or act.protocol_version,
        place=place.code if place else mentorship.facility_code,
        assessors_at=least,
        recorded_by=caller.actor,
        recorded_on=done_on,
    )
    session.add(entry)
    return await _entry_told(session, caller, entry, "recorded", LevelFound, done_on, **line.model_dump(mode="json", exclude_none=True))


def _must_be_of_the_mentorship(mentorship: Mentorship, line: EntryCreate, act: MentorshipAct | None) -> None:
    """Who teaches, who learns and what is taught are those of the mentorship. Raises Malformed."""
    mentors, mentees = ({person.person_id for person in mentorship.of(part)} for part in ("mentor", "mentee"))
    wrong = []
    if line.person_id not in mentees:
        wrong.append(FieldError("person_id", _("This person does not learn here.")))
    if line.mentor_id not in mentors:
        wrong.append(FieldError("mentor_id", _("This person does not teach here.")))
    if line.second_assessor_id is not None and line.second_assessor_id not in mentors | mentees:
        wrong.append(FieldError("second_assessor_id", _("This person neither teaches nor learns here.")))
    if act is None:
        wrong.append(FieldError("act", _("This act is not taught here.")))
    if wrong:
        raise Malformed(wrong)


def _day_must_be_covered(mentorship: Mentorship, day: date, done_on: date, last_day: date) -> None:
    if day > done_on:
        raise Malformed.field("found_on", _("This day is still to come."))
    if not mentorship.starts_on <= day <= last_day:
        raise Refused(
            "mentorship-not-in-force",
            _("Nobody teaches here on {day}: the mentorship runs from {first} to {last}."),
            rule=Rule("MEN-PERIOD", [mentorship.starts_on.isoformat(), last_day.isoformat()], "period", "Relais rule book, training (mentoring logbook)"),
            possible=_("Choose a day of its period, or open a mentorship for that time."),
            day=day.isoformat(),
            first=mentorship.starts_on.isoformat(),
            last=last_day.isoformat(),
        )


def _must_not_fall(known: tuple[int, date] | None, line: EntryCreate | LevelAttestation) -> None:
    """A lower level is a re-assessment that says why, never a line like the others. Raises Refused."""
    if known is not None and known[0] > line.level and line.reassessment is None:
        raise Refused(
            "level-falls",
            _("Level {known} was found on {on}; {level} would be lower."),
            rule=FALLS,
            possible=_("Say why it was assessed again: a lower level is a dated re-assessment."),
            known=known[0],
            on=known[1].isoformat(),
            level=line.level,
        )


def _assessors_must_be_at_level(mentorship: Mentorship, levels: dict[UUID, int], least: int, needed: Rule) -> None:
    """Whoever assesses does the act alone; whoever finds somebody able to supervise supervises. Raises Refused, naming who is not."""
    names = {person.person_id: person.name for person in mentorship.people}
    for person, level in levels.items():
        if level < least:
            raise Refused(
                "assessor-below-level",
                _("{name} is not known at level {least} of this act: {level}."),
                rule=needed,
                possible=_("Have the head of the assessor’s own facility attest their level first, or name another assessor."),
                more={"person_id": str(person)},
                name=names.get(person, ""),
                least=least,
                level=level or "–",
            )


async def _entry_told(
    session: AsyncSession, caller: Caller, entry: Entry, done: str, event: type[LevelFound] | type[LevelAttested] | type[LevelStruck], done_on: date, **after: Any
) -> Entry:
    await session.flush()
    await record_audit(session, caller, f"mentoring_entry.{done}", "mentoring_entry", entry.id, after=after | {"state": entry.state}, done_on=done_on)
    record_event(session, event.about(entry))
    return entry


async def attest_level(session: AsyncSession, *, caller: Caller, body: LevelAttestation) -> Entry:
    """A head attests what somebody of the own facility is able to do: how those who teach are known to be able to."""
    done_on = judge_done_on(caller, body.done_on)
    if body.found_on > done_on:
        raise Malformed.field("found_on", _("This day is still to come."))
    work = (await works_of(session, [body.person_id], body.found_on)).get(body.person_id)
    if work is None:
        raise Malformed.field("person_id", _("There is no person with this identifier that you may see."))
    require(can_attest_at(caller, work.facility_code, work.authority_path))
    await _must_be_another(caller, body.person_id)
    if known := await by_reference(session, Entry, authority_path=work.authority_path, body=body, reference=body.reference):
        return known
    act = await _act_taught_somewhere(session, caller, body.act)
    _must_not_fall((await levels_found(session, [body.person_id], [body.act], body.found_on)).get((body.person_id, body.act)), body)
    entry = Entry(
        **body.model_dump(exclude={"done_on"}),
        state=ATTESTED,
        content_hash=hash_of(body),
        authority_path=work.authority_path,
        shared_with=[],
        facility_code=work.facility_code,
        act_title=act.title,
        act_kind=act.kind,
        protocol_version=act.protocol_version,
        place=work.facility_code,
        assessors_at=0,
        recorded_by=caller.actor,
        recorded_on=done_on,
        attested_by=caller.actor,
        attested_on=done_on,
    )
    session.add(entry)
    return await _entry_told(session, caller, entry, "attested", LevelAttested, done_on, **body.model_dump(mode="json", exclude={"done_on"}, exclude_none=True))


async def _must_be_another(caller: Caller, person_id: UUID) -> None:
    """Nobody attests their own level, head or not. Raises Refused."""
    if await person_of(caller) == person_id:
        raise Refused(
            "assesses-oneself",
            _("Nobody assesses their own level."),
            rule=Rule("TRF-03", "another person", "assessor", "Relais rule book, rotation (two people assess from level 4 on, never the learner)"),
            possible=_("Have a head of the facility attest it who did not record it."),
        )


async def _act_taught_somewhere(session: AsyncSession, caller: Caller, code: str) -> MentoringAct | MentorshipAct:
    """The act of one's own catalogue, or of a mentorship in which one's facility teaches: the catalogue of another authority is read there alone."""
    shared = mentorships_visible_to(caller).join(Mentorship.acts).where(MentorshipAct.code == code).order_by(Mentorship.starts_on.desc()).limit(1)
    mentorship = await session.scalar(shared)
    if mentorship is not None and (act := mentorship.act(code)) is not None:
        return act
    return (await named_acts(session, caller, [code], field="act"))[0]


async def attest_entry(session: AsyncSession, *, caller: Caller, entry_id: UUID, body: Attestation, if_match: str | None = None) -> Entry:
    """A head of the facility where the person works attests what the assessors found."""
    done_on = judge_done_on(caller, body.done_on)
    entry = await get_visible_entry(session, caller, entry_id, lock=True)
    require(can_attest(caller, entry))
    await _must_be_another(caller, entry.person_id)
    require_current(if_match, entry.version)
    entry.attest(by=caller.actor, on=done_on)
    return await _entry_told(session, caller, entry, "attested", LevelAttested, done_on)


async def strike_entry(session: AsyncSession, *, caller: Caller, entry_id: UUID, body: Striking, if_match: str | None = None) -> Entry:
    """An entry that is wrong counts no more; it stays readable, struck through."""
    done_on = judge_done_on(caller, body.done_on)
    entry = await get_visible_entry(session, caller, entry_id, lock=True)
    require(can_strike(caller, entry))
    require_current(if_match, entry.version)
    entry.strike(body.reason, by=caller.actor, on=done_on)
    return await _entry_told(session, caller, entry, "struck", LevelStruck, done_on, reason=body.reason)


async def set_target(session: AsyncSession, *, caller: Caller, body: TargetCreate) -> Target:
    """The level that a facility needs in an act from a day on."""
    done_on = judge_done_on(caller, body.done_on)
    place = await place_on(session, body.facility_code, done_on)
    require(can_set_at(caller, place.code, place.authority_path))
    if known := await by_reference(session, Target, authority_path=place.authority_path, body=body, reference=body.reference):
        return known
    (act,) = await named_acts(session, caller, [body.act], field="act")
    target = Target(
        **body.model_dump(exclude={"done_on", "occupation_code"}),
        occupation_code=body.occupation_code or "",
        content_hash=hash_of(body),
        authority_path=place.authority_path,
        shared_with=[],
        act_title=act.title,
        set_by=caller.actor,
    )
    session.add(target)
    await session.flush()
    await record_audit(session, caller, "mentoring_target.set", "mentoring_target", target.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, TargetSet.about(target))
    return target
