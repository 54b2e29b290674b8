"""Reading candidacies: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.candidacies.models import Candidacy
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def candidacies_visible_to(caller: Caller) -> Select[tuple[Candidacy]]:
    return select(Candidacy).where(visible_to(caller, Candidacy))


async def get_visible_candidacy(session: AsyncSession, caller: Caller, candidacy_id: UUID, *, lock: bool = False) -> Candidacy:
    """One candidacy. Raises NotFound."""
    statement = candidacies_visible_to(caller).where(Candidacy.id == candidacy_id)
    candidacy = await session.scalar(statement.with_for_update(of=Candidacy) if lock else statement)
    if candidacy is None:
        raise NotFound()
    return candidacy
