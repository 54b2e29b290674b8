"""A person's record in its parts, each with an address of its own."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.pages.people import LATELY, latest
from tests.portal.world import TIMELINE, World, page, timeline_item, uid

PERSON = f"/people/{uid(1)}"
R = "/api/v1/registry"
CHANGE = {
    "act": "person.corrected", "done_on": "2025-09-01", "recorded_at": "2025-09-01T02:00:00Z", "entered_afterwards": False, "actor": {"kind": "account", "account": "hr-bvt"},
    "differences": [{"field": "sex", "before": "male", "after": "female"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "marked"),
    [(PERSON, "Summary"), (f"{PERSON}?tab=timeline", "Timeline"), (f"{PERSON}?part=training", "Timeline"), (f"{PERSON}?tab=history", "History"), (f"{PERSON}?tab=x", "Summary")],
)
def test_one_part_is_marked(as_: Callable[..., TestClient], path: str, marked: str) -> None:
    inside = re.search(r'<nav class="tabs".*?</nav>', as_("linh").get(path).text, re.DOTALL)
    assert inside
    assert re.findall(r'aria-current="page">([^<]+)<', inside[0]) == [marked]
    assert f'href="{PERSON}?tab=history"' in inside[0]
    assert f'href="/documents?person={uid(1)}"' in inside[0]


def test_another_day_is_kept_from_part_to_part(as_: Callable[..., TestClient]) -> None:
    text = as_("linh").get(f"{PERSON}?as_of=2020-01-01").text
    assert f'href="{PERSON}?as_of=2020-01-01&amp;tab=timeline"' in text


def test_the_summary_says_what_happened_lately(as_: Callable[..., TestClient], world: World) -> None:
    items = [timeline_item("employment", f"{year}-01-01", decision=f"{year}/QĐ") for year in range(2000, 2020)]
    world.answers[f"{R}/persons/{uid(1)}/timeline"] = TIMELINE | {"items": items}
    world.answers[f"/api/v1/observatory/people/{uid(1)}/timeline"] = page()
    summary, whole = as_("linh").get(PERSON).text, as_("linh").get(f"{PERSON}?tab=timeline").text
    assert len(re.findall(r'<li class="moment[ "]', summary)) == LATELY
    assert len(re.findall(r'<li class="moment[ "]', whole)) == 20
    assert "2019/QĐ" in summary and "2000/QĐ" not in summary


def test_the_newest_are_kept_year_by_year() -> None:
    assert latest([(2025, ["a", "b"]), (2024, ["c", "d"]), (2020, ["e"])], 3) == [(2025, ["a", "b"]), (2024, ["c"])]


def test_who_changed_what(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{R}/history"] = page(CHANGE, cursor="more")
    text = as_("linh").get(f"{PERSON}?tab=history").text
    assert 'href="?tab=history&amp;cursor=more"' in text


def test_the_history_is_asked_only_where_it_is_shown(as_: Callable[..., TestClient], world: World) -> None:
    as_("linh").get(PERSON)
    assert f"{R}/history" not in [path for _method, path, _sent in world.sent]
