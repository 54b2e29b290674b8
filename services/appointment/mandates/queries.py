"""Reading mandates: each query starts from what the caller may see."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.mandates.models import ACTING, Mandate
from services.appointment.mandates.workflow import REVOKED
from services.appointment.positions.models import DEPUTY, LeadershipPosition
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import visible_to

LAST_DAY = func.coalesce(Mandate.ended_on, Mandate.ends_on)


def mandates_visible_to(caller: Caller) -> Select[tuple[Mandate]]:
    return select(Mandate).where(visible_to(caller, Mandate))


async def get_visible_mandate(session: AsyncSession, caller: Caller, mandate_id: UUID, *, lock: bool = False) -> Mandate:
    """One mandate. Raises NotFound."""
    statement = mandates_visible_to(caller).where(Mandate.id == mandate_id)
    mandate = await session.scalar(statement.with_for_update() if lock else statement)
    if mandate is None:
        raise NotFound()
    return mandate


async def named_mandate(session: AsyncSession, caller: Caller, mandate_id: UUID) -> Mandate:
    """The mandate that a body names. Raises Malformed."""
    mandate = await session.scalar(mandates_visible_to(caller).where(Mandate.id == mandate_id))
    if mandate is None:
        raise Malformed.field("mandate_id", _("There is no mandate with this identifier that you may see."))
    return mandate


async def mandates_of(session: AsyncSession, positions: Collection[UUID]) -> Sequence[Mandate]:
    """All mandates of some positions that count, oldest first."""
    found = await session.scalars(select(Mandate).where(Mandate.position_id.in_(set(positions)), Mandate.state != REVOKED).order_by(Mandate.starts_on, Mandate.id))
    return found.all()


async def held_by(session: AsyncSession, person_id: UUID, day: date) -> Sequence[Mandate]:
    """The offices that a person holds on a day or will hold after it, acting ones apart."""
    found = await session.scalars(
        select(Mandate).where(Mandate.person_id == person_id, Mandate.state != REVOKED, Mandate.kind != ACTING, day <= LAST_DAY, Mandate.starts_on <= LAST_DAY).with_for_update()
    )
    return found.all()


async def deputies_in_office(session: AsyncSession, facility_code: str, unit: str | None, day: date) -> int:
    """How many deputies of a unit are in office on a day, acting ones apart."""
    statement = (
        select(func.count(func.distinct(Mandate.position_id)))
        .join(LeadershipPosition, LeadershipPosition.id == Mandate.position_id)
        .where(
            LeadershipPosition.facility_code == facility_code,
            LeadershipPosition.unit.is_not_distinct_from(unit),
            LeadershipPosition.rank == DEPUTY,
            Mandate.state != REVOKED,
            Mandate.kind != ACTING,
            Mandate.starts_on <= day,
            day <= LAST_DAY,
        )
    )
    return await session.scalar(statement) or 0


async def holds_position(session: AsyncSession, position_id: UUID, first_day: date, last_day: date, *, acting: bool) -> Mandate | None:
    """The mandate that holds a position in a period, or that acts in it."""
    found: Mandate | None = await session.scalar(
        select(Mandate)
        .where(
            Mandate.position_id == position_id,
            Mandate.state != REVOKED,
            (Mandate.kind == ACTING) == acting,
            Mandate.starts_on <= last_day,
            first_day <= LAST_DAY,
            Mandate.starts_on <= LAST_DAY,
        )
        .order_by(Mandate.starts_on.desc())
        .limit(1)
    )
    return found
