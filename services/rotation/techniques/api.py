"""Techniques over HTTP."""

from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.rotation.staff import homes_of, working_at
from services.rotation.techniques import use_cases
from services.rotation.techniques.expected import ExpectedTechnique, ExpectedTechniqueRead, expected_visible_to
from services.rotation.techniques.models import Package, Transfer
from services.rotation.techniques.permissions import can_plan_transfers, can_publish_packages, can_read_techniques
from services.rotation.techniques.queries import get_visible_package, get_visible_transfer, packages_visible_to, transfers_visible_to
from services.rotation.techniques.schemas import (
    Acceptance,
    CasesCreate,
    LearnersAdded,
    LevelsCreate,
    PackageCreate,
    PackageRead,
    Review,
    StepCreate,
    TransferCreate,
    TransferRead,
)
from services.rotation.techniques.workflow import LOCAL
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(tags=["techniques"])
ACT: dict[str, Any] = {"status_code": 201, "response_model": TransferRead, "dependencies": [allows(can_read_techniques)], "responses": problems(401, 403, 404, 409, 412, 422)}


async def _read(response: Response, caller: Caller, acted: Awaitable[Transfer]) -> TransferRead:
    transfer = await acted
    etag(response, transfer.version)
    return TransferRead.seen_by(caller, transfer, await working_at(transfer.facility_code, transfer.learners, today()))


@router.get("/expected-techniques", response_model=Page[ExpectedTechniqueRead], dependencies=[allows(can_read_techniques)], responses=problems(401, 403, 422))
async def list_expected(caller: CallerDep, session: SessionDep, page: PageDep, facility: Annotated[str | None, Query(max_length=60)] = None) -> Page[ExpectedTechniqueRead]:
    """What sponsored studies bring, the earliest first."""
    statement = expected_visible_to(caller)
    if facility:
        statement = statement.where(ExpectedTechnique.facility_code == facility)
    found = await keyset_page(session, statement, keys=[ExpectedTechnique.since, ExpectedTechnique.id], params=page)
    return found.of([ExpectedTechniqueRead.model_validate(each) for each in found.items])


@router.post("/technique-packages", status_code=201, response_model=PackageRead, dependencies=[allows(can_publish_packages)], responses=problems(401, 403, 409, 422))
async def create_package(body: PackageCreate, caller: CallerDep, session: SessionDep) -> PackageRead:
    """Say what there is to learn of a technique, what it needs, and when it is acquired."""
    return PackageRead.of(await use_cases.publish_package(session, caller=caller, body=body))


@router.get("/technique-packages", response_model=Page[PackageRead], dependencies=[allows(can_read_techniques)], responses=problems(401, 403, 422))
async def list_packages(*, caller: CallerDep, session: SessionDep, page: PageDep, specialty: str | None = None, code: str | None = None) -> Page[PackageRead]:
    """Packages of one's own authority and of those above."""
    statement = packages_visible_to(caller)
    for column, wanted in ((Package.specialty, specialty), (Package.code, code)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Package.code, Package.id], params=page)
    return found.of([PackageRead.of(package) for package in found.items])


@router.get("/technique-packages/{package_id}", response_model=PackageRead, dependencies=[allows(can_read_techniques)], responses=problems(401, 403, 404))
async def read_package(package_id: UUID, caller: CallerDep, session: SessionDep) -> PackageRead:
    """One package."""
    return PackageRead.of(await get_visible_package(session, caller, package_id))


@router.post("/techniques", status_code=201, response_model=TransferRead, dependencies=[allows(can_plan_transfers)], responses=problems(401, 403, 409, 422))
async def create_transfer(body: TransferCreate, response: Response, caller: CallerDep, session: SessionDep) -> TransferRead:
    """Plan the handing over of a technique to a facility."""
    return await _read(response, caller, use_cases.plan_transfer(session, caller=caller, body=body))


@router.get("/techniques", response_model=Page[TransferRead], dependencies=[allows(can_read_techniques)], responses=problems(401, 403, 422))
async def list_transfers(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    facility: str | None = None,
    core: str | None = None,
    technique: str | None = None,
    state: str | None = None,
    local: bool = False,
    reference: str | None = None,
) -> Page[TransferRead]:
    """Techniques on their way to facilities; `local` keeps those that a facility does by itself."""
    statement = transfers_visible_to(caller)
    for column, wanted in (
        (Transfer.facility_code, facility),
        (Transfer.core_code, core),
        (Transfer.technique, technique),
        (Transfer.state, state),
        (Transfer.reference, reference),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if local:
        statement = statement.where(Transfer.state.in_(LOCAL))
    found = await keyset_page(session, statement, keys=[Transfer.started_on, Transfer.id], params=page)
    homes = await homes_of({person for transfer in found.items for person in transfer.learners}, today())
    return Page(
        items=[TransferRead.seen_by(caller, transfer, {person for person in transfer.learners if homes.get(person) == transfer.facility_code}) for transfer in found.items],
        next=found.next,
    )


@router.get("/techniques/{transfer_id}", response_model=TransferRead, dependencies=[allows(can_read_techniques)], responses=problems(401, 403, 404))
async def read_transfer(transfer_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> TransferRead:
    """One technique on its way, with the matrix of levels."""
    return await _read(response, caller, get_visible_transfer(session, caller, transfer_id))


@router.post("/techniques/{transfer_id}/levels", **ACT)
async def create_levels(transfer_id: UUID, body: LevelsCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> TransferRead:
    """Record what learners were found able to do; from level 4 on two people assess."""
    return await _read(response, caller, use_cases.record_levels(session, caller=caller, transfer_id=transfer_id, body=body, if_match=if_match))


@router.post("/techniques/{transfer_id}/cases", **ACT)
async def create_cases(transfer_id: UUID, body: CasesCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> TransferRead:
    """Record the cases of a month."""
    return await _read(response, caller, use_cases.record_cases(session, caller=caller, transfer_id=transfer_id, body=body, if_match=if_match))


@router.post("/techniques/{transfer_id}/step", **ACT)
async def create_step(transfer_id: UUID, body: StepCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> TransferRead:
    """Say which step the transfer has reached."""
    return await _read(response, caller, use_cases.take_step(session, caller=caller, transfer_id=transfer_id, body=body, if_match=if_match))


@router.post("/techniques/{transfer_id}/learners", **ACT)
async def create_learners(transfer_id: UUID, body: LearnersAdded, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> TransferRead:
    """Add people who learn."""
    return await _read(response, caller, use_cases.add_learners(session, caller=caller, transfer_id=transfer_id, body=body, if_match=if_match))


@router.post("/techniques/{transfer_id}/acceptance", **ACT)
async def create_acceptance(transfer_id: UUID, body: Acceptance, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> TransferRead:
    """Accept a technique as acquired: the core hospital, by another person than those who taught."""
    return await _read(response, caller, use_cases.accept_technique(session, caller=caller, transfer_id=transfer_id, body=body, if_match=if_match))


@router.post("/techniques/{transfer_id}/review", **ACT)
async def create_review(transfer_id: UUID, body: Review, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> TransferRead:
    """A year after the acceptance: sustained or lost, as the records say."""
    return await _read(response, caller, use_cases.review_technique(session, caller=caller, transfer_id=transfer_id, body=body, if_match=if_match))
