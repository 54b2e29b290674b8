"""Reading intakes, candidates and students: each query starts from what the caller may see."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.intakes.eligibility import Outcome
from services.training.intakes.models import Candidate, Intake, Student
from services.training.intakes.ranking import Waiting
from services.training.intakes.workflow import GENERAL, WAITING
from shared.auth import Caller
from shared.db import worker_session
from shared.errors import NotFound
from shared.visibility import visible_to

_CUT_OFFS = text("SELECT * FROM published_cut_offs(:year, :country)")
_OF_CODE = text("SELECT * FROM candidate_of_code(:code)")
# Whoever works anywhere within twelve months of the diploma: asked of all employers, told as a number.
_EMPLOYED = text(
    """
    SELECT count(*) FROM students s WHERE s.intake_id = :intake AND s.state = 'graduated' AND s.graduated_on <= :day AND EXISTS (
        SELECT FROM assignments a WHERE a.person_id = s.person_id AND a.state IN ('active', 'ended') AND a.valid && daterange(s.graduated_on, (s.graduated_on + interval '12 months')::date, '[]')
        AND lower(a.valid) <= :day)
    """
)


def intakes_visible_to(caller: Caller) -> Select[tuple[Intake]]:
    return select(Intake).where(visible_to(caller, Intake))


def candidates_visible_to(caller: Caller) -> Select[tuple[Candidate]]:
    return select(Candidate).where(visible_to(caller, Candidate))


def students_visible_to(caller: Caller) -> Select[tuple[Student]]:
    return select(Student).where(visible_to(caller, Student))


async def get_visible_intake(session: AsyncSession, caller: Caller, intake_id: UUID, *, lock: bool = False) -> Intake:
    """One intake. Raises NotFound."""
    statement = intakes_visible_to(caller).where(Intake.id == intake_id)
    found = await session.scalar(statement.with_for_update(of=Intake) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def get_visible_candidate(session: AsyncSession, caller: Caller, candidate_id: UUID, *, lock: bool = False) -> tuple[Candidate, Intake]:
    """One application and its intake, whose row is locked first: whoever changes one waits for the others. Raises NotFound."""
    found = await session.scalar(candidates_visible_to(caller).where(Candidate.id == candidate_id))
    if found is None:
        raise NotFound()
    intake = await get_visible_intake(session, caller, found.intake_id, lock=lock)
    if lock:
        await session.refresh(found)
    return found, intake


async def get_visible_student(session: AsyncSession, caller: Caller, student_id: UUID, *, lock: bool = False) -> tuple[Student, Intake]:
    """One student and the intake. Raises NotFound."""
    found = await session.scalar(students_visible_to(caller).where(Student.id == student_id))
    if found is None:
        raise NotFound()
    intake = await get_visible_intake(session, caller, found.intake_id, lock=lock)
    if lock:
        await session.refresh(found)
    return found, intake


async def candidates_of(session: AsyncSession, caller: Caller | None, intake: Intake, *states: str) -> Sequence[Candidate]:
    """Those of an intake that the caller sees; a daily task, which is no caller, sees all."""
    statement = (candidates_visible_to(caller) if caller else select(Candidate)).where(Candidate.intake_id == intake.id).order_by(Candidate.number)
    return (await session.scalars(statement.where(Candidate.state.in_(states)) if states else statement)).all()


async def waiting_of(session: AsyncSession, caller: Caller | None, intake: Intake) -> list[Waiting]:
    return [Waiting(each.id, each.rank or 0, each.quota) for each in await candidates_of(session, caller, intake, WAITING)]


async def outcome_of(session: AsyncSession, candidate: Candidate, intake: Intake) -> Outcome:
    """The numbers beside an application that say why it came out as it did."""
    others = select(func.count()).where(Candidate.intake_id == intake.id, Candidate.state == WAITING, Candidate.rank <= (candidate.rank or 0))
    last = select(func.min(Candidate.mark)).where(Candidate.intake_id == intake.id, Candidate.list == GENERAL, Candidate.called_on.is_not(None))
    return Outcome(
        candidate.state,
        intake.state,
        intake.seats,
        intake.cut_off,
        candidate.score,
        candidate.mark,
        candidate.rank,
        candidate.list,
        await session.scalar(others) or 0,
        await session.scalar(last),
    )


async def cut_offs(session: AsyncSession, year: int, country: str) -> list[dict[str, Any]]:
    """The table that everybody may read (INT-02)."""
    return [dict(row) for row in (await session.execute(_CUT_OFFS, {"year": year, "country": country})).mappings()]


async def application_of_code(session: AsyncSession, code: str) -> dict[str, Any]:
    """What whoever holds the code of an application may know. Raises NotFound."""
    row = (await session.execute(_OF_CODE, {"code": code})).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return dict(row)


async def students_by_state(session: AsyncSession, caller: Caller, intake_id: UUID) -> dict[tuple[str, bool], int]:
    """How many study, graduated, or left with or without freeing a seat."""
    statement = (
        select(Student.state, Student.seat_freed, func.count()).where(visible_to(caller, Student), Student.intake_id == intake_id).group_by(Student.state, Student.seat_freed)
    )
    return {(state, freed): count for state, freed, count in (await session.execute(statement)).tuples()}


async def employed_of(intake_id: UUID, day: date) -> int:
    """Graduates of an intake who were at work within twelve months."""
    async with worker_session() as session:
        found: int | None = await session.scalar(_EMPLOYED, {"intake": intake_id, "day": day})
    return found or 0


async def studying_by_year(session: AsyncSession, caller: Caller) -> Sequence[tuple[int, str, str, int]]:
    """Year of entry, stream, code of an institute, and how many of the seats are filled by people who have not dropped out."""
    left = (
        select(Student.intake_id, func.count().label("left"))
        .where(visible_to(caller, Student), Student.state == "left", Student.seat_freed.is_(False))
        .group_by(Student.intake_id)
        .subquery()
    )
    statement = (
        select(Intake.year, Intake.stream, func.min(Intake.facility_code), func.sum(Intake.filled - func.coalesce(left.c.left, 0)))
        .outerjoin(left, left.c.intake_id == Intake.id)
        .where(visible_to(caller, Intake))
        .group_by(Intake.year, Intake.stream)
        .order_by(Intake.year, Intake.stream)
    )
    return [(year, stream, code, int(count)) for year, stream, code, count in (await session.execute(statement)).tuples()]


def percent(part: int, whole: int) -> Decimal | None:
    """Of nothing there is no share."""
    return None if whole == 0 else (Decimal(100) * part / whole).quantize(Decimal("0.1"))
