"""Reading programmes of cooperation, and how far their targets are reached."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.coverage import coverage_on
from services.rotation.agreements.models import Agreement
from services.rotation.cooperation.models import CooperationProgramme
from services.rotation.techniques.models import Transfer
from services.rotation.techniques.workflow import LOCAL
from services.rotation.visits.models import HELD, Visit
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import published_above, visible_to


def programmes_visible_to(caller: Caller) -> Select[tuple[CooperationProgramme]]:
    """Programmes of the caller's authorities and of those above."""
    return select(CooperationProgramme).where(or_(visible_to(caller, CooperationProgramme), published_above(caller, CooperationProgramme)))


async def get_visible_programme(session: AsyncSession, caller: Caller, programme_id: UUID) -> CooperationProgramme:
    """One programme. Raises NotFound."""
    found = await session.scalar(programmes_visible_to(caller).where(CooperationProgramme.id == programme_id))
    if found is None:
        raise NotFound()
    return found


async def programme_must_be_open(session: AsyncSession, caller: Caller, programme_id: UUID | None) -> None:
    """The programme that a body names. Raises Malformed."""
    if programme_id is not None and await session.scalar(programmes_visible_to(caller).where(CooperationProgramme.id == programme_id)) is None:
        raise Malformed.field("programme_id", _("There is no programme with this identifier that you may see."))


async def reached(session: AsyncSession, caller: Caller, programme: CooperationProgramme, day: date) -> Sequence[int | None]:
    """What each target has reached on a day, of the agreements that name the programme and that the caller may see; None for what is not counted here."""
    own = select(Agreement.id).where(visible_to(caller, Agreement), Agreement.programme_id == programme.id)
    in_force = own.where(Agreement.state != "draft", Agreement.starts_on <= day, func.coalesce(Agreement.ended_on, Agreement.ends_on) >= day)
    found: list[int | None] = []
    for target in programme.targets:
        match target.indicator:
            case "posts_with_agreement":
                found.append(await session.scalar(select(func.count(func.distinct(Agreement.receiver_code))).where(Agreement.id.in_(in_force))))
            case "posts_covered_percent":
                covered = await coverage_on(session, caller, day, "station")
                found.append(_percent(covered.with_agreement, covered.facilities))
            case "visits_held_percent":
                promised, held = (
                    await session.execute(
                        select(func.count().filter(Visit.promised_on.is_not(None)), func.count().filter(Visit.state == HELD)).where(
                            visible_to(caller, Visit), Visit.agreement_id.in_(own), Visit.month <= day
                        )
                    )
                ).one()
                found.append(_percent(held, promised))
            case "techniques_local":
                statement = select(func.count()).where(visible_to(caller, Transfer), Transfer.agreement_id.in_(own), Transfer.state.in_(LOCAL), Transfer.accepted_on <= day)
                found.append(await session.scalar(statement))
            case _:
                found.append(None)
    return found


def _percent(part: int, whole: int) -> int | None:
    """Rounded half up (R-HALFUP); none of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None
