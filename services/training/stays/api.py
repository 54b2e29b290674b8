"""Stays abroad over HTTP."""

from datetime import date
from uuid import UUID

from fastapi import Response
from sqlalchemy.orm import contains_eager

from services.training.stays.models import Stay, StayGroup
from services.training.stays.permissions import can_add_to_stays, can_propose_stays, can_read_stays
from services.training.stays.queries import get_visible_group, get_visible_stay, groups_visible_to, stays_visible_to
from services.training.stays.schemas import Moved, ParticipantAdd, Reason, Report, StayGroupCreate, StayGroupRead, StayRead
from services.training.stays.use_cases import add_participant, cancel_stay, propose_stays, record_departure, record_report, record_return, withdraw_group
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

groups = Router(prefix="/stay-groups", tags=["stays abroad"])
router = Router(prefix="/stays", tags=["stays abroad"])


def _read(response: Response, caller: Caller, group: StayGroup) -> StayGroupRead:
    etag(response, group.version)
    return StayGroupRead.seen_by(caller, group)


@groups.post("", status_code=201, response_model=StayGroupRead, dependencies=[allows(can_propose_stays)], responses=problems(401, 403, 409, 422, 503))
async def create_group(body: StayGroupCreate, response: Response, caller: CallerDep, session: SessionDep) -> StayGroupRead:
    """Propose people for a short course abroad or a delegation; whoever cannot go is named in `refused`, and the others go."""
    group, refused = await propose_stays(session, caller=caller, body=body)
    etag(response, group.version)
    return StayGroupRead.seen_by(caller, group, refused)


@groups.get("", response_model=Page[StayGroupRead], dependencies=[allows(can_read_stays)], responses=problems(401, 403, 422))
async def list_groups(
    *, caller: CallerDep, session: SessionDep, page: PageDep, kind: str | None = None, state: str | None = None, region: str | None = None, country: str | None = None
) -> Page[StayGroupRead]:
    """Groups with people of the facilities one acts for, by their first day."""
    statement = groups_visible_to(caller)
    for column, wanted in ((StayGroup.kind, kind), (StayGroup.state, state), (StayGroup.region, region), (StayGroup.country, country)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[StayGroup.starts_on, StayGroup.id], params=page)
    return found.of([StayGroupRead.seen_by(caller, group) for group in found.items])


@groups.get("/{group_id}", response_model=StayGroupRead, dependencies=[allows(can_read_stays)], responses=problems(401, 403, 404))
async def read_group(group_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> StayGroupRead:
    """One group with the stays of it that one may see."""
    return _read(response, caller, await get_visible_group(session, caller, group_id))


@groups.post("/{group_id}/participants", status_code=201, response_model=StayGroupRead, dependencies=[allows(can_add_to_stays)], responses=problems(401, 403, 404, 409, 422, 503))
async def create_participant(group_id: UUID, body: ParticipantAdd, response: Response, caller: CallerDep, session: SessionDep) -> StayGroupRead:
    """Add one person before the signature; the head of the facility may let the minimum staffing be broken, with the reason."""
    return _read(response, caller, await add_participant(session, caller=caller, group_id=group_id, body=body))


@groups.post("/{group_id}/withdrawal", status_code=201, response_model=StayGroupRead, dependencies=[allows(can_read_stays)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_withdrawal(group_id: UUID, body: Reason, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> StayGroupRead:
    """Take the proposal back before it is signed."""
    return _read(response, caller, await withdraw_group(session, caller=caller, group_id=group_id, body=body, if_match=if_match))


@groups.post("/{group_id}/departure", status_code=201, response_model=StayGroupRead, dependencies=[allows(can_read_stays)], responses=problems(401, 403, 404, 409, 422))
async def create_departure(group_id: UUID, body: Moved, response: Response, caller: CallerDep, session: SessionDep) -> StayGroupRead:
    """They left: all of the group whom one acts for, or some."""
    return _read(response, caller, await record_departure(session, caller=caller, group_id=group_id, body=body))


@groups.post("/{group_id}/return", status_code=201, response_model=StayGroupRead, dependencies=[allows(can_read_stays)], responses=problems(401, 403, 404, 409, 422))
async def create_return(group_id: UUID, body: Moved, response: Response, caller: CallerDep, session: SessionDep) -> StayGroupRead:
    """They are back; the report is due."""
    return _read(response, caller, await record_return(session, caller=caller, group_id=group_id, body=body))


@groups.post("/{group_id}/report", status_code=201, response_model=StayGroupRead, dependencies=[allows(can_read_stays)], responses=problems(401, 403, 404, 409, 422))
async def create_report(group_id: UUID, body: Report, response: Response, caller: CallerDep, session: SessionDep) -> StayGroupRead:
    """Hand in a return report, of one person or of several together."""
    return _read(response, caller, await record_report(session, caller=caller, group_id=group_id, body=body))


@router.get("", response_model=Page[StayRead], dependencies=[allows(can_read_stays)], responses=problems(401, 403, 422))
async def list_stays(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    kind: str | None = None,
    country: str | None = None,
    region: str | None = None,
    state: str | None = None,
    facility: str | None = None,
    person: UUID | None = None,
    starts_from: date | None = None,
    starts_to: date | None = None,
) -> Page[StayRead]:
    """Stays of people of the facilities one acts for."""
    statement = stays_visible_to(caller).options(contains_eager(Stay.group))
    for column, wanted in (
        (StayGroup.kind, kind),
        (StayGroup.country, country),
        (StayGroup.region, region),
        (Stay.state, state),
        (Stay.facility_code, facility),
        (Stay.person_id, person),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if starts_from:
        statement = statement.where(StayGroup.starts_on >= starts_from)
    if starts_to:
        statement = statement.where(StayGroup.starts_on <= starts_to)
    found = await keyset_page(session, statement, keys=[Stay.id], params=page)
    return found.of([StayRead.seen_by(caller, stay) for stay in found.items])


@router.get("/{stay_id}", response_model=StayRead, dependencies=[allows(can_read_stays)], responses=problems(401, 403, 404))
async def read_stay(stay_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> StayRead:
    """One stay."""
    stay = await get_visible_stay(session, caller, stay_id)
    etag(response, stay.version)
    return StayRead.seen_by(caller, stay)


@router.post("/{stay_id}/cancellation", status_code=201, response_model=StayRead, dependencies=[allows(can_read_stays)], responses=problems(401, 403, 404, 409, 422))
async def create_cancellation(stay_id: UUID, body: Reason, response: Response, caller: CallerDep, session: SessionDep) -> StayRead:
    """One person does not go."""
    stay = await cancel_stay(session, caller=caller, stay_id=stay_id, body=body)
    etag(response, stay.version)
    return StayRead.seen_by(caller, stay)
