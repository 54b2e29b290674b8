"""Reading dossiers of accompaniment."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.accompaniments.models import Accompaniment
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def accompaniments_visible_to(caller: Caller) -> Select[tuple[Accompaniment]]:
    return select(Accompaniment).where(visible_to(caller, Accompaniment))


async def get_visible_accompaniment(session: AsyncSession, caller: Caller, accompaniment_id: UUID, *, lock: bool = False) -> Accompaniment:
    """One dossier. Raises NotFound."""
    statement = accompaniments_visible_to(caller).where(Accompaniment.id == accompaniment_id)
    found = await session.scalar(statement.with_for_update(of=Accompaniment) if lock else statement)
    if found is None:
        raise NotFound()
    return found
