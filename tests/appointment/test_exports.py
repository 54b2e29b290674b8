"""A list of another service as a file: its own route is asked page by page, so that it holds what the list shows under the same filters and rights."""

import csv
import io
import json
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from shared.db import worker_session
from shared.exports import pages
from tests.appointment.world_personnel import REMOTE, ROOT, Personnel, facility, known
from tests.support.api import Api

NAMES = [f"colleague {n}" for n in range(5)]


@pytest.fixture
async def personnel(api: Api) -> Personnel:
    """Five proposals of one year, one of another; one staff number that a spreadsheet would run."""
    file = Personnel(api)
    await file.hear(facility(), facility(REMOTE))
    for number, name in enumerate(NAMES):
        await file.employ(name, worker_no=f"={number}+1" if number == 3 else f"QN-{number:03}")
    for year, people in ((2025, NAMES), (2024, NAMES[:1])):
        body = {
            "person_ids": [str(known(name)) for name in people],
            "title": "advanced_worker",
            "level": "unit",
            "year": year,
            "achievement": "Hoàn thành",
            "given_on": "2025-10-20",
        }
        await file.post("hr-bvt", "awards", body)
    return file


async def taken(personnel: Personnel, who: str = "hr-bvt", expect: int = 200, **query: Any) -> Any:
    answer = await personnel.api.as_(who).in_language("en").get(f"{ROOT}/exports/awards", params=query)
    assert answer.status_code == expect, answer.text
    return answer


class TestAwardsAsAFile:
    async def test_who_may_not_read_the_list_takes_no_file_and_who_sees_no_row_takes_none(self, personnel: Personnel) -> None:
        await taken(personnel, "analyst", expect=403)
        assert (await taken(personnel, "hanoi", format="ndjson", head="false")).content == b""

    async def test_holds_the_rows_of_the_list_under_its_filters_however_many_pages_it_takes(self, personnel: Personnel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pages, "LARGEST", 2)
        listed = (await personnel.get("hr-bvt", "awards", year=2025))["items"]
        rows = list(csv.DictReader(io.StringIO((await taken(personnel, year=2025, head="false")).text)))
        assert [(row["State"], row["Year"], row["Title"]) for row in rows] == [("Proposed", "2025", "advanced_worker")] * len(listed)
        assert sorted(row["Staff number"] for row in rows) == ["'=3+1", "QN-000", "QN-001", "QN-002", "QN-004"]
        ticked = [listed[0]["id"], listed[4]["id"]]
        only = (await taken(personnel, format="ndjson", head="false", id=ticked)).text.splitlines()
        assert {json.loads(line)["worker_no"] for line in only} <= {"QN-000", "QN-001", "QN-002", "=3+1", "QN-004"} and len(only) == 2
        assert {json.loads(line)["state"] for line in only} == {"proposed"}, "programs get the codes"

    async def test_as_a_workbook_and_to_print_and_each_taking_is_kept(self, personnel: Personnel) -> None:
        book = CalamineWorkbook.from_filelike(io.BytesIO((await taken(personnel, format="xlsx")).content))
        assert len(book.get_sheet_by_index(0).to_python()) == 1 + 6
        assert (await taken(personnel, format="pdf", year=2024)).content.startswith(b"%PDF")
        async with worker_session() as session:
            kept = (await session.execute(text("SELECT format, filters FROM exports ORDER BY recorded_at"))).all()
            audited = (await session.execute(text("SELECT count(*) FROM audit WHERE act = 'export.made'"))).scalar_one()
        assert [tuple(row) for row in kept] == [("xlsx", {}), ("pdf", {"year": "2024"})] and audited == 2
