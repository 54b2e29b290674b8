"""The mentoring logbook over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.training.mentoring import use_cases
from services.training.mentoring.models import Entry, MentoringAct, Mentorship, Target
from services.training.mentoring.permissions import can_attest_levels, can_keep_mentorships, can_publish_acts, can_read_mentoring, can_set_targets, can_write_logbooks
from services.training.mentoring.progress import progress_of
from services.training.mentoring.queries import (
    acts_visible_to,
    entries_visible_to,
    get_visible_entry,
    get_visible_mentorship,
    last_entry_by,
    mentorships_visible_to,
    targets_visible_to,
)
from services.training.mentoring.schemas import (
    ActCreate,
    ActRead,
    ActsAdded,
    Attestation,
    Ending,
    EntriesAnswer,
    EntriesCreate,
    EntryRead,
    FacilityGap,
    GapCell,
    GapRead,
    Gaps,
    Leaving,
    LevelAttestation,
    MentorshipCreate,
    MentorshipRead,
    PeopleNamed,
    Striking,
    TargetCreate,
    TargetRead,
)
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/mentoring", tags=["mentoring"])
READ: dict[str, Any] = {"dependencies": [allows(can_read_mentoring)], "responses": problems(401, 403, 422)}
KEEP: dict[str, Any] = {"status_code": 201, "response_model": MentorshipRead, "dependencies": [allows(can_keep_mentorships)], "responses": problems(401, 403, 404, 409, 412, 422)}
CODE = Query(max_length=60)


async def _read(session: SessionDep, response: Response, caller: Caller, mentorship: Mentorship) -> MentorshipRead:
    etag(response, mentorship.version)
    return MentorshipRead.seen_by(caller, mentorship, await last_entry_by(session, caller, mentorship))


@router.post("/acts", status_code=201, response_model=ActRead, dependencies=[allows(can_publish_acts)], responses=problems(401, 403, 409, 422))
async def create_act(body: ActCreate, caller: CallerDep, session: SessionDep) -> ActRead:
    """Put an act in the catalogue of an authority."""
    return ActRead.of(await use_cases.publish_act(session, caller=caller, body=body))


@router.get("/acts", response_model=Page[ActRead], **READ)
async def list_acts(caller: CallerDep, session: SessionDep, page: PageDep, code: Annotated[str | None, CODE] = None) -> Page[ActRead]:
    """Acts of one's own authority and of those above."""
    statement = acts_visible_to(caller)
    if code:
        statement = statement.where(MentoringAct.code == code)
    found = await keyset_page(session, statement, keys=[MentoringAct.code, MentoringAct.id], params=page)
    return found.of([ActRead.of(act) for act in found.items])


@router.post("/mentorships", status_code=201, response_model=MentorshipRead, dependencies=[allows(can_keep_mentorships)], responses=problems(401, 403, 409, 422))
async def create_mentorship(body: MentorshipCreate, response: Response, caller: CallerDep, session: SessionDep) -> MentorshipRead:
    """Open a mentorship and name the people of one's own side."""
    return await _read(session, response, caller, await use_cases.open_mentorship(session, caller=caller, body=body))


@router.get("/mentorships", response_model=Page[MentorshipRead], **READ)
async def list_mentorships(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    facility: Annotated[str | None, CODE] = None,
    mentor_facility: Annotated[str | None, CODE] = None,
    agreement: UUID | None = None,
    training_session: UUID | None = None,
    state: str | None = None,
) -> Page[MentorshipRead]:
    """Mentorships in which one's facilities teach or learn, by first day."""
    statement = mentorships_visible_to(caller)
    for column, wanted in (
        (Mentorship.facility_code, facility),
        (Mentorship.mentor_facility, mentor_facility),
        (Mentorship.agreement_id, agreement),
        (Mentorship.session_id, training_session),
        (Mentorship.state, state),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Mentorship.starts_on, Mentorship.id], params=page)
    return found.of([MentorshipRead.seen_by(caller, mentorship) for mentorship in found.items])


@router.get("/mentorships/{mentorship_id}", response_model=MentorshipRead, dependencies=[allows(can_read_mentoring)], responses=problems(401, 403, 404))
async def read_mentorship(mentorship_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> MentorshipRead:
    """One mentorship, with what this account wrote last in its logbook."""
    return await _read(session, response, caller, await get_visible_mentorship(session, caller, mentorship_id))


@router.post("/mentorships/{mentorship_id}/people", **KEEP)
async def create_people(mentorship_id: UUID, body: PeopleNamed, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MentorshipRead:
    """Name people of one's own side who teach or learn."""
    return await _read(session, response, caller, await use_cases.name_people(session, caller=caller, mentorship_id=mentorship_id, body=body, if_match=if_match))


@router.post("/mentorships/{mentorship_id}/leaving", **KEEP)
async def create_leaving(mentorship_id: UUID, body: Leaving, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MentorshipRead:
    """Say that somebody teaches or learns here no more."""
    return await _read(session, response, caller, await use_cases.leave_mentorship(session, caller=caller, mentorship_id=mentorship_id, body=body, if_match=if_match))


@router.post("/mentorships/{mentorship_id}/acts", **KEEP)
async def create_taught_acts(mentorship_id: UUID, body: ActsAdded, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MentorshipRead:
    """Add acts that are taught."""
    return await _read(session, response, caller, await use_cases.add_acts(session, caller=caller, mentorship_id=mentorship_id, body=body, if_match=if_match))


@router.post("/mentorships/{mentorship_id}/end", **KEEP)
async def create_end(mentorship_id: UUID, body: Ending, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MentorshipRead:
    """End a mentorship before its last day, with the reason."""
    return await _read(session, response, caller, await use_cases.end_mentorship(session, caller=caller, mentorship_id=mentorship_id, body=body, if_match=if_match))


@router.post("/mentorships/{mentorship_id}/entries", response_model=EntriesAnswer, dependencies=[allows(can_write_logbooks)], responses=problems(401, 403, 404, 409, 422))
async def create_entries(mentorship_id: UUID, body: EntriesCreate, caller: CallerDep, session: SessionDep) -> EntriesAnswer:
    """Write several lines in the logbook; each is answered by itself."""
    answers = await use_cases.record_entries(session, caller=caller, mentorship_id=mentorship_id, body=body)
    recorded = sum(answer.entry is not None for answer in answers)
    return EntriesAnswer(items=answers, recorded=recorded, refused=len(answers) - recorded)


@router.get("/entries", response_model=Page[EntryRead], **READ)
async def list_entries(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    mentorship: UUID | None = None,
    person: UUID | None = None,
    facility: Annotated[str | None, CODE] = None,
    act: Annotated[str | None, CODE] = None,
    state: str | None = None,
) -> Page[EntryRead]:
    """Lines of the logbooks that one may read, by day: a person's level in an act over time."""
    statement = entries_visible_to(caller)
    for column, wanted in ((Entry.mentorship_id, mentorship), (Entry.person_id, person), (Entry.facility_code, facility), (Entry.act, act), (Entry.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Entry.found_on, Entry.id], params=page)
    return found.of([EntryRead.seen_by(caller, entry) for entry in found.items])


@router.get("/entries/{mentoring_entry_id}", response_model=EntryRead, dependencies=[allows(can_read_mentoring)], responses=problems(401, 403, 404))
async def read_entry(mentoring_entry_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> EntryRead:
    """One line of a logbook."""
    entry = await get_visible_entry(session, caller, mentoring_entry_id)
    etag(response, entry.version)
    return EntryRead.seen_by(caller, entry)


@router.post(
    "/entries/{mentoring_entry_id}/attestation",
    status_code=201,
    response_model=EntryRead,
    dependencies=[allows(can_attest_levels)],
    responses=problems(401, 403, 404, 409, 412, 422),
)
async def create_attestation(mentoring_entry_id: UUID, body: Attestation, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> EntryRead:
    """Attest what the assessors found: a head of the facility where the person works."""
    return EntryRead.seen_by(caller, await use_cases.attest_entry(session, caller=caller, entry_id=mentoring_entry_id, body=body, if_match=if_match))


@router.post(
    "/entries/{mentoring_entry_id}/striking", status_code=201, response_model=EntryRead, dependencies=[allows(can_write_logbooks)], responses=problems(401, 403, 404, 409, 412, 422)
)
async def create_striking(mentoring_entry_id: UUID, body: Striking, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> EntryRead:
    """Strike an entry that is wrong, with the reason."""
    return EntryRead.seen_by(caller, await use_cases.strike_entry(session, caller=caller, entry_id=mentoring_entry_id, body=body, if_match=if_match))


@router.post("/attested-levels", status_code=201, response_model=EntryRead, dependencies=[allows(can_attest_levels)], responses=problems(401, 403, 409, 422))
async def create_attested_level(body: LevelAttestation, caller: CallerDep, session: SessionDep) -> EntryRead:
    """Attest a level of somebody of one's own facility, as of those who are going to teach."""
    return EntryRead.seen_by(caller, await use_cases.attest_level(session, caller=caller, body=body))


@router.post("/targets", status_code=201, response_model=TargetRead, dependencies=[allows(can_set_targets)], responses=problems(401, 403, 409, 422))
async def create_target(body: TargetCreate, caller: CallerDep, session: SessionDep) -> TargetRead:
    """Set the level that a facility needs in an act."""
    return TargetRead.of(await use_cases.set_target(session, caller=caller, body=body))


@router.get("/targets", response_model=Page[TargetRead], **READ)
async def list_targets(caller: CallerDep, session: SessionDep, page: PageDep, facility: Annotated[str | None, CODE] = None) -> Page[TargetRead]:
    """The levels that facilities need, by day."""
    statement = targets_visible_to(caller)
    if facility:
        statement = statement.where(Target.facility_code == facility)
    found = await keyset_page(session, statement, keys=[Target.since, Target.id], params=page)
    return found.of([TargetRead.of(target) for target in found.items])


@router.get("/gaps", response_model=Gaps, **READ)
async def list_gaps(caller: CallerDep, session: SessionDep, as_of: date | None = None) -> Gaps:
    """How far each facility is from the levels that it needs (TRF-01)."""
    day = as_of or today()
    return Gaps(items=[GapRead.of(progress, day) for progress in await progress_of(session, caller, day)])


@router.get("/gaps/{facility_code}", response_model=FacilityGap, dependencies=[allows(can_read_mentoring)], responses=problems(401, 403, 404, 422))
async def read_gap(facility_code: str, caller: CallerDep, session: SessionDep, as_of: date | None = None) -> FacilityGap:
    """The same for one facility, learner by learner and act by act."""
    day = as_of or today()
    found = await progress_of(session, caller, day, facility=facility_code)
    if not found:
        raise NotFound()
    cells = [GapCell.model_validate(cell) for cell in found[0].cells]
    return FacilityGap(**GapRead.of(found[0], day).model_dump(), cells=cells)
