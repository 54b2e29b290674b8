"""Reading the rows of a CSV, XLSX or ODS file, with the numbers that a person sees in the spreadsheet.

A hostile file is refused before it is unpacked into memory: by unpacked size, by the surface of a sheet, by the
number of columns. A file that cannot be read as it was meant (another encoding, a quote left open) is refused too,
because guessing would store broken names.
"""

import csv
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from python_calamine import CalamineWorkbook

from shared.errors import Malformed
from shared.files import LARGEST_UNPACKED
from shared.i18n import _
from shared.imports.encodings import encoding_of

Cell = str | float | int | bool | date | datetime | time | timedelta | None
Row = tuple[int, list[Cell]]

MOST_COLUMNS = 200
MOST_ROWS = 1_048_576  # of a spreadsheet
MOST_CELLS = 20_000_000  # surface of a sheet: one cell in its last corner would make the reader build the whole of it
LONGEST_HEADING_LINE = 64 * 1024
CHUNK = 1 << 20
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_REFERENCE = re.compile(rb'\br="([A-Z]{1,4})([0-9]{1,8})"')


def read_rows(path: Path, kind: str, encoding: str | None = None) -> Iterator[Row]:
    """The rows of a stored file. Raises Malformed, also in the middle: then nothing of the file is used."""
    return read_csv(path, encoding or encoding_of(path)) if kind == "csv" else read_workbook(path)


def unreadable(reason: str, **values: Any) -> Malformed:
    return Malformed.field("file", reason, **values)


# --- CSV ---------------------------------------------------------------------------------------------------------------


def read_csv(path: Path, encoding: str) -> Iterator[Row]:
    """Rows of a CSV file that can be read in this encoding, separated by comma, semicolon or tab."""
    with path.open("rb") as source:
        text = TextIOWrapper(source, encoding=encoding, errors="strict", newline="")
        separator = separator_of(text.readline(LONGEST_HEADING_LINE))
        text.seek(0)
        csv.field_size_limit(100_000)
        reader = csv.reader(without_nul(text), delimiter=separator, strict=True)
        row = 0
        while True:
            begins_at = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise unreadable(_("Line {line} cannot be read: a quotation mark is opened there and never closed, or a cell is far too long."), line=begins_at) from error
            row += 1
            if len(cells) > MOST_COLUMNS:
                raise unreadable(_("Row {row} has more than {most} columns."), row=row, most=MOST_COLUMNS)
            if row > MOST_ROWS:
                raise unreadable(_("The file has more than {most} rows. Cut it into several."), most=MOST_ROWS)
            yield row, list(cells)


def without_nul(lines: TextIOWrapper) -> Iterator[str]:
    """Lines of text, in pieces: a line without end is no table."""
    number = 0
    while piece := lines.readline(CHUNK):
        number += 1
        if "\0" in piece:
            raise unreadable(_("Line {line} holds a NUL character: this is no text file."), line=number)
        if len(piece) == CHUNK and not piece.endswith("\n"):
            raise unreadable(_("Line {line} is far too long."), line=number)
        yield piece


def separator_of(heading: str) -> str:
    """The separator that the first line uses most; spreadsheets write semicolons where the comma is decimal."""
    return max(",;\t", key=heading.count)


# --- XLSX and ODS ------------------------------------------------------------------------------------------------------


def read_workbook(path: Path) -> Iterator[Row]:
    """Rows of the first sheet of a workbook."""
    judge_workbook(path)
    try:
        with path.open("rb") as source:
            workbook = CalamineWorkbook.from_filelike(source)
            rows = iter(workbook.get_sheet_by_index(0).iter_rows())
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        # The reader is not Python: what it cannot stand it may also answer with a panic, which is no Exception.
        raise unreadable(_("This workbook cannot be read. Save it again, or send a CSV file.")) from error
    for number, cells in enumerate(rows, start=1):
        yield number, [cell if cell != "" else None for cell in cells]


def judge_workbook(path: Path) -> None:
    """Unpack once into nothing, counting: what the archive declares may be a lie, and a sheet may be a bomb."""
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > LARGEST_UNPACKED or len(members) > 2000:
                raise unreadable(_("The workbook is too large once unpacked."))
            for member in members:
                is_sheet = member.filename.startswith("xl/worksheets/")
                surface = OdsSurface() if member.filename == "content.xml" else None
                last_row = last_column = 0
                tail = b""
                with archive.open(member) as content:
                    # Reading to the end also verifies the checksum: a declared size that lies is found here.
                    while chunk := content.read(CHUNK):
                        unpacked += len(chunk)
                        if unpacked > LARGEST_UNPACKED:
                            raise unreadable(_("The workbook is too large once unpacked."))
                        if surface is not None:
                            surface.feed(chunk)
                        if is_sheet:
                            for column, row in _REFERENCE.findall(tail + chunk):
                                last_row, last_column = max(last_row, int(row)), max(last_column, column_number(column))
                            tail = chunk[-32:]
                judge_surface(last_row, last_column)
    except (ExpatError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, zlib.error) as error:
        raise unreadable(_("This workbook cannot be read. Save it again, or send a CSV file.")) from error


def judge_surface(last_row: int, last_column: int) -> None:
    """Refuse a sheet that the reader would build far larger than what is written in it."""
    if last_row * last_column > MOST_CELLS or last_column > MOST_COLUMNS * 10 or last_row > MOST_ROWS:
        raise unreadable(_("A sheet of the workbook is too large: remove what stands far right or far below the table."))


class OdsSurface:
    """How far the tables of an OpenDocument sheet reach, told while it is unpacked: a few bytes may repeat a cell, or a row of cells, a million times."""

    def __init__(self) -> None:
        self.row = self.column = self.height = self.width = 0
        self.rows_of_this = self.cells_of_this = 1
        self.parser = ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.refuse_declarations
        self.parser.CharacterDataHandler = self.say

    def feed(self, chunk: bytes) -> None:
        self.parser.Parse(chunk, False)

    def refuse_declarations(self, *_declared: Any) -> None:
        raise unreadable(_("This workbook cannot be read. Save it again, or send a CSV file."))

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.removeprefix(_TABLE)
        if tag == "table":
            self.row = self.height = self.width = 0
        elif tag == "table-row":
            self.rows_of_this, self.column = int(attributes.get(f"{_TABLE}number-rows-repeated", 1)), 0
        elif tag in ("table-cell", "covered-table-cell"):
            self.cells_of_this = int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
            if f"{_OFFICE}value-type" in attributes:
                self.reach()

    def say(self, said: str) -> None:
        if said.strip():
            self.reach()

    def end(self, name: str) -> None:
        tag = name.removeprefix(_TABLE)
        if tag in ("table-cell", "covered-table-cell"):
            self.column, self.cells_of_this = self.column + self.cells_of_this, 0
        elif tag == "table-row":
            self.row += self.rows_of_this

    def reach(self) -> None:
        self.height, self.width = max(self.height, self.row + self.rows_of_this), max(self.width, self.column + self.cells_of_this)
        judge_surface(self.height, self.width)


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
