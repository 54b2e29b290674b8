"""Candidacies over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.candidacies.permissions import can_read_candidacies, can_register_candidacies
from services.recruitment.candidacies.queries import candidacies_visible_to, get_visible_candidacy
from services.recruitment.candidacies.schemas import CandidacyCreate, CandidacyRead, Eligibility
from services.recruitment.candidacies.use_cases import decide_eligibility, register_candidacy
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/candidacies", tags=["candidacies"])
Sort = Annotated[Literal["submitted", "-submitted", "facility", "-facility", "state", "-state"], Query(description="The order; from its end with a minus.")]
SORTS: dict[str, list[Any]] = {
    "submitted": [Candidacy.submitted_on],
    "facility": [Candidacy.facility_code, Candidacy.submitted_on],
    "state": [Candidacy.state, Candidacy.submitted_on],
}


def _read(response: Response, caller: Caller, candidacy: Candidacy) -> CandidacyRead:
    etag(response, candidacy.version)
    return CandidacyRead.seen_by(caller, candidacy)


@router.post("", status_code=201, response_model=CandidacyRead, dependencies=[allows(can_register_candidacies)], responses=problems(401, 403, 409, 422, 503))
async def create_candidacy(body: CandidacyCreate, response: Response, caller: CallerDep, session: SessionDep) -> CandidacyRead:
    """Register the application of a person known to the registry; the answer lists every criterion, met or missing."""
    return _read(response, caller, await register_candidacy(session, caller=caller, body=body))


@router.get("", response_model=Page[CandidacyRead], dependencies=[allows(can_read_candidacies)], responses=problems(401, 403, 422))
async def list_candidacies(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    campaign: UUID | None = None,
    need: UUID | None = None,
    person: UUID | None = None,
    state: str | None = None,
    sort: Sort = "submitted",
) -> Page[CandidacyRead]:
    """Candidacies at the facilities one acts for, oldest first."""
    statement = candidacies_visible_to(caller)
    for column, wanted in ((Candidacy.campaign_id, campaign), (Candidacy.need_id, need), (Candidacy.person_id, person), (Candidacy.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Candidacy.id), params=page)
    return found.of([CandidacyRead.seen_by(caller, candidacy) for candidacy in found.items])


@router.get("/{candidacy_id}", response_model=CandidacyRead, dependencies=[allows(can_read_candidacies)], responses=problems(401, 403, 404))
async def read_candidacy(candidacy_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CandidacyRead:
    """One candidacy with its criteria."""
    return _read(response, caller, await get_visible_candidacy(session, caller, candidacy_id))


@router.post(
    "/{candidacy_id}/eligibility", status_code=201, response_model=CandidacyRead, dependencies=[allows(can_read_candidacies)], responses=problems(401, 403, 404, 409, 412, 422)
)
async def create_eligibility(candidacy_id: UUID, body: Eligibility, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CandidacyRead:
    """Decide whether the person is eligible, with reasons."""
    return _read(response, caller, await decide_eligibility(session, caller=caller, candidacy_id=candidacy_id, body=body, if_match=if_match))
