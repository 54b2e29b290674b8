"""Lists of initial training and mentoring as files: with the list's filters, and for those alone who read the list."""

import pytest

from tests.support.exports import file_as_listed, taken
from tests.training.world import ROOT, World

LISTS = {
    "institutes": "institutes",
    "seat-capacities": "seat-capacities",
    "institute-conventions": "institute-conventions",
    "intakes": "intakes",
    "students": "students",
    "clinical-places": "clinical-places",
    "clinical-placements": "clinical-placements",
    "mentorships": "mentoring/mentorships",
    "mentoring-entries": "mentoring/entries",
}


@pytest.mark.parametrize("name", [*LISTS, "intake-candidates"])
async def test_who_reads_no_list_takes_no_file(province: World, name: str) -> None:
    await taken(province.api.as_("ops"), f"{ROOT}/exports/{name}", 403, intake_id="0193f2a0-0000-7000-8000-000000000001")


@pytest.mark.parametrize("name", LISTS)
async def test_who_sees_no_row_takes_none(province: World, name: str) -> None:
    assert await file_as_listed(province.api.as_("linh"), ROOT, name, LISTS[name]) == []
