"""Attraction policies over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.recruitment.policies.models import AttractionPolicy
from services.recruitment.policies.permissions import can_propose_policies, can_read_policies
from services.recruitment.policies.queries import get_visible_policy, policies_visible_to
from services.recruitment.policies.schemas import Approval, PolicyCreate, PolicyRead
from services.recruitment.policies.use_cases import approve_policy, propose_policy
from services.recruitment.workflow import APPROVED
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/policies", tags=["policies"])


def _read(response: Response, caller: Caller, policy: AttractionPolicy) -> PolicyRead:
    etag(response, policy.version)
    return PolicyRead.seen_by(caller, policy)


@router.post("", status_code=201, response_model=PolicyRead, dependencies=[allows(can_propose_policies)], responses=problems(401, 403, 409, 422))
async def create_policy(body: PolicyCreate, response: Response, caller: CallerDep, session: SessionDep) -> PolicyRead:
    """Propose an attraction policy: a resolution with its target, its eligibility, its amounts and the years it asks for."""
    return _read(response, caller, await propose_policy(session, caller=caller, body=body))


@router.get("", response_model=Page[PolicyRead], dependencies=[allows(can_read_policies)], responses=problems(401, 403, 422))
async def list_policies(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    authority: str | None = None,
    state: str | None = None,
    in_force_on: Annotated[date | None, Query(description="Only approved policies in force that day.")] = None,
) -> Page[PolicyRead]:
    """Policies of one's authorities and of those above, oldest first."""
    statement = policies_visible_to(caller)
    if authority:
        statement = statement.where(AttractionPolicy.authority == authority)
    if state:
        statement = statement.where(AttractionPolicy.state == state)
    if in_force_on:
        statement = statement.where(
            AttractionPolicy.state == APPROVED,
            AttractionPolicy.valid_from <= in_force_on,
            (AttractionPolicy.valid_to.is_(None)) | (AttractionPolicy.valid_to >= in_force_on),
        )
    found = await keyset_page(session, statement, keys=[AttractionPolicy.valid_from, AttractionPolicy.id], params=page)
    return found.of([PolicyRead.seen_by(caller, policy) for policy in found.items])


@router.get("/{policy_id}", response_model=PolicyRead, dependencies=[allows(can_read_policies)], responses=problems(401, 403, 404))
async def read_policy(policy_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PolicyRead:
    """One policy with its table of amounts."""
    return _read(response, caller, await get_visible_policy(session, caller, policy_id))


@router.post("/{policy_id}/approval", status_code=201, response_model=PolicyRead, dependencies=[allows(can_read_policies)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_approval(policy_id: UUID, body: Approval, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PolicyRead:
    """Approve a proposed policy; another person than the proposer."""
    return _read(response, caller, await approve_policy(session, caller=caller, policy_id=policy_id, body=body, if_match=if_match))
