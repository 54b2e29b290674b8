"""Minutes of a meeting: one PDF, kept once, read by those who conduct, sign or supervise."""

from typing import Any

import httpx
import pytest

from tests.appointment.test_cases import Leaders, leaders  # noqa: F401  the same leaders
from tests.appointment.world import ROOT

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


async def met(leaders: Leaders) -> dict[str, Any]:  # noqa: F811
    case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
    return await leaders.step(case, 1)


async def send(leaders: Leaders, case: dict[str, Any], *, who: str = "secretary", number: int = 1, name: str = "BB-1.pdf", content: bytes = PDF) -> httpx.Response:  # noqa: F811
    found: httpx.Response = await leaders.api.as_(who).post(f"{ROOT}/minutes/{case['id']}/{number}", files={"file": (name, content, "application/pdf")})
    return found


async def read(leaders: Leaders, case: dict[str, Any], who: str) -> httpx.Response:  # noqa: F811
    found: httpx.Response = await leaders.api.as_(who).get(f"{ROOT}/minutes/{case['id']}/1")
    return found


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("BB-1.docx", PDF, 422), ("BB-1.pdf", b"PK\x03\x04", 422), ("BB-1.pdf", b"", 422), ("BB-1.pdf", PDF + b"0" * 10 * 1024 * 1024, 413)],
    ids=["another kind", "not what its name says", "empty", "too large"],
)
async def test_only_a_pdf_of_a_bearable_size(leaders: Leaders, name: str, content: bytes, status: int) -> None:  # noqa: F811
    case = await met(leaders)
    assert (await send(leaders, case, name=name, content=content)).status_code == status
    assert (await read(leaders, case, "linh")).status_code == 404


async def test_of_a_meeting_that_was_held(leaders: Leaders) -> None:  # noqa: F811
    assert (await send(leaders, await met(leaders), number=2)).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("director", 403), ("head-bvt", 403), ("hr-bvt", 403), ("hanoi", 404)])
async def test_only_by_the_secretary_or_the_administrator(leaders: Leaders, who: str, status: int) -> None:  # noqa: F811
    assert (await send(leaders, await met(leaders), who=who)).status_code == status


async def test_kept_once_and_read_by_those_who_conduct_or_sign(leaders: Leaders) -> None:  # noqa: F811
    case = await met(leaders)
    first = await send(leaders, case)
    assert first.status_code == 201, first.text
    assert (await send(leaders, case)).json() == first.json()
    other = await send(leaders, case, content=PDF + b"another")
    assert (other.status_code, other.json()["type"].rsplit("/", 1)[-1], other.json()["rule"]["id"]) == (409, "minutes-kept", "APP-MINUTES")
    for who in ("secretary", "linh", "director"):
        answer = await read(leaders, case, who)
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PDF, "application/pdf")
    for who, status in (("head-bvt", 403), ("hr-bvt", 403), ("hanoi", 404)):
        assert (await read(leaders, case, who)).status_code == status
    seen = (await leaders.api.as_("linh").get(f"{ROOT}/cases/{case['id']}")).json()
    assert [step["vote"]["minutes_file"] for step in seen["steps"] if step["vote"]] == [True]
