"""`python sheets.py FILE`: a workbook of the rows on standard input (one line that describes them, then CSV), in constant memory.

It stands outside the package that uses it, so that the process imports nothing but the writer.
"""

import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, TextIO

import xlsxwriter

MOST_ROWS = 1_048_576
WIDTHS = {"text": 28, "number": 12, "date": 12}


def write(rows: TextIO, path: Path) -> None:
    """A sheet of rows, another one where Excel's own limit is reached, and one that says what the file is. Texts stay texts, whatever they begin with."""
    said = json.loads(rows.readline())
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        day, strong = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        name = said["title"][:27]
        sheet, line = _sheet(book, name, said["columns"], strong), 1
        for row in csv.reader(rows):
            if line == MOST_ROWS:
                sheet.autofilter(0, 0, line - 1, len(said["columns"]) - 1)
                sheet, line = _sheet(book, f"{name} {len(book.worksheets()) + 1}", said["columns"], strong), 1
            for place, (cell, (_title, kind)) in enumerate(zip(row, said["columns"], strict=True)):
                _cell(sheet, line, place, cell, kind, day)
            line += 1
        sheet.autofilter(0, 0, max(line - 1, 1), len(said["columns"]) - 1)
        about = book.add_worksheet(said["about"][:31])
        about.set_column(0, 1, 40)
        for number, (label, value) in enumerate([[said["title"], ""], *said["lines"]]):
            about.write_string(number, 0, label, strong)
            about.write_string(number, 1, value)


def _sheet(book: Any, name: str, columns: list[list[str]], strong: Any) -> Any:
    sheet = book.add_worksheet("".join(" " if sign in "[]:*?/\\'" else sign for sign in name))
    for place, (title, kind) in enumerate(columns):
        sheet.set_column(place, place, max(WIDTHS[kind], len(title) + 4))
        sheet.write_string(0, place, title, strong)
    sheet.freeze_panes(1, 1)
    return sheet


def _cell(sheet: Any, line: int, place: int, cell: str, kind: str, day: Any) -> None:
    if not cell:
        return
    if kind == "number":
        sheet.write_number(line, place, float(cell))
    elif kind == "date" and cell >= "1900-03-01":  # Excel's calendar begins there without its mistake
        sheet.write_datetime(line, place, date.fromisoformat(cell), day)
    else:
        sheet.write_string(line, place, cell)


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # standard input is a text stream
    write(sys.stdin, Path(sys.argv[1]))
