"""Every page is drawn in each language, without inline code, and says nothing in English to a French or Vietnamese reader."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal, ServiceAway
from tests.portal.world import CAMPAIGN, CANDIDACY, HIRE, NEED, POLICY, POST, TIMELINE, World, timeline_item, uid

PAGES = [
    "/",
    "/people",
    f"/people?search={uid(900)}",
    f"/people/{uid(1)}",
    f"/people/{uid(1)}?as_of=2020-01-01&known_at=2022-01-01",
    f"/people/{uid(1)}?tab=timeline",
    f"/people/{uid(1)}?tab=history",
    "/facilities",
    "/facilities/VN-22-BVT",
    *(f"/facilities/VN-22-BVT?tab={part}" for part in ("posts", "people", "timeline", "history")),
    "/posts",
    f"/posts/{POST}",
    f"/posts/{POST}?tab=timeline",
    f"/posts/{POST}?tab=history",
    "/imports",
    f"/imports/registry/{uid(600)}",
    f"/imports/registry/{uid(600)}/rows?state=changed",
    f"/imports/registry/{uid(600)}/rows",
    f"/imports/registry/{uid(601)}",
    f"/imports/registry/{uid(602)}",
    f"/imports/registry/{uid(603)}",
    "/policies",
    f"/policies/{POLICY}",
    "/needs",
    "/needs/new",
    f"/needs/new?post={POST}",
    f"/needs/{NEED}",
    f"/needs/{uid(106)}",
    "/campaigns",
    "/campaigns/new",
    f"/campaigns/{CAMPAIGN}",
    f"/campaigns/{CAMPAIGN}/candidacies/new",
    f"/campaigns/{CAMPAIGN}/candidacies/new?person={uid(2)}",
    f"/candidacies/{CANDIDACY}",
    f"/candidacies/{uid(107)}",
    f"/candidacies/{uid(107)}/eligibility",
    f"/candidacies/{CANDIDACY}/hire",
    f"/candidacies/{uid(109)}",
    "/hires",
    "/figures",
    "/figures/density.doctors",
    "/figures/density.doctors/months",
    "/figures/density.doctors/records",
    "/problems",
    "/problems/not-found",
    "/problems/a-rule-added-later",
]


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    page = as_("linh", language).get(path)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert page.text.count("<h1") == 1
    assert page.text.count('id="main"') == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text), "inline code or style"
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    for name in re.findall(r'<label for="([^"]+)"', page.text):
        assert name in ids, f"label for {name}"


@pytest.mark.parametrize("path", [path for path in PAGES if not path.startswith("/problems") and path != "/"])
def test_nobody_reads_without_signing_in(reader: TestClient, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/auth/sign-in?next=%2F")


def test_the_first_page_greets_who_is_not_signed_in(reader: TestClient) -> None:
    page = reader.get("/", headers={"accept-language": "vi"})
    assert page.status_code == 200
    assert "Đăng nhập" in page.text


def test_a_page_that_is_none(as_: Callable[..., TestClient]) -> None:
    assert as_("linh", "fr").get("/nothing/here").status_code == 404
    assert "Il n’y a rien ici" in as_("linh", "fr").get(f"/people/{uid(77)}").text


def test_a_service_that_is_away_says_what_was_kept(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals["/api/v1/registry/persons"] = ServiceAway()
    answer = as_("linh", "fr").get("/people")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "Rien n’est perdu" in answer.text


def test_today_shows_what_it_can_when_a_service_is_away(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals["/api/v1/recruitment/needs"] = ServiceAway()
    page = as_("linh", "en").get("/")
    assert page.status_code == 200
    assert "this list may lack tasks" in page.text


def test_a_refused_token_ends_the_session(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals["/api/v1/registry/persons"] = Refusal(401, {"type": "x/token-expired"})
    answer = as_("linh").get("/people?occupation=VN-BS")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/auth/sign-in?next=%2Fpeople%3Foccupation%3DVN-BS"
    assert 'relais=""' in answer.headers["set-cookie"]


def test_tasks_are_the_acts_that_are_open_nearest_first(as_: Callable[..., TestClient]) -> None:
    page = as_("linh", "en").get("/").text
    order = [page.index(text) for text in ("Validate the need: Doctor", "Decide on the eligibility of Lê Hoàng Diễm Quỳnh", "Settle the conflict about Trần Quốc Toản")]
    assert order == sorted(order)
    assert "Propose the hire of Đặng Thị Ánh" not in page, "she is proposed already"


def test_a_timeline_says_the_dates_that_differ(as_: Callable[..., TestClient]) -> None:
    page = as_("linh", "en").get(f"/people/{uid(1)}?tab=timeline").text
    assert "entered afterwards, on 15 January 2023" in page
    assert "decided on 20 December 2020" in page
    assert "put right on 4 March 2021: sai khoa" in page
    assert page.index("2025") < page.index("2011")
    assert f'href="/hires/{HIRE}"' in page


@pytest.mark.parametrize(
    ("reason", "said"), [(f"transfer {uid(9)}", "Điều động"), (f"hire {uid(9)} revoked", "Đã thu hồi việc tuyển dụng"), (None, "–"), ("hire <b>", "hire &lt;b&gt;")]
)
def test_why_a_period_was_put_right_is_said_without_identifiers(as_: Callable[..., TestClient], world: World, reason: str | None, said: str) -> None:
    superseded = {"act": "ended", "on": "2021-03-04T03:00:00Z", "by": None, "reason": reason}
    world.answers[f"/api/v1/registry/persons/{uid(1)}/timeline"] = TIMELINE | {"items": [timeline_item("employment", "2021-01-01", superseded=superseded)]}
    page = as_("linh", "vi").get(f"/people/{uid(1)}").text
    assert f": {said}" in page
    assert str(uid(9)) not in page


def test_a_figure_opens_its_records_with_names(as_: Callable[..., TestClient], world: World) -> None:
    page = as_("linh", "fr").get("/figures/density.doctors/records?area=VN-22&as_of=2025-09-30").text
    assert "Phạm Thị Ngọc Ẩn" in page
    lookups = [body for method, path, body in world.sent if path.endswith("/persons/lookup")]
    assert len(lookups) == 1, "names come in one call"


def test_an_analyst_reads_records_without_names(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals["/api/v1/registry/persons/lookup"] = Refusal(403, {"type": "x/names-are-not-for-analysis"})
    page = as_("analyst", "en").get("/figures/density.doctors/records").text
    assert "reads figures but no names" in page
    assert "Đặng Thị Ánh" not in page


def test_figures_are_offered_to_whoever_works_for_a_territory(as_: Callable[..., TestClient]) -> None:
    assert 'href="/figures"' in as_("linh").get("/people").text
    assert 'href="/figures"' not in as_("hr-bvt").get("/people").text


def test_the_day_of_a_demo_is_shown(as_: Callable[..., TestClient]) -> None:
    assert "Ngày trình diễn: 30/09/2025" in as_("linh", "vi").get("/").text


def test_a_name_with_markup_stays_a_name(as_: Callable[..., TestClient], world: World) -> None:
    person = dict(world.answers[f"/api/v1/registry/persons/{uid(1)}"])
    world.answers[f"/api/v1/registry/persons/{uid(1)}"] = person | {"name": "O'Brien <b>& {x}"}
    page = as_("linh").get(f"/people/{uid(1)}").text
    assert "O&#39;Brien &lt;b&gt;&amp; {x}" in page


def test_codes_and_days_in_a_services_sentence_are_said_in_words(as_: Callable[..., TestClient]) -> None:
    page = as_("linh", "fr").get(f"/candidacies/{CANDIDACY}").text
    assert "The policy is approved and in force on 10 septembre 2025." in page
    assert "The policy is open to the title Médecin." in page
