"""Contests without an account: the notice, the form with its documents, and the private link."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.applications.receiving import File, kept, said
from services.recruitment.applications.schemas import ByKey
from services.recruitment.contests.by_form import apply_by_form, open_contests, place_of_key, published_contest, result_of, withdraw_by_candidate
from services.recruitment.contests.models import Contest
from services.recruitment.contests.public_schemas import ContestForm, ContestPublic, OwnContestApplication
from services.recruitment.contests.queries import get_visible_application
from shared.auth import Caller, public_route
from shared.db import app_session
from shared.errors import problems
from shared.idempotency import Router
from shared.jurisdictions import be_in
from shared.pagination import Page, PageDep, keyset_page
from shared.site import site_of

public = Router(prefix="/public", tags=["public site"], dependencies=[Depends(public_route)])
CACHED = "public, max-age=60"


@public.get("/contests", response_model=Page[ContestPublic], responses=problems(422))
async def list_published_contests(response: Response, page: PageDep) -> Page[ContestPublic]:
    """Contests in which anybody may apply today, by the day of the session."""
    async with app_session(None) as session:
        found = await keyset_page(session, open_contests(), keys=[Contest.exam_on, Contest.id], params=page)
        response.headers["Cache-Control"] = CACHED
        return found.of([ContestPublic.of(contest) for contest in found.items])


@public.get("/contests/{contest_id}", response_model=ContestPublic, responses=problems(404, 422))
async def read_published_contest(contest_id: UUID, response: Response) -> ContestPublic:
    """One contest that is published."""
    response.headers["Cache-Control"] = CACHED
    return ContestPublic.of(await published_contest(contest_id))


@public.post("/contests/{contest_id}/applications", status_code=201, response_model=OwnContestApplication, responses=problems(404, 409, 413, 422, 429, 503))
async def create_application_by_form(
    *,
    contest_id: UUID,
    application: Annotated[str, Form(max_length=20_000, description="What the candidate says, as JSON (`ContestForm`).")],
    identity_paper: File = None,
    degree_paper: File = None,
    application_form_paper: File = None,
    proof_paper: File = None,
    authorisation_paper: File = None,
    request: Request,
) -> OwnContestApplication:
    """Apply in a contest without an account, with the documents that it asks; each is a PDF, a picture or a letter of at most 10 MB."""
    body = said(ContestForm, application)
    path = (await published_contest(contest_id)).authority_path
    be_in(path)
    offered = {
        "identity_paper": identity_paper,
        "degree_paper": degree_paper,
        "application_form_paper": application_form_paper,
        "proof_paper": proof_paper,
        "authorisation_paper": authorisation_paper,
    }
    sent = [(name, file) for name, file in offered.items() if file is not None and file.filename]
    async with kept(sent) as stored, app_session(site_of(path)) as session:
        papers = [(name.removesuffix("_paper"), file) for name, file in stored]
        made = await apply_by_form(session, site=site_of(path), contest_id=contest_id, body=body, papers=papers, language=request.state.language)
        return OwnContestApplication.of(made)


@asynccontextmanager
async def _opened(key: str) -> AsyncIterator[tuple[AsyncSession, Caller, UUID]]:
    """The application behind a private link. Raises NotFound for a wrong one and for one whose time is over, and tells the two apart to nobody."""
    application_id, path = await place_of_key(key)
    be_in(path)
    async with app_session(site_of(path)) as session:
        yield session, site_of(path), application_id


@public.post("/contest-application", response_model=OwnContestApplication, responses=problems(404, 422, 429))
async def read_contest_application_by_key(body: ByKey) -> OwnContestApplication:
    """How far one's application in a contest is, to whoever holds its private link; no name stands in it."""
    async with _opened(body.key) as (session, site, application_id):
        application = await get_visible_application(session, site, application_id)
        return OwnContestApplication.of(application, await result_of(session, application))


@public.post("/contest-application/withdrawal", status_code=201, response_model=OwnContestApplication, responses=problems(404, 409, 422, 429))
async def create_contest_withdrawal_by_key(body: ByKey) -> OwnContestApplication:
    """Withdraw from a contest before its results."""
    async with _opened(body.key) as (session, site, application_id):
        return OwnContestApplication.of(await withdraw_by_candidate(session, site=site, application_id=application_id))
