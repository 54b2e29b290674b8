"""A real browser before a whole system. `--base-url http://127.0.0.1:8080` uses one that runs already, with its demo loaded."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = os.environ.get("RELAIS_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, which needs no sandbox of its own inside a container that runs as root."""
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> str:
    """Where the portal answers, with the story of Quang Ninh played."""
    given = request.config.getoption("base_url")
    if given:
        return str(given)
    request.getfixturevalue("played")
    return str(request.getfixturevalue("stack").public_url)


@pytest.fixture
def open_browser(browser: Browser, site: str) -> Iterator[Callable[..., BrowserContext]]:
    """A fresh browser of somebody, in a language, with or without JavaScript."""
    opened: list[BrowserContext] = []

    def open_one(language: str = "fr", **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=site, locale={"fr": "fr-FR", "vi": "vi-VN", "en": "en-GB"}[language], **({"viewport": {"width": 1440, "height": 900}} | options))
        context.set_default_timeout(20_000)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def signed_in(open_browser: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A page of somebody who has signed in as a person does."""

    def sign_in(person: str, language: str = "fr", **options: Any) -> Page:
        page = open_browser(language, **options).new_page()
        page.goto("/auth/sign-in")
        fill_sign_in(page, person)
        return page

    return sign_in


def fill_sign_in(page: Page, person: str) -> None:
    """The identity provider's own page; both kinds name their fields alike."""
    page.locator("input[name=username]").fill(person)
    page.locator("input[name=password]").fill(person)
    page.locator("input[name=password]").press("Enter")
    page.locator("#main").wait_for()
