"""The public site without account, scripts or cookies; the form for several employers; the candidate's page; and the pages of those who work on applications."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Api, Refusal
from tests.portal.answers_accompaniment import (
    ANSWERS,
    APPLICATION,
    CHOICE,
    CONTEST,
    DOSSIER,
    ENTRY,
    KEY,
    NOTICE,
    OFFER,
    OTHER,
    PAPER,
    POOL,
    REFUSED,
    REQUEST,
    TOO_LARGE,
    VACANCY,
    H,
    P,
)
from tests.portal.forms import fill, hidden_fields, send_papers
from tests.portal.world import PEOPLE, RULE, World, uid
from tests.portal.world import page as page_of

SITE = [
    "/jobs",
    "/jobs?q=noi&occupation=VN-BS&place=Ha+Long",
    f"/jobs/{VACANCY}",
    f"/jobs/apply?job={VACANCY}",
    "/my-application",
    "/my-application/lost",
    f"/jobs/contests/{CONTEST}",
    f"/jobs/contests/{CONTEST}/apply",
    "/my-contest",
]
STAFF = [
    "/vacancies", "/vacancies/new", f"/vacancies/{VACANCY}", "/applications", f"/applications/{APPLICATION}", "/accompaniments", "/accompaniments/new", f"/accompaniments/new?person={uid(1)}", f"/accompaniments/{DOSSIER}",
    "/prospects", "/prospects/new", f"/prospects/new?person={uid(1)}", "/partner-services", f"/partner-services/{REQUEST}", f"/partner-services/{REFUSED['id']}", "/my-applications",
]  # fmt: skip


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS


def must_be_whole(page: str) -> None:
    assert page.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)
    for name in re.findall(r'<label for="([^"]+)"', page):
        assert name in ids, f"label for {name}"


@pytest.mark.parametrize("path", STAFF)
def test_a_page_is_whole_in_each_language(as_: Callable[..., TestClient], path: str) -> None:
    for language in ("fr", "vi", "en"):
        page = as_("linh", language).get(path)
        assert page.status_code == 200, page.text[:2000]
        must_be_whole(page.text)


@pytest.mark.parametrize("path", SITE)
def test_the_site_is_read_without_account_or_script(reader: TestClient, path: str) -> None:
    for cookie in ("relais-application", "relais-contest"):
        reader.cookies.set(cookie, KEY)
    said = set()
    for language in ("fr", "vi", "en"):
        page = reader.get(path + ("&" if "?" in path else "?") + f"lang={language}")
        assert page.status_code == 200, page.text[:2000]
        must_be_whole(page.text)
        assert "<script" not in page.text
        assert f'<html lang="{language}"' in page.text
        said.add(page.text)
    assert len(said) == 3


class TestReading:
    @pytest.mark.parametrize("path", SITE[:3])
    def test_a_published_page_is_kept_by_all_and_follows_nobody(self, reader: TestClient, world: World, path: str) -> None:
        page = reader.get(path)
        assert (page.headers["cache-control"], page.cookies) == ("public, max-age=60", {})
        assert set(world.sent_with) == {""}
        assert not re.findall(r'(?:src|href)="(?!/|#)[^"]*"', page.text)

    def test_a_vacancy_that_closed_is_not_there(self, reader: TestClient) -> None:
        assert reader.get(f"/jobs/{uid(1)}").status_code == 404


class TestApplying:
    def test_once_to_those_who_are_ticked(self, reader: TestClient, world: World) -> None:
        world.answers[f"{P}/applications"] = ANSWERS[f"{P}/application"] | {"key": KEY}
        page = f"/jobs/apply?job={VACANCY}"
        typed = {"name": "Phạm Thị Hồng", "email": "hong@example.vn", "degree": "diploma", "experience": "experienced", "available_from": "2025-11-01", "consent": "true"}
        shown = reader.get(page)
        body = hidden_fields(shown.text, "/jobs/apply") | typed
        files = {"cv": ("cv.pdf", b"%PDF-1.7", "application/pdf")}
        answer = reader.post("/jobs/apply", data=body | {"jobs": [VACANCY, OTHER["id"]]}, files=files)
        assert (answer.status_code, answer.headers["location"]) == (303, "/my-application?done=sent")
        cookie = answer.headers["set-cookie"]
        assert f"relais-application={KEY}" in cookie
        assert "HttpOnly" in cookie
        assert "Phạm" not in answer.headers["location"] + cookie

    def test_a_paper_that_is_refused_keeps_what_was_typed(self, reader: TestClient, world: World) -> None:
        world.refusals[f"POST {P}/applications"] = Refusal(413, TOO_LARGE)
        page = f"/jobs/apply?job={VACANCY}"
        answer = fill(reader, page, "/jobs/apply", jobs=VACANCY, name="Phạm Thị Hồng", message="Về gần nhà", consent="true")
        assert answer.status_code == 413
        for said in ("Phạm Thị Hồng", "Về gần nhà", "larger than 10 MB", "Send at most 10 MB.", 'id="cv-error"'):
            assert said in answer.text
        key = hidden_fields(answer.text, "/jobs/apply")["key"]
        assert key == re.search(r'name="key" value="([^"]+)"', reader.get(page).text).group(1) or len(key) >= 40  # type: ignore[union-attr]

    def test_the_pools_file_is_asked_for_by_a_box_that_nobody_ticked_before(self, reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = []

        async def send_form(_api: Api, _path: str, fields: dict[str, str], _files: object) -> dict[str, Any]:
            sent.append(json.loads(fields["application"])["pool_consent"])
            return ANSWERS[f"{P}/application"] | {"key": KEY}

        monkeypatch.setattr(Api, "send_form", send_form)
        page = f"/jobs/apply?job={VACANCY}"
        box = re.search(r'<input[^>]*id="pool_consent"[^>]*>', reader.get(page).text)
        assert box is not None
        assert "checked" not in box[0]
        typed = {"jobs": VACANCY, "name": "Phạm Thị Hồng", "consent": "true"}
        fill(reader, page, "/jobs/apply", **typed)
        fill(reader, page, "/jobs/apply", **typed, pool_consent="true")
        assert sent == [False, True]

    def test_a_form_from_elsewhere_is_refused(self, reader: TestClient) -> None:
        assert reader.post("/jobs/apply", data={"jobs": VACANCY, "name": "x"}).status_code == 403


class TestThePrivateLink:
    def test_leaves_the_address_at_once(self, reader: TestClient) -> None:
        answer = reader.get(f"/my-application/open/{KEY}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/my-application")
        assert (answer.headers["cache-control"], "HttpOnly" in answer.headers["set-cookie"]) == ("no-store", True)

    def test_one_that_is_over_opens_nothing_and_is_forgotten(self, reader: TestClient, world: World) -> None:
        del world.answers[f"{P}/application"]
        reader.cookies.set("relais-application", KEY)
        page = reader.get("/my-application")
        assert page.status_code == 404
        assert 'relais-application="";' in page.headers["set-cookie"]

    def test_withdraws_from_one_employer(self, reader: TestClient, world: World) -> None:
        world.answers[f"{P}/application/withdrawal"] = ANSWERS[f"{P}/application"]
        reader.cookies.set("relais-application", KEY)
        assert fill(reader, "/my-application", "/my-application/withdrawal", choice=CHOICE).status_code == 303
        assert ("POST", f"{P}/application/withdrawal", {"key": KEY, "choice_id": CHOICE}) in world.sent

    def test_leaves_the_pools_file(self, reader: TestClient, world: World, as_: Callable[..., TestClient]) -> None:
        world.answers |= {f"{P}/application/pool-withdrawal": ANSWERS[f"{P}/application"], f"{H}/applications/own/{APPLICATION}/pool-withdrawal": ANSWERS[f"{P}/application"]}
        reader.cookies.set("relais-application", KEY)
        assert fill(reader, "/my-application", "/my-application/pool-withdrawal").headers["location"] == "/my-application?done=pool_left"
        assert ("POST", f"{P}/application/pool-withdrawal", {"key": KEY}) in world.sent
        assert fill(as_("linh"), "/my-applications", f"/my-applications/{APPLICATION}/pool-withdrawal").headers["location"] == "/my-applications?done=pool_left"


class TestContests:
    def test_a_contest_stands_on_the_site_with_its_regions_days_and_documents(self, reader: TestClient) -> None:
        assert f'href="/jobs/contests/{CONTEST}"' in reader.get("/jobs").text
        page = reader.get(f"/jobs/contests/{CONTEST}?lang=en")
        for said in ("Quảng Ninh", "180", "Nurse", "Application form", "Degree or diploma", RULE["citation"]):
            assert said in page.text
        assert (page.headers["cache-control"], page.cookies) == ("public, max-age=60", {})

    def test_the_form_carries_the_documents_and_opens_the_private_page(self, reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = []

        async def send_form(_api: Api, path: str, fields: dict[str, str], files: dict[str, Any]) -> dict[str, Any]:
            sent.append((path, json.loads(fields["application"]), sorted(files)))
            return ENTRY

        monkeypatch.setattr(Api, "send_form", send_form)
        page = f"/jobs/contests/{CONTEST}/apply"
        place = NOTICE["lots"][0]["places"][0]["id"]
        typed = {"name": "Phạm Thị Hồng", "birth_date": "1996-03-02", "phone": "0912", "lot_id": NOTICE["lots"][0]["id"], "consent": "true", "choice_1": place}
        answer = send_papers(reader, page, typed, dict.fromkeys(("application_form_paper", "degree_paper"), b"%PDF-1.7"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/my-contest?done=sent")
        [(path, said, papers)] = sent
        assert (path, said["choices"], said["serving"], papers) == (
            f"{P}/contests/{CONTEST}/applications",
            [place],
            False,
            ["application_form_paper", "degree_paper"],
        )
        assert f"relais-contest={said['key']}" in answer.headers["set-cookie"]

    def test_whoever_applied_in_a_contest_alone_is_led_to_it(self, reader: TestClient) -> None:
        assert 'href="/my-contest' not in reader.get("/my-application").text
        reader.cookies.set("relais-contest", KEY)
        page = reader.get("/my-application").text
        assert 'href="/my-contest' in page
        assert "Ma candidature à un concours" in page

    def test_more_files_than_any_page_offers_are_refused_in_a_sentence(self, reader: TestClient) -> None:
        page = f"/jobs/contests/{CONTEST}/apply"
        answer = reader.post(page, data=hidden_fields(reader.get(page).text, page), files={f"paper_{n}": (f"{n}.pdf", b"%PDF-1.7") for n in range(9)})
        assert answer.status_code == 400
        assert "Ce formulaire ne peut pas être lu" in answer.text

    def test_a_refusal_keeps_what_was_typed_and_says_the_rule(self, reader: TestClient, world: World) -> None:
        refused = TOO_LARGE | {"type": "http://x/problems/not-admissible", "status": 409, "detail": "Not admissible", "possible": "Look at the register", "fields": []}
        world.refusals[f"POST {P}/contests/{CONTEST}/applications"] = Refusal(409, refused)
        page = f"/jobs/contests/{CONTEST}/apply"
        answer = fill(reader, page, page, name="Phạm Thị Hồng", birth_date="1974-03-02", consent="true")
        assert answer.status_code == 409
        for said in ("Phạm Thị Hồng", "1974-03-02", "Not admissible", RULE["citation"]):
            assert said in answer.text

    def test_the_candidate_reads_why_and_withdraws(self, reader: TestClient, world: World) -> None:
        reader.cookies.set("relais-contest", KEY)
        assert "Bằng không đọc được" in reader.get("/my-contest").text
        world.answers |= {f"{P}/contest-application": ENTRY | {"state": "submitted"}, f"{P}/contest-application/withdrawal": ENTRY}
        assert fill(reader, "/my-contest", "/my-contest/withdrawal").headers["location"] == "/my-contest?done=withdrawn"
        assert ("POST", f"{P}/contest-application/withdrawal", {"key": KEY}) in world.sent


class TestStaff:
    def test_a_step_is_recorded_with_words(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{H}/applications/choices/{CHOICE}/step"] = ANSWERS[f"{H}/applications/{APPLICATION}"]
        answer = fill(as_("linh"), f"/applications/{APPLICATION}", f"/applications/{APPLICATION}/step", choice=CHOICE, step="turn_down", reason="Đã có người")
        assert answer.status_code == 303
        assert ("POST", f"{H}/applications/choices/{CHOICE}/step", {"step": "turn_down", "reason": "Đã có người"}) in world.sent
        assert f"/applications/files/{PAPER}" in as_("linh").get(f"/applications/{APPLICATION}").text

    def test_a_new_link_is_shown_once_and_stands_in_no_address(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{H}/applications/{APPLICATION}/link"] = ANSWERS[f"{H}/applications/{APPLICATION}"]
        page = f"/applications/{APPLICATION}"
        reader = as_("linh")
        key = hidden_fields(reader.get(page).text, f"{page}/link")["key"]
        answer = fill(reader, page, f"{page}/link", key=key, verified="phone")
        assert (answer.status_code, f"/my-application/open/{key}" in answer.text, answer.headers["cache-control"]) == (200, True, "no-store")
        assert ("POST", f"{H}/applications/{APPLICATION}/link", {"key": key, "verified": "phone"}) in world.sent
        assert key not in reader.get(page).text

    def test_a_dossier_is_written_in_and_asks_a_partner(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers |= {f"{H}/accompaniments/{DOSSIER}/entries": ANSWERS[f"{H}/accompaniments/{DOSSIER}"]}
        page = f"/accompaniments/{DOSSIER}"
        fill(as_("linh"), page, f"{page}/entries", kind="contact", channel="phone", words="Đã gọi", next_step="Gặp", next_on="2025-10-10")
        body = {"kind": "contact", "channel": "phone", "words": "Đã gọi", "next_step": "Gặp", "next_on": "2025-10-10"}
        assert ("POST", f"{H}/accompaniments/{DOSSIER}/entries", body) in world.sent
        fill(as_("linh"), page, f"{page}/requests", service="housing", partner_code="VN-22-TTBCE", wanted="Hai phòng", place="Ba Chẽ", wanted_from="2025-11-01")
        sent = next(said for _method, path, said in reversed(world.sent) if path == f"{H}/service-requests" and said and "wanted" in said)
        assert (sent["kind"], sent["accompaniment_id"], sent["pool_id"]) == ("housing", DOSSIER, POOL)

    @pytest.mark.parametrize("path", ["/accompaniments", "/prospects"])
    def test_a_person_is_found_by_name_and_no_name_stands_in_an_address(self, as_: Callable[..., TestClient], world: World, path: str) -> None:
        reader, asked = as_("linh"), "/api/v1/registry/persons/search"
        world.answers[asked] = {"id": uid(1), "items": [{"id": uid(1), "name": PEOPLE[uid(1)], "birth_year": 1990}], "next": None}
        assert fill(reader, f"{path}/new", f"{path}/search").status_code == 422
        found = fill(reader, f"{path}/new", f"{path}/search", q="anh dang")
        assert found.status_code == 200
        assert ("POST", asked, {"q": "anh dang", "limit": 20}) in world.sent
        assert f'<a href="{path}/new?person={uid(1)}">{PEOPLE[uid(1)]}</a>' in found.text
        assert f'href="{path}/new"' in reader.get(path).text
        world.answers[asked] = {"id": uid(1), "items": [], "next": None}
        assert "Nobody found that you may see" in fill(reader, f"{path}/new", f"{path}/search", q="nobody").text

    def test_the_partner_is_told_no_name(self, as_: Callable[..., TestClient]) -> None:
        page = as_("linh").get(f"/partner-services/{REFUSED['id']}").text
        assert PEOPLE[uid(1)] not in page
        assert "Too expensive" in page

    def test_a_refusal_says_who_and_why(self, as_: Callable[..., TestClient], world: World) -> None:
        page = f"/partner-services/{REQUEST}"
        fill(as_("linh"), page, f"{page}/answer", outcome="refused", refused_by="candidate", reason="too_far")
        assert ("POST", f"{H}/service-requests/{REQUEST}/answer", {"outcome": "refused", "refused_by": "candidate", "reason": "too_far"}) in world.sent

    def test_an_offer_is_ended_and_those_who_wait_read_it(self, as_: Callable[..., TestClient], world: World) -> None:
        path = f"/service-offers/{OFFER['id']}/ending"
        world.answers[f"{H}{path}"] = OFFER | {"state": "ended"}
        answer = fill(as_("linh"), "/partner-services", f"/partner-services/offers/{OFFER['id']}/ending")
        assert answer.headers["location"] == "/partner-services?done=ended"
        assert ("POST", f"{H}{path}", {}) in world.sent
        for page in ("/partner-services", f"/partner-services/{REQUEST}", f"/accompaniments/{DOSSIER}"):
            assert "“Nhà tập thể” ended on" in as_("linh").get(page).text
        world.answers[f"{H}/service-offers"] = page_of(OFFER | {"available_actions": []})
        assert "/ending" not in as_("linh").get("/partner-services").text
