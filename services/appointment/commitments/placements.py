"""Who learnt abroad on a scholarship has promised months of service: they run from the return, and somebody assesses what is owed by whoever does not come back."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.commitments.clock import lay_out
from services.appointment.commitments.dues import tell_signature_due
from services.appointment.commitments.models import Commitment
from services.appointment.commitments.opening import SYSTEM, open_commitment
from services.appointment.commitments.workflow import CLOCK, COMMITMENT, DRAFT
from shared.calendars import ONE_DAY
from shared.clock import today
from shared.commitments import BreachPolicy
from shared.events import Event, Received
from shared.inbox import Consumer

PROGRAMME = "bilateral-exchange"


class PlacementFact(Event):
    """What appointment needs of a placement abroad."""

    topic: ClassVar[str] = "relais.rotation.placements"

    person_id: UUID
    home_code: str
    authority_path: str
    ended_on: date | None
    returned_on: date | None
    months_due: int
    committed_on: date | None
    benefit_amount: int
    currency: str | None
    done_on: date


class PlacementReturned(PlacementFact):
    """Back at home: the months run from this day."""

    type: ClassVar[str] = "rotation.placement.returned.v1"


class PlacementStayed(PlacementFact):
    """The person did not come back."""

    type: ClassVar[str] = "rotation.placement.stayed.v1"


async def _promised(session: AsyncSession, stay: PlacementFact, first_day: date) -> Commitment | None:
    """What was signed before the departure; nobody serves before the return, so that it is opened by what ends the stay."""
    if stay.months_due <= 0 or stay.currency is None:
        return None
    commitment = await open_commitment(
        session,
        SYSTEM,
        source_service="rotation",
        source_id=stay.id,
        origin="training",
        person_id=stay.person_id,
        facility_code=stay.home_code,
        authority_path=stay.authority_path,
        amount=stay.benefit_amount,
        currency=stay.currency,
        months_due=stay.months_due,
        earliest_on=first_day,
        breach=BreachPolicy(),
        opened_on=stay.committed_on or stay.done_on,
        programme=PROGRAMME,
    )
    if commitment.state == DRAFT:
        commitment.move("sign", COMMITMENT)
        commitment.signed_on = stay.committed_on or stay.done_on
        await session.flush()
        tell_signature_due(session, commitment)
    return commitment


async def _returned(session: AsyncSession, event: Received[PlacementReturned]) -> None:
    """The months run from the day of the return (EXC-05)."""
    commitment = await _promised(session, event.data, event.data.returned_on or event.data.done_on)
    if commitment is not None:
        await lay_out(session, commitment.person_id, today())


async def _stayed(session: AsyncSession, event: Received[PlacementStayed]) -> None:
    """Nothing was served: somebody must assess what is owed."""
    ended = event.data.ended_on or event.data.done_on
    commitment = await _promised(session, event.data, ended + ONE_DAY)
    if commitment is None or commitment.state not in CLOCK:
        return
    commitment.end_cause, commitment.leaving_on = "abandons", ended
    commitment.version += 1
    await session.flush()


def hear_placements(consumer: Consumer) -> None:
    consumer.on(PlacementReturned, _returned)
    consumer.on(PlacementStayed, _stayed)
