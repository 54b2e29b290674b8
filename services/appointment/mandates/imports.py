"""Mandates from a file: those that ran before the register was opened here. The positions are opened first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.mandates.models import ACTING, Mandate
from services.appointment.mandates.permissions import can_record_mandates
from services.appointment.mandates.queries import mandates_of
from services.appointment.mandates.schemas import MandateCreate
from services.appointment.mandates.use_cases import keep_mandate, last_day_of
from services.appointment.people import numbered
from services.appointment.positions.models import LeadershipPosition
from services.appointment.positions.queries import positions_visible_to
from shared.auth import Caller
from shared.clock import today
from shared.i18n import _
from shared.imports import Column, Faults, Kind, Memory, Verdict
from shared.imports.cells import Fault, date_of, text_of, word_of

KINDS_OF_MANDATE = {
    "appointed": ("bổ nhiệm", "nomination", "appointment"),
    "renewed": ("bổ nhiệm lại", "renouvellement", "reappointment"),
    "extended": ("kéo dài", "prolongation", "extension"),
    "acting": ("phụ trách", "intérim", "acting duties"),
}


@dataclass(frozen=True, slots=True)
class MandateLine:
    """One mandate: who, in which position, from when to when, by which decision."""

    row: int
    worker_no: str
    position_reference: str
    kind: str
    starts_on: date
    ends_on: date | None
    decision_number: str | None
    signed_on: date | None


COLUMNS = (
    Column("worker_no", text_of, headings=("mã nhân viên", "số hiệu", "matricule")),
    Column("position_reference", text_of, headings=("mã vị trí lãnh đạo", "mã vị trí", "référence du poste")),
    Column("kind", word_of(KINDS_OF_MANDATE), "appointed", ("hình thức", "genre")),
    Column("starts_on", date_of, headings=("từ ngày", "début")),
    Column("ends_on", date_of, None, ("đến ngày", "fin")),
    Column("decision_number", text_of, None, ("số quyết định", "numéro de la décision")),
    Column("signed_on", date_of, None, ("ngày ký", "signée le")),
)


def _in_order(cells: Any) -> Any:
    if cells["ends_on"] is not None and cells["ends_on"] < cells["starts_on"]:
        raise Faults([("ends_on", Fault(_("The last day is before the first one.")))])
    return cells


def _entry(line: MandateLine, person_id: UUID) -> MandateCreate:
    return MandateCreate.model_validate(
        {
            "reference": f"{line.position_reference}/{line.starts_on.isoformat()}"[:100],
            "person_id": person_id,
            "position_reference": line.position_reference,
            "kind": line.kind,
            "starts_on": line.starts_on,
            "ends_on": line.ends_on,
            "decision_number": line.decision_number,
            "signed_on": line.signed_on,
        }
    )


async def _positions(session: AsyncSession, caller: Caller, lines: Sequence[MandateLine]) -> dict[str | None, LeadershipPosition]:
    references = {line.position_reference for line in lines}
    return {position.reference: position for position in await session.scalars(positions_visible_to(caller).where(LeadershipPosition.reference.in_(references)))}


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[MandateLine], memory: Memory) -> list[Verdict]:
    """The worker and the position are known, and nobody else holds it in that period; the same mandate again is no change."""
    positions = await _positions(session, caller, lines)
    people = await numbered(session, {line.worker_no for line in lines}, today())
    held: dict[UUID, list[Mandate]] = {}
    for mandate in await mandates_of(session, [position.id for position in positions.values()]):
        held.setdefault(mandate.position_id, []).append(mandate)

    def judge_line(line: MandateLine) -> Verdict:
        work, position = people.get(line.worker_no), positions.get(line.position_reference)
        if work is None:
            return Verdict.bad(line.row, "worker_no", _("No worker of yours has the number {number} on that day."), number=line.worker_no)
        if position is None:
            return Verdict.bad(line.row, "position_reference", _("There is no leadership position with this reference that you may see."))
        if (again := memory.again(line, (line.position_reference, line.starts_on))) is not None:
            return again
        ends_on = last_day_of(_entry(line, work.person_id), position, work, today())
        for mandate in held.get(position.id, []):
            if (mandate.person_id, mandate.starts_on, mandate.kind) == (work.person_id, line.starts_on, line.kind):
                return Verdict.recorded(line)
        periods = [(mandate.starts_on, mandate.last_day) for mandate in held.get(position.id, []) if (mandate.kind == ACTING) == (line.kind == ACTING)]
        said = memory.kept.setdefault((position.id, line.kind == ACTING), [])
        overlaps = [last for first, last in [*periods, *said] if first <= ends_on and last >= line.starts_on]
        if overlaps:
            return Verdict.bad(line.row, "starts_on", _("This position is held until {last_day}."), last_day=max(overlaps).isoformat())
        said.append((line.starts_on, ends_on))
        return Verdict.good(line)

    return [judge_line(line) for line in lines]


async def write(session: AsyncSession, caller: Caller, lines: Sequence[MandateLine]) -> None:
    """The good lines become mandates, each with its alerts."""
    positions = await _positions(session, caller, lines)
    people = await numbered(session, {line.worker_no for line in lines}, today())
    for line in lines:
        work = people[line.worker_no]
        await keep_mandate(session, caller, positions[line.position_reference], work, _entry(line, work.person_id))


KINDS = [Kind("mandates", COLUMNS, MandateLine, judge, write, allowed=can_record_mandates, build=_in_order)]
