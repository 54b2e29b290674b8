"""Pay steps from a file: what each person holds on the day the register is opened here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.pay_steps.models import PayStep
from services.appointment.pay_steps.permissions import can_keep_pay_steps
from services.appointment.pay_steps.schemas import PayStepEntry
from services.appointment.pay_steps.use_cases import entry_of, keep_entries
from services.appointment.pay_steps.workflow import HELD
from shared.auth import Caller
from shared.clock import today
from shared.directory import Work, works_of_numbers
from shared.errors import Problem
from shared.i18n import _
from shared.imports import Column, Kind, Memory, Verdict
from shared.imports.cells import date_of, facility_code_of, number_of, text_of
from shared.imports.changing import refused_by


@dataclass(frozen=True, slots=True)
class PayStepLine:
    """One step that somebody holds."""

    row: int
    worker_no: str
    facility_code: str
    scale: str | None
    step: Decimal
    since: date
    decision_number: str | None

    def entry(self, person_id: UUID) -> PayStepEntry:
        return PayStepEntry(person_id=person_id, scale=self.scale, step=int(self.step), since=self.since, decision_number=self.decision_number)


COLUMNS = (
    Column("worker_no", text_of, headings=("mã nhân viên", "số hiệu", "matricule")),
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("scale", text_of, None, ("loại", "ngạch", "bảng lương", "grille")),
    Column("step", number_of(Decimal(1), Decimal(20), 0), headings=("bậc", "bậc lương", "échelon")),
    Column("since", date_of, headings=("hưởng từ ngày", "từ ngày", "depuis le")),
    Column("decision_number", text_of, None, ("số quyết định", "numéro de décision")),
)


async def _held(session: AsyncSession, works: Mapping[tuple[str, str], Work]) -> dict[UUID, PayStep]:
    persons = [work.person_id for work in works.values()]
    return {step.person_id: step for step in await session.scalars(select(PayStep).where(PayStep.person_id.in_(persons), PayStep.state.in_(HELD)))}


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[PayStepLine], memory: Memory) -> list[Verdict]:
    """The worker works there, holds no step yet, and the step exists in the scale; the same step again is no change."""
    works = await works_of_numbers(session, [line.worker_no for line in lines], today())
    held = await _held(session, works)

    def judge_line(line: PayStepLine) -> Verdict:
        work = works.get((line.facility_code, line.worker_no))
        if work is None:
            return Verdict.bad(line.row, "worker_no", _("No worker {number} works at {facility} today."), number=line.worker_no, facility=line.facility_code)
        if (again := memory.again(line, work.person_id)) is not None:
            return again
        known = held.get(work.person_id)
        if known is not None and (known.step, known.since, line.scale or known.scale) == (int(line.step), line.since, known.scale):
            return Verdict.recorded(line)
        try:
            entry_of(caller, line.entry(work.person_id), work, held, today())
        except Problem as problem:
            return refused_by(line.row, problem, {"person_id": "worker_no"})
        return Verdict.good(line)

    return [judge_line(line) for line in lines]


async def write(session: AsyncSession, caller: Caller, lines: Sequence[PayStepLine]) -> None:
    """The good lines become steps, set-wise, each with the day of the next one."""
    works = await works_of_numbers(session, [line.worker_no for line in lines], today())
    held = await _held(session, works)
    steps = []
    for line in lines:
        work = works[line.facility_code, line.worker_no]
        steps.append(entry_of(caller, line.entry(work.person_id), work, held, today()))
    await keep_entries(session, caller, steps, today())


KINDS = [Kind("pay_steps", COLUMNS, PayStepLine, judge, write, allowed=can_keep_pay_steps)]
