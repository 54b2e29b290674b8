"""A workbook of the rows in error alone: as they were sent, the wrong cells marked, the reason in a last column, to be corrected and sent again."""

import asyncio
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Refused
from shared.files import StoredFile
from shared.i18n import _, translate
from shared.imports.cells import written
from shared.imports.columns import REASON, Heading, Kind
from shared.imports.findings import told
from shared.imports.models import ImportColumns
from shared.imports.reading import Reading
from shared.imports.tables import Cell, Row

AT_A_TIME = 5_000
# A cell that looks like a formula or an address stays the text that it was.
AS_TEXT = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def file_of(one: ImportColumns) -> StoredFile:
    """The file as it was sent. Raises Refused when it is no longer kept."""
    stored = StoredFile(one.file_sha256, 0, one.file_name.rsplit(".", 1)[-1].lower())
    if not stored.path.exists():
        raise Refused("file-gone", _("The file that was sent is no longer kept."), possible=_("Send the file again."))
    return stored


async def sheet_of_errors(session: AsyncSession, kind: Kind, one: ImportColumns, language: str) -> Path:
    """A temporary file, for the caller to remove."""
    reading = Reading(kind, file_of(one), encoding=one.encoding)
    await asyncio.to_thread(reading.begin)
    handle = tempfile.NamedTemporaryFile(prefix="errors-", suffix=".xlsx", delete=False)  # noqa: SIM115 - it outlives this function
    handle.close()
    path = Path(handle.name)
    try:
        sheet = ErrorSheet(path, reading.heading, translate(REASON, language))
        after = 0
        while found := (await session.execute(_BAD, {"id": one.id, "after": after, "most": AT_A_TIME})).all():
            reasons = {row.row: [(fault["column"], told(fault, language)) for fault in row.faults] for row in found}
            after = found[-1].row
            await asyncio.to_thread(sheet.take, reading.rows, reasons)
        await asyncio.to_thread(sheet.close)
    except BaseException:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - a millisecond, on the way out
        raise
    return path


class ErrorSheet:
    """The workbook while it is written, row by row."""

    def __init__(self, path: Path, heading: Heading, reason: str) -> None:
        self.heading, self.number, self.width = heading, 0, len(heading.cells)
        import xlsxwriter  # some megabytes in each process, which few of them ever need

        self.book = xlsxwriter.Workbook(str(path), AS_TEXT)
        self.day, self.wrong_day = (self.book.add_format({"num_format": "dd/mm/yyyy"} | more) for more in ({}, WRONG))
        self.plain, self.wrong, self.bold, self.why = (self.book.add_format(look) for look in ({}, WRONG, {"bold": True}, {"font_color": "#9b1c1c"}))
        self.sheet = self.book.add_worksheet()
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, max(self.width - 1, 0), 18)
        self.sheet.set_column(self.width, self.width, 80)
        for place, cell in enumerate([*heading.cells, reason]):
            self.sheet.write_string(0, place, written(cell), self.bold)

    def take(self, rows: Iterator[Row], reasons: Mapping[int, Sequence[tuple[str | None, str]]]) -> None:
        """Go on in the file until the last of these rows."""
        last = max(reasons)
        for number, cells in rows:
            if number in reasons:
                self.add(cells, reasons[number])
            if number >= last:
                return

    def add(self, cells: Sequence[Cell], reasons: Sequence[tuple[str | None, str]]) -> None:
        self.number += 1
        wrong = {self.heading.places.get(column or "") for column, _reason in reasons}
        for place in range(self.width):
            cell = cells[place] if place < len(cells) else None
            self.write(place, cell, is_wrong=place in wrong)
        self.sheet.write_string(self.number, self.width, " ".join(dict.fromkeys(reason for _column, reason in reasons)), self.why)

    def write(self, place: int, cell: Cell, *, is_wrong: bool) -> None:
        look = self.wrong if is_wrong else self.plain
        if cell is None or cell == "":
            self.sheet.write_blank(self.number, place, None, look)
        elif isinstance(cell, bool):
            self.sheet.write_boolean(self.number, place, cell, look)
        elif isinstance(cell, int | float) and math.isfinite(cell):
            self.sheet.write_number(self.number, place, cell, look)
        elif isinstance(cell, datetime | date) and cell.year >= 1900:
            self.sheet.write_datetime(self.number, place, cell, self.wrong_day if is_wrong else self.day)
        else:
            self.sheet.write_string(self.number, place, str(cell)[:32_767], look)

    def close(self) -> None:
        self.book.close()


WRONG: dict[str, Any] = {"bg_color": "#fde2e1"}
_BAD = text("SELECT row, faults FROM import_rows WHERE import_id = :id AND state = 'bad' AND row > :after ORDER BY row LIMIT :most")
