"""A file is judged row by row and reported by the spreadsheet's own numbers; nothing is written before it is confirmed."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, event, text

from services.registry.imports.judging import KNOWN_WORKERS
from services.registry.imports.wizard import wizard
from shared.clock import now, today
from shared.db import database, worker_session
from shared.files import StoredFile

IMPORTS = "/api/v1/registry/imports"
FACILITIES = "code,name,type,level,ownership,area_code,authority,technical_supervisor,host,remoteness,tier,valid_from,valid_to"
HOSPITAL = "VN-22-BVT,Bệnh viện đa khoa tỉnh,hospital,province,public,VN-22-06685,VN-22,,,none,,01/01/1990,"
STATION = "VN-22-TYT-06700,Trạm Y tế Tuần Châu,trạm y tế,commune,công lập,VN-22-06700,VN-22,VN-22-BVT,,island,T1,01/01/2010,"
PEOPLE = "worker_no,full_name,birth_date,sex,occupation_code,specialty,degree,degree_institution,degree_year,facility_code,employment_type,start_date,status"
ANH = "0001,Nguyễn Thị Ánh,05/03/1985,Nữ,VN-BS,,bác sĩ,Đại học Y Hà Nội,2009,VN-22-BVT,viên chức,01/09/2010,confirmed"
DUC = "0002,Lê Văn Đức,1979,nam,Dược sĩ đại học,,,,,VN-22-BVT,,2015-06-01,"
POSTS = "reference,facility_code,unit,job_position,occupation_code,specialty,fte,open_from,close_to,is_management"
POST = "P-1,VN-22-BVT,Khoa Nội,,VN-BS,,1,01/01/2010,,không"
ASSIGNMENTS = "worker_no,post_reference,facility_code,kind,fte_share,start_date,end_date,decision_number"
ASSIGNMENT = "0001,P-1,VN-22-BVT,primary,1,01/09/2010,,"


async def sent(api, kind: str, *lines: str, person: str = "linh", name: str = "file.csv", content: bytes | None = None, language: str = "en"):
    data = content if content is not None else ("\n".join(lines) + "\n").encode()
    return await api.as_(person).in_language(language).post(IMPORTS, data={"kind": kind}, files={"file": (name, data)})


async def checked(api, kind: str, *lines: str, **more) -> dict:
    answer = await sent(api, kind, *lines, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def confirmed(api, kind: str, *lines: str, person: str = "linh", **more) -> dict:
    found = await checked(api, kind, *lines, person=person, **more)
    answer = await api.as_(person).post(f"{IMPORTS}/{found['id']}/confirmation")
    assert answer.status_code == 201, answer.text
    return answer.json()


async def a_province(api) -> None:
    await confirmed(api, "facilities", FACILITIES, HOSPITAL, STATION)


def workbook(*rows: list) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            else:
                sheet.write(number, column, cell)
    book.close()
    return out.getvalue()


async def count(table: str) -> int:
    async with database.session("worker") as session:
        return (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()


class TestWhoImports:
    async def test_nobody_without_a_token(self, api):
        assert (await api.post(IMPORTS, data={"kind": "people"}, files={"file": ("a.csv", b"x")})).status_code == 401

    @pytest.mark.parametrize("person", ["analyst", "ops", "director"])
    async def test_nobody_who_does_not_keep_the_register(self, api, person):
        assert (await sent(api, "people", PEOPLE, ANH, person=person)).status_code == 403

    async def test_facilities_are_not_imported_by_a_facility(self, api):
        await a_province(api)
        answer = await sent(api, "facilities", FACILITIES, STATION, person="hr-bvt")
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/facilities-are-kept-by-authorities")

    async def test_an_administrator_without_relation(self, api):
        assert (await sent(api, "people", PEOPLE, ANH, person="nobody")).status_code == 403

    async def test_another_authority_sees_neither_the_import_nor_its_errors_and_confirms_nothing(self, api):
        found = await checked(api, "facilities", FACILITIES, HOSPITAL)
        other = api.as_("hanoi")
        assert (await other.get(f"{IMPORTS}/{found['id']}")).status_code == 404
        for part in ("rows", "errors.csv", "errors.xlsx"):
            assert (await other.get(f"{IMPORTS}/{found['id']}/{part}")).status_code == 404
        assert (await other.post(f"{IMPORTS}/{found['id']}/confirmation")).status_code == 404
        assert (await other.get(IMPORTS)).json()["items"] == []

    async def test_rows_of_another_authority_are_refused_row_by_row(self, api):
        found = await checked(api, "facilities", FACILITIES, HOSPITAL, person="hanoi")
        assert (found["good"], found["bad"], found["report"][0]["column"]) == (0, 1, "authority")

    async def test_people_of_another_facility_are_refused_row_by_row(self, api):
        await a_province(api)
        found = await checked(api, "people", PEOPLE, ANH, ANH.replace("VN-22-BVT", "VN-22-TYT-06700").replace("0001", "0009"), person="hr-bvt")
        assert [(f["row"], f["column"]) for f in found["report"]] == [(3, "facility_code")]
        assert found["good"] == 1


class TestFilesThatCannotBeRead:
    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("a.exe", b"MZ", "not accepted"),
            ("a.xlsx", b"code,name\n", "not what its name says"),
            ("a.csv", b"PK\x03\x04zip", "not what its name says"),
            ("a.csv", b"", "empty"),
            ("a.csv", (PEOPLE + "\n" + ANH).encode("utf-16")[:-1], "not in UTF-8"),
            ("a.csv", (PEOPLE + "\n" + ANH).encode("utf-16-le"), "not in UTF-8"),
            ("a.csv", (PEOPLE + "\n0001,Lê Văn Hoà").encode() + "\n0002,Lê Văn Hoà".encode("cp1258"), "not in UTF-8 (line 3)"),
            ("a.csv", (PEOPLE + "\n0001,Lê").encode("cp1252") + b"\x81\x00", "not in UTF-8 (line 2)"),
            ("a.csv", (PEOPLE + '\n0001,"Nguyen Thi Anh,05/03/1985\n' + ANH).encode(), "Line 2 cannot be read"),
            ("a.csv", (PEOPLE + "\n0001,Nguy\0en").encode(), "NUL"),
            ("a.csv", b"a," * 1_000_000, "far too long"),
            ("a.csv", (PEOPLE + "\n" + "," * 5_000).encode(), "more than 200 columns"),
            ("a.xlsx", b"PK\x03\x04" + b"\0" * 100, "cannot be read"),
        ],
    )
    async def test_are_refused_with_the_reason_and_keep_nothing(self, api, name, content, says):
        answer = await sent(api, "people", name=name, content=content)
        assert answer.status_code == 422, answer.text
        assert says in answer.json()["fields"][0]["reason"]
        assert await count("imports") == 0

    async def test_a_bomb_is_refused_before_it_is_unpacked(self, api):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _megabyte in range(400):
                sheet.write(b"<c/>" * 262_144)
        answer = await sent(api, "people", name="bomb.xlsx", content=out.getvalue())
        assert answer.status_code == 422
        assert "too large" in answer.json()["fields"][0]["reason"]

    async def test_one_cell_in_the_last_corner_does_not_make_a_sheet_of_a_billion(self, api):
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out)
        sheet = book.add_worksheet()
        sheet.write(0, 0, "worker_no")
        sheet.write(1_048_575, 16_383, "x")
        book.close()
        answer = await sent(api, "people", name="corner.xlsx", content=out.getvalue())
        assert answer.status_code == 422

    async def test_wrong_columns_are_told_before_any_row(self, api):
        answer = await sent(api, "people", "worker_no,full_name,sex,sex", "1,?,?,?")
        assert answer.status_code == 422
        assert {"birth_date", "occupation_code", "facility_code", "start_date", "sex"} == {field["path"] for field in answer.json()["fields"]}

    async def test_an_unknown_kind(self, api):
        assert (await sent(api, "salaries", "a,b")).status_code == 422

    async def test_what_went_wrong_is_said_in_the_callers_language(self, api):
        reasons = {(await sent(api, "people", "x", language=language)).json()["fields"][0]["reason"] for language in ("fr", "vi", "en")}
        assert len(reasons) == 3


class TestTheReport:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("birth_date", "31/02/1980"),
            ("birth_date", "05/13/1980"),
            ("birth_date", "05/03/85"),
            ("birth_date", "31000"),
            ("birth_date", "1899"),
            ("birth_date", "2098"),
            ("birth_date", ""),
            ("full_name", "???"),
            ("full_name", ""),
            ("sex", "maybe"),
            ("occupation_code", "Thầy lang"),
            ("facility_code", "VN-22-NOWHERE"),
            ("facility_code", "the hospital"),
            ("worker_no", ""),
            ("start_date", "1/9/10"),
            ("start_date", "01/09/1990"),
            ("degree_year", "09"),
            ("employment_type", "slave"),
            ("status", "sleeping"),
        ],
    )
    async def test_names_the_row_and_the_column(self, api, column, value):
        await a_province(api)
        columns, good = PEOPLE.split(","), ANH.split(",")
        bad = [value if name == column else cell for name, cell in zip(columns, good, strict=True)]
        bad[0] = bad[0] and "0009"
        found = await checked(api, "people", PEOPLE, ANH, ",".join(bad))
        assert (found["rows"], found["good"], found["bad"]) == (2, 1, 1)
        assert [(f["row"], f["column"], f["state"]) for f in found["report"]] == [(3, column, "bad")]

    async def test_every_wrong_cell_of_a_row_is_told(self, api):
        await a_province(api)
        found = await checked(api, "people", PEOPLE, ",,,,,,,,,,,,x")
        assert {f["column"] for f in found["report"]} == {"worker_no", "full_name", "birth_date", "sex", "occupation_code", "facility_code", "start_date", "status"}

    async def test_row_numbers_are_the_spreadsheets_own(self, api):
        await a_province(api)
        found = await checked(
            api,
            "people",
            "Danh sách nhân viên,,",
            "",
            PEOPLE,
            "",
            '0003,"Trần\nThị Hoa",1/2/1990,f,VN-DDDH,,,,,VN-22-BVT,,1/3/2015,',
            "0004,Phạm Văn Minh,x,m,VN-BS,,,,,VN-22-BVT,,1/3/2015,",
        )
        assert [(f["row"], f["column"]) for f in found["report"]] == [(6, "birth_date")]
        assert found["rows"] == 2

    async def test_in_the_language_of_the_reader(self, api):
        await a_province(api)
        found = await checked(api, "people", PEOPLE, ANH.replace("05/03/1985", "31/02/1985"))
        told = {language: (await api.as_("linh").in_language(language).get(f"{IMPORTS}/{found['id']}")).json()["report"][0]["reason"] for language in ("fr", "vi", "en")}
        assert len(set(told.values())) == 3
        assert all("31/02/1985" in reason for reason in told.values())

    async def test_errors_can_be_downloaded_and_run_no_formula(self, api):
        await a_province(api)
        found = await checked(api, "people", PEOPLE, ANH.replace("VN-BS", "=HYPERLINK(x)"), ANH.replace("0001", "-2").replace("Nữ", "@SUM(1)"))
        answer = await api.as_("linh").get(f"{IMPORTS}/{found['id']}/errors.csv")
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.text.startswith("\ufeffrow,state,column,reason")
        assert all(not cell.startswith(("=", "+", "-", "@")) for line in answer.text.splitlines() for cell in line.split(","))
        assert len(answer.text.splitlines()) == 3

    async def test_the_rows_in_error_can_be_downloaded_corrected_and_sent_again(self, api):
        await a_province(api)
        heading = ["Mã nhân viên", "Họ và tên", "Ngày sinh", "Giới tính", "Chức danh", "Mã cơ sở", "Ngày bắt đầu", "Ghi chú"]
        good = ["0001", "Nguyễn Thị Ánh", date(1985, 3, 5), "Nữ", "Bác sĩ", "VN-22-BVT", date(2010, 9, 1), "=1+1"]
        bad = ["0002", "Lê Văn Đức", "31/02/1980", "Nam", "Thầy lang", "VN-22-BVT", date(2015, 6, 1), "-2"]
        found = await checked(api, "people", content=workbook(["Danh sách"], heading, good, [], bad), name="a.xlsx")
        answer = await api.as_("linh").in_language("vi").get(f"{IMPORTS}/{found['id']}/errors.xlsx")
        assert (answer.status_code, answer.headers["content-disposition"]) == (200, 'attachment; filename="errors.xlsx"')
        rows = [row for row in CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python() if any(row)]
        assert rows[0] == [*heading, "lý do"]
        ((*cells, reason),) = rows[1:]
        assert cells == [bad[0], *bad[1:]]
        assert "31/02/1980" in reason
        corrected = [bad[0], bad[1], date(1980, 2, 28), bad[3], "Dược sĩ đại học", *bad[5:], reason]
        again = await checked(api, "people", content=workbook(rows[0], corrected), name="errors.xlsx")
        assert (again["good"], again["bad"], again["ignored_columns"]) == (1, 0, ["Ghi chú"])

    async def test_the_rows_in_error_are_refused_when_the_file_is_gone(self, api):
        await a_province(api)
        found = await checked(api, "people", PEOPLE, ANH.replace("Nữ", "gone"))
        StoredFile(found["file_sha256"], 0, "").path.unlink()
        answer = await api.as_("linh").get(f"{IMPORTS}/{found['id']}/errors.xlsx")
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "file-gone")

    async def test_a_template_can_be_downloaded_and_is_understood(self, api):
        for kind in ("facilities", "people", "posts", "assignments"):
            template = (await api.as_("linh").get(f"{IMPORTS}/templates/{kind}.csv")).content
            assert (await checked(api, kind, content=template))["rows"] == 0

    async def test_two_people_under_one_number_are_both_refused_and_a_repeated_line_is_ignored(self, api):
        await a_province(api)
        found = await checked(api, "people", PEOPLE, ANH, ANH, DUC, DUC.replace("Lê Văn Đức", "Lê Văn Dũng"))
        assert (found["good"], found["unchanged"], found["bad"]) == (1, 1, 2)
        assert [(f["row"], f["state"]) for f in found["report"]] == [(3, "unchanged"), (4, "bad"), (5, "bad")]

    async def test_headings_and_values_in_the_words_of_the_ministry(self, api):
        await a_province(api)
        heading = "Mã nhân viên;Họ và tên;Năm sinh;Giới tính;Chức danh;Mã cơ sở;Ngày bắt đầu;Ghi chú"
        found = await checked(api, "people", heading, "0001;Nguyễn Thị Ánh;1985;Nữ;Bác sĩ;VN-22-BVT;1/9/2010;tốt")
        assert (found["good"], found["ignored_columns"]) == (1, ["Ghi chú"])


class TestNothingIsWrittenBeforeItIsConfirmed:
    async def test_the_check_writes_nothing_in_the_register(self, api):
        await checked(api, "facilities", FACILITIES, HOSPITAL, STATION)
        assert await count("facilities") == 0
        assert await count("outbox WHERE topic = 'relais.registry.facilities'") == 0

    async def test_the_confirmation_writes_the_good_rows_and_only_those(self, api):
        await a_province(api)
        done = await confirmed(api, "people", PEOPLE, ANH, DUC, "0003,?,1990,f,VN-BS,,,,,VN-22-BVT,,01/01/2015,")
        assert (done["state"], done["written"], done["good"], done["bad"]) == ("confirmed", 2, 2, 1)
        assert not any(action["allowed"] for action in done["available_actions"])
        assert await count("persons") == 2
        found = (await api.as_("linh").post("/api/v1/registry/persons/search", json={"q": "duc le"})).json()["items"]
        assert [person["name"] for person in found] == ["Lê Văn Đức"]

    async def test_confirming_twice_writes_once(self, api):
        await a_province(api)
        done = await confirmed(api, "people", PEOPLE, ANH)
        again = await api.as_("linh").post(f"{IMPORTS}/{done['id']}/confirmation")
        assert (again.status_code, again.json()["written"]) == (201, 1)
        assert await count("persons") == 1

    async def test_a_file_without_a_good_row_cannot_be_confirmed(self, api):
        found = await checked(api, "people", PEOPLE, ANH)
        answer = await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")
        assert answer.status_code == 409
        assert answer.json()["possible"]

    async def test_what_became_wrong_since_the_check_is_not_written(self, api):
        await a_province(api)
        first, second = await checked(api, "people", PEOPLE, ANH), await checked(api, "people", PEOPLE, ANH.replace("Ánh", "Ảnh"), DUC)
        await api.as_("linh").post(f"{IMPORTS}/{first['id']}/confirmation")
        done = (await api.as_("linh").post(f"{IMPORTS}/{second['id']}/confirmation")).json()
        assert (done["written"], done["bad"]) == (1, 1)
        assert await count("persons") == 2

    async def test_the_lines_with_their_names_are_gone_after_the_confirmation(self, api):
        await a_province(api)
        await confirmed(api, "people", PEOPLE, ANH, DUC)
        assert await count("import_rows WHERE line IS NOT NULL") == 0


class TestTheSameFileTwiceChangesNothing:
    @pytest.mark.parametrize(
        ("kind", "lines", "table"),
        [
            ("facilities", (FACILITIES, HOSPITAL, STATION), "facilities"),
            ("people", (PEOPLE, ANH, DUC), "persons"),
            ("posts", (POSTS, POST), "posts"),
            ("assignments", (ASSIGNMENTS, ASSIGNMENT), "assignments"),
        ],
    )
    async def test_of_each_kind(self, api, kind, lines, table):
        await a_province(api)
        await confirmed(api, "people", PEOPLE, ANH, DUC)
        await confirmed(api, "posts", POSTS, POST)
        await confirmed(api, "assignments", ASSIGNMENTS, ASSIGNMENT)
        before = (await count(table), await count("outbox"))
        again = await checked(api, kind, *lines)
        assert (again["good"], again["bad"], again["unchanged"]) == (0, 0, len(lines) - 1)
        assert (await count(table), await count("outbox")) == before

    async def test_another_content_under_the_same_code_is_refused(self, api):
        await a_province(api)
        found = await checked(api, "facilities", FACILITIES, HOSPITAL.replace("tỉnh,", "khu vực,"))
        assert (found["bad"], found["report"][0]["column"]) == (1, "code")


class TestPostsAndAssignments:
    async def prepared(self, api):
        await a_province(api)
        await confirmed(api, "people", PEOPLE, ANH, DUC)
        await confirmed(api, "posts", POSTS, POST)

    async def test_without_a_decision_number_an_assignment_counts_and_is_to_regularise(self, api):
        await self.prepared(api)
        await confirmed(api, "assignments", ASSIGNMENTS, ASSIGNMENT, '0002,,VN-22-BVT,chính,"0,5",01/06/2015,,QĐ 12/2015')
        found = (await api.as_("linh").get("/api/v1/registry/assignments", params={"facility": "VN-22-BVT"})).json()["items"]
        assert {(a["state"], a["decision"]) for a in found} == {("active", "to_regularise"), ("active", "QĐ 12/2015")}

    @pytest.mark.parametrize(
        ("line", "column"),
        [
            ("0009,,VN-22-BVT,primary,1,01/01/2015,,", "worker_no"),
            ("0002,P-9,VN-22-BVT,primary,1,01/01/2015,,", "post_reference"),
            ("0002,P-1,VN-22-BVT,primary,1,01/01/2009,,", "post_reference"),
            ("0002,P-1,VN-22-BVT,primary,1,01/01/2015,,", "post_reference"),
            ("0001,,VN-22-BVT,primary,0.1,01/01/2015,,", "kind"),
            ("0001,,VN-22-BVT,concurrent,0.5,01/01/2015,,", "fte_share"),
            ("0002,,VN-22-BVT,primary,1,01/01/2015,31/12/2014,", "end_date"),
            ("0002,,VN-22-BVT,primary,2,01/01/2015,,", "fte_share"),
        ],
    )
    async def test_rules_hold_between_the_lines_of_one_file(self, api, line, column):
        await self.prepared(api)
        found = await checked(api, "assignments", ASSIGNMENTS, ASSIGNMENT, line)
        assert [(f["row"], f["column"]) for f in found["report"]] == [(3, column)]

    async def test_rules_hold_against_the_register(self, api):
        await self.prepared(api)
        await confirmed(api, "assignments", ASSIGNMENTS, ASSIGNMENT)
        found = await checked(api, "assignments", ASSIGNMENTS, "0002,P-1,VN-22-BVT,primary,1,01/01/2015,,", "0001,,VN-22-BVT,primary,0.1,01/01/2015,,")
        assert [(f["row"], f["column"]) for f in found["report"]] == [(2, "post_reference"), (3, "kind")]

    async def test_a_file_may_say_that_somebody_stands_beside_the_others_of_a_full_post(self, api):
        await a_province(api)
        await confirmed(api, "people", PEOPLE, ANH, DUC.replace("Dược sĩ đại học", "VN-BS"))
        await confirmed(api, "posts", POSTS, POST)
        beside = "0002,P-1,VN-22-BVT,primary,1,01/01/2015,,,yes"
        done = await confirmed(api, "assignments", f"{ASSIGNMENTS},over_filled", beside, f"{ASSIGNMENT},no")
        assert done["good"] == 2
        (post,) = (await api.as_("linh").get("/api/v1/registry/posts", params={"state": "over_filled"})).json()["items"]
        assert post["filled_share"] == 2
        read = (await api.as_("linh").get(f"/api/v1/registry/posts/{post['id']}")).json()
        assert sorted(str(one["over_filled"]) for one in read["holders"]) == ["None", "import"]


class TestWorkbooks:
    async def test_typed_cells_are_read_as_they_are(self, api):
        await a_province(api)
        rows = workbook(PEOPLE.split(","), [1, "Nguyễn Thị Ánh", date(1985, 3, 5), "Nữ", "VN-BS", None, None, None, 2009, "VN-22-BVT", None, date(2010, 9, 1), None],
                        [2, "O'Brien", 1979, "m", "VN-BS", None, None, None, None, "VN-22-BVT", None, "01/06/2015", None])  # fmt: skip
        done = await confirmed(api, "people", name="staff.xlsx", content=rows)
        assert (done["written"], done["report"]) == (2, [])
        found = (await api.as_("linh").post("/api/v1/registry/persons/search", json={"q": "obrien"})).json()["items"]
        assert [(person["name"], person["birth_year"]) for person in found] == [("O'Brien", 1979)]

    @pytest.mark.parametrize("cell", [31000, 31000.5])
    async def test_a_serial_that_is_no_date_cell_is_refused(self, api, cell):
        await a_province(api)
        found = await checked(
            api, "people", name="staff.xlsx", content=workbook(PEOPLE.split(","), ["1", "Ánh", cell, "f", "VN-BS", "", "", "", "", "VN-22-BVT", "", "01/06/2015", ""])
        )
        assert [(f["row"], f["column"]) for f in found["report"]] == [(2, "birth_date")]


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_province_asks_no_more_of_the_database_than_a_facility(api):
    """Set-wise from the file to the events: ten times the rows are as many statements."""
    await a_province(api)
    asked, first = {}, 0
    for many in (20, 200):
        numbers = range(first, first + many)
        first += many
        people = [f"{n:05},Nguyễn Văn {chr(65 + n % 26)}{n},{1 + n % 28:02}/0{1 + n % 9}/1980,nam,VN-BS,,,,,VN-22-BVT,,01/01/2020," for n in numbers]
        posts = [f"P-{n:05},VN-22-BVT,,,VN-BS,,1,01/01/2010,," for n in numbers]
        assignments = [f"{n:05},P-{n:05},VN-22-BVT,primary,1,01/01/2020,," for n in numbers]
        stations = [STATION.replace("VN-22-TYT-06700", f"VN-22-TYT-T{n:05}") for n in numbers]
        for kind, lines in (("facilities", (FACILITIES, *stations)), ("people", (PEOPLE, *people)), ("posts", (POSTS, *posts)), ("assignments", (ASSIGNMENTS, *assignments))):
            with statements() as said:
                done = await confirmed(api, kind, *lines)
            assert (done["written"], done["bad"]) == (many, 0)
            asked.setdefault(kind, set()).add(len(said))
    assert {kind: len(numbers) for kind, numbers in asked.items()} == dict.fromkeys(asked, 1), asked


async def test_people_are_looked_up_by_index_however_little_the_planner_knows(api):
    """A staff list that was just loaded is sent again before any statistics are made: nothing may be read once per line."""
    await a_province(api)
    numbers = [f"{n:05}" for n in range(300)]
    await confirmed(api, "people", PEOPLE, *[ANH.replace("0001", number) for number in numbers])
    async with database.session("worker") as session:
        await session.execute(text("SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"))  # row by row, as when nothing is known
        plan = (await session.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {KNOWN_WORKERS.text}"), {"owners": ["VN-22"] * len(numbers), "numbers": numbers})).scalar_one()[0][
            "Plan"
        ]

    def rows_read(node: dict) -> int:
        here = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)) * node["Actual Loops"]
        return here + sum(rows_read(part) for part in node.get("Plans", []))

    assert rows_read(plan) < 20 * len(numbers), plan


class TestChangingWhatIsRecorded:
    """A second staff list may correct the first: whoever sends it says so, sees field by field what would change, and each change is audited."""

    CHANGED = ANH.replace("Ánh", "Ảnh").replace("05/03/1985,Nữ", "05/03/1985,Nữ").replace("viên chức", "công chức").replace("VN-BS,,", "VN-BS,Nội khoa,")

    async def updated(self, api, *lines: str, person: str = "linh", kind: str = "people") -> dict:
        answer = await api.as_(person).post(IMPORTS, data={"kind": kind, "mode": "update"}, files={"file": ("f.csv", "\n".join(lines).encode())})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def rows(self, api, found: dict, state: str) -> list[dict]:
        answer = await api.as_("linh").get(f"{IMPORTS}/{found['id']}/rows", params={"state": state})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def prepared(self, api) -> None:
        await a_province(api)
        await confirmed(api, "people", PEOPLE, ANH, DUC)

    async def test_without_being_asked_nothing_recorded_is_changed(self, api):
        await self.prepared(api)
        found = await checked(api, "people", PEOPLE, self.CHANGED)
        assert (found["changed"], found["bad"]) == (0, 1)

    async def test_a_number_whose_name_and_birth_both_differ_is_somebody_elses(self, api):
        await self.prepared(api)
        found = await self.updated(api, PEOPLE, ANH.replace("Nguyễn Thị Ánh", "Phạm Văn Minh").replace("1985", "1990"))
        assert (found["changed"], found["bad"], found["report"][0]["column"]) == (0, 1, "worker_no")

    async def test_another_occupation_or_first_day_is_changed_by_hand(self, api):
        await self.prepared(api)
        found = await self.updated(api, PEOPLE, ANH.replace("VN-BS", "VN-DDDH"), DUC.replace("2015-06-01", "2016-06-01"))
        assert (found["changed"], found["bad"]) == (0, 2)

    async def test_each_row_is_new_changed_field_by_field_or_unchanged(self, api):
        await self.prepared(api)
        found = await self.updated(api, PEOPLE, self.CHANGED, DUC, ANH.replace("0001", "0003"))
        assert (found["mode"], found["good"], found["changed"], found["unchanged"], found["bad"]) == ("update", 1, 1, 1, 0)
        assert [(row["row"], row["changes"]) for row in await self.rows(api, found, "changed")] == [
            (
                2,
                [
                    {"column": "full_name", "before": "Nguyễn Thị Ánh", "after": "Nguyễn Thị Ảnh"},
                    {"column": "specialty", "before": None, "after": "Nội khoa"},
                    {"column": "employment_type", "before": "public_employee", "after": "civil_servant"},
                ],
            )
        ]
        (new,) = await self.rows(api, found, "good")
        assert (new["row"], new["values"]["worker_no"], new["values"]["start_date"]) == (4, "0003", "2010-09-01")

    async def test_an_empty_cell_and_a_missing_column_change_nothing(self, api):
        await self.prepared(api)
        await confirmed(api, "people", PEOPLE, ANH.replace("0001", "0005").replace("VN-BS,,", "VN-BS,Nhi khoa,").replace("viên chức", "công chức"))
        heading, line = "worker_no,full_name,birth_date,sex,occupation_code,facility_code,start_date", "0005,Nguyễn Thị Ánh,05/03/1985,Nữ,VN-BS,VN-22-BVT,01/09/2010"
        assert [(await self.updated(api, *lines))["unchanged"] for lines in ((heading, line), (PEOPLE, ANH.replace("0001", "0005").replace("viên chức", "")))] == [1, 1]

    async def test_the_confirmation_writes_the_changes_keeps_what_was_believed_and_audits_each(self, api):
        await self.prepared(api)
        found = await self.updated(api, PEOPLE, self.CHANGED, DUC.replace("1979", "02/02/1979"))
        done = (await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")).json()
        assert (done["state"], done["written"], done["changed"]) == ("confirmed", 2, 2)
        linh = api.as_("linh")
        (anh,) = (await linh.post("/api/v1/registry/persons/search", json={"q": "anh nguyen", "exact": False})).json()["items"]
        assert anh["name"] == "Nguyễn Thị Ảnh"
        async with database.session("worker") as session:
            employment = (await session.execute(text("SELECT employment_type FROM employments JOIN workers w ON w.id = worker_id WHERE worker_no = '0001'"))).scalar_one()
            before = (await session.execute(text("SELECT employment_type, superseded_act FROM employments_history"))).one()
            births = (await session.execute(text("SELECT birth_date, birth_precision FROM persons p JOIN workers w ON w.person_id = p.id WHERE worker_no = '0002'"))).one()
            audited = (await session.execute(text("SELECT act, before, after FROM audit WHERE act LIKE '%.corrected' ORDER BY act, after::text"))).all()
            told = (await session.execute(text("SELECT count(*) FROM outbox WHERE type = 'registry.worker.registered.v1'"))).scalar_one()
        assert (employment, tuple(before)) == ("civil_servant", ("public_employee", "corrected"))
        assert tuple(births) == (date(1979, 2, 2), "date")
        assert [tuple(row) for row in audited] == [
            ("employment.corrected", {"employment_type": "public_employee"}, {"employment_type": "civil_servant"}),
            ("person.corrected", {"birth_date": "1979-01-01"}, {"birth_date": "1979-02-02", "names_changed": False}),
            ("person.corrected", {"specialty": None}, {"specialty": "Nội khoa", "names_changed": True}),
        ]
        assert told == 4  # two registered, two changed
        assert (await self.updated(api, PEOPLE, self.CHANGED))["unchanged"] == 1
        assert await count("import_rows WHERE line IS NOT NULL OR changes IS NOT NULL") == 1 - 1

    async def test_facilities_posts_and_assignments_are_changed_from_today_on_by_the_acts_of_each(self, api):
        await self.prepared(api)
        await confirmed(api, "posts", POSTS, POST)
        await confirmed(api, "assignments", ASSIGNMENTS, ASSIGNMENT)
        day = today().isoformat()
        for kind, heading, line, changed, history, many in (
            ("facilities", FACILITIES, HOSPITAL.replace("đa khoa tỉnh", "tỉnh"), {"name"}, "facilities WHERE code = 'VN-22-BVT'", 3),  # its commune was another one before
            ("posts", POSTS, POST.replace("Khoa Nội", "Khoa Nhi").replace(",1,", ",2,"), {"unit", "fte"}, "posts", 2),
            ("assignments", ASSIGNMENTS, ASSIGNMENT.replace("primary,1", "primary,0.5") + "12/QĐ", {"fte_share", "decision_number"}, "assignments", 2),
        ):
            found = await self.updated(api, heading, line, kind=kind)
            assert (found["changed"], found["bad"]) == (1, 0), found["report"]
            (row,) = await self.rows(api, found, "changed")
            assert {change["column"] for change in row["changes"]} == changed
            done = (await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")).json()
            assert (done["written"], done["changed"], done["bad"]) == (1, 1, 0), done["report"]
            async with database.session("worker") as session:
                periods = [str(first) for (first,) in await session.execute(text(f"SELECT lower(valid) FROM {history} ORDER BY valid"))]
                audited = (await session.execute(text("SELECT count(*) FROM audit WHERE act = :act"), {"act": f"{kind.removesuffix('s').replace('ie', 'y')}.changed"})).scalar_one()
            assert (len(periods), periods[-1], audited) == (many, day, 1), kind
            assert [await self.counts(api, heading, line, kind=kind) for _again in (1, 2)] == [(0, 0, 1, 0)] * 2, "the same file again changes nothing"

    async def counts(self, api, *lines: str, kind: str) -> tuple[int, ...]:
        found = await self.updated(api, *lines, kind=kind)
        return found["good"], found["changed"], found["unchanged"], found["bad"]

    async def test_what_no_file_changes_is_refused_in_the_check_and_what_a_rule_forbids_keeps_its_row_out_alone(self, api):
        await self.prepared(api)
        await confirmed(api, "posts", POSTS, POST, POST.replace("P-1", "P-2"))
        await confirmed(api, "assignments", ASSIGNMENTS, ASSIGNMENT)
        by_hand = await self.updated(api, POSTS, POST.replace("VN-BS", "VN-DDDH").replace("01/01/2010", "02/01/2010"), kind="posts")
        assert [(one["column"], "by hand" in one["reason"]) for one in by_hand["report"]] == [("occupation_code", True), ("open_from", True)]
        found = await self.updated(api, POSTS, POST.replace(",1,", ",0.5,"), POST.replace("P-1", "P-2").replace(",1,", ",2,"), kind="posts")
        done = (await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")).json()
        assert (done["written"], done["changed"], done["bad"]) == (1, 1, 1), "somebody holds the whole of the first post"
        assert done["report"][0]["row"] == 2

    async def test_a_record_that_changed_since_the_preview_is_refused_in_words(self, api):
        await self.prepared(api)
        first, second = await self.updated(api, PEOPLE, ANH.replace("viên chức", "công chức")), await self.updated(api, PEOPLE, ANH.replace("viên chức", "cdd"))
        for found in (first, second):
            done = (await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")).json()
        assert (done["written"], done["bad"], done["report"][0]["column"]) == (0, 1, "employment_type")
        assert "public_employee is now civil_servant" in done["report"][0]["reason"]

    async def test_what_was_changed_meanwhile_is_not_written_over(self, api):
        """Only what the report showed is changed: a value that became another one since is looked at again first."""
        await self.prepared(api)
        first, second = await self.updated(api, PEOPLE, ANH.replace("Nữ", "Nam")), await self.updated(api, PEOPLE, self.CHANGED)
        for found in (first, second):
            await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")
        (anh,) = (await api.as_("linh").post("/api/v1/registry/persons/search", json={"q": "nguyen thi anh"})).json()["items"]
        assert (anh["name"], (await api.as_("linh").get(f"/api/v1/registry/persons/{anh['id']}")).json()["sex"]) == ("Nguyễn Thị Ảnh", "male")


class TestHeadingsAndWordsThatAreNotKnown:
    """The wizard asks once what a heading or a title means, and remembers it for the authority and this kind of file."""

    HEADING = "Số hồ sơ,Họ và tên,Năm sinh,Giới tính,Ngạch,Mã cơ sở,Ngày bắt đầu,Ghi chú"
    LINE = "0001,Nguyễn Thị Ánh,1985,Nữ,Bác sỹ ĐK,VN-22-BVT,1/9/2010,tốt"
    COLUMNS = {"Số hồ sơ": "worker_no", "Ngạch": "occupation_code", "Ghi chú": None}  # noqa: RUF012  never changed
    WORDS = {"occupation_code": {"Bác sỹ ĐK": "VN-BS"}}  # noqa: RUF012  never changed

    async def said(self, api, found: dict, person: str = "linh", **body):
        return await api.as_(person).post(f"{IMPORTS}/{found['id']}/meanings", json=body)

    async def test_a_missing_column_under_an_unknown_heading_is_asked_before_any_row_is_judged(self, api):
        await a_province(api)
        found = await checked(api, "people", self.HEADING, self.LINE)
        assert (found["state"], found["rows"], found["questions"]["missing"]) == ("asking", 0, ["worker_no", "occupation_code"])
        assert found["questions"]["headings"] == [
            {"heading": "Số hồ sơ", "examples": ["0001"]}, {"heading": "Ngạch", "examples": ["Bác sỹ ĐK"]}, {"heading": "Ghi chú", "examples": ["tốt"]},
        ]  # fmt: skip
        assert "specialty" in found["questions"]["columns"] and "full_name" not in found["questions"]["columns"]
        answer = await api.as_("linh").post(f"{IMPORTS}/{found['id']}/confirmation")
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "columns-not-known")

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({"columns": {"Số hồ sơ": "salary"}}, "columns.Số hồ sơ"),
            ({"columns": {"Số hồ sơ": "worker_no", "Ngạch": "worker_no"}}, "columns.Số hồ sơ"),
            ({"values": {"occupation_code": {"Bác sỹ ĐK": "VN-THAYLANG"}}}, "values.occupation_code.Bác sỹ ĐK"),
            ({"values": {"full_name": {"Ánh": "VN-BS"}}}, "values.full_name.Ánh"),
        ],
    )
    async def test_what_cannot_be_meant_is_refused_and_not_remembered(self, api, body, path):
        await a_province(api)
        answer = await self.said(api, await checked(api, "people", self.HEADING, self.LINE), **body)
        assert (answer.status_code, answer.json()["fields"][0]["path"]) == (422, path)
        assert await count("import_meanings") == 0

    async def test_another_authority_says_nothing_and_a_written_import_is_left_alone(self, api):
        await a_province(api)
        found = await checked(api, "people", self.HEADING, self.LINE)
        assert (await self.said(api, found, person="hanoi", columns=self.COLUMNS)).status_code == 404
        done = await confirmed(api, "people", PEOPLE, ANH)
        assert (await self.said(api, done, columns={"x": None})).status_code == 409

    async def test_what_was_said_is_remembered_for_the_next_file_of_the_kind_and_the_authority(self, api):
        await a_province(api)
        found = await checked(api, "people", self.HEADING, self.LINE)
        found = (await self.said(api, found, columns=self.COLUMNS)).json()
        assert (found["state"], found["bad"], found["unknown_words"]) == ("checked", 1, [{"column": "occupation_code", "written": "Bác sỹ ĐK", "rows": 1}])
        assert {"code": "VN-BS", "name": "Doctor"} in found["lists"]["occupation_code"]
        assert {choice["code"][:3] for choice in found["lists"]["occupation_code"]} == {"VN-"}, "no profession of another country"
        found = (await self.said(api, found, values=self.WORDS)).json()
        assert (found["good"], found["bad"], found["unknown_words"], found["ignored_columns"]) == (1, 0, [], ["Ghi chú"])
        again = await checked(api, "people", self.HEADING.upper(), self.LINE.replace("0001", "0002").replace("Bác sỹ ĐK", "BÁC SỸ ĐK"))
        assert (again["state"], again["good"]) == ("checked", 1)
        assert (await checked(api, "people", self.HEADING, self.LINE, person="hanoi"))["state"] == "asking"

    async def test_words_of_the_closed_lists_are_asked_too(self, api):
        await a_province(api)
        found = await checked(api, "people", PEOPLE, ANH.replace("Nữ", "Bà"))
        assert found["unknown_words"] == [{"column": "sex", "written": "Bà", "rows": 1}]
        assert (await self.said(api, found, values={"sex": {"Bà": "female"}})).json()["good"] == 1


class TestTemplates:
    @pytest.mark.parametrize("language", ["vi", "fr", "en"])
    @pytest.mark.parametrize("kind", ["facilities", "people", "posts", "assignments", "licences"])
    async def test_a_workbook_is_headed_in_the_readers_language_and_understood(self, api, kind, language):
        content = (await api.as_("linh" if kind != "licences" else "licensing").in_language(language).get(f"{IMPORTS}/templates/{kind}.xlsx")).content
        found = await checked(api, kind, content=content, name="template.xlsx", person="linh" if kind != "licences" else "licensing")
        assert (found["state"], found["rows"], found["ignored_columns"]) == ("checked", 0, [])

    async def test_columns_of_lists_have_drop_downs_and_each_choice_is_understood(self, api):
        await a_province(api)
        content = (await api.as_("linh").in_language("vi").get(f"{IMPORTS}/templates/people.xlsx")).content
        assert (await api.as_("linh").in_language("vi").get(f"{IMPORTS}/templates/people.xlsx")).content == content, "the same list is the same file"
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        heading = next(iter(book.get_sheet_by_index(0).iter_rows()))
        assert [heading[0], heading[4]] == ["Mã nhân viên *", "Giới tính *"]
        sheet = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml"))
        namespace = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
        validated = {rule.get("sqref"): rule.findtext("x:formula1", namespaces=namespace) for rule in sheet.iterfind(".//x:dataValidation", namespace)}
        assert validated["E2:E20001"].endswith("$A$2:$A$5")
        rows = book.get_sheet_by_index(1).to_python()
        assert len(validated) == 5 and [row[0] for row in rows[1:5]] == ["female", "male", "other", "unknown"]
        titles = dict([row[rows[0].index("Chức danh *") :][:2] for row in rows[1:]])
        assert titles["VN-BS"] == "Bác sĩ"
        assert rows[1][rows[0].index("Mã cơ sở *") :][:2] == ["VN-22-BVT", "Bệnh viện đa khoa tỉnh"]


class TestFilesOfOldSpreadsheets:
    """A file of Windows-125x has no mark: what its words cannot tell is asked, with what each encoding would make of them, and never guessed."""

    VIETNAMESE = b"Nguy\xea\xden Thi\xf2 A\xecnh"  # as Windows-1258 writes Nguyễn Thị Ánh: vowel first, tone after it

    async def test_what_its_words_tell_is_recognised_and_told(self, api):
        await a_province(api)
        vietnamese = (
            PEOPLE + "\n" + ANH.replace("Nguyễn Thị Ánh", "{name}").replace("Nữ", "F").replace("bác sĩ", "").replace("Đại học Y Hà Nội", "").replace("viên chức", "")
        ).encode()
        french = (PEOPLE.replace("sex", "sexe") + "\n" + DUC.replace("Lê Văn Đức", "Lefèvre Hélène").replace("Dược sĩ đại học", "VN-BS")).encode("cp1252")
        for content, encoding, name in ((vietnamese.replace(b"{name}", self.VIETNAMESE), "windows-1258", "Nguyễn Thị Ánh"), (french, "windows-1252", "Lefèvre Hélène")):
            found = (await sent(api, "people", content=content)).json()
            assert (found["state"], found["encoding"], found["good"]) == ("checked", encoding, 1), found
            (row,) = (await api.as_("linh").get(f"{IMPORTS}/{found['id']}/rows")).json()["items"]
            assert row["values"]["full_name"] == name

    async def test_what_they_do_not_tell_is_asked_with_its_own_words(self, api):
        await a_province(api)
        content = (PEOPLE + "\n" + ANH.replace("Nguyễn Thị Ánh", "Begoña Muñoz").replace("Nữ", "F").replace("bác sĩ,Đại học Y Hà Nội", ",").replace("viên chức", "")).encode(
            "cp1252"
        )
        found = (await sent(api, "people", content=content)).json()
        assert (found["state"], found["good"]) == ("asking", 0)
        assert {one["encoding"]: one["examples"] for one in found["questions"]["encodings"]} == {
            "windows-1252": ["Begoña", "Muñoz"],
            "windows-1256": ["Begoٌa", "Muٌoz"],
        }, "one of those that read alike is enough"
        address = f"{IMPORTS}/{found['id']}"
        refused = await api.as_("linh").post(f"{address}/confirmation")
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "encoding-not-known")
        said = (await api.as_("linh").post(f"{address}/meanings", json={"encoding": "windows-1252"})).json()
        assert (said["state"], said["encoding"], said["good"], said["questions"]) == ("checked", "windows-1252", 1, None)
        (row,) = (await api.as_("linh").get(f"{address}/rows")).json()["items"]
        assert row["values"]["full_name"] == "Begoña Muñoz"

    async def test_one_in_which_the_file_cannot_be_read_is_refused_and_what_is_certain_is_not_read_otherwise(self, api):
        for content, expected in (((PEOPLE + "\n0001,Nguy").encode() + b"\x81n", (422, "encoding")), ((PEOPLE + "\n0001,Nguyễn").encode("utf-16"), (201, "utf-16"))):
            answer = await api.as_("linh").post(IMPORTS, data={"kind": "people", "encoding": "windows-1252"}, files={"file": ("f.csv", content)})
            told = answer.json()
            assert (answer.status_code, told["fields"][0]["path"] if "fields" in told else told["encoding"]) == expected


class TestFilesAreNotKeptForEver:
    async def sent_days_ago(self, api, days: int, *lines: str, heading: str = PEOPLE) -> dict:
        found = await checked(api, "people", heading, *lines)
        async with worker_session() as session:
            await session.execute(text("UPDATE imports SET created_at = :then WHERE id = :id"), {"then": now() - timedelta(days=days), "id": found["id"]})
        return found

    async def test_after_some_days_the_file_and_its_rows_go_and_the_counts_stay(self, api, files_dir):
        await a_province(api)
        old, again = await self.sent_days_ago(api, 31, ANH, "0002,?"), await self.sent_days_ago(api, 31, DUC)
        young, same = await self.sent_days_ago(api, 29, ANH), await self.sent_days_ago(api, 29, DUC)
        asking = await self.sent_days_ago(api, 31, heading=PEOPLE.replace("worker_no", "số hồ sơ"))
        paths = {name: StoredFile(one["file_sha256"], 0, "csv").path for name, one in (("old", old), ("young", young), ("same", same))}
        await wizard.forget_old_imports()
        await wizard.forget_old_imports()
        assert {name: path.exists() for name, path in paths.items()} == {"old": False, "young": True, "same": True}, "a file that was sent again is as young as then"
        seen = (await api.as_("linh").get(f"{IMPORTS}/{old['id']}")).json()
        assert (seen["rows"], seen["bad"], seen["good"], seen["report"], seen["file_deleted_on"]) == (2, 1, 0, [], today().isoformat())
        assert [action["allowed"] for action in seen["available_actions"] if action["act"] == "confirm"] == [False]
        assert (await api.as_("linh").get(f"{IMPORTS}/{old['id']}/errors.xlsx")).status_code == 409
        async with worker_session() as session:
            audited = (await session.execute(text("SELECT actor, subject_id::text FROM audit WHERE act = 'import.file_deleted'"))).all()
        assert sorted(tuple(row) for row in audited) == sorted(("task:imports", one["id"]) for one in (old, again, asking))
        assert (await api.as_("linh").get(f"{IMPORTS}/{asking['id']}")).json()["state"] == "cancelled", "what was never answered is asked no more"
