"""Trainings of before Relais from a file: what each person brings to the cycle of continuing education."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.credits.models import CreditEntry
from services.training.credits.schemas import PastSession, PastSessionsCreate
from services.training.credits.use_cases import bring_past_sessions
from services.training.enrolments.permissions import can_enrol_at
from services.training.roles import can_send_people
from shared.auth import Caller
from shared.clock import today
from shared.directory import Work, works_of_numbers
from shared.i18n import _
from shared.imports import Column, Kind, Memory, Verdict
from shared.imports.cells import date_of, facility_code_of, number_of, text_of
from shared.imports.judging import refused

MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class PastSessionLine:
    """One training that somebody attended before."""

    row: int
    worker_no: str
    facility_code: str
    course: str
    provider: str | None
    ends_on: date
    hours: Decimal


COLUMNS = (
    Column("worker_no", text_of, headings=("mã nhân viên", "số hiệu", "matricule")),
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("course", text_of, headings=("khóa đào tạo", "tên lớp", "formation", "cours")),
    Column("provider", text_of, None, ("nơi đào tạo", "đơn vị đào tạo", "organisme")),
    Column("ends_on", date_of, headings=("ngày kết thúc", "đến ngày", "terminé le")),
    Column("hours", number_of(Decimal("0.5"), Decimal(1000), 1), headings=("số giờ", "số tiết", "heures")),
)


async def _brought(session: AsyncSession, person_ids: Collection[UUID]) -> set[tuple[UUID, str, date, Decimal]]:
    statement = select(CreditEntry.person_id, CreditEntry.title, CreditEntry.earned_on, CreditEntry.hours)
    return set((await session.execute(statement.where(CreditEntry.person_id.in_(list(person_ids)), CreditEntry.source == "opening"))).tuples().all())


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[PastSessionLine], memory: Memory) -> list[Verdict]:
    """The worker works there and the training is over; the same training of the same person again is no change."""
    works: Mapping[tuple[str, str], Work] = await works_of_numbers(session, [line.worker_no for line in lines], today())
    known = await _brought(session, {work.person_id for work in works.values()})

    def judge_line(line: PastSessionLine) -> Verdict:
        work = works.get((line.facility_code, line.worker_no))
        if work is None:
            return Verdict.bad(line.row, "worker_no", _("No worker {number} works at {facility} today."), number=line.worker_no, facility=line.facility_code)
        if (no := refused(line.row, "facility_code", can_enrol_at(caller, work.authority_path))) is not None:
            return no
        if (again := memory.again(line, (work.person_id, line.course, line.ends_on))) is not None:
            return again
        if line.ends_on > today():
            return Verdict.bad(line.row, "ends_on", _("These hours are not earned yet on {day}."), day=today().isoformat())
        return Verdict.recorded(line) if (work.person_id, line.course, line.ends_on, line.hours) in known else Verdict.good(line)

    return [judge_line(line) for line in lines]


async def write(session: AsyncSession, caller: Caller, lines: Sequence[PastSessionLine]) -> None:
    """The good lines become hours that count, as they were brought."""
    works = await works_of_numbers(session, [line.worker_no for line in lines], today())
    for start in range(0, len(lines), MOST_AT_ONCE):
        items = [
            PastSession(person_id=works[line.facility_code, line.worker_no].person_id, title=line.course, provider=line.provider, hours=line.hours, ends_on=line.ends_on)
            for line in lines[start : start + MOST_AT_ONCE]
        ]
        await bring_past_sessions(session, caller=caller, body=PastSessionsCreate(items=items))


KINDS = [Kind("past_sessions", COLUMNS, PastSessionLine, judge, write, allowed=can_send_people)]
