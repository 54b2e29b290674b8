"""Opening balances from a file: pay steps and probations of the register that an authority kept before."""

from typing import Any

import pytest

from tests.appointment.world_personnel import REMOTE, Personnel, facility, known
from tests.support.api import Api

STEPS = """mã nhân viên;mã đơn vị;loại;bậc;hưởng từ ngày;số quyết định
QN-1;VN-22-BVT;;3;01/12/2022;12/QĐ-BVT
QN-2;VN-22-BVT;A2.1;2;15/03/2024;
QN-3;VN-22-TTBCE;;1;01/01/2025;
QN-1;VN-22-BVT;;3;01/12/2022;12/QĐ-BVT
QN-4;VN-22-BVT;;12;01/01/2025;
QN-9;VN-22-BVT;;2;01/01/2025;
"""
PROBATIONS = """worker_no,facility_code,starts_on,months,mentor_no
QN-1,VN-22-BVT,01/03/2025,,QN-2
QN-2,VN-22-BVT,01/06/2025,12,
QN-4,VN-22-BVT,01/03/2025,,QN-4
QN-3,VN-22-TTBCE,01/03/2025,,QN-1
"""


@pytest.fixture
async def personnel(api: Api) -> Personnel:
    file = Personnel(api)
    await file.hear(facility(), facility(REMOTE))
    for number, (name, at) in enumerate((("Ánh", "VN-22-BVT"), ("Bình", "VN-22-BVT"), ("Chi", REMOTE), ("Dũng", "VN-22-BVT")), start=1):
        await file.employ(name, at=at, worker_no=f"QN-{number}")
    return file


async def sent(personnel: Personnel, who: str, kind: str, content: str, mode: str = "add") -> dict[str, Any]:
    answer = await personnel.api.as_(who).post("/api/v1/appointment/imports", files={"file": (f"{kind}.csv", content.encode(), "text/csv")}, data={"kind": kind, "mode": mode})
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()
    return report


class TestPaySteps:
    async def test_read_judged_and_written_on_confirmation(self, personnel: Personnel) -> None:
        report = await sent(personnel, "linh", "pay_steps", STEPS)
        assert (report["rows"], report["good"], report["bad"], report["unchanged"]) == (6, 3, 2, 1)
        assert {(finding["row"], finding["column"]) for finding in report["report"] if finding["state"] == "bad"} == {(6, "step"), (7, "worker_no")}
        assert (await personnel.get("linh", "pay-steps"))["items"] == []
        await personnel.post("linh", f"imports/{report['id']}/confirmation")
        found = {step["person_id"]: step for step in (await personnel.get("linh", "pay-steps"))["items"]}
        assert (found[str(known("Ánh"))]["due_on"], found[str(known("Ánh"))]["decision_number"]) == ("2025-12-01", "12/QĐ-BVT")
        assert (found[str(known("Bình"))]["scale"], found[str(known("Bình"))]["coefficient"]) == ("A2.1", "4.74")

    async def test_the_same_file_again_changes_nothing(self, personnel: Personnel) -> None:
        first = await sent(personnel, "linh", "pay_steps", STEPS)
        await personnel.post("linh", f"imports/{first['id']}/confirmation")
        again = await sent(personnel, "linh", "pay_steps", STEPS)
        assert (again["good"], again["unchanged"]) == (0, 4)

    async def test_each_for_their_own_facility(self, personnel: Personnel) -> None:
        report = await sent(personnel, "hr-bache", "pay_steps", STEPS)
        assert report["good"] == 1
        answer = await personnel.api.as_("director").post("/api/v1/appointment/imports", files={"file": ("a.csv", b"x", "text/csv")}, data={"kind": "pay_steps"})
        assert answer.status_code == 403


class TestProbations:
    async def test_those_that_run(self, personnel: Personnel) -> None:
        report = await sent(personnel, "linh", "probations", PROBATIONS)
        assert (report["good"], report["bad"]) == (2, 2)
        assert {(finding["row"], finding["column"]) for finding in report["report"]} == {(4, "mentor_no"), (5, "mentor_no")}
        await personnel.post("linh", f"imports/{report['id']}/confirmation")
        first = await personnel.probation("Ánh")
        assert (first["due_on"], first["mentor_id"], first["months"]) == ("2025-11-30", str(known("Bình")), 9)
        assert (await personnel.probation("Bình"))["due_on"] == "2026-05-31"
        assert (await sent(personnel, "linh", "probations", PROBATIONS))["unchanged"] == 2

    async def test_a_file_names_another_mentor_and_changes_nothing_else(self, personnel: Personnel) -> None:
        first = await sent(personnel, "linh", "probations", PROBATIONS)
        await personnel.post("linh", f"imports/{first['id']}/confirmation")
        changed = "\n".join(PROBATIONS.splitlines()[:3]).replace(",,QN-2", ",,QN-4").replace(",12,", ",9,")
        report = await sent(personnel, "linh", "probations", changed, mode="update")
        assert (report["changed"], report["bad"], report["report"][0]["column"]) == (1, 1, "months")
        done = await personnel.post("linh", f"imports/{report['id']}/confirmation")
        assert (done["written"], (await personnel.probation("Ánh"))["mentor_id"]) == (1, str(known("Dũng")))
        assert (await sent(personnel, "linh", "probations", changed, mode="update"))["unchanged"] == 1

    async def test_what_was_decided_is_only_added(self, personnel: Personnel) -> None:
        answer = await personnel.api.as_("linh").post(
            "/api/v1/appointment/imports", files={"file": ("p.csv", STEPS.encode(), "text/csv")}, data={"kind": "pay_steps", "mode": "update"}
        )
        assert (answer.status_code, answer.json()["fields"][0]["path"]) == (422, "mode")
