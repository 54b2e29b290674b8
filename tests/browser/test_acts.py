"""Acts done by hand, as the persons who do them: a session of training on a phone, and a leave that somebody else grants."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from shared.clock import today

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
PEOPLE = 3


def send(page: Page, action: str) -> None:
    """Send the form with this address, as a thumb or a mouse does."""
    page.locator(f"main form[action$='{action}'] button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")


def done(page: Page, what: str) -> None:
    """The page that follows says what was done, and nothing was refused."""
    expect(page.locator("#main")).to_be_visible()
    assert page.url.endswith(f"done={what}"), page.locator("#main").inner_text()[:800]


class TestASessionOnAPhone:
    @pytest.mark.parametrize("language", ["vi", "fr"])
    def test_from_the_plan_to_the_certificate_that_anybody_checks(self, signed_in: Callable[..., Page], open_browser: Callable[..., BrowserContext], language: str) -> None:
        page = signed_in("training", language, **PHONE)
        page.goto("/training/sessions/new")
        page.select_option("select[name=authority]", "VN-22")
        page.select_option("select[name=course_id]", index=1)
        page.fill("input[name=day1]", today().isoformat())
        page.select_option("select[name=place1]", "VN-22-BVBC")
        page.fill("input[name=capacity]", "10")
        page.fill("input[name=min_participants]", "2")
        send(page, "/training/sessions/new")
        done(page, "planned")
        session = page.url.partition("?")[0]

        send(page, "/opening")
        done(page, "opened")
        page.goto(f"{session}/enrol?facility=VN-22-BVBC")
        boxes = page.locator("main input[name=person_ids]:enabled")
        for place in range(PEOPLE):
            boxes.nth(place + (PEOPLE if language == "fr" else 0)).check()
        send(page, "/enrol")
        done(page, "enrolled")
        send(page, "/confirmation")
        done(page, "confirmed")

        for half_day in (1, 2):
            page.goto(f"{session}/attendance?half_day={half_day}")
            expect(page.locator("main input[name=present]")).to_have_count(PEOPLE)
            for box in page.locator("main input[name=present]").all():
                box.check()
            send(page, "/attendance")
            assert "done=entered" in page.url
        page.goto(session)
        send(page, "/holding")
        done(page, "held")
        assert page.locator(f"main section.next-act a[href$='{session[-36:]}/marks']").count() == 1, "marks come next after a course with a test"

        page.goto(f"{session}/marks")
        for place, field in enumerate(page.locator("main input[name^='post-']").all()):
            field.fill(["80", "45", "90"][place])
        send(page, "/marks")
        done(page, "marked")
        send(page, "/certificates")
        done(page, "certified")
        certificates = page.locator("main a[href^='/training/certificates/']")
        expect(certificates).to_have_count(PEOPLE - 1)  # 45 of 100 is not enough

        certificates.first.click()
        name = page.locator("main a[href^='/people/']").first.inner_text()
        check = str(page.locator("main a[href^='/check/']").get_attribute("href"))
        stranger = open_browser(language).new_page()
        answer = stranger.goto(check)
        assert answer is not None
        assert answer.status == 200
        told = stranger.locator("#main").inner_text()
        assert name not in told, "who checks a certificate learns no name"
        assert today().strftime("%d/%m/%Y") in told or str(today().year) in told


class TestALeave:
    def test_is_granted_by_somebody_else_and_its_days_are_taken(self, signed_in: Callable[..., Page]) -> None:
        first = today() + timedelta(days=60)
        officer = signed_in("hr-bvt", "vi")
        officer.goto("/leave/new")
        officer.fill("main input[name=q]", "nguyễn văn")
        send(officer, "/leave/find")
        officer.locator("main a[href^='/leave/new?person=']").first.click()
        form = officer.url

        def ask() -> None:
            officer.goto(form)
            officer.select_option("select[name=type]", index=1)
            officer.fill("input[name=starts_on]", first.isoformat())
            officer.fill("input[name=ends_on]", (first + timedelta(days=4)).isoformat())
            send(officer, "/leave/new")

        ask()
        done(officer, "requested")
        leave = officer.url.partition("?")[0]
        expect(officer.locator("main form[action$='/approval']")).to_have_count(0)  # SEC-02

        head = signed_in("head-bvt", "fr")
        head.goto(leave)
        send(head, "/approval")
        done(head, "approved")

        ask()
        assert "done=" not in officer.url, "the same days are not given twice"
        expect(officer.locator("input[name=starts_on]")).to_have_value(first.isoformat())
