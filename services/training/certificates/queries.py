"""Reading certificates: of one's own people, and those that one gave."""

from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.certificates.models import Certificate
from services.training.certificates.schemas import PublicCheck
from shared.auth import Caller
from shared.clock import today
from shared.errors import NotFound
from shared.papers import spelled
from shared.visibility import visible_to

_CHECK = text("SELECT number, authority, initials, title, hours, first_day, last_day, issued_on, valid_to, revoked_on FROM certificate_of_code(:code)")


def certificates_visible_to(caller: Caller) -> Select[tuple[Certificate]]:
    return select(Certificate).where(visible_to(caller, Certificate))


async def get_visible_certificate(session: AsyncSession, caller: Caller, certificate_id: UUID, *, lock: bool = False) -> Certificate:
    """One certificate. Raises NotFound."""
    statement = certificates_visible_to(caller).where(Certificate.id == certificate_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def checked(session: AsyncSession, code: str) -> PublicCheck:
    """What anybody may know of a certificate by its code. Raises NotFound."""
    row = (await session.execute(_CHECK, {"code": spelled(code)})).one_or_none()
    if row is None:
        raise NotFound()
    day = today()
    return PublicCheck(**row._mapping, valid=row.revoked_on is None and (row.valid_to is None or day <= row.valid_to))
