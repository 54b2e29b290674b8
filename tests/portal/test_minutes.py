"""Minutes of a meeting: sent as one PDF, linked from the case, refused with their reason."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from services.portal.clients import Api, Refusal
from tests.portal.answers_leadership import ANSWERS, CASE, HALF
from tests.portal.forms import hidden_fields
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import RULE, World, allowed

As = Callable[..., TestClient]
A = "/api/v1/appointment"
PAGE, KEPT = f"/minutes/{CASE}/1", f"/minutes/{HALF}/2"


def with_acts(case: dict[str, Any], kept: bool) -> dict[str, Any]:
    steps = [step | ({"vote": step["vote"] | {"minutes_file": kept}} if step["vote"] else {}) for step in case["steps"]]
    return case | {"steps": steps, "available_actions": [*case["available_actions"], *allowed("keep_minutes", "read_minutes")]}


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS
    for case, kept in ((CASE, False), (HALF, True)):
        world.answers[f"{A}/cases/{case}"] = with_acts(ANSWERS[f"{A}/cases/{case}"], kept)


def send(as_: As, file: tuple[str, bytes, str] | None = ("BB-1.pdf", b"%PDF-1.7", "application/pdf")) -> httpx.Response:
    reader = as_("linh")
    hidden = hidden_fields(reader.get(PAGE).text, PAGE)
    return reader.post(PAGE, data=hidden, files={"file": file} if file else {"file": ("", b"", "application/octet-stream")})


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", [PAGE, KEPT, f"/cases/{CASE}?done=minutes"])
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_the_case_leads_to_what_is_missing_and_to_what_is_kept(as_: As) -> None:
    assert f'href="{PAGE}"' in as_("linh").get(f"/cases/{CASE}").text
    assert f'href="{KEPT}/file"' in as_("linh").get(f"/cases/{HALF}").text


def test_a_meeting_that_was_not_held_has_no_minutes(as_: As) -> None:
    assert as_("linh").get(f"/minutes/{CASE}/2").status_code == 404


def test_they_are_sent_once(as_: As, world: World) -> None:
    world.answers[f"{A}{PAGE}"] = {"case_id": CASE, "step": 1, "sha256": "0" * 64}
    assert send(as_).headers["location"] == f"/cases/{CASE}?done=minutes"
    assert [path for method, path, _body in world.sent if method == "POST"] == [f"{A}{PAGE}"]


def test_no_file_chosen(as_: As, world: World) -> None:
    answered = send(as_, None)
    assert answered.status_code == 422
    assert 'href="#file"' in answered.text
    assert not [path for method, path, _body in world.sent if method == "POST"]


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (Refusal(422, {"title": "", "fields": [{"path": "file", "reason": "The content of this file is not what its name says."}]}), "not what its name says"),
        (Refusal(413, {"title": "", "detail": "The file is larger than 10 MB.", "rule": None, "possible": None}), "larger than 10 MB"),
        (Refusal(409, {"title": "", "detail": "Kept already.", "rule": RULE | {"id": "APP-MINUTES"}, "possible": "Read the minutes that are kept."}), "APP-MINUTES"),
    ],
)
def test_a_refusal_says_why(as_: As, world: World, refused: Refusal, expected: str) -> None:
    world.refusals[f"POST {A}{PAGE}"] = refused
    answered = send(as_)
    assert answered.status_code == refused.status
    assert expected in answered.text


def test_they_are_read_as_they_were_signed(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    async def file(_api: Api, path: str, **_params: str) -> tuple[bytes, str]:
        return path.encode(), "application/pdf"

    monkeypatch.setattr(Api, "file", file)
    answered = as_("linh").get(f"{KEPT}/file")
    assert (answered.content, answered.headers["content-type"]) == (f"{A}{KEPT}".encode(), "application/pdf")
    assert "inline" in answered.headers["content-disposition"]
