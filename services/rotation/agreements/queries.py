"""Reading agreements: each query starts from what the caller may see."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.models import Agreement
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import visible_to


def agreements_visible_to(caller: Caller) -> Select[tuple[Agreement]]:
    return select(Agreement).where(visible_to(caller, Agreement))


async def get_visible_agreement(session: AsyncSession, caller: Caller, agreement_id: UUID, *, lock: bool = False) -> Agreement:
    """One agreement. Raises NotFound."""
    statement = agreements_visible_to(caller).where(Agreement.id == agreement_id)
    agreement = await session.scalar(statement.with_for_update(of=Agreement) if lock else statement)
    if agreement is None:
        raise NotFound()
    return agreement


async def named_agreement(session: AsyncSession, caller: Caller, agreement_id: UUID, *, field: str = "agreement_id") -> Agreement:
    """The agreement that a body names. Raises Malformed."""
    agreement = await session.scalar(agreements_visible_to(caller).where(Agreement.id == agreement_id))
    if agreement is None:
        raise Malformed.field(field, _("There is no agreement with this identifier that you may see."))
    return agreement


async def agreements_named(session: AsyncSession, caller: Caller, names: Collection[str]) -> dict[str, Agreement]:
    """Agreements by identifier or by reference, as a file names them; locked, because their promises are about to be kept."""
    ids = [UUID(name) for name in names if _is_id(name)]
    found = await session.scalars(
        agreements_visible_to(caller).where(or_(Agreement.id.in_(ids), Agreement.reference.in_(names))).order_by(Agreement.id).with_for_update(of=Agreement)
    )
    agreements = found.all()
    return {agreement.reference: agreement for agreement in agreements if agreement.reference} | {str(agreement.id): agreement for agreement in agreements}


def _is_id(name: str) -> bool:
    try:
        return bool(UUID(name))
    except ValueError:
        return False
