"""Awards over HTTP."""

from uuid import UUID

from services.appointment.awards.models import Award
from services.appointment.awards.permissions import can_propose_awards
from services.appointment.awards.queries import awards_visible_to, get_visible_award
from services.appointment.awards.quota import shares_passed
from services.appointment.awards.schemas import AwardRead, AwardsCreate, Proposed, ProposedMany, Withdrawal
from services.appointment.awards.use_cases import propose_awards, withdraw_awards
from services.appointment.probations.permissions import can_read_personnel
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import Problem, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Year

router = Router(prefix="/awards", tags=["awards"])


@router.post("", status_code=201, response_model=ProposedMany, dependencies=[allows(can_propose_awards)], responses=problems(401, 403, 409, 422))
async def create_awards(body: AwardsCreate, caller: CallerDep, session: SessionDep) -> ProposedMany:
    """Propose a title for people or for a unit under one decision; each is answered by themselves, and a share that is passed is said."""
    proposal_id, answers = await propose_awards(session, caller=caller, body=body)
    items = [
        Proposed(
            person_id=person_id,
            award=AwardRead.seen_by(caller, answer) if isinstance(answer, Award) else None,
            problem=answer.as_json(caller.language) if isinstance(answer, Problem) else None,
        )
        for person_id, answer in answers
    ]
    made = [answer for _person, answer in answers if isinstance(answer, Award)]
    return ProposedMany(proposal_id=proposal_id, items=items, warnings=await shares_passed(session, body.title, body.year, [award.facility_code for award in made]))


@router.get("", response_model=Page[AwardRead], dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 422))
async def list_awards(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    title: str | None = None,
    level: str | None = None,
    year: Year | None = None,
    facility: str | None = None,
    person: UUID | None = None,
    proposal: UUID | None = None,
    reference: str | None = None,
) -> Page[AwardRead]:
    """Awards at the places one acts for, by year."""
    statement = awards_visible_to(caller)
    for column, wanted in (
        (Award.state, state),
        (Award.title, title),
        (Award.level, level),
        (Award.year, year),
        (Award.facility_code, facility),
        (Award.person_id, person),
        (Award.proposal_id, proposal),
        (Award.reference, reference),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Award.year, Award.id], params=page)
    return found.of([AwardRead.seen_by(caller, award) for award in found.items])


@router.get("/{award_id}", response_model=AwardRead, dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 404))
async def read_award(award_id: UUID, caller: CallerDep, session: SessionDep) -> AwardRead:
    """One award."""
    return AwardRead.seen_by(caller, await get_visible_award(session, caller, award_id))


@router.post(
    "/proposals/{proposal_id}/withdrawal", status_code=201, response_model=Page[AwardRead], dependencies=[allows(can_propose_awards)], responses=problems(401, 403, 404, 409)
)
async def create_withdrawal(proposal_id: UUID, body: Withdrawal, caller: CallerDep, session: SessionDep) -> Page[AwardRead]:
    """Give up what was proposed together, before its signature."""
    found = await withdraw_awards(session, caller=caller, proposal_id=proposal_id, done_on=body.done_on)
    return Page(items=[AwardRead.seen_by(caller, award) for award in found])
