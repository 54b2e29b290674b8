"""Reading vacancies: those of one's own facilities, and what is published for everybody."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.vacancies.models import Vacancy
from services.recruitment.workflow import PUBLISHED
from shared.auth import Caller
from shared.errors import NotFound
from shared.names import search_words
from shared.visibility import visible_to


def vacancies_visible_to(caller: Caller) -> Select[tuple[Vacancy]]:
    return select(Vacancy).where(visible_to(caller, Vacancy))


async def get_visible_vacancy(session: AsyncSession, caller: Caller, vacancy_id: UUID, *, lock: bool = False) -> Vacancy:
    """One vacancy. Raises NotFound."""
    statement = vacancies_visible_to(caller).where(Vacancy.id == vacancy_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


def open_vacancies(day: date) -> Select[tuple[Vacancy]]:
    """What anybody may apply for on a day."""
    return select(Vacancy).where(Vacancy.state == PUBLISHED, Vacancy.opens_on <= day, Vacancy.closes_on >= day)


def searched(statement: Select[tuple[Vacancy]], *, occupation: str | None, place: str | None, words: str | None, within: str | None) -> Select[tuple[Vacancy]]:
    """By profession, by words of the place, the title, the employer or the text, without case or accents, and by territory."""
    if occupation:
        statement = statement.where(Vacancy.occupation_code == occupation)
    for word in sorted(search_words(f"{place or ''} {words or ''}"))[:8]:
        statement = statement.where(Vacancy.words.contains(word, autoescape=True))
    if within:
        statement = statement.where(or_(Vacancy.facility_code == within, Vacancy.facility_code.startswith(f"{within}-", autoescape=True)))
    return statement
