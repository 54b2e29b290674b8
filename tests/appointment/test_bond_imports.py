"""Opening balances from a file: the bonds that people had signed before the register was opened here."""

from typing import Any

import pytest

from services.appointment.consumers import consumer
from tests.appointment.world import PROVINCIAL, REMOTE, ROOT, assignment, facility, known, worker
from tests.support.api import Api
from tests.support.hearing import hear

HEADINGS = "worker_no,facility_code,number,origin,amount,currency,months_due,starts_on,signed_on,breach,paid,paid_on,next_due_on\n"
GOOD = "QN-1,VN-22-BVT,12/CK-2024,thu hút,500000000,VND,84,01/04/2024,25/03/2024,,250000000,10/04/2024,01/04/2025\n"
STUDY = "QN-2,VN-22-TTBCE,3/CK-2023,đào tạo,90000000,,48,01/07/2025,01/09/2023,toàn bộ,,,\n"


@pytest.fixture
async def file(api: Api) -> Api:
    for number, (name, at) in enumerate((("Ánh", PROVINCIAL), ("Bình", REMOTE)), start=1):
        await hear(consumer, facility(at), worker(name, at=at, worker_no=f"QN-{number}"), assignment(name, at=at))
    return api


async def sent(api: Api, content: str, person: str = "linh") -> dict[str, Any]:
    answer = await api.as_(person).post(f"{ROOT}/imports", files={"file": ("bonds.csv", (HEADINGS + content).encode(), "text/csv")}, data={"kind": "bonds"})
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def confirmed(api: Api, content: str) -> None:
    report = await sent(api, content)
    assert report["bad"] == 0, report["report"]
    answer = await api.as_("linh").post(f"{ROOT}/imports/{report['id']}/confirmation", json={})
    assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (GOOD.replace("QN-1", "QN-9"), "worker_no"),
        (GOOD.replace("VN-22-BVT", "VN-22-TTBCE"), "worker_no"),
        (GOOD.replace("250000000", "600000000"), "paid"),
        (GOOD.replace("10/04/2024", ""), "paid_on"),
        (GOOD.replace(",01/04/2025", ","), "next_due_on"),
        (GOOD.replace("25/03/2024", "25/03/2026"), "signed_on"),
        (GOOD.replace(",84,", ",0,"), "months_due"),
    ],
)
async def test_a_line_that_cannot_be(file: Api, line: str, column: str) -> None:
    report = await sent(file, line)
    assert [(finding["row"], finding["column"]) for finding in report["report"]] == [(2, column)]


async def test_only_for_the_places_one_acts_for(file: Api) -> None:
    assert (await sent(file, GOOD, "hr-bache"))["bad"] == 1


async def test_a_bond_goes_on_where_paper_stood(file: Api) -> None:
    await confirmed(file, GOOD + STUDY)
    found = {item["person_id"]: item for item in (await file.as_("linh").get(f"{ROOT}/commitments")).json()["items"]}
    grant, study = found[str(known("Ánh"))], found[str(known("Bình"))]
    assert (grant["state"], grant["months_served"], grant["paid"], [part["state"] for part in grant["payments"]]) == ("running", 18, 250_000_000, ["paid", "due"])
    assert (study["state"], study["breach_policy"]["kind"], study["signed_with"]) == ("running", "FULL", "3/CK-2023")
    owed = (await file.as_("linh").get(f"{ROOT}/commitments/{study['id']}/exit", params={"on": "2025-12-31"})).json()
    assert owed["amount"] == 90_000_000
    rest = await file.as_("hr-bvt").post(f"{ROOT}/payments/{grant['payments'][1]['id']}/payment", json={"done_on": "2025-04-10"})
    assert (rest.status_code, rest.json()["state"]) == (201, "paid")


async def test_the_same_file_again_changes_nothing_and_another_content_is_refused(file: Api) -> None:
    await confirmed(file, GOOD)
    again = await sent(file, GOOD)
    assert (again["good"], again["unchanged"]) == (0, 1)
    assert (await sent(file, GOOD.replace(",84,", ",60,")))["report"][0]["column"] == "number"
