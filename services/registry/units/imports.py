"""The units of facilities from a file, each after the one above it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import places
from services.registry.facilities.models import Facility
from services.registry.imports.lines import UnitLine
from services.registry.units.models import Unit
from services.registry.units.permissions import can_keep_units, can_keep_units_at
from services.registry.units.queries import units_of
from services.registry.units.standing import first_gap, reach
from services.registry.units.use_cases import open_units
from shared.auth import Caller
from shared.i18n import _
from shared.imports import Column, Kind, Memory, Verdict, refuse_end_before_start, refused
from shared.imports.cells import Fault, date_of, facility_code_of, name_of, text_of, word_of
from shared.names import canonical

KINDS = {
    "pole": ("khối", "pôle"),
    "department": ("khoa", "département", "clinical department"),
    "service": ("dịch vụ", "service"),
    "unit": ("đơn nguyên", "unité", "unité fonctionnelle", "uf"),
    "ward": ("buồng bệnh", "salle", "unité d'hospitalisation"),
    "office": ("phòng", "bureau", "direction"),
}


def code_of(cell: Any) -> str:
    code = text_of(cell).upper()
    if len(code) > 40 or not all(letter.isascii() and (letter.isalnum() or letter in "._/-") for letter in code):
        raise Fault(_("Write the code in capitals without accents, digits, and . _ / - alone."))
    return code


COLUMNS = (
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("code", code_of, headings=("mã khoa phòng", "code de l'unité")),
    Column("name", name_of, headings=("tên khoa phòng", "tên", "nom de l'unité", "nom")),
    Column("kind", word_of(KINDS), "department", ("loại khoa phòng", "loại", "type d'unité")),
    Column("parent", code_of, None, ("thuộc", "khoa phòng cấp trên", "unité supérieure")),
    Column("specialty", text_of, None, ("chuyên khoa", "chuyên ngành", "spécialité")),
    Column("valid_from", date_of, headings=("từ ngày", "ouverte le", "depuis le")),
    Column("valid_to", date_of, None, ("đến ngày", "fermée le", "jusqu'au")),
    Column("name_fr", name_of, None, ("tên tiếng pháp", "nom en français")),
    Column("name_en", name_of, None, ("tên tiếng anh", "nom en anglais")),
)


def build(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    refuse_end_before_start(cells, "valid_from", "valid_to")
    return cells


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[UnitLine], memory: Memory) -> list[Verdict]:
    """A unit hangs below one that the register or an earlier row has; a code that is recorded otherwise is not changed by a file."""
    facilities = await places(session, {line.facility_code for line in lines})
    ids = [place.id for place in facilities.values()]
    recorded: dict[tuple[str, str], list[Unit]] = {}
    for unit in await units_of(session, ids):
        recorded.setdefault((unit.facility_code, unit.code), []).append(unit)
    days = select(Facility.code, func.min(func.lower(Facility.valid)), func.max(func.coalesce(func.upper(Facility.valid) - 1, date.max))).where(Facility.id.in_(ids))
    open_from_to = {code: (first, last) for code, first, last in await session.execute(days.group_by(Facility.code))}

    def judge_line(line: UnitLine) -> Verdict:
        place = facilities.get(line.facility_code)
        if place is None:
            return Verdict.bad(line.row, "facility_code", _("There is no facility {code} in the register."), code=line.facility_code)
        if (not_allowed := refused(line.row, "facility_code", can_keep_units_at(caller, place.authority_path))) is not None:
            return not_allowed
        key = (line.facility_code, line.code)
        if (again := memory.again(line, key)) is not None:
            return again
        if key in recorded:
            if says(recorded[key], line, recorded):
                return Verdict.recorded(line)
            return Verdict.bad(line.row, "code", _("The unit {code} is already recorded otherwise; an import does not change it."), code=line.code)
        first, last = open_from_to[line.facility_code]
        if line.valid_from < first or reach(line.valid_to) > last:
            return Verdict.bad(line.row, "valid_from", _("The facility does not exist on all days of the unit."))
        if line.parent:
            above = recorded.get((line.facility_code, line.parent), ())
            of_file: list[tuple[date, date]] = memory.kept.get(("unit", line.facility_code, line.parent), [])
            if not above and not of_file:
                return Verdict.bad(line.row, "parent", _("There is no unit {code}, neither in the register nor in an earlier row."), code=line.parent)
            covered = first_gap(above, line.valid_from, line.valid_to) is None if above else of_file[0][0] <= line.valid_from and reach(line.valid_to) <= of_file[0][1]
            if not covered:
                return Verdict.bad(line.row, "parent", _("The unit {code} does not exist on all days of the unit below it."), code=line.parent)
        memory.kept[("unit", *key)] = [(line.valid_from, reach(line.valid_to))]
        return Verdict.good(line)

    return [judge_line(line) for line in lines]


def says(periods: Sequence[Unit], line: UnitLine, known: Mapping[tuple[str, str], Sequence[Unit]]) -> bool:
    """Whether the register says of a unit, in its first period, what the line says."""
    first = periods[0]
    parent = next((units[0].code for units in known.values() if units[0].id == first.parent_id), None)
    last = periods[-1].valid_to
    recorded = (first.name, first.kind, parent, first.specialty, first.valid_from, last)
    return recorded == (canonical(line.name), line.kind, line.parent, line.specialty, line.valid_from, line.valid_to)


KIND = Kind("units", COLUMNS, UnitLine, judge, open_units, can_keep_units, build)
