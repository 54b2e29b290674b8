"""Placements over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response

from services.rotation.fields import Code
from services.rotation.placements import use_cases
from services.rotation.placements.models import Placement
from services.rotation.placements.permissions import can_keep_placements, can_read_own, can_read_placements
from services.rotation.placements.queries import get_visible_placement, own_placements, placements_visible_to
from services.rotation.placements.schemas import (
    Acceptance,
    Act,
    Because,
    Convention,
    Course,
    Dates,
    Ending,
    Insurance,
    LanguageProof,
    OwnPlacements,
    PlacementCreate,
    PlacementRead,
    Release,
    Replacements,
    ReturnCommitment,
    Said,
    Scholarship,
    Selection,
    Visa,
)
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/placements", tags=["placements"])
ACT: dict[str, Any] = {
    "status_code": 201,
    "response_model": PlacementRead,
    "dependencies": [allows(can_keep_placements)],
    "responses": problems(401, 403, 404, 409, 412, 422, 503),
}


def _read(response: Response, caller: Caller, placement: Placement) -> PlacementRead:
    etag(response, placement.version)
    return PlacementRead.seen_by(caller, placement)


@router.post("", **ACT)
async def create_placement(body: PlacementCreate, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Enter the application of somebody of the home to an open call."""
    return _read(response, caller, await use_cases.apply(session, caller=caller, body=body))


@router.get("", response_model=Page[PlacementRead], dependencies=[allows(can_read_placements)], responses=problems(401, 403, 422))
async def list_placements(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    agreement: UUID | None = None,
    call: UUID | None = None,
    person: UUID | None = None,
    home: Code | None = None,
    host: Code | None = None,
    state: str | None = None,
    reference: str | None = None,
    on: date | None = None,
    from_register: bool | None = None,
) -> Page[PlacementRead]:
    """Placements of the facilities one acts for, by their first day; `on` keeps those whose stay covers a day."""
    statement = placements_visible_to(caller)
    for column, wanted in (
        (Placement.agreement_id, agreement),
        (Placement.call_id, call),
        (Placement.person_id, person),
        (Placement.home_code, home),
        (Placement.host_code, host),
        (Placement.state, state),
        (Placement.reference, reference),
        (Placement.from_register, from_register),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if on:
        statement = statement.where(Placement.starts_on <= on, Placement.ends_on >= on)
    found = await keyset_page(session, statement, keys=[Placement.starts_on, Placement.id], params=page)
    return found.of([PlacementRead.seen_by(caller, placement) for placement in found.items])


@router.get("/own", response_model=OwnPlacements, dependencies=[allows(can_read_own)], responses=problems(401, 403, 404, 503))
async def list_own(caller: CallerDep) -> OwnPlacements:
    """One's own dossiers, each with what is missing and until when."""
    return OwnPlacements(items=[PlacementRead.seen_by(caller, each) for each in await own_placements(caller)])


@router.get("/{placement_id}", response_model=PlacementRead, dependencies=[allows(can_read_placements)], responses=problems(401, 403, 404))
async def read_placement(placement_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """One placement with its line of steps."""
    return _read(response, caller, await get_visible_placement(session, caller, placement_id))


@router.get("/{placement_id}/replacements", response_model=Replacements, dependencies=[allows(can_read_placements)], responses=problems(401, 403, 404))
async def list_replacements(placement_id: UUID, caller: CallerDep, session: SessionDep) -> Replacements:
    """Who of the home could do the work meanwhile; a person chooses."""
    return Replacements(items=await use_cases.replacements_for(session, caller, await get_visible_placement(session, caller, placement_id)))


@router.post("/{placement_id}/selection", **ACT)
async def create_selection(placement_id: UUID, body: Selection, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """Choose or refuse, with reasons; another person than who entered the application."""
    return _read(response, caller, await use_cases.decide(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


async def _paper(placement_id: UUID, kind: str, body: Any, response: Response, caller: Caller, session: SessionDep) -> PlacementRead:
    return _read(response, caller, await use_cases.write_paper(session, caller=caller, placement_id=placement_id, kind=kind, body=body, done_on=body.done_on))


@router.post("/{placement_id}/language", **ACT)
async def create_language(placement_id: UUID, body: LanguageProof, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Enter the level of language that was proved."""
    return await _paper(placement_id, "language", body, response, caller, session)


@router.post("/{placement_id}/course", **ACT)
async def create_course(placement_id: UUID, body: Course, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Enter the course of the language."""
    return await _paper(placement_id, "course", body, response, caller, session)


@router.post("/{placement_id}/scholarship", **ACT)
async def create_scholarship(placement_id: UUID, body: Scholarship, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Enter who pays how much for how many months."""
    return await _paper(placement_id, "scholarship", body, response, caller, session)


@router.post("/{placement_id}/convention", **ACT)
async def create_convention(placement_id: UUID, body: Convention, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Enter the convention of the stay."""
    return await _paper(placement_id, "convention", body, response, caller, session)


@router.post("/{placement_id}/visa", **ACT)
async def create_visa(placement_id: UUID, body: Visa, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Enter that a visa was asked for, and until when it was granted."""
    return await _paper(placement_id, "visa", body, response, caller, session)


@router.post("/{placement_id}/insurance", **ACT)
async def create_insurance(placement_id: UUID, body: Insurance, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Enter the insurance of the stay."""
    return await _paper(placement_id, "insurance", body, response, caller, session)


@router.post("/{placement_id}/return-commitment", **ACT)
async def create_commitment(placement_id: UUID, body: ReturnCommitment, response: Response, caller: CallerDep, session: SessionDep) -> PlacementRead:
    """Enter that the person signed to come back, and for how many months."""
    return await _paper(placement_id, "commitment", body, response, caller, session)


@router.post("/{placement_id}/acceptance", **ACT)
async def create_acceptance(placement_id: UUID, body: Acceptance, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """Name the unit that hosts and who supervises there."""
    return _read(response, caller, await use_cases.accept(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/release", **ACT)
async def create_release(placement_id: UUID, body: Release, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """Let the person go: hold the days at home and name who does the work."""
    return _read(response, caller, await use_cases.release(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/dates", **ACT)
async def create_dates(placement_id: UUID, body: Dates, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """Cut the stay, move it or make it longer."""
    return _read(response, caller, await use_cases.change_days(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/departure", **ACT)
async def create_departure(placement_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """The person has left."""
    return _read(response, caller, await use_cases.depart(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/arrival", **ACT)
async def create_arrival(placement_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """The host confirms the arrival."""
    return _read(response, caller, await use_cases.arrive(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/review", **ACT)
async def create_review(placement_id: UUID, body: Said, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """Say half-way how it goes."""
    return _read(response, caller, await use_cases.review(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/end", **ACT)
async def create_end(placement_id: UUID, body: Ending, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """The stay is over."""
    return _read(response, caller, await use_cases.end(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/return", **ACT)
async def create_return(placement_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """The person is back at home."""
    return _read(response, caller, await use_cases.come_back(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/staying-away", **ACT)
async def create_staying_away(placement_id: UUID, body: Because, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """The person does not come back."""
    return _read(response, caller, await use_cases.stay_away(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/debriefing", **ACT)
async def create_debriefing(placement_id: UUID, body: Said, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """Say at home what was learnt."""
    return _read(response, caller, await use_cases.debrief(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))


@router.post("/{placement_id}/cancellation", **ACT)
async def create_cancellation(placement_id: UUID, body: Because, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PlacementRead:
    """Give the placement up before the departure."""
    return _read(response, caller, await use_cases.cancel(session, caller=caller, placement_id=placement_id, body=body, if_match=if_match))
