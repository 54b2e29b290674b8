"""Probations from a file: those that run on the day the register is opened here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.probations.models import Probation
from services.appointment.probations.permissions import can_follow_probations
from services.appointment.probations.schemas import MentorCreate, ProbationEntry
from services.appointment.probations.use_cases import enter_probation, name_mentor, probation_of
from services.appointment.probations.workflow import OPEN
from shared.auth import Caller
from shared.clock import today
from shared.directory import Work, works_of_numbers
from shared.errors import Problem
from shared.i18n import _
from shared.imports import Column, Kind, Memory, Verdict
from shared.imports.cells import date_of, facility_code_of, number_of, text_of
from shared.imports.changing import change_each, judged_change, refused_by


@dataclass(frozen=True, slots=True)
class ProbationLine:
    """One probation that runs."""

    row: int
    worker_no: str
    facility_code: str
    starts_on: date
    months: Decimal | None
    mentor_no: str | None


COLUMNS = (
    Column("worker_no", text_of, headings=("mã nhân viên", "số hiệu", "matricule")),
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("starts_on", date_of, headings=("ngày bắt đầu tập sự", "từ ngày", "début")),
    Column("months", number_of(Decimal(1), Decimal(24), 0), None, ("số tháng tập sự", "số tháng", "mois")),
    Column("mentor_no", text_of, None, ("mã người hướng dẫn", "người hướng dẫn", "matricule du tuteur")),
)


def _entry(line: ProbationLine, work: Work, mentor: Work | None) -> ProbationEntry:
    return ProbationEntry(
        reference=f"{line.facility_code}/{line.worker_no}/{line.starts_on.isoformat()}",
        person_id=work.person_id,
        starts_on=line.starts_on,
        months=int(line.months) if line.months is not None else None,
        mentor_id=mentor.person_id if mentor else None,
    )


def _numbers(lines: Sequence[ProbationLine]) -> list[str]:
    return [number for line in lines for number in (line.worker_no, line.mentor_no) if number]


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[ProbationLine], memory: Memory) -> list[Verdict]:
    """The worker works there, so does the mentor, and no other probation of theirs runs; the same one again is no change."""
    works = await works_of_numbers(session, _numbers(lines), today())
    persons = [work.person_id for work in works.values()]
    running = {one.person_id: one for one in await session.scalars(select(Probation).where(Probation.person_id.in_(persons), Probation.state.in_(OPEN)))}
    mentors = await _numbers_of(session, [one.mentor_id for one in running.values() if one.mentor_id]) if memory.may_change else {}

    def judge_line(line: ProbationLine) -> Verdict:
        work = works.get((line.facility_code, line.worker_no))
        if work is None:
            return Verdict.bad(line.row, "worker_no", _("No worker {number} works at {facility} today."), number=line.worker_no, facility=line.facility_code)
        mentor = works.get((line.facility_code, line.mentor_no)) if line.mentor_no else None
        if line.mentor_no and (mentor is None or mentor.person_id == work.person_id):
            return Verdict.bad(line.row, "mentor_no", _("The mentor is another worker of the same facility."))
        if (again := memory.again(line, work.person_id)) is not None:
            return again
        known = running.get(work.person_id)
        if known is not None and known.starts_on == line.starts_on and memory.may_change:
            filled = memory.filled.get(line.row, frozenset())
            before, after = {"mentor_no": mentors.get(known.mentor_id)}, {"mentor_no": line.mentor_no}
            return judged_change(line, filled, before, after, {"months": line.months is None or known.months == line.months}, (known.id, mentor.person_id if mentor else None))
        if known is not None and known.starts_on == line.starts_on:
            return Verdict.recorded(line)
        if known is not None:
            return Verdict.bad(line.row, "worker_no", _("A probation of this person is already running."))
        try:
            probation_of(caller, _entry(line, work, mentor), work, today())
        except Problem as problem:
            return refused_by(line.row, problem, {"person_id": "worker_no"})
        return Verdict.good(line)

    return [judge_line(line) for line in lines]


async def _numbers_of(session: AsyncSession, persons: Sequence[UUID]) -> dict[UUID | None, str | None]:
    rows = await session.execute(_NUMBERS, {"persons": list(persons)})
    return {row.person_id: row.worker_no for row in rows}


async def change(session: AsyncSession, caller: Caller, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Another mentor is named, as by hand; the length of a probation is not changed by a file."""

    async def act(verdict: Verdict) -> None:
        probation, mentor = verdict.about
        await name_mentor(session, caller=caller, probation_id=probation, body=MentorCreate(mentor_id=mentor))

    return await change_each(session, verdicts, act, {"mentor_id": "mentor_no"})


async def write(session: AsyncSession, caller: Caller, lines: Sequence[ProbationLine]) -> None:
    """The good lines become probations, each with its end counted."""
    works = await works_of_numbers(session, _numbers(lines), today())
    for line in lines:
        work = works[line.facility_code, line.worker_no]
        await enter_probation(session, caller, _entry(line, work, works.get((line.facility_code, line.mentor_no or ""))), work, today())


KINDS = [Kind("probations", COLUMNS, ProbationLine, judge, write, allowed=can_follow_probations, change=change)]
_NUMBERS = text("SELECT DISTINCT ON (person_id) person_id, worker_no FROM workers WHERE person_id = ANY(:persons) AND worker_no IS NOT NULL ORDER BY person_id, id")
