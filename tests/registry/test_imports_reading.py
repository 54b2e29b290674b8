"""Whatever bytes arrive, a file is read or refused with a sentence; and what a spreadsheet wrote is read as it was meant."""

import csv
import io
import tempfile
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.imports.columns import SEXES
from services.registry.imports.wizard import wizard
from shared.errors import Malformed
from shared.imports.cells import Fault, birth_of, date_of, number_of, truth_of, word_of
from shared.imports.columns import Faults, find_heading, read_line
from shared.imports.encodings import NotDecided
from shared.imports.judging import Said
from shared.imports.tables import read_rows

PEOPLE = wizard.kinds["people"]
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)


def read(content: bytes, kind: str, encoding: str | None = None) -> list:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return list(read_rows(Path(file.name), kind, encoding))


@pytest.mark.parametrize("kind", ["csv", "ods", "xlsx"])
@given(content=st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail))
@settings(deadline=None)
def test_any_bytes_are_read_refused_or_asked_about(kind, content):
    try:
        try:
            rows = read(content, kind)
        except NotDecided as asked:
            assert kind == "csv"
            rows = read(content, kind, asked.previews[0].encoding)
    except Malformed as refused:
        assert refused.fields[0].path == "file"
    else:
        assert all(number == position for position, (number, _cells) in enumerate(rows, start=1))


@given(cut=st.integers(0, 6_000), changed=st.integers(0, 6_000), byte=st.integers(0, 255))
@settings(deadline=None)
def test_a_damaged_workbook_is_read_or_refused(cut, changed, byte):
    content = bytearray(A_WORKBOOK[: len(A_WORKBOOK) - cut] if cut < len(A_WORKBOOK) else b"")
    if changed < len(content):
        content[changed] = byte
    try:
        read(bytes(content), "xlsx")
    except Malformed as refused:
        assert refused.fields[0].path == "file"


@given(rows=st.lists(st.lists(TEXTS, min_size=2, max_size=5), min_size=1, max_size=8), separator=st.sampled_from(",;\t"))
@settings(deadline=None)
def test_what_a_spreadsheet_wrote_is_what_is_read(rows, separator):
    heading = ["a", "b", "c", "d", "e"]
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([heading, *rows])
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        found = read(out.getvalue().encode(encoding), "csv")
        assert [cells for _row, cells in found] == [heading, *rows]


def a_workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for number, row in enumerate((["worker_no", "full_name"], ["1", "Nguyễn Thị Ánh"], ["2", "O'Brien"])):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


A_WORKBOOK = a_workbook()

ODS = "application/vnd.oasis.opendocument.spreadsheet"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("of", "of"))
)


def an_ods(rows: str, before: str = "") -> bytes:
    """An OpenDocument sheet, as LibreOffice writes it."""
    content = f'<?xml version="1.0"?>{before}<office:document-content {NAMESPACES}><office:body><office:spreadsheet><table:table table:name="1">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/></manifest:manifest>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return out.getvalue()


def ods_text(said: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{said}</text:p></table:table-cell>'


class TestOpenDocument:
    def test_is_read_as_it_was_meant_with_the_numbers_that_a_person_sees(self):
        rows = (
            '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
            f"<table:table-row>{ods_text('Mã nhân viên')}{ods_text('Ngày sinh')}{ods_text('Định mức')}</table:table-row>"
            f'<table:table-row>{ods_text("N1")}<table:table-cell office:value-type="date" office:date-value="1985-03-05"><text:p>05/03/85</text:p></table:table-cell>'
            '<table:table-cell office:value-type="float" office:value="0.5" table:formula="of:=1/2"><text:p>0,5</text:p></table:table-cell></table:table-row>'
            '<table:table-row table:number-rows-repeated="1048572"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
        )
        found = {number: cells for number, cells in read(an_ods(rows), "ods") if any(cell is not None for cell in cells)}
        assert found[3][:3] == ["Mã nhân viên", "Ngày sinh", "Định mức"]
        assert (found[4][0], date_of(found[4][1]), found[4][2]) == ("N1", date(1985, 3, 5), 0.5)
        assert set(found) == {3, 4}

    @pytest.mark.parametrize(
        ("rows", "before"),
        [
            (f'<table:table-row table:number-rows-repeated="1000000">{ods_text("x") * 30}</table:table-row>', ""),
            ('<table:table-row><table:table-cell table:number-columns-repeated="1000000" office:value-type="float" office:value="1"/></table:table-row>', ""),
            (f'<table:table-row table:number-rows-repeated="99999999"><table:table-cell/></table:table-row><table:table-row>{ods_text("x")}</table:table-row>', ""),
            (f"<table:table-row>{ods_text('&a;')}</table:table-row>", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'),
            ("<table:table-row>", ""),
        ],
        ids=["rows repeated", "cells repeated", "far below", "declared entities", "cut off"],
    )
    def test_a_bomb_is_refused_before_the_reader_builds_it(self, rows, before):
        with pytest.raises(Malformed):
            read(an_ods(rows, before), "ods")


@given(day=st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_is_the_same_however_it_is_written(day):
    written = [
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day:02}/{day.month:02}/{day.year}",
        day.isoformat(),
        f"{day.isoformat()} 00:00:00",
        day,
        datetime.combine(day, time()),
    ]
    assert {date_of(cell) for cell in written} == {day}


@pytest.mark.parametrize(
    "written",
    ["1/2/85", "13/13/2020", "2020/01/02", "02-01-2020", "43832", 43832.0, "31/04/2020", "29/02/2023", "today", "1/1/0001", True, datetime.combine(date(2020, 1, 2), time(8, 30))],
)
def test_what_is_no_date(written):
    with pytest.raises(Fault):
        date_of(written)


@pytest.mark.parametrize(("written", "born", "year"), [("1985", None, 1985), (1985.0, None, 1985), (1985, None, 1985), ("5/3/1985", date(1985, 3, 5), 1985)])
def test_a_bare_year_is_a_birth_with_its_precision(written, born, year):
    assert birth_of(written) == (born, year)


@pytest.mark.parametrize("written", ["1", "1.0", "1,0", 1, 1.0])
def test_a_number_has_either_decimal_sign(written):
    assert number_of(Decimal(0), Decimal(1), 3)(written) == Decimal("1.000")


@pytest.mark.parametrize("written", ["1e5", "NaN", "inf", "", "1,0,0", "½", "-1", "1.5", "0x1"])
def test_what_is_no_share(written):
    with pytest.raises(Fault):
        number_of(Decimal(0), Decimal(1), 3)(written)


def test_words_are_known_in_three_languages_with_and_without_accents():
    assert {word_of(SEXES)(word) for word in ("Nữ", "nu", "F", "femme", "FEMALE")} == {"female"}
    assert (truth_of("Có"), truth_of("non"), truth_of("x"), truth_of(False)) == (True, False, True, False)


@given(cells=st.lists(st.none() | TEXTS | st.floats(allow_nan=True) | st.booleans() | st.dates() | st.datetimes(), max_size=len(PEOPLE.columns)))
def test_any_cells_give_a_line_or_faults(cells):
    heading = find_heading(PEOPLE, [(1, [column.name for column in PEOPLE.columns])])
    try:
        read_line(PEOPLE, heading, (2, cells))
    except Faults as faults:
        assert all(column in heading.places for column, _fault in faults.found)


def test_what_was_said_first_is_remembered_as_a_dictionary_would():
    said, known = Said(), {}
    for row in range(2, 5_000):
        key, content = (row * 2_654_435_761 % 3_000) << 40, row % 7
        assert said.first(key, row, content) == known.setdefault(key, (row, content))
