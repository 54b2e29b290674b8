"""The pages of a person's documents: whole in each language; a file is sent with what is said of it, a refusal keeps what was typed."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_documents import ANSWERS, CHECKED, FRESH, R
from tests.portal.forms import fill, hidden_fields
from tests.portal.world import World, uid

LIST = f"/documents?person={uid(1)}"


@pytest.fixture(autouse=True)
def registry(world: World) -> World:
    world.answers |= ANSWERS
    return world


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", [LIST, f"/documents/{FRESH}", f"/documents/{CHECKED}"])
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    page = as_("hr-bvt", language).get(path)
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    for name in re.findall(r'<label for="([^"]+)"', page.text):
        assert name in ids, f"label for {name}"


def test_without_a_person_there_is_nothing(as_: Callable[..., TestClient]) -> None:
    assert as_("hr-bvt").get("/documents").status_code == 404


def test_what_is_destroyed_is_no_link(as_: Callable[..., TestClient]) -> None:
    page = as_("hr-bvt", "en").get(f"/documents/{CHECKED}").text
    assert f"/documents/{CHECKED}/versions/2/file" in page
    assert f"/documents/{CHECKED}/versions/1/file" not in page


def test_a_file_is_sent_with_what_is_said_of_it(as_: Callable[..., TestClient], world: World) -> None:
    reader = as_("hr-bvt", "en")
    typed = {"type": "health_certificate", "title": "Giấy khám", "source": "handed in", "expires_on": "2026-10-09"}
    page = reader.get(LIST)
    without = reader.post("/documents", data=hidden_fields(page.text, "/documents") | typed)
    assert without.status_code == 422
    assert "Giấy khám" in without.text
    world.answers[f"{R}/documents"] = ANSWERS[f"{R}/documents"] | {"id": FRESH}
    sent = reader.post("/documents", data=hidden_fields(page.text, "/documents") | typed, files={"file": ("a.pdf", b"%PDF-1.7", "application/pdf")}, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"].split("?")[0]) == (303, f"/documents/{FRESH}")


def test_a_check_of_ones_own_paper_is_refused_with_the_reason(as_: Callable[..., TestClient], world: World) -> None:
    refused = Refusal(403, {"type": "/problems/adder-does-not-check", "title": "You may not do this", "status": 403, "detail": "Whoever added a document does not check it."})
    world.refusals[f"{R}/documents/{FRESH}/check"] = refused
    answer = fill(as_("hr-bvt", "en"), f"/documents/{FRESH}", f"/documents/{FRESH}/check", outcome="genuine", method="compared with the original")
    assert answer.status_code == 403
    assert "does not check it" in answer.text
    assert "compared with the original" in answer.text
