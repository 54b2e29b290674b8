"""What people do with the portal, done in a real browser before the whole system."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import fill_sign_in

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
CAMPAIGN = "QN-TH-2025-4"

PAGES = [
    "/", "/people", "/people?facility=VN-22-BVT", "/facilities", "/facilities/VN-22-BVT", "/posts?facility=VN-22-BVT&state=vacant", "/imports", "/campaigns", "/campaigns/new", "/needs", "/needs/new", "/hires",
    "/policies", "/figures", "/figures/density.doctors", "/figures/density.doctors/records", "/figures/density.doctors/months", "/problems", "/problems/not-found", "/nothing",
]  # fmt: skip


def first_link(page: Page, path: str) -> str:
    """The address of the first thing of a list."""
    page.goto(path)
    return str(page.locator(".sheet tbody th a").first.get_attribute("href"))


def links(page: Page, path: str) -> set[str]:
    """The addresses of the things on a list's first page."""
    page.goto(path)
    return {str(link.get_attribute("href")) for link in page.locator(".sheet tbody th a").all()}


def listen(page: Page) -> list[str]:
    """What the browser complains about: a refused inline script or style, a file that is not there, a script that fails."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


class TestSignIn:
    def test_a_deep_link_opens_after_signing_in(self, open_browser: Callable[..., BrowserContext]) -> None:
        page = open_browser("fr").new_page()
        page.goto("/people?facility=VN-22-BVT")
        fill_sign_in(page, "linh")
        expect(page).to_have_url(re.compile(r"/people\?facility=VN-22-BVT$"))

    def test_with_the_keyboard_alone(self, open_browser: Callable[..., BrowserContext]) -> None:
        page = open_browser("fr").new_page()
        page.goto("/")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Aller au contenu")
        page.keyboard.press("Enter")
        for _press in range(3):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.getAttribute('href')") == "/auth/sign-in":
                break
        page.keyboard.press("Enter")
        name = page.locator("input[name=username]")
        name.wait_for()
        for _press in range(10):
            if page.evaluate("document.activeElement.name") == "username":
                break
            page.keyboard.press("Tab")
        page.keyboard.type("linh")
        for _press in range(4):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "password":
                break
        page.keyboard.type("linh")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Aujourd’hui")

    def test_signing_out_ends_it(self, signed_in: Callable[..., Page]) -> None:
        page = signed_in("linh")
        page.locator("details.menu summary").last.click()
        page.get_by_role("button", name="Se déconnecter").click()
        page.wait_for_load_state()
        page.goto("/people")
        expect(page.locator("input[name=password]")).to_be_visible()


class TestOneHireByHand:
    def test_from_the_figures_to_the_timeline(self, signed_in: Callable[..., Page]) -> None:
        linh = signed_in("linh")
        linh.goto("/figures")
        tile = linh.locator(".figure", has_text="Recrutés au titre de la politique").first
        expect(tile.locator(".figure-value")).to_have_text(re.compile(r"^\d+$"))
        before = int(tile.locator(".figure-value").inner_text())
        tile.locator("a").click()
        linh.get_by_role("link", name="Ouvrir les dossiers").click()
        expect(linh.locator(".sheet tbody tr")).to_have_count(before)

        person = f"Đinh Thị Ánh {uuid4().hex[:6].translate(str.maketrans('0123456789', 'ghijklmnop')).capitalize()}"
        officer = signed_in("hr-bvt", "vi")
        officer.goto("/campaigns")
        officer.locator(".sheet tbody tr", has_text=CAMPAIGN).get_by_role("link").first.click()
        officer.get_by_role("link", name="Ghi nhận hồ sơ dự tuyển").first.click()
        officer.locator("#q").fill(person)
        officer.get_by_role("button", name="Tìm trong sổ đăng ký").click()
        expect(officer.locator("#name")).to_have_value(person)
        officer.locator("#birth").fill("9/3/1994")
        officer.locator("#sex").select_option("female")
        officer.get_by_role("button", name="Nhập người này").click()
        officer.locator("#need_id").select_option(index=1)
        officer.locator("#occupation_code").select_option("VN-BSCK")
        officer.locator("#degree").select_option("resident")
        officer.locator("#experience-experienced").check()
        officer.locator("#done_on").fill("2025-10-06")
        officer.get_by_role("button", name="Ghi nhận hồ sơ").click()
        expect(officer.locator("h1")).to_have_text(person)
        expect(officer.locator(".criteria .text-bad")).to_have_count(0)
        case = officer.url

        linh.goto(case)
        linh.get_by_role("link", name="Statuer sur la recevabilité").click()
        linh.locator("#outcome-eligible").check()
        linh.locator("#comment").fill("Dossier complet.")
        linh.locator("#done_on").fill("2025-10-08")
        linh.get_by_role("button", name="Enregistrer la décision").click()
        linh.get_by_role("link", name="Proposer le recrutement").click()
        linh.locator("#starts_on").fill("2025-11-03")
        linh.locator("#done_on").fill("2025-10-10")
        linh.get_by_role("button", name="Proposer le recrutement").click()
        expect(linh.locator(".step-now .step-name")).to_have_text("Décision")
        linh.get_by_role("link", name="Voir la décision").click()
        expect(linh.locator("#number")).to_have_count(0)  # who proposes does not sign

        director = signed_in("director", "en")
        director.goto(case)
        director.get_by_role("link", name="See the decision").click()
        director.locator("#number").fill("999/QĐ-SYT")
        director.locator("#done_on").fill("2025-10-14")
        director.get_by_role("button", name="Sign this decision").click()
        director.goto(case)
        for _try in range(40):
            if director.locator(".step-done .step-name", has_text="In post").count():
                break
            director.wait_for_timeout(250)
            director.reload()
        expect(director.locator(".step-done .step-name").last).to_have_text("In post")

        officer.locator("#search-everywhere").fill(person.replace("Đinh", "dinh").replace("Thị Ánh", "thi anh"))
        officer.locator("#search-everywhere").press("Enter")
        expect(officer.locator("h1")).to_have_text(person)
        assert "dinh" not in officer.url
        expect(officer.locator(".timeline")).to_contain_text("999/QĐ-SYT")
        expect(officer.locator(".timeline")).to_contain_text("nhập sau")

        linh.goto("/figures")
        expect(linh.locator(".figure", has_text="Recrutés au titre de la politique").locator(".figure-value")).to_have_text(str(before + 1))

    def test_a_refusal_says_the_rule_and_keeps_what_was_typed(self, signed_in: Callable[..., Page]) -> None:
        page = signed_in("hr-bvt", "en")
        page.goto("/needs/new")
        page.locator("#facility_code").select_option("VN-22-BVT")
        page.locator("#occupation_code").select_option("VN-BS")
        page.locator("#quantity").fill("0")
        page.locator("#reason").select_option("vacancy")
        page.get_by_role("button", name="Identify the need").click()
        expect(page.locator(".errors")).to_be_focused()
        page.locator(".errors a").first.click()
        expect(page.locator("#quantity")).to_be_focused()
        expect(page.locator("#quantity")).to_have_value("0")


class TestIsolation:
    def test_another_province_sees_nothing_of_it(self, signed_in: Callable[..., Page]) -> None:
        linh, hanoi = signed_in("linh"), signed_in("hanoi")
        for path in ("/people", "/hires", "/needs", "/campaigns", "/policies"):
            ours = links(linh, path)
            assert ours
            assert not ours & links(hanoi, path)
            answer = hanoi.goto(min(ours))
            assert answer is not None
            assert answer.status == 404, path

    def test_operations_are_for_operations(self, signed_in: Callable[..., Page]) -> None:
        answer = signed_in("linh").goto("/operations/health")
        assert answer is not None
        assert answer.status == 404
        page = signed_in("ops", "en")
        page.goto("/operations/health")
        expect(page.locator(".sheet tbody tr", has_text="registry").first).to_contain_text("Up")


class TestWithoutJavaScript:
    def test_reading_filtering_searching_and_choosing_a_language(self, signed_in: Callable[..., Page]) -> None:
        page = signed_in("linh", java_script_enabled=False)
        page.goto("/people")
        page.locator("#facility").select_option("VN-22-BVT")
        page.get_by_role("button", name="Filtrer").click()
        expect(page).to_have_url(re.compile("facility=VN-22-BVT"))
        page.get_by_role("link", name="Page suivante").click()
        expect(page.locator(".sheet tbody tr").first).to_be_visible()
        page.locator("#q").fill("nguyen thi hoa")
        page.locator("form[action='/people/search'] button").last.click()
        expect(page.locator("h1")).to_be_visible()
        assert "nguyen" not in page.url
        page.locator("details.menu summary", has_text="FR").click()
        page.get_by_role("button", name="Tiếng Việt").click()
        expect(page.locator("html")).to_have_attribute("lang", "vi")
        page.goto("/figures/density.doctors")
        page.get_by_role("link", name="Xem mười hai tháng gần nhất").click()
        expect(page.locator(".sheet tbody tr")).not_to_have_count(0)

    def test_with_it_a_filter_replaces_the_list_and_the_address(self, signed_in: Callable[..., Page]) -> None:
        page = signed_in("linh")
        page.goto("/posts")
        page.evaluate("window.stayed = true")
        page.locator("#facility").select_option("VN-22-BVT")
        expect(page).to_have_url(re.compile("facility=VN-22-BVT"))
        expect(page.locator("#results .sheet tbody tr").first).to_contain_text("VN-22-BVT")
        assert page.evaluate("window.stayed")


def complaints_of_axe(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    return [f"{broken['id']}: {node['target']} {node['failureSummary']}" for broken in found["violations"] for node in broken["nodes"]]


class TestEverybodyCanUseIt:
    @pytest.mark.parametrize(("language", "theme"), [("vi", "light"), ("fr", "dark")])
    def test_axe_finds_nothing(self, signed_in: Callable[..., Page], language: str, theme: str) -> None:
        page = signed_in("linh", language, color_scheme=theme)
        paths = [
            *PAGES,
            first_link(page, "/people?facility=VN-22-BVT"),
            first_link(page, "/hires"),
            first_link(page, "/policies"),
            first_link(page, "/campaigns"),
            first_link(page, "/needs"),
        ]
        heard = listen(page)
        for path in paths:
            page.goto(path)
            page.wait_for_load_state("networkidle")
            assert complaints_of_axe(page) == [], path
            assert page.locator("h1").count() == 1, path
        assert [text for text in heard if "404" not in text] == []

    @pytest.mark.parametrize("language", ["fr", "vi"])
    def test_nothing_spills_over_a_small_screen(self, signed_in: Callable[..., Page], language: str) -> None:
        page = signed_in("linh", language, viewport={"width": 360, "height": 740})
        for path in [*PAGES, "/map", "/briefing", first_link(page, "/people?facility=VN-22-BVT"), first_link(page, "/hires")]:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
            expect(page.locator(".nav-bottom")).to_be_visible()
        page.goto("/docs")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360

    def test_the_theme_is_kept(self, signed_in: Callable[..., Page]) -> None:
        page = signed_in("linh", "en", color_scheme="light")
        page.locator("details.menu summary", has_text="Appearance").click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.goto("/people")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 31)"
