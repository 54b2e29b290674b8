"""Benefits over HTTP."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_

from services.appointment.benefits.models import Benefit
from services.appointment.benefits.permissions import can_propose_benefits
from services.appointment.benefits.queries import benefits_visible_to, get_visible_benefit
from services.appointment.benefits.schemas import BenefitRead, BenefitsCreate, Proposed, ProposedMany, Withdrawal
from services.appointment.benefits.use_cases import propose_benefits, withdraw_benefits
from services.appointment.probations.permissions import can_read_personnel
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import Problem, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/benefits", tags=["benefits"])


@router.post("", status_code=201, response_model=ProposedMany, dependencies=[allows(can_propose_benefits)], responses=problems(401, 403, 409, 422))
async def create_benefits(body: BenefitsCreate, caller: CallerDep, session: SessionDep) -> ProposedMany:
    """Propose a benefit for one or several people under one decision; each is answered by themselves."""
    proposal_id, answers = await propose_benefits(session, caller=caller, body=body)
    items = [
        Proposed(
            person_id=person_id,
            benefit=BenefitRead.seen_by(caller, answer) if isinstance(answer, Benefit) else None,
            problem=answer.as_json(caller.language) if isinstance(answer, Problem) else None,
        )
        for person_id, answer in answers
    ]
    return ProposedMany(proposal_id=proposal_id, items=items)


@router.get("", response_model=Page[BenefitRead], dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 422))
async def list_benefits(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    kind: str | None = None,
    facility: str | None = None,
    person: UUID | None = None,
    proposal: UUID | None = None,
    reference: str | None = None,
    as_of: date | None = None,
) -> Page[BenefitRead]:
    """Benefits at the places one acts for, by first day; `as_of`: those that run on a day."""
    statement = benefits_visible_to(caller)
    for column, wanted in (
        (Benefit.state, state),
        (Benefit.kind, kind),
        (Benefit.facility_code, facility),
        (Benefit.person_id, person),
        (Benefit.proposal_id, proposal),
        (Benefit.reference, reference),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if as_of:
        statement = statement.where(Benefit.starts_on <= as_of, or_(Benefit.ends_on.is_(None), Benefit.ends_on >= as_of))
    found = await keyset_page(session, statement, keys=[Benefit.starts_on, Benefit.id], params=page)
    return found.of([BenefitRead.seen_by(caller, benefit) for benefit in found.items])


@router.get("/{benefit_id}", response_model=BenefitRead, dependencies=[allows(can_read_personnel)], responses=problems(401, 403, 404))
async def read_benefit(benefit_id: UUID, caller: CallerDep, session: SessionDep) -> BenefitRead:
    """One benefit."""
    return BenefitRead.seen_by(caller, await get_visible_benefit(session, caller, benefit_id))


@router.post(
    "/proposals/{proposal_id}/withdrawal", status_code=201, response_model=Page[BenefitRead], dependencies=[allows(can_propose_benefits)], responses=problems(401, 403, 404, 409)
)
async def create_withdrawal(proposal_id: UUID, body: Withdrawal, caller: CallerDep, session: SessionDep) -> Page[BenefitRead]:
    """Give up what was proposed together, before its signature."""
    found = await withdraw_benefits(session, caller=caller, proposal_id=proposal_id, done_on=body.done_on)
    return Page(items=[BenefitRead.seen_by(caller, benefit) for benefit in found])
