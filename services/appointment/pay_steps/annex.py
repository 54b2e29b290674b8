"""The list annexed to a decision on pay steps: from which step to which, with which coefficient and from which day."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.appointment.decisions.effects import Annex
from services.appointment.decisions.letters import coefficient
from services.appointment.decisions.models import Decision
from services.appointment.pay_steps.models import ListLine
from services.appointment.pay_steps.scales import scale_of
from shared.i18n import _, translate


async def annex_of_list(session: AsyncSession, decision: Decision) -> Annex:
    """A line for each person, in the order of the list."""
    statement = select(ListLine).where(ListLine.list_id == decision.source_id).options(selectinload(ListLine.pay_step))
    lines = (await session.scalars(statement.order_by(ListLine.effective_on, ListLine.pay_step_id))).all()
    cells = []
    for line in lines:
        held = line.pay_step
        scale = scale_of(held.pack, held.scale)
        steps = translate(_("{scale}, step {held} to {next}"), scale=held.scale, held=held.step, next=held.step + 1)
        coefficients = f"{coefficient(held.coefficient)} → {coefficient(scale.coefficient(held.step + 1))}"
        cells.append((held.person_id, (steps, coefficients, f"{line.effective_on:%d/%m/%Y}")))
    return Annex([translate(_("Scale and step")), translate(_("Coefficient")), translate(_("With effect from"))], cells)
