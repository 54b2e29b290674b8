"""Reading applications: those that candidates sent to one's own employers, and one's own."""

import hashlib
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.applications.models import Application, ApplicationFile, Choice
from shared.auth import Caller
from shared.clock import today
from shared.db import app_session
from shared.errors import NotFound
from shared.visibility import visible_to

_OF_KEY = text("SELECT id, path FROM application_of_key(:hashed, CAST(:day AS date))")
_OF_PERSON = text("SELECT id, path FROM applications_of_person(:person)")


def hash_of_key(key: str) -> bytes:
    """What is kept of the secret of a private link: 256 random bits need no salt."""
    return hashlib.sha256(key.encode()).digest()


def applications_visible_to(caller: Caller) -> Select[tuple[Application]]:
    return select(Application).where(visible_to(caller, Application))


async def get_visible_application(session: AsyncSession, caller: Caller, application_id: UUID, *, lock: bool = False) -> Application:
    """One application. Raises NotFound."""
    statement = applications_visible_to(caller).where(Application.id == application_id)
    found = await session.scalar(statement.with_for_update(of=Application) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def get_visible_choice(session: AsyncSession, caller: Caller, choice_id: UUID) -> tuple[Application, Choice]:
    """One employer's post of an application, which is locked. Raises NotFound."""
    found = await session.scalar(select(Choice).where(Choice.id == choice_id, visible_to(caller, Choice)))
    if found is None:
        raise NotFound()
    application = await get_visible_application(session, caller, found.application_id, lock=True)
    choice = next((each for each in application.choices if each.id == choice_id), None)
    if choice is None:
        raise NotFound()
    return application, choice


async def get_visible_file(session: AsyncSession, caller: Caller, file_id: UUID) -> ApplicationFile:
    """A paper of an application that the caller reads. Raises NotFound."""
    found = await session.scalar(
        select(ApplicationFile).where(ApplicationFile.id == file_id, ApplicationFile.application_id.in_(applications_visible_to(caller).with_only_columns(Application.id)))
    )
    if found is None:
        raise NotFound()
    return found


async def place_of_key(key: str) -> tuple[UUID, str] | None:
    """Which application a private link opens today, and whose authority it is; None for a wrong, old or expired one."""
    async with app_session(None) as session:
        row = (await session.execute(_OF_KEY, {"hashed": hash_of_key(key), "day": today()})).one_or_none()
        return (row.id, row.path) if row else None


async def places_of_person(person_id: UUID) -> list[tuple[UUID, str]]:
    """The applications of one person, newest first."""
    async with app_session(None) as session:
        return [(row.id, row.path) for row in await session.execute(_OF_PERSON, {"person": person_id})]
