"""What a mandate must respect: a position has one holder, and beside it at most one who acts."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.mandates.queries import holds_position
from services.appointment.positions.models import LeadershipPosition
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule


async def position_must_be_free(session: AsyncSession, position: LeadershipPosition, starts_on: date, ends_on: date, *, acting: bool = False) -> None:
    """Nobody else holds the position in that period, or acts in it. Raises Refused."""
    holder = await holds_position(session, position.id, starts_on, ends_on, acting=acting)
    if holder is not None:
        raise Refused(
            "position-held",
            _("This position is held until {last_day}."),
            rule=Rule("APP-ONE", 1, "holder per position and day", "Relais rule book, appointments (a position has one holder)"),
            possible=_("Let the new mandate begin after {last_day}, or end the other one first."),
            last_day=holder.last_day.isoformat(),
        )
