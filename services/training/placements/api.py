"""Clinical placements over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.training.placements import use_cases
from services.training.placements.models import ClinicalPlace, ClinicalPlacement
from services.training.placements.permissions import can_book_places, can_offer_places, can_read_places
from services.training.placements.queries import busiest, get_visible_placement, groups_between, placements_visible_to, places_visible_to
from services.training.placements.schemas import Cancellation, PlaceCreate, PlacementCreate, PlacementRead, PlaceRead
from shared.actions import IfMatch, etag
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

CODE = Query(max_length=60)
READ: dict[str, Any] = {"dependencies": [allows(can_read_places)], "responses": problems(401, 403, 404, 422)}
BOOK: dict[str, Any] = {"status_code": 201, "response_model": PlacementRead, "dependencies": [allows(can_book_places)], "responses": problems(401, 403, 404, 409, 412, 422)}

places = Router(prefix="/clinical-places", tags=["clinical placements"])
placements = Router(prefix="/clinical-placements", tags=["clinical placements"])


async def _read(session: SessionDep, place: ClinicalPlace) -> PlaceRead:
    groups = await groups_between(session, place.id, place.starts_on, place.ends_on)
    return PlaceRead.of(place, busiest(groups, place.starts_on, place.ends_on)[0])


@places.post("", status_code=201, response_model=PlaceRead, dependencies=[allows(can_offer_places)], responses=problems(401, 403, 409, 422))
async def create_place(body: PlaceCreate, caller: CallerDep, session: SessionDep) -> PlaceRead:
    """Offer places of a unit to institutes."""
    return await _read(session, await use_cases.offer_places(session, caller=caller, body=body))


@places.get("", response_model=Page[PlaceRead], **READ)
async def list_places(*, caller: CallerDep, session: SessionDep, page: PageDep, facility: Annotated[str | None, CODE] = None) -> Page[PlaceRead]:
    """Places that one offers or that are offered to one's institutes, by first day; `facility` is the host."""
    statement = places_visible_to(caller)
    if facility:
        statement = statement.where(ClinicalPlace.facility_code == facility)
    found = await keyset_page(session, statement, keys=[ClinicalPlace.starts_on, ClinicalPlace.id], params=page)
    return found.of([await _read(session, each) for each in found.items])


@placements.post("", **BOOK)
async def create_placement(body: PlacementCreate, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Book a group of students into a unit."""
    placement = await use_cases.book_placement(session, caller=caller, body=body)
    etag(response, placement.version)
    return PlacementRead.seen_by(caller, placement)


@placements.get("", response_model=Page[PlacementRead], **READ)
async def list_placements(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    facility: Annotated[str | None, CODE] = None,
    host: Annotated[str | None, CODE] = None,
    intake: UUID | None = None,
    state: str | None = None,
) -> Page[PlacementRead]:
    """Groups of one's institutes, or in one's units, by first day."""
    statement = placements_visible_to(caller)
    for column, wanted in (
        (ClinicalPlacement.facility_code, facility),
        (ClinicalPlacement.host_code, host),
        (ClinicalPlacement.intake_id, intake),
        (ClinicalPlacement.state, state),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[ClinicalPlacement.starts_on, ClinicalPlacement.id], params=page)
    return found.of([PlacementRead.seen_by(caller, each) for each in found.items])


@placements.get("/{clinical_placement_id}", response_model=PlacementRead, **READ)
async def read_placement(clinical_placement_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """One group."""
    placement = await get_visible_placement(session, caller, clinical_placement_id)
    etag(response, placement.version)
    return PlacementRead.seen_by(caller, placement)


@placements.post("/{clinical_placement_id}/cancellation", **BOOK)
async def create_cancellation(clinical_placement_id: UUID, body: Cancellation, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """Give the places of a group back."""
    return PlacementRead.seen_by(caller, await use_cases.cancel_placement(session, caller=caller, placement_id=clinical_placement_id, body=body, if_match=if_match))
