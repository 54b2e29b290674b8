"""The door by which recruitment enters somebody who applies without an account. The gateway leads nobody here: no address from outside reaches it."""

from fastapi import APIRouter, Depends

from services.registry.candidates.schemas import CandidateCreate, CandidateRead
from services.registry.candidates.use_cases import enter_candidate
from shared.auth import public_route
from shared.db import app_session
from shared.errors import problems
from shared.site import site_of

internal = APIRouter(dependencies=[Depends(public_route)])


@internal.post("/internal/candidates", status_code=201, response_model=CandidateRead, responses=problems(422))
async def create_candidate(body: CandidateCreate) -> CandidateRead:
    """Enter somebody who applies on the public site."""
    async with app_session(site_of(body.authority_path)) as session:
        person = await enter_candidate(session, body)
        return CandidateRead(person_id=person.id)
