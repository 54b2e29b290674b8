"""Sponsored studies over HTTP."""

from uuid import UUID

from fastapi import Response

from services.training.sponsorships.models import Sponsorship
from services.training.sponsorships.permissions import can_apply_for_studies, can_read_sponsorships
from services.training.sponsorships.queries import get_visible_sponsorship, sponsorships_visible_to
from services.training.sponsorships.schemas import BoardDecision, DegreeCheck, Done, Eligibility, Outcome, ProgressReport, Reason, SponsorshipCreate, SponsorshipRead
from services.training.sponsorships.use_cases import (
    apply_for_study,
    check_degree,
    decide_at_board,
    judge_eligibility,
    record_enrolment,
    record_outcome,
    record_progress,
    record_return,
    withdraw_application,
)
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/sponsorships", tags=["sponsored studies"])
ANSWERS = problems(401, 403, 404, 409, 412, 422, 503)


def _read(response: Response, caller: Caller, sponsorship: Sponsorship) -> SponsorshipRead:
    etag(response, sponsorship.version)
    return SponsorshipRead.seen_by(caller, sponsorship)


@router.post("", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_apply_for_studies)], responses=problems(401, 403, 409, 422, 503))
async def create_sponsorship(body: SponsorshipCreate, response: Response, caller: CallerDep, session: SessionDep) -> SponsorshipRead:
    """Apply for a sponsored study; every criterion is judged and shown, and what would be owed is computed."""
    return _read(response, caller, await apply_for_study(session, caller=caller, body=body))


@router.get("", response_model=Page[SponsorshipRead], dependencies=[allows(can_read_sponsorships)], responses=problems(401, 403, 422))
async def list_sponsorships(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    programme: str | None = None,
    specialty: str | None = None,
    facility: str | None = None,
    person: UUID | None = None,
    need: UUID | None = None,
) -> Page[SponsorshipRead]:
    """Studies of people of the facilities one acts for, oldest first."""
    statement = sponsorships_visible_to(caller)
    for column, wanted in (
        (Sponsorship.state, state),
        (Sponsorship.programme, programme),
        (Sponsorship.specialty, specialty),
        (Sponsorship.facility_code, facility),
        (Sponsorship.person_id, person),
        (Sponsorship.need_id, need),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Sponsorship.applied_on, Sponsorship.id], params=page)
    return found.of([SponsorshipRead.seen_by(caller, sponsorship) for sponsorship in found.items])


@router.get("/{sponsorship_id}", response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=problems(401, 403, 404))
async def read_sponsorship(sponsorship_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> SponsorshipRead:
    """One study with its criteria, its cost and its reports."""
    return _read(response, caller, await get_visible_sponsorship(session, caller, sponsorship_id))


@router.post("/{sponsorship_id}/eligibility", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=ANSWERS)
async def create_eligibility(sponsorship_id: UUID, body: Eligibility, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SponsorshipRead:
    """Decide on the eligibility."""
    return _read(response, caller, await judge_eligibility(session, caller=caller, sponsorship_id=sponsorship_id, body=body, if_match=if_match))


@router.post("/{sponsorship_id}/board", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=ANSWERS)
async def create_board_decision(sponsorship_id: UUID, body: BoardDecision, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SponsorshipRead:
    """Enter what the board decided; another person than the one who applied."""
    return _read(response, caller, await decide_at_board(session, caller=caller, sponsorship_id=sponsorship_id, body=body, if_match=if_match))


@router.post("/{sponsorship_id}/withdrawal", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=ANSWERS)
async def create_withdrawal(sponsorship_id: UUID, body: Reason, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> SponsorshipRead:
    """Take the application back before the signature."""
    return _read(response, caller, await withdraw_application(session, caller=caller, sponsorship_id=sponsorship_id, body=body, if_match=if_match))


@router.post("/{sponsorship_id}/enrolment", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=ANSWERS)
async def create_enrolment(sponsorship_id: UUID, body: Done, response: Response, caller: CallerDep, session: SessionDep) -> SponsorshipRead:
    """The institution enrolled the person."""
    return _read(response, caller, await record_enrolment(session, caller=caller, sponsorship_id=sponsorship_id, body=body))


@router.post("/{sponsorship_id}/progress", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=ANSWERS)
async def create_progress(sponsorship_id: UUID, body: ProgressReport, response: Response, caller: CallerDep, session: SessionDep) -> SponsorshipRead:
    """Enter a progress report."""
    return _read(response, caller, await record_progress(session, caller=caller, sponsorship_id=sponsorship_id, body=body))


@router.post("/{sponsorship_id}/outcome", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=ANSWERS)
async def create_outcome(sponsorship_id: UUID, body: Outcome, response: Response, caller: CallerDep, session: SessionDep) -> SponsorshipRead:
    """The diploma, a failure, or a study that was given up."""
    return _read(response, caller, await record_outcome(session, caller=caller, sponsorship_id=sponsorship_id, body=body))


@router.post("/{sponsorship_id}/return", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=ANSWERS)
async def create_return(sponsorship_id: UUID, body: Done, response: Response, caller: CallerDep, session: SessionDep) -> SponsorshipRead:
    """The person is back at work."""
    return _read(response, caller, await record_return(session, caller=caller, sponsorship_id=sponsorship_id, body=body))


@router.post("/{sponsorship_id}/degree-check", status_code=201, response_model=SponsorshipRead, dependencies=[allows(can_read_sponsorships)], responses=ANSWERS)
async def create_degree_check(sponsorship_id: UUID, body: DegreeCheck, response: Response, caller: CallerDep, session: SessionDep) -> SponsorshipRead:
    """Enter what the issuer answered about the diploma; never by who entered the diploma."""
    return _read(response, caller, await check_degree(session, caller=caller, sponsorship_id=sponsorship_id, body=body))
