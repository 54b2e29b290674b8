"""An empty workbook for each kind of file: headings in the reader's language, and drop-down lists of what the columns take."""

import io
from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING

from shared.clock import today
from shared.i18n import _, translate
from shared.imports.cells import WordOf, date_of
from shared.imports.columns import Column, Kind, Lists

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 20_000
AS_TEXT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def closed_lists(kind: Kind) -> Lists:
    """What the columns of closed lists take: each code with the words that are understood too."""
    return {column.name: {code: ", ".join((code, *others)) for code, others in column.read.words.items()} for column in kind.columns if isinstance(column.read, WordOf)}


def plain_heading(column: Column, language: str) -> str:
    """What a column is called in a language."""
    if column.headings and language in ("vi", "fr"):
        return column.headings[0 if language == "vi" else -1].capitalize()
    return column.name.replace("_", " ").capitalize()


def heading_in(column: Column, language: str) -> str:
    """The heading of an empty file, with a star where the column must stand."""
    return f"{plain_heading(column, language)} *" if column.is_mandatory else plain_heading(column, language)


def template_of(kind: Kind, lists: Lists, language: str) -> bytes:
    """The workbook; a value outside a list is warned of and not forbidden, because other words are understood too."""
    out = io.BytesIO()
    import xlsxwriter  # some megabytes in each process, which few of them ever need

    with xlsxwriter.Workbook(out, AS_TEXT) as book:
        book.set_properties({"created": datetime.combine(today(), time())})  # asked again on the same day, it is the same file
        sheet, known = book.add_worksheet(kind.name[:31]), book.add_worksheet(translate(_("Lists"), language)[:31])
        bold, day, plain = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        listed = 0
        for place, column in enumerate(kind.columns):
            heading = heading_in(column, language)
            sheet.set_column(place, place, max(14, len(heading) + 2), day if column.read is date_of else plain)
            sheet.write_string(0, place, heading, bold)
            if codes := lists.get(column.name):
                write_list(known, listed, heading, codes, bold)
                sheet.data_validation(
                    1, place, LAST_ROW, place,
                    {
                        "validate": "list", "source": f"='{known.get_name()}'!${letter(listed)}$2:${letter(listed)}${len(codes) + 1}", "error_type": "warning",
                        "error_title": translate(_("Not in the list"), language), "error_message": translate(_("Choose one of the list, or a word that means the same."), language),
                    },
                )  # fmt: skip
                listed += 2
    return out.getvalue()


def write_list(sheet: "Worksheet", place: int, heading: str, codes: Mapping[str, str], bold: "Format") -> None:
    sheet.write_string(0, place, heading, bold)
    sheet.set_column(place, place, 22)
    sheet.set_column(place + 1, place + 1, 44)
    for number, (code, said) in enumerate(codes.items(), start=1):
        sheet.write_string(number, place, code)
        sheet.write_string(number, place + 1, said)


def letter(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))
