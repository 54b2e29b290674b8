"""A list as a file: exactly as filtered, exactly as allowed, and no cell that a spreadsheet would run."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from zipfile import ZipFile

import pytest
from asyncpg import DivisionByZeroError
from python_calamine import CalamineWorkbook
from sqlalchemy import func, literal, select

from shared.auth import Caller
from shared.db import database
from shared.exports.files import PRINTED
from shared.exports.routes import Streamed, streamed
from shared.exports.rows import copied
from tests.registry.world import BACHE, BASE, BVT, World, ok, problem
from tests.support.pdf import text_of

LISTS = {
    "persons": "/persons",
    "posts": "/posts",
    "facilities": "/facilities",
    "units": "/units",
    "assignments": "/assignments",
    "absences": "/absences",
    "licences": "/licences",
    "work-items": "/work-items",
}


async def taken(world: World, of: str, *, who: str = "linh", language: str = "en", **query: Any) -> Any:
    answer = await world.api.as_(who).in_language(language).get(f"{BASE}/exports/{of}", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def account(world: World) -> str:
    """Whose file it is: the subject of the account, never a name."""
    return world.api.account("linh").rpartition("#")[2]


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


async def names(world: World, **query: Any) -> list[str]:
    return [row["Name"] for row in table((await taken(world, "persons", head="false", **query)).content)]


@pytest.fixture
async def staff(world: World) -> World:
    for name, facility in (("Nguyễn Thị Hoa", BVT), ("Trần Văn Ánh", BVT), ("Đặng Quốc Bảo", BACHE)):
        person = await world.person(name)
        await world.assignment(person, facility_code=facility, occupation_code="VN-BS", unit="Khoa Nội")
    return world


class TestRefusals:
    @pytest.mark.parametrize(
        ("who", "of", "slug"), [("analyst", "persons", "names-are-not-for-analysis"), ("ops", "assignments", "people-closed"), ("nobody", "facilities", "export-without-relation")]
    )
    async def test_who_may_not_read_a_list_takes_no_file_of_it(self, world: World, who: str, of: str, slug: str) -> None:
        assert problem(await world.api.as_(who).get(f"{BASE}/exports/{of}"), 403) == slug

    async def test_another_authority_finds_an_empty_file(self, staff: World) -> None:
        assert await names(staff, who="hanoi") == []

    async def test_a_facility_takes_its_own_people_alone(self, staff: World) -> None:
        assert await names(staff, who="hr-bache") == ["Đặng Quốc Bảo"]

    async def test_ticking_does_not_open_what_is_closed(self, staff: World) -> None:
        bao = next(item for item in ok(await staff.api.as_("linh").get(f"{BASE}/persons"))["items"] if item["facility"] == BACHE)
        assert await names(staff, who="linh", id=bao["id"]) == ["Đặng Quốc Bảo"]
        assert await names(staff, who="hr-bvt", id=bao["id"]) == []

    @pytest.mark.parametrize("query", [{"format": "docx"}, {"sort": "owner"}, {"as_of": "yesterday"}, {"id": "x"}])
    async def test_what_no_file_is_made_of(self, world: World, query: dict[str, str]) -> None:
        assert problem(await world.api.as_("linh").get(f"{BASE}/exports/persons", params=query), 422) == "malformed"

    async def test_more_lines_than_anybody_prints(self, staff: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shared.exports.files.PRINTED", 2)
        assert problem(await staff.api.as_("linh").get(f"{BASE}/exports/persons", params={"format": "pdf"}), 409) == "export-too-long-to-print"
        assert PRINTED == 2000


class TestExactlyAsFiltered:
    @pytest.mark.parametrize("of", LISTS)
    async def test_a_file_takes_every_filter_of_its_list(self, world: World, of: str) -> None:
        """Also one that the list learns tomorrow."""
        paths = ok(await world.api.as_("linh").get(f"{BASE}/openapi.json"))["paths"]
        of_list, of_file = ({parameter["name"] for parameter in paths[f"{BASE}{path}"]["get"]["parameters"]} for path in (LISTS[of], f"/exports/{of}"))
        assert of_list - {"limit", "cursor"} <= of_file

    @pytest.mark.parametrize("query", [{}, {"facility": BVT}, {"sort": "-name"}, {"occupation": "VN-BS", "as_of": "2025-06-01"}, {"occupation": "VN-DD"}])
    async def test_the_same_people_in_the_same_order(self, staff: World, query: dict[str, str]) -> None:
        listed = ok(await staff.api.as_("linh").get(f"{BASE}/persons", params=query))["items"]
        written = table((await taken(staff, "persons", head="false", **query)).content)
        assert [(row["Name"], row["Code of the facility"], row["Unit"], row["Occupation"]) for row in written] == [
            (item["name"], item["facility"] or "", item["unit"] or "", item["occupation_name"] or "") for item in listed
        ]

    async def test_what_a_search_found(self, staff: World) -> None:
        search = ok(await staff.api.as_("linh").post(f"{BASE}/persons/search", json={"q": "anh tran"}))
        assert await names(staff, search=search["id"]) == ["Trần Văn Ánh"]
        assert problem(await staff.api.as_("hr-bvt").get(f"{BASE}/exports/persons", params={"search": search["id"]}), 404) == "not-found"

    async def test_posts_say_what_is_free(self, world: World) -> None:
        post = await world.post(fte=1)
        await world.assignment(await world.person(), post_id=post["id"], fte_share=0.5)
        for state, expected in (("vacant", [post["reference"]]), ("filled", [])):
            written = table((await taken(world, "posts", head="false", state=state)).content)
            assert [row["Reference"] for row in written] == expected
        row = table((await taken(world, "posts", head="false")).content)[0]
        assert (row["Share offered"], row["Share filled"], row["State"]) == ("1", "0.5", "Vacant")

    async def test_facilities_assignments_and_leave(self, staff: World) -> None:
        codes = [row["Code"] for row in table((await taken(staff, "facilities", head="false", authority="VN-22")).content)]
        assert codes == [item["code"] for item in ok(await staff.api.as_("linh").get(f"{BASE}/facilities", params={"authority": "VN-22"}))["items"]]
        held = table((await taken(staff, "assignments", head="false", facility=BVT)).content)
        assert sorted(row["Name"] for row in held) == ["Nguyễn Thị Hoa", "Trần Văn Ánh"]
        assert {row["Kind"] for row in held} == {"Main assignment"}
        leave = table((await taken(staff, "absences", head="false")).content)
        assert leave == []

    async def test_leave_is_taken_away_without_its_type(self, staff: World) -> None:
        hoa = next(item for item in ok(await staff.api.as_("linh").get(f"{BASE}/persons"))["items"] if item["name"] == "Nguyễn Thị Hoa")
        body = {"person_id": hoa["id"], "type": "sick", "starts_on": "2025-10-06", "ends_on": "2025-10-08"}
        ok(await staff.api.as_("hr-bvt").post(f"{BASE}/absences", json=body))
        answer = await taken(staff, "absences", head="false", who="hr-bvt", format="ndjson")
        [row] = [json.loads(line) for line in answer.content.splitlines()]
        assert (row["person"], row["starts_on"], row["days"], row["state"]) == ("Nguyễn Thị Hoa", "2025-10-06", 3, "requested")
        assert "sick" not in answer.text

    async def test_licences_say_what_they_are_worth_today(self, staff: World) -> None:
        hoa = next(item for item in ok(await staff.api.as_("linh").get(f"{BASE}/persons"))["items"] if item["name"] == "Nguyễn Thị Hoa")
        for number, ends in (("1/QNI", "2025-09-30"), ("2/QNI", "2025-11-01"), ("3/QNI", "2029-12-31")):
            body = {"person_id": hoa["id"], "number": number, "authority": "Sở Y tế", "scope": ["nursing"], "issued_on": "2021-01-01", "expires_on": ends}
            ok(await staff.api.as_("licensing").post(f"{BASE}/licences", json=body))
        listed = {item["number"]: item["status"] for item in ok(await staff.api.as_("linh").get(f"{BASE}/licences"))["items"]}
        written = [json.loads(line) for line in (await taken(staff, "licences", head="false", format="ndjson")).content.splitlines()]
        assert {row["number"]: row["status"] for row in written} == listed
        assert set(listed.values()) == {"expired", "expiring", "active"}
        soon = table((await taken(staff, "licences", head="false", status="expiring")).content)
        assert [(row["Name"], row["Number"], row["State"]) for row in soon] == [("Nguyễn Thị Hoa", "2/QNI", "Expires soon")]


class TestFiles:
    async def test_csv_says_what_it_is_and_spreadsheets_know_its_letters(self, staff: World) -> None:
        answer = await taken(staff, "persons", language="fr", facility=BVT)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert re.fullmatch(r'attachment; filename="persons-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"])
        assert answer.content.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        head, titles = lines[: lines.index([])], lines[lines.index([]) + 1]
        assert head[0] == ["Personnes"]
        assert ["Établissement", BVT] in head
        assert ["Compte", account(staff)] in head
        assert titles[0] == "Nom"
        assert not any("Linh" in cell for line in head for cell in line)

    async def test_ndjson_keeps_codes_and_names_of_fields(self, staff: World) -> None:
        answer = await taken(staff, "persons", format="ndjson")
        about, *people = [json.loads(line) for line in answer.content.splitlines()]
        assert about["about"]["title"] == "People"
        assert sorted(person["name"] for person in people) == ["Nguyễn Thị Hoa", "Trần Văn Ánh", "Đặng Quốc Bảo"]
        assert people[0].keys() >= {"name", "birth_year", "occupation", "facility", "unit", "fte_share"}
        assert {person["sex"] for person in people} == {"female"}

    async def test_accept_chooses_too(self, staff: World) -> None:
        answer = await staff.api.as_("linh").get(f"{BASE}/exports/persons", params={"head": "false"}, headers={"Accept": "application/x-ndjson"})
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        assert len(answer.content.splitlines()) == 3

    async def test_xlsx_has_the_rows_on_a_sheet_and_the_head_on_another(self, staff: World) -> None:
        answer = await taken(staff, "persons", format="xlsx", language="vi", facility=BVT)
        assert int(answer.headers["content-length"]) == len(answer.content)
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        rows_, about = (book.get_sheet_by_index(number).to_python() for number in (0, 1))
        assert sorted(row[0] for row in rows_[1:]) == ["Nguyễn Thị Hoa", "Trần Văn Ánh"]
        assert {row[1] for row in rows_[1:]} == {1985.0}
        assert any(BVT in row for row in about)

    async def test_pdf_to_print(self, staff: World) -> None:
        text = text_of((await taken(staff, "persons", format="pdf", language="vi")).content)
        assert "Đặng Quốc Bảo" in text and "Khoa Nội" in text and account(staff) in text


HOSTILE = ["=1+1", "+84 912", "-2", "@SUM(A1)", "\t=1", "＝1+1", "＠x"]


HARMLESS = ["Khoa Nội", "0912", "Đội =1", "Ấn", "ＡＢＣ", "日本", "", "'x", 'a "b", c', "một\nhai"]


async def with_units(world: World, cells: list[str]) -> None:
    """A post for each of these texts, put where no form lets them in."""
    posts = [await world.post() for _cell in cells]
    async with database.session("worker") as session:
        for post, cell in zip(posts, cells, strict=True):
            await session.execute(world.sql("UPDATE posts SET unit = :cell WHERE id = :id"), {"cell": cell, "id": post["id"]})
        await session.commit()


class TestFormulas:
    async def test_no_cell_begins_as_a_formula(self, world: World) -> None:
        await with_units(world, HOSTILE)
        written = table((await taken(world, "posts", head="false")).content)
        assert sorted(row["Unit"] for row in written) == sorted(f"'{cell}" for cell in HOSTILE)

    async def test_any_other_text_is_as_it_was_written(self, world: World) -> None:
        await with_units(world, HARMLESS)
        written = table((await taken(world, "posts", head="false")).content)
        assert sorted(row["Unit"] for row in written) == sorted(HARMLESS)

    async def test_programs_and_workbooks_take_a_text_as_a_text(self, world: World) -> None:
        await with_units(world, HOSTILE)
        lines = (await taken(world, "posts", head="false", format="ndjson")).content.splitlines()
        assert sorted(json.loads(line)["unit"] for line in lines) == sorted(HOSTILE)
        workbook = (await taken(world, "posts", format="xlsx")).content
        with ZipFile(io.BytesIO(workbook)) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        titles, *cells = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
        assert sorted(row[titles.index("Unit")] for row in cells) == sorted(HOSTILE)


class TestWhoTookWhat:
    async def test_each_export_is_kept_once_with_its_filters(self, staff: World) -> None:
        await taken(staff, "persons", facility=BVT, format="xlsx")
        found = ok(await staff.api.as_("auditor").get(f"{BASE}/audit", params={"subject_kind": "export"}))["items"]
        assert [record["act"] for record in found] == ["export.made"]
        told = {difference["field"]: difference["after"] for difference in found[0]["differences"]}
        assert told["list"] == "persons"
        assert told["format"] == "xlsx"
        assert BVT in json.dumps(told)

    async def test_the_number_in_the_file_is_that_of_the_record(self, staff: World) -> None:
        head = json.loads((await taken(staff, "persons", format="ndjson")).content.splitlines()[0])["about"]
        async with database.session("worker") as session:
            kept = (await session.execute(staff.sql("SELECT id::text, list, account FROM exports"))).one()
        assert head["Number of the export"] == kept.id
        assert kept.account == staff.api.account("linh")


CALLER = Caller("linh", "here", "", frozenset(), frozenset(), "", False, ("VN-22",), (), scope=("VN.VN-22",), parties=("VN-22",))
NUMBERS = func.generate_series(1, 1_000_000).column_valued("n")


class TestStreaming:
    async def test_whoever_stops_reading_stops_the_database(self, committed_api: Any) -> None:
        """What was half written is not read by the next one, and the database writes for nobody."""
        async with database.session("worker") as session:
            pieces = copied(session, select(NUMBERS))
            assert (await anext(pieces)).startswith(b"1\n2\n")
            await pieces.aclose()  # type: ignore[attr-defined]  # an async generator has it
        copies = World.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'")
        async with asyncio.timeout(10), database.session("worker") as session:
            while await session.scalar(copies):
                await session.execute(World.sql("SELECT pg_sleep(0.05)"))

    async def test_whoever_goes_away_in_the_middle_gives_the_connection_back(self, committed_api: Any) -> None:
        """A browser that is closed: the answer is cancelled while the database still writes."""
        started = asyncio.Event()
        sent = 0

        async def write(session: Any) -> AsyncGenerator[bytes]:
            async with aclosing(copied(session, select(NUMBERS))) as pieces:
                async for piece in pieces:
                    yield piece

        async def receive() -> dict[str, Any]:
            await started.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal sent
            sent += len(message.get("body", b""))
            if sent:
                started.set()
                await asyncio.sleep(0)

        response = Streamed(streamed(CALLER, write))
        await response({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
        assert 0 < sent < 6_000_000
        assert not any(pool.checkedout() for _role, pool in database.pools())
        async with database.session("worker") as session:
            assert await session.scalar(World.sql("SELECT 1")) == 1

    async def test_nothing_is_held_beyond_some_pieces(self, committed_api: Any) -> None:
        """A million rows pass through a few pieces of some tens of kilobytes."""
        largest = total = 0
        async with database.session("worker") as session:
            async for piece in copied(session, select(NUMBERS)):
                largest, total = max(largest, len(piece)), total + piece.count(b"\n")
        assert total == 1_000_000
        assert largest < 4 << 20

    async def test_an_error_of_the_database_is_an_error_of_the_file(self, committed_api: Any) -> None:
        async with database.session("worker") as session:
            with pytest.raises(DivisionByZeroError):
                async for _piece in copied(session, select(literal(1) / (NUMBERS - 5))):
                    pass
