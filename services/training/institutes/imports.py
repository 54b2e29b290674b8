"""The seats of a year from a file: one line for each institute and stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.institutes.models import Capacity, Institute
from services.training.institutes.permissions import can_supervise, can_supervise_institutes
from services.training.institutes.queries import capacities_visible_to, institutes_visible_to
from services.training.institutes.rules import days_of, must_be_accredited, streams_must_be_known
from services.training.institutes.schemas import CapacityCreate
from services.training.institutes.use_cases import set_many_seats
from services.training.rules import pack_of
from shared.auth import Caller
from shared.clock import today
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.imports import Column, Fault, Kind, Memory, Verdict
from shared.imports.cells import facility_code_of, number_of, text_of, year_of
from shared.imports.judging import refused
from shared.imports.tables import Cell

MOST_SEATS = 5000


def seats_of(cell: Cell) -> int:
    value: Decimal = number_of(Decimal(1), Decimal(MOST_SEATS), 0)(cell)
    return int(value)


@dataclass(frozen=True, slots=True)
class CapacityLine:
    """The seats of one stream."""

    row: int
    facility_code: str
    stream: str
    year: int
    seats: int
    decision: str | None


COLUMNS = (
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "code de l'institut", "code de l'établissement")),
    Column("stream", facility_code_of, headings=("mã ngành", "ngành", "filière")),
    Column("year", year_of, headings=("năm nhập học", "année d'entrée", "année")),
    Column("seats", seats_of, headings=("chỉ tiêu", "số chỗ", "places")),
    Column("decision", text_of, None, ("quyết định", "décision")),
)


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[CapacityLine], memory: Memory) -> list[Verdict]:
    """The institute is one of the caller's territory, accredited for the stream; the same number again is no change."""
    institutes = {
        each.facility_code: each for each in await session.scalars(institutes_visible_to(caller).where(Institute.facility_code.in_({line.facility_code for line in lines})))
    }
    recorded = capacities_visible_to(caller).where(Capacity.facility_code.in_(list(institutes)), Capacity.year.in_({line.year for line in lines}))
    known = {(each.facility_code, each.stream, each.year): each for each in await session.scalars(recorded)}

    def judge_line(line: CapacityLine) -> Verdict:
        institute = institutes.get(line.facility_code)
        if institute is None:
            return Verdict.bad(line.row, "facility_code", _("No institute {code} is registered that you may see."), code=line.facility_code)
        if (no := refused(line.row, "facility_code", can_supervise(caller, institute.authority_path))) is not None:
            return no
        if (again := memory.again(line, (line.facility_code, line.stream, line.year))) is not None:
            return again
        there = known.get((line.facility_code, line.stream, line.year))
        if there is not None:
            if there.seats == line.seats:
                return Verdict.recorded(line)
            return Verdict.bad(line.row, "seats", _("{seats} seats are recorded for this stream and year; a decision changes them."), seats=there.seats)
        try:
            pack = pack_of(line.facility_code, today())
            streams_must_be_known(pack, [line.stream], field="stream")
            first, _last = days_of(pack, line.year)
            must_be_accredited(institute.accredited_for(line.stream, first), pack, stream=line.stream, day=first, open_streams=institute.streams_on(first))
        except Malformed as wrong:
            return Verdict(line.row, "bad", None, [("stream", Fault(each.reason, **each.values)) for each in wrong.fields])
        except Refused as against:
            return Verdict.bad(line.row, "stream", against.detail, **against.values)
        return Verdict.good(line)

    return [judge_line(line) for line in lines]


async def write(session: AsyncSession, caller: Caller, lines: Sequence[CapacityLine]) -> None:
    """The good lines become seats."""
    institutes = {
        each.facility_code: each for each in await session.scalars(institutes_visible_to(caller).where(Institute.facility_code.in_({line.facility_code for line in lines})))
    }
    wanted = [
        (institutes[line.facility_code], CapacityCreate(facility_code=line.facility_code, stream=line.stream, year=line.year, seats=line.seats, decision=line.decision))
        for line in lines
    ]
    await set_many_seats(session, caller=caller, wanted=wanted, done_on=today())


KINDS = [Kind("seat_capacities", COLUMNS, CapacityLine, judge, write, allowed=can_supervise_institutes)]
