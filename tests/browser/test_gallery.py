"""Every component in every state before a real browser: axe finds nothing, and nothing spills over a small screen."""

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Route
from starlette.testclient import TestClient

from services.portal import drawing
from tests.browser.test_portal import complaints_of_axe
from tests.portal.conftest import as_, portal_settings, reader, world

pytestmark = pytest.mark.browser
__all__ = ["as_", "portal_settings", "reader", "world"]
SITE = "http://relais.test"
STATIC = Path(drawing.__file__).parent / "static"


def opened(browser: Browser, html: str, *, theme: Literal["light", "dark"], width: int) -> Page:
    """The portal's own page and files, without a system behind them."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme).new_page()
    page.route("**/*", answer)
    page.goto(f"{SITE}/gallery")
    return page


@pytest.mark.parametrize(("language", "theme"), [("fr", "light"), ("vi", "dark"), ("en", "light")])
def test_axe_finds_nothing(browser: Browser, as_: Callable[..., TestClient], language: str, theme: Literal["light", "dark"]) -> None:
    page = opened(browser, as_("ops", language).get("/gallery").text, theme=theme, width=1440)
    page.locator("details.export summary").click()
    assert complaints_of_axe(page) == []
    page.context.close()


def test_nothing_spills_over_a_small_screen(browser: Browser, as_: Callable[..., TestClient]) -> None:
    page = opened(browser, as_("ops", "vi").get("/gallery").text, theme="light", width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()


def test_one_box_ticks_all_of_them(browser: Browser, as_: Callable[..., TestClient]) -> None:
    page = opened(browser, as_("ops", "en").get("/gallery").text, theme="light", width=1440)
    page.locator(".tick-all").check()
    assert page.locator("tbody .tick input:checked").count() == 3
    page.locator("tbody .tick input").first.uncheck()
    assert page.evaluate("document.querySelector('.tick-all').indeterminate")
    page.context.close()
