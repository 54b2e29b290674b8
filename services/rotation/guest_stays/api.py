"""Guest stays over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.rotation.exchanges.api import can_keep_exchanges
from services.rotation.fields import Code, Word
from services.rotation.guest_stays import use_cases
from services.rotation.guest_stays.models import GuestStay
from services.rotation.guest_stays.schemas import Cancellation, Decades, GuestStayCreate, GuestStayRead, PermissionGiven
from services.rotation.sides import can_read_rotation
from shared.actions import etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/guest-stays", tags=["exchanges"])
DecadeAsked = Annotated[int, Query(ge=1950, le=2990, multiple_of=10)]


def _read(response: Response, caller: Caller, guest: GuestStay) -> GuestStayRead:
    etag(response, guest.version)
    return GuestStayRead.seen_by(caller, guest)


@router.post("", status_code=201, response_model=GuestStayRead, dependencies=[allows(can_keep_exchanges)], responses=problems(401, 403, 409, 422, 503))
async def create_guest(body: GuestStayCreate, response: Response, caller: CallerDep, session: SessionDep) -> GuestStayRead:
    """Enter a guest of one's own facility."""
    return _read(response, caller, await use_cases.enter_guest(session, caller=caller, body=body))


@router.get("", response_model=Page[GuestStayRead], dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 422))
async def list_guests(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    facility: Code | None = None,
    field: Word | None = None,
    decade: DecadeAsked | None = None,
    agreement: UUID | None = None,
    reference: str | None = None,
) -> Page[GuestStayRead]:
    """Guests of the facilities one acts for, by their first day."""
    statement = use_cases.guests_visible_to(caller)
    for column, wanted in ((GuestStay.facility_code, facility), (GuestStay.field, field), (GuestStay.agreement_id, agreement), (GuestStay.reference, reference)):
        if wanted:
            statement = statement.where(column == wanted)
    if decade:
        statement = statement.where(GuestStay.starts_on.between(date(decade, 1, 1), date(decade + 9, 12, 31)))
    found = await keyset_page(session, statement, keys=[GuestStay.starts_on, GuestStay.id], params=page)
    return found.of([GuestStayRead.seen_by(caller, guest) for guest in found.items])


@router.get("/decades", response_model=Decades, dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 422))
async def list_decades(caller: CallerDep, session: SessionDep) -> Decades:
    """Guests by decade and field."""
    return Decades(items=await use_cases.decades_of(session, caller))


@router.get("/{guest_stay_id}", response_model=GuestStayRead, dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 404))
async def read_guest(guest_stay_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> GuestStayRead:
    """One guest stay."""
    return _read(response, caller, await use_cases.get_visible_guest(session, caller, guest_stay_id))


@router.post("/{guest_stay_id}/permission", status_code=201, response_model=GuestStayRead, dependencies=[allows(can_keep_exchanges)], responses=problems(401, 403, 404, 409, 422))
async def create_permission(guest_stay_id: UUID, body: PermissionGiven, response: Response, caller: CallerDep, session: SessionDep) -> GuestStayRead:
    """Say until when the guest may teach or practise, and by which paper."""
    return _read(response, caller, await use_cases.permit(session, caller=caller, guest_stay_id=guest_stay_id, body=body))


@router.post("/{guest_stay_id}/cancellation", status_code=201, response_model=GuestStayRead, dependencies=[allows(can_keep_exchanges)], responses=problems(401, 403, 404, 409, 422))
async def create_cancellation(guest_stay_id: UUID, body: Cancellation, response: Response, caller: CallerDep, session: SessionDep) -> GuestStayRead:
    """The guest does not come."""
    return _read(response, caller, await use_cases.cancel_guest(session, caller=caller, guest_stay_id=guest_stay_id, body=body))
