"""Vacancies over HTTP: published by the employers, read by anybody."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.recruitment.vacancies.models import Vacancy
from services.recruitment.vacancies.permissions import can_publish_vacancies, can_read_vacancies
from services.recruitment.vacancies.queries import get_visible_vacancy, open_vacancies, searched, vacancies_visible_to
from services.recruitment.vacancies.schemas import VacancyCreate, VacancyPublic, VacancyRead, Withdrawal
from services.recruitment.vacancies.use_cases import publish_vacancy, withdraw_vacancy
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows, public_route
from shared.clock import today
from shared.db import SessionDep, app_session
from shared.errors import NotFound, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/vacancies", tags=["vacancies"])
public = Router(prefix="/public/vacancies", tags=["public site"])

CACHED = "public, max-age=60"
Short = Annotated[str | None, Query(max_length=100)]


def _read(response: Response, caller: Caller, vacancy: Vacancy) -> VacancyRead:
    etag(response, vacancy.version)
    return VacancyRead.seen_by(caller, vacancy)


@router.post("", status_code=201, response_model=VacancyRead, dependencies=[allows(can_publish_vacancies)], responses=problems(401, 403, 404, 409, 422, 503))
async def create_vacancy(body: VacancyCreate, response: Response, caller: CallerDep, session: SessionDep) -> VacancyRead:
    """Publish a validated need on the site that is read without an account."""
    return _read(response, caller, await publish_vacancy(session, caller=caller, body=body))


@router.get("", response_model=Page[VacancyRead], dependencies=[allows(can_read_vacancies)], responses=problems(401, 403, 422))
async def list_vacancies(
    *, caller: CallerDep, session: SessionDep, page: PageDep, facility: str | None = None, need: UUID | None = None, state: str | None = None
) -> Page[VacancyRead]:
    """What the facilities one acts for have published, oldest first."""
    statement = vacancies_visible_to(caller)
    for column, wanted in ((Vacancy.facility_code, facility), (Vacancy.need_id, need), (Vacancy.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Vacancy.published_on, Vacancy.id], params=page)
    return found.of([VacancyRead.seen_by(caller, vacancy) for vacancy in found.items])


@router.get("/{vacancy_id}", response_model=VacancyRead, dependencies=[allows(can_read_vacancies)], responses=problems(401, 403, 404))
async def read_vacancy(vacancy_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> VacancyRead:
    """One vacancy."""
    return _read(response, caller, await get_visible_vacancy(session, caller, vacancy_id))


@router.post(
    "/{vacancy_id}/withdrawal", status_code=201, response_model=VacancyRead, dependencies=[allows(can_publish_vacancies)], responses=problems(401, 403, 404, 409, 412, 422)
)
async def create_withdrawal(vacancy_id: UUID, body: Withdrawal, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> VacancyRead:
    """Take a vacancy off the site, with the reason."""
    return _read(response, caller, await withdraw_vacancy(session, caller=caller, vacancy_id=vacancy_id, body=body, if_match=if_match))


@public.get("", response_model=Page[VacancyPublic], dependencies=[Depends(public_route)], responses=problems(422))
async def list_published(
    *,
    response: Response,
    page: PageDep,
    occupation: Short = None,
    place: Short = None,
    q: Annotated[str | None, Query(max_length=100, description="Words of the title, the employer or the place.")] = None,
    within: Annotated[str | None, Query(max_length=60, description="Code of a territory or of an employer.")] = None,
) -> Page[VacancyPublic]:
    """What anybody may apply for today, newest first; kept by browsers and proxies for a minute."""
    async with app_session(None) as session:
        statement = searched(open_vacancies(today()), occupation=occupation, place=place, words=q, within=within)
        found = await keyset_page(session, statement, keys=[Vacancy.published_on.desc(), Vacancy.id.desc()], params=page)
        response.headers["Cache-Control"] = CACHED
        return found.of([VacancyPublic.of(vacancy) for vacancy in found.items])


@public.get("/{vacancy_id}", response_model=VacancyPublic, dependencies=[Depends(public_route)], responses=problems(404, 422))
async def read_published(vacancy_id: UUID, response: Response) -> VacancyPublic:
    """One vacancy that is open today."""
    async with app_session(None) as session:
        vacancy = await session.scalar(open_vacancies(today()).where(Vacancy.id == vacancy_id))
        if vacancy is None:
            raise NotFound()
        response.headers["Cache-Control"] = CACHED
        return VacancyPublic.of(vacancy)
