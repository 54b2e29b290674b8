"""Applications over HTTP: without an account on the public site and by a private link; one's own by account; and for the employers who were chosen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Query, Request, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.applications.models import Application, Choice
from services.recruitment.applications.permissions import can_read_applications, can_work_on_applications, is_a_candidate
from services.recruitment.applications.queries import (
    applications_visible_to,
    get_visible_application,
    get_visible_file,
    place_of_key,
    places_of_person,
)
from services.recruitment.applications.receiving import FILE, File, answer_of, kept, said
from services.recruitment.applications.schemas import (
    ApplicationCreate,
    ApplicationEntry,
    ApplicationRead,
    ByKey,
    Key,
    LinkRenewal,
    Move,
    OwnApplication,
    OwnWithdrawal,
    Paper,
    WithdrawalByKey,
)
from services.recruitment.applications.use_cases import (
    add_paper,
    apply,
    authority_of,
    enter_application,
    leave_pool,
    move_choice,
    must_be_open,
    open_vacancies_named,
    renew_link,
    take_back,
)
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows, public_route
from shared.clients import ask
from shared.clock import today
from shared.db import SessionDep, app_session
from shared.errors import NotFound, problems
from shared.idempotency import Router
from shared.jurisdictions import be_in
from shared.pagination import Page, PageDep, keyset_page
from shared.site import site_of

router = Router(prefix="/applications", tags=["applications"])
public = Router(prefix="/public", tags=["public site"], dependencies=[Depends(public_route)])


# ---- Without an account ----------------------------------------------------------------------------------------------


@public.post("/applications", status_code=201, response_model=OwnApplication, responses=problems(409, 413, 422, 429, 503))
async def create_public_application(
    *,
    application: Annotated[str, Form(max_length=20_000, description="What the candidate says, as JSON (`ApplicationCreate`).")],
    cv: File = None,
    diploma: File = None,
    letter: File = None,
    request: Request,
) -> OwnApplication:
    """Apply once, without an account, to several employers; each paper is a PDF, a picture or a letter of at most 10 MB. The answer tells the secret of the private link, once."""
    body = said(ApplicationCreate, application)
    async with app_session(None) as session:
        vacancies = await open_vacancies_named(session, body.vacancy_ids)
        path = authority_of(vacancies)
    be_in(path)
    offered: list[tuple[Paper, File]] = [("cv", cv), ("diploma", diploma), ("letter", letter)]
    sent = [(paper, file) for paper, file in offered if file is not None and file.filename]
    async with kept(sent) as papers, app_session(site_of(path)) as session:
        made, key = await apply(session, site=site_of(path), body=body, vacancies=vacancies, papers=papers, language=request.state.language)
        return OwnApplication.of(made, key)


@asynccontextmanager
async def _opened(key: str) -> AsyncIterator[tuple[AsyncSession, Caller, Application]]:
    """The application behind a private link. Raises NotFound for a wrong one and for one whose time is over, and tells the two apart to nobody."""
    place = await place_of_key(key)
    if place is None:
        raise NotFound()
    site = site_of(place[1])
    be_in(place[1])
    async with app_session(site) as session:
        yield session, site, await get_visible_application(session, site, place[0], lock=True)


@public.post("/application", response_model=OwnApplication, responses=problems(404, 422, 429))
async def read_by_key(body: ByKey) -> OwnApplication:
    """Every step of an application, to whoever holds its private link; no name stands in it."""
    async with _opened(body.key) as (_session, _site, application):
        return OwnApplication.of(application)


@public.post("/application/withdrawal", status_code=201, response_model=OwnApplication, responses=problems(404, 409, 422, 429))
async def create_withdrawal_by_key(body: WithdrawalByKey) -> OwnApplication:
    """Withdraw from one employer, which sees nothing of it from then on, or from all."""
    async with _opened(body.key) as (session, site, application):
        return OwnApplication.of(await take_back(session, by=site, application_id=application.id, choice_id=body.choice_id, on=today()))


@public.post("/application/pool-withdrawal", status_code=201, response_model=OwnApplication, responses=problems(404, 422, 429))
async def create_pool_withdrawal_by_key(body: ByKey) -> OwnApplication:
    """Leave the pool's file, which the application had opened."""
    async with _opened(body.key) as (session, site, application):
        return OwnApplication.of(await leave_pool(session, by=site, application=application, on=today()))


@public.post("/application/files", status_code=201, response_model=OwnApplication, responses=problems(404, 409, 413, 422, 429))
async def create_file_by_key(key: Annotated[Key, Form()], paper: Annotated[Paper, Form()], file: UploadFile) -> OwnApplication:
    """Add a paper to an application that is open."""
    async with _opened(key) as (session, site, application):
        must_be_open(application)
        async with kept([(paper, file)]) as stored:
            await add_paper(session, site=site, application=application, paper=paper, file=stored[0][1])
        return OwnApplication.of(application)


# ---- By account ------------------------------------------------------------------------------------------------------


async def _own(caller: Caller) -> list[tuple[UUID, str]]:
    """Where the caller's own applications are: HR linked the account to the person. Raises NotFound without a link."""
    me = await ask(caller, "GET", "/api/v1/registry/persons/me")
    if me is None:
        raise NotFound()
    return await places_of_person(UUID(me["id"]))


async def _own_place(caller: Caller, application_id: UUID) -> str:
    path = dict(await _own(caller)).get(application_id)
    if path is None:
        raise NotFound()
    return path


@router.get("/own", response_model=Page[OwnApplication], dependencies=[allows(is_a_candidate)], responses=problems(401, 403, 404, 503))
async def list_own_applications(caller: CallerDep) -> Page[OwnApplication]:
    """What one applied for, newest first, with every step."""
    found = []
    for application_id, path in await _own(caller):
        async with app_session(site_of(path)) as session:
            found.append(OwnApplication.of(await get_visible_application(session, site_of(path), application_id)))
    return Page(items=found, next=None)


@router.post(
    "/own/{application_id}/withdrawal", status_code=201, response_model=OwnApplication, dependencies=[allows(is_a_candidate)], responses=problems(401, 403, 404, 409, 422, 503)
)
async def create_own_withdrawal(application_id: UUID, body: OwnWithdrawal, caller: CallerDep) -> OwnApplication:
    """Withdraw from one employer or from all, by one's own account."""
    path = await _own_place(caller, application_id)
    async with app_session(site_of(path)) as session:
        return OwnApplication.of(await take_back(session, by=site_of(path), application_id=application_id, choice_id=body.choice_id, on=today()))


@router.post("/own/{application_id}/pool-withdrawal", status_code=201, response_model=OwnApplication, dependencies=[allows(is_a_candidate)], responses=problems(401, 403, 404, 503))
async def create_own_pool_withdrawal(application_id: UUID, caller: CallerDep) -> OwnApplication:
    """Leave the pool's file, by one's own account."""
    site = site_of(await _own_place(caller, application_id))
    async with app_session(site) as session:
        application = await get_visible_application(session, site, application_id, lock=True)
        return OwnApplication.of(await leave_pool(session, by=site, application=application, on=today()))


# ---- For those who were chosen ---------------------------------------------------------------------------------------


@router.post("", status_code=201, response_model=ApplicationRead, dependencies=[allows(can_work_on_applications)], responses=problems(401, 403, 409, 422, 503))
async def create_application(body: ApplicationEntry, caller: CallerDep, session: SessionDep) -> ApplicationRead:
    """Enter what a candidate said on paper or at a forum, with their consent to each employer."""
    return ApplicationRead.seen_by(caller, await enter_application(session, caller=caller, body=body))


@router.get("", response_model=Page[ApplicationRead], dependencies=[allows(can_read_applications)], responses=problems(401, 403, 422))
async def list_applications(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    person: UUID | None = None,
    vacancy: UUID | None = None,
    facility: str | None = None,
    since: Annotated[date | None, Query(description="Only those received on this day or later.")] = None,
) -> Page[ApplicationRead]:
    """Applications to one's employers, oldest first; of an employer whom the candidate did not choose, nothing."""
    statement = applications_visible_to(caller)
    for column, wanted in ((Application.state, state), (Application.person_id, person)):
        if wanted:
            statement = statement.where(column == wanted)
    if since:
        statement = statement.where(Application.submitted_on >= since)
    if vacancy:
        statement = statement.where(Application.choices.any(Choice.vacancy_id == vacancy))
    if facility:
        statement = statement.where(Application.choices.any(Choice.facility_code == facility))
    found = await keyset_page(session, statement, keys=[Application.submitted_on, Application.id], params=page)
    return found.of([ApplicationRead.seen_by(caller, each) for each in found.items])


@router.get("/{application_id}", response_model=ApplicationRead, dependencies=[allows(can_read_applications)], responses=problems(401, 403, 404))
async def read_application(application_id: UUID, caller: CallerDep, session: SessionDep) -> ApplicationRead:
    """One application; the candidate is told who read it."""
    application = await get_visible_application(session, caller, application_id)
    await record_reads(session, caller, "application", [(application.id, application.person_id)], fields=["application"])
    return ApplicationRead.seen_by(caller, application)


@router.post(
    "/choices/{choice_id}/step", status_code=201, response_model=ApplicationRead, dependencies=[allows(can_work_on_applications)], responses=problems(401, 403, 404, 409, 422)
)
async def create_step(choice_id: UUID, body: Move, caller: CallerDep, session: SessionDep) -> ApplicationRead:
    """Move an application on: read, called to an interview, kept, or not kept with the reason that the candidate reads."""
    return ApplicationRead.seen_by(caller, await move_choice(session, caller=caller, choice_id=choice_id, body=body))


@router.post(
    "/{application_id}/link", status_code=201, response_model=ApplicationRead, dependencies=[allows(can_work_on_applications)], responses=problems(401, 403, 404, 409, 422)
)
async def create_link(application_id: UUID, body: LinkRenewal, caller: CallerDep, session: SessionDep) -> ApplicationRead:
    """Give a candidate who lost their private link a new one; the old one opens nothing any more."""
    return ApplicationRead.seen_by(caller, await renew_link(session, caller=caller, application_id=application_id, body=body))


@router.get("/files/{application_file_id}", dependencies=[allows(can_read_applications)], response_class=Response, responses=problems(401, 403, 404) | FILE)
async def read_file(application_file_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
    """A paper of an application. Whoever opens it leaves a record."""
    found = await get_visible_file(session, caller, application_file_id)
    answer = answer_of(found)
    assert found.application_id is not None
    await record_reads(session, caller, "application", [(found.application_id, found.person_id)], fields=["file"])
    return answer
