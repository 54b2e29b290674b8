"""The pages of the nine months, as each persona finds them; and the briefing on one sheet of paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_portal import complaints_of_axe, listen

pytestmark = pytest.mark.browser

PERSONAS = {"linh": "fr", "hr-bvt": "vi", "head-bvt": "fr", "director": "vi", "training": "fr", "secretary": "vi", "licensing": "fr", "analyst": "en"}
THINGS = [
    "/decisions", "/commitments", "/cases", "/mandates", "/succession-plans", "/probations", "/training/sessions", "/training/plans", "/stays", "/studies", "/agreements",
    "/support-requests", "/missions", "/techniques", "/licences",
]  # fmt: skip


def places(page: Page) -> list[str]:
    """Every place of the navigation."""
    page.goto("/")
    return list(dict.fromkeys(str(link.get_attribute("href")) for link in page.locator(".nav-side a").all()))


@pytest.mark.parametrize(("person", "language"), PERSONAS.items())
def test_every_place_of_a_persona_opens(signed_in: Callable[..., Page], person: str, language: str) -> None:
    """The administrator's are drawn one by one, for what a browser complains about; the others share the same pages with other rights."""
    page = signed_in(person, language)
    heard = listen(page)
    for place in places(page):
        answer = page.goto(place) if person == "linh" else page.request.get(place)
        assert answer is not None
        assert answer.status == 200, place
        assert answer.text().count("<h1") == 1, place
    assert heard == []


def assert_usable(page: Page, path: str) -> None:
    """Axe finds nothing, and on a small phone nothing pushes the page wide."""
    assert complaints_of_axe(page) == [], path
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize(("theme", "language"), [("light", "fr"), ("dark", "vi")])
def test_a_list_and_its_first_thing_can_be_used_by_everybody(signed_in: Callable[..., Page], theme: str, language: str) -> None:
    page = signed_in("linh", language, color_scheme=theme)
    for path in THINGS:
        page.goto(path)
        assert_usable(page, path)
        first = page.locator("main .sheet tbody a[href^='/']").first
        if first.count() == 0:
            continue
        address = str(first.get_attribute("href"))
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{path} leads to {address}"
        assert_usable(page, address)


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
def test_the_briefing_prints_on_one_sheet(signed_in: Callable[..., Page], language: str) -> None:
    page = signed_in("linh", language)
    page.goto("/briefing?area=VN-22&from=2025-01-01&to=2025-09-30")
    expect(page.locator(".briefing-figures")).not_to_have_count(0)
    paper = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
