"""Certificates: numbers without gap, a public check that names nobody, revocation, and the paper."""

import re
from pathlib import Path
from typing import Any

import pytest

from shared.names import initials_of
from shared.papers import spelled
from tests.training.world import ROOT, World


@pytest.fixture
async def held(world: World) -> tuple[dict[str, Any], list[str]]:
    """A session held: two passed, one failed, one absent."""
    session = await world.opened()
    people = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình", "Lê Minh Châu", "Đỗ Thị Ẩn")
    await world.enrolled(session, *people)
    await world.confirmed(session)
    await world.attendance(session, {person: [1, 2, 3, 4] for person in people[:3]} | {people[3]: [1]})
    await world.marks(session, dict.fromkeys(people[:2], (40, 90)) | {people[2]: (20, 30)})
    return await world.held(session), people


async def given(world: World, session: dict[str, Any], **body: Any) -> dict[str, Any]:
    return await world.act("training", f"/sessions/{session['id']}/certificates", {"done_on": "2025-03-15"} | body)


class TestIssue:
    async def test_not_before_it_was_held(self, world: World) -> None:
        session = await world.opened()
        refused = await world.act("training", f"/sessions/{session['id']}/certificates", {}, expect=409)
        assert refused["rule"]["id"] == "WF-session-certify"

    async def test_not_for_who_failed(self, world: World, held: tuple[dict[str, Any], list[str]]) -> None:
        session, people = held
        refused = await world.act("training", f"/sessions/{session['id']}/certificates", {"person_ids": [people[2]]}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("not-deserved", "TRN-PASS")

    async def test_numbers_follow_each_other(self, world: World, held: tuple[dict[str, Any], list[str]]) -> None:
        session, people = held
        one = await given(world, session, person_ids=[people[0]])
        rest = await given(world, session)
        nothing = await given(world, session)
        assert [item["number"] for item in one["items"] + rest["items"]] == ["0001/2025/VN-22", "0002/2025/VN-22"]
        assert nothing["issued"] == 0
        states = {item["person_id"]: item["state"] for item in (await world.read("training", f"/enrolments?training_session={session['id']}"))["items"]}
        assert [states[person] for person in people] == ["credited", "credited", "failed", "absent"]

    async def test_hours_count_at_once(self, world: World, held: tuple[dict[str, Any], list[str]]) -> None:
        session, people = held
        await given(world, session)
        balance = await world.read("hr-bvt", f"/credits/balances/{people[0]}?as_of=2025-10-01")
        assert (balance["earned"], balance["declared"]) == (16, 0)

    async def test_the_sheet_is_closed_under_a_certificate(self, world: World, held: tuple[dict[str, Any], list[str]]) -> None:
        session, people = held
        await given(world, session)
        refused = await world.attendance(session, {people[0]: []}, expect=409)
        assert refused["type"].endswith("/certificate-given")


class TestCheck:
    async def test_anybody_reads_initials_title_dates_and_nothing_else(self, world: World, held: tuple[dict[str, Any], list[str]]) -> None:
        session, people = held
        certificate = (await given(world, session, person_ids=[people[0]]))["items"][0]
        for typed in (certificate["code"], certificate["code"].lower().replace("-", " ")):
            answer = await world.api.get(f"{ROOT}/certificates/check/{typed}")
            assert answer.status_code == 200, answer.text
        body = answer.json()
        assert set(body) == {"number", "authority", "initials", "title", "hours", "first_day", "last_day", "issued_on", "valid_to", "valid", "revoked_on"}
        assert (body["initials"], body["valid"], body["number"]) == ("N.T.H.", True, certificate["number"])
        assert certificate["check_url"].endswith(f"/check/{certificate['code']}")

    @pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC", "x", "%27%3B--"])
    async def test_an_unknown_code(self, province: World, code: str) -> None:
        assert (await province.api.get(f"{ROOT}/certificates/check/{code}")).status_code == 404

    async def test_revoked_says_so_and_takes_the_hours_back(self, world: World, held: tuple[dict[str, Any], list[str]]) -> None:
        session, people = held
        certificate = (await given(world, session, person_ids=[people[0]]))["items"][0]
        await world.act("training", f"/certificates/{certificate['id']}/revocation", {}, expect=422)
        await world.act("hr-bvt", f"/certificates/{certificate['id']}/revocation", {"reason": "Sai tên"}, expect=403)
        await world.act("training", f"/certificates/{certificate['id']}/revocation", {"reason": "Chấm nhầm bài", "done_on": "2025-03-20"})
        body = (await world.api.get(f"{ROOT}/certificates/check/{certificate['code']}")).json()
        assert (body["valid"], body["revoked_on"]) == (False, "2025-03-20")
        assert (await world.read("hr-bvt", f"/credits/balances/{people[0]}?as_of=2025-10-01"))["earned"] == 0
        again = await given(world, session, person_ids=[people[0]])
        assert again["items"][0]["number"] == "0002/2025/VN-22"  # a number once given is never given again

    async def test_others_see_nothing(self, world: World, held: tuple[dict[str, Any], list[str]]) -> None:
        session, people = held
        certificate = (await given(world, session, person_ids=[people[0]]))["items"][0]
        await world.read("hanoi", f"/certificates/{certificate['id']}", expect=404)
        await world.read("hr-bache", f"/certificates/{certificate['id']}", expect=404)
        await world.read("analyst", f"/certificates/{certificate['id']}", expect=403)


class TestPaper:
    @pytest.mark.parametrize("language", ["fr", "vi", "en"])
    async def test_pdf_in_three_languages(self, world: World, held: tuple[dict[str, Any], list[str]], language: str) -> None:
        session, people = held
        certificate = (await given(world, session, person_ids=[people[0]]))["items"][0]
        answer = await world.api.in_language(language).as_("hr-bvt").get(f"{ROOT}/certificates/{certificate['id']}/document")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert b"pdfaid" in answer.content
        assert len(re.findall(rb"/Type\s*/Page\b", answer.content)) == 1

    async def test_the_state_and_the_organiser_by_name_stand_over_it(self, world: World, held: tuple[dict[str, Any], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
        session, people = held
        certificate = (await given(world, session, person_ids=[people[0]]))["items"][0]
        said: dict[str, Any] = {}

        async def printed(_template: Path, words: dict[str, Any], _address: str) -> bytes:
            said.update(words)
            return b"%PDF-"

        monkeypatch.setattr("shared.papers.printed", printed)
        answer = await world.api.in_language("fr").as_("hr-bvt").get(f"{ROOT}/certificates/{certificate['id']}/document")
        assert answer.status_code == 200, answer.text
        assert (said["head"], said["state"]) == ("beside", "République socialiste du Viêt Nam")
        assert (certificate["number"], said["authority"]) == ("0001/2025/VN-22", "Tỉnh Quảng Ninh")


@pytest.mark.parametrize(("name", "initials"), [("Nguyễn Thị Hoa", "N.T.H."), ("Đỗ Ẩn", "Đ.Ẩ."), ("Hoa", "H.")])
def test_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials


def test_a_code_as_it_is_typed() -> None:
    assert spelled("abcd efgh-jkmn") == "ABCD-EFGH-JKMN"
