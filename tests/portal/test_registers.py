"""The register of numbers: how they are written, which comes next, shown before it is kept, refused with its rule."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.forms import fill
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import RULE, World, allowed

As = Callable[..., TestClient]
API = "/api/v1/appointment/registers/VN-22"
PAGE = "/registers/VN-22"
KEPT = {
    "authority": "VN-22", "pattern": "{number}/QĐ-SYT", "opened_on": "2025-01-02", "last_numbers": {"2024": 1207, "2025": 316}, "year": 2025, "next_number": "317/QĐ-SYT",
    "available_actions": allowed("keep"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= {API: KEPT}


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", [PAGE, "/registers/VN-22-BVT", f"{PAGE}?done=kept"])
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_one_authority_opens_by_itself(as_: As) -> None:
    assert as_("linh").get("/registers").headers["location"] == PAGE
    assert "No register here" in as_("ops").get("/registers").text


def test_what_is_kept_and_what_comes_next(as_: As) -> None:
    text = as_("director").get(PAGE).text
    for expected in ("317/QĐ-SYT", "1,207", "2 January 2025", 'value="{number}/QĐ-SYT"'):
        assert expected in text


def test_a_preview_records_nothing(as_: As, world: World) -> None:
    answered = fill(as_("director"), PAGE, PAGE, pattern="{number}/{year}/QĐ-SYT", last_number="1 340", step="preview")
    assert "The next number would be 1341/2025/QĐ-SYT." in answered.text
    assert 'value="1 340"' in answered.text
    assert not [one for one in world.sent if one[0] == "PUT"]


def test_it_is_kept_from_now_on(as_: As, world: World) -> None:
    answered = fill(as_("director"), PAGE, PAGE, pattern="{number}/QĐ-SYT", last_number="1 340")
    assert answered.headers["location"] == f"{PAGE}?done=kept"
    assert world.sent[-1] == ("PUT", API, {"pattern": "{number}/QĐ-SYT", "last_number": 1340})


@pytest.mark.parametrize("pattern", ["", "QĐ-SYT 2025", "{number}/{number}"])
def test_the_number_stands_once_in_the_pattern(as_: As, world: World, pattern: str) -> None:
    answered = fill(as_("director"), PAGE, PAGE, pattern=pattern)
    assert answered.status_code == 422
    assert 'href="#pattern"' in answered.text
    assert not [one for one in world.sent if one[0] == "PUT"]


def test_going_back_is_refused_and_what_was_typed_stays(as_: As, world: World) -> None:
    problem = {
        "title": "A rule refuses this",
        "detail": "The register has given higher numbers.",
        "rule": RULE | {"id": "DEC-NUMBER", "value": 300},
        "possible": "Write the last number that was given.",
    }
    world.refusals[f"PUT {API}"] = Refusal(409, problem)
    answered = fill(as_("director"), PAGE, PAGE, pattern="{number}/QĐ-SYT", last_number="300")
    assert answered.status_code == 409
    for expected in ("DEC-NUMBER", "Write the last number that was given.", 'value="300"'):
        assert expected in answered.text


def test_who_may_not_change_it_reads_only(as_: As, world: World) -> None:
    world.answers[API] = KEPT | {"available_actions": [{"act": "keep", "allowed": False, "reason": "Only a signatory.", "rule": None, "possible": None}]}
    text = as_("hr-bvt").get(PAGE).text
    assert "317/QĐ-SYT" in text
    assert 'name="pattern"' not in text
