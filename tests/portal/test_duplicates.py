"""Possible duplicates: the queue with its reasons, two files side by side, and what is not shown of another authority's."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.forms import fill
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import PEOPLE, RULE, World, allowed, card, page, uid

As = Callable[..., TestClient]
API = "/api/v1/registry/duplicates"
OURS = {"person_id": uid(1), "authority": "VN-22", "card": card(uid(1), 1986)}
THEIRS = {"person_id": None, "authority": "VN-01", "card": None}
PAIR: dict[str, Any] = {
    "id": uid(820), "weight": 24.1, "state": "open", "found_on": "2025-09-29", "found_by": "batch", "decided_on": None, "reason": None, "version": 1, "one": OURS,
    "other": OURS | {"person_id": uid(2), "card": card(uid(2), 1986)}, "available_actions": allowed("distinguish"),
    "reasons": [{"field": "name", "comparison": "without-accents", "weight": 9.1}, {"field": "birth", "comparison": "same", "weight": 13.8}, {"field": "occupation", "comparison": "different", "weight": -1.5}],
    "differs": [
        {"field": "names", "one": ["Nguyễn Thị Hoa"], "other": ["NGUYEN THI HOA"], "same": False}, {"field": "birth", "one": "1986-03-09", "other": "1986", "same": False},
        {"field": "sex", "one": "female", "other": "female", "same": True}, {"field": "occupations", "one": ["VN-BS"], "other": [], "same": False},
    ],
}  # fmt: skip
HALF = PAIR | {"id": uid(821), "other": THEIRS, "differs": []}
TOLD = PAIR | {"id": uid(822), "state": "distinct", "decided_on": "2025-09-30", "reason": "Chị em", "available_actions": []}


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= {API: page(PAIR, HALF)} | {f"{API}/{one['id']}": one for one in (PAIR, HALF, TOLD)}


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", ["/duplicates", *(f"/duplicates/{one['id']}" for one in (PAIR, HALF, TOLD))])
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def test_the_queue_says_who_and_why(as_: As, world: World) -> None:
    text = as_("linh").get("/duplicates").text
    for said in (PEOPLE[uid(1)], PEOPLE[uid(2)], "A file of VN-01", "Name: the same without accents", f'href="/duplicates/{uid(820)}"'):
        assert said in text, said
    assert "Occupation: different" not in text, "what speaks against is not why they are there"
    assert next(params for _method, path, params in world.sent if path == API)["state"] == "open"


def test_two_files_side_by_side(as_: As) -> None:
    text = as_("linh").get(f"/duplicates/{PAIR['id']}").text
    for said in ("NGUYEN THI HOA", "9 March 1986", "1986", "Woman", "Doctor", "against"):
        assert said in text, said


def test_of_another_authority_s_file_only_the_reasons(as_: As) -> None:
    text = as_("linh").get(f"/duplicates/{HALF['id']}").text
    assert "A file of VN-01" in text and "Only the reasons are shown" in text


def test_told_apart_with_what_shows_it(as_: As, world: World) -> None:
    client, path = as_("linh"), f"/duplicates/{PAIR['id']}"
    world.refusals[f"POST {API}/{PAIR['id']}/distinction"] = Refusal(
        409, {"title": "A rule refuses this", "detail": "Somebody was quicker.", "rule": RULE, "possible": None, "fields": []}
    )
    again = fill(client, path, f"{path}/distinction", reason="Twin sister")
    assert again.status_code == 409 and "Somebody was quicker." in again.text and 'value="Twin sister"' in again.text
    world.refusals.clear()
    world.answers[f"{API}/{PAIR['id']}/distinction"] = TOLD | {"id": PAIR["id"]}
    assert fill(client, path, f"{path}/distinction", reason="Twin sister").headers["location"] == f"{path}?done=distinct"
    assert world.sent[-1] == ("POST", f"{API}/{PAIR['id']}/distinction", {"reason": "Twin sister"})
