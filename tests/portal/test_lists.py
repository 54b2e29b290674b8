"""The list as every page has it: filters and order in the address, pages both ways, rows to tick, and a file of it all."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from services.portal.listing import Listing
from services.portal.pages.exports import EXPORTED
from shared.settings import settings
from tests.portal import answers_decisions, answers_leadership, answers_rotation, answers_training
from tests.portal.world import ANSWERS, World, page, uid

R = "/api/v1/registry"
LISTS = ["/people", "/posts", "/facilities?q=", "/licences", "/leave", "/assignments", "/work-items"]


def links(text: str, rel: str) -> list[str]:
    return [address.replace("&amp;", "&") for address in re.findall(rf'href="([^"]*)" rel="{rel}"', text)]


LEAVE = {
    "id": uid(800), "person_id": uid(1), "facility_code": "VN-22-BVT", "type": "annual", "starts_on": "2025-10-06", "ends_on": "2025-10-10", "days": 5, "state": "requested",
    "override_reason": None,
}  # fmt: skip
LICENCE = {"id": uid(801), "person_id": uid(2), "number": "004512/QNI-CCHN", "scope": ["nursing"], "expires_on": "2025-10-31", "status": "expiring"}


class TestTheAddressSaysItAll:
    def test_the_other_pages_keep_filter_and_order(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{R}/persons"] = ANSWERS[f"{R}/persons"] | {"next": "further", "previous": "before"}
        text = as_("linh").get("/people?facility=VN-22-BVT&sort=-name&cursor=here").text
        asked = {"facility": ["VN-22-BVT"], "sort": ["-name"]}
        assert parse_qs(urlsplit(links(text, "next")[0]).query) == asked | {"cursor": ["further"]}
        assert parse_qs(urlsplit(links(text, "prev")[0]).query) == asked | {"cursor": ["before"]}
        assert ">First page<" in text

    def test_the_first_page_leads_only_onwards(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{R}/persons"] = ANSWERS[f"{R}/persons"] | {"next": "further", "previous": None}
        text = as_("linh").get("/people").text
        assert links(text, "next") and not links(text, "prev")
        assert ">First page<" not in text

    def test_a_column_in_order_says_so_and_turns_round(self, as_: Callable[..., TestClient]) -> None:
        ordered, turned = as_("linh").get("/people").text, as_("linh").get("/people?sort=-name").text
        assert 'aria-sort="ascending"' in ordered and "sort=-name" in ordered
        assert 'aria-sort="descending"' in turned
        assert ordered.count("aria-sort") == 1

    @pytest.mark.parametrize(
        ("path", "service", "first", "turned"),
        [
            ("/campaigns", "recruitment/campaigns", "opens", "-closes"),
            ("/training/plans", "training/plans", "years", "-title"),
            ("/decisions", "appointment/decisions", "proposed", "-effect"),
            ("/mandates?show=all", "appointment/mandates", "ends", "-starts"),
            ("/agreements", "rotation/agreements", "from", "-until"),
            ("/missions", "rotation/missions", "from", "-to"),
        ],
    )
    def test_the_lists_of_the_other_services_have_orders_too(self, as_: Callable[..., TestClient], world: World, path: str, service: str, first: str, turned: str) -> None:
        world.answers |= answers_leadership.ANSWERS | answers_rotation.ANSWERS | answers_training.ANSWERS | answers_decisions.ANSWERS
        opened = as_("linh").get(path).text
        assert re.findall(r'aria-sort="(\w+)"', opened) == ["ascending"]
        assert f"sort=-{first}" in opened
        other = f"{path}{'&' if '?' in path else '?'}sort={turned}"
        assert re.findall(r'aria-sort="(\w+)"', as_("linh").get(other).text) == ["descending"]
        asked = [params for _method, called, params in world.sent if called == f"/api/v1/{service}"]
        assert asked[-1].get("sort") == turned

    def test_the_service_is_asked_for_the_order_and_the_page(self, as_: Callable[..., TestClient], world: World) -> None:
        as_("linh").get("/posts?sort=-occupation&cursor=here&state=vacant")
        asked = next(params for _method, path, params in world.sent if path == f"{R}/posts")
        assert asked.items() >= {"sort": "-occupation", "cursor": "here", "state": "vacant"}.items()

    def test_a_page_that_became_empty_leads_back(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{R}/persons"] = page()
        text = as_("linh").get("/people?facility=VN-22-BVT&cursor=gone").text
        assert "Nobody found that you may see" in text
        assert 'href="/people?facility=VN-22-BVT' in text and "First page" in text

    def test_an_emptied_filter_stays_emptied(self) -> None:
        """A page that shows what is open asks for it by itself only when nobody said otherwise."""
        shown = Listing("/work-items", [], {"state": "", "facility": ""}, next="c")
        assert shown.next_page == "/work-items?state=&facility=&cursor=c"


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_whole(as_: Callable[..., TestClient], world: World, path: str, language: str) -> None:
    world.answers |= {f"{R}/absences": page(LEAVE), f"{R}/licences": page(LICENCE)}
    text = as_("linh", language).get(path).text
    assert text.count('id="results"') == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", text)
    form = re.search(r'<form[^>]*action="/exports/([a-z-]+)".*?</form>', text, re.DOTALL)
    assert form and form[1] in EXPORTED
    boxes = re.findall(r'<input type="checkbox" name="id" value="([^"]+)" form="export" aria-label="([^"]+)"', text)
    rows = len(re.findall(r'<th scope="row">', text))
    assert len(boxes) == rows > 0
    assert all(": " in label and not label.endswith(": ") for _id, label in boxes)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str | None]]]:
    """A gateway that answers a file, and a refusal to whoever wants too much printed."""
    asked: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Accept-Language"]))
            too_long = "format=pdf" in self.path
            body = b'{"type": "/problems/export-too-long-to-print", "title": "A rule refuses this", "detail": "More than 2000 lines."}' if too_long else b"Name\nHoa\n" * 50_000
            self.send_response(409 if too_long else 200)
            self.send_header("Content-Type", "application/problem+json" if too_long else "text/csv; charset=utf-8")
            self.send_header("Content-Disposition", 'attachment; filename="persons-2025-09-30.csv"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("RELAIS_GATEWAY_URL", f"http://127.0.0.1:{server.server_port}")
    settings.cache_clear()
    yield asked
    server.shutdown()
    server.server_close()


class TestFile:
    def test_what_the_service_writes_goes_on_to_the_reader(self, as_: Callable[..., TestClient], gateway: list[tuple[str, str | None]]) -> None:
        with as_("linh", "vi") as client:
            answer = client.get(f"/exports/people?facility=VN-22-BVT&occupation=&sort=-name&format=csv&id={uid(1)}&id={uid(2)}")
        assert (answer.status_code, answer.content) == (200, b"Name\nHoa\n" * 50_000)
        assert answer.headers["content-disposition"] == 'attachment; filename="persons-2025-09-30.csv"'
        [(path, language)] = gateway
        assert urlsplit(path).path == f"{R}/exports/persons"
        assert parse_qs(urlsplit(path).query) == {"facility": ["VN-22-BVT"], "sort": ["-name"], "format": ["csv"], "id": [uid(1), uid(2)]}
        assert language == "vi"

    def test_a_refusal_is_a_page(self, as_: Callable[..., TestClient], gateway: list[tuple[str, str | None]]) -> None:
        with as_("linh") as client:
            answer = client.get("/exports/people?format=pdf")
        assert answer.status_code == 409
        assert "More than 2000 lines." in answer.text
        assert gateway

    def test_what_is_no_list(self, as_: Callable[..., TestClient]) -> None:
        assert as_("linh").get("/exports/secrets").status_code == 404

    def test_nobody_takes_a_file_without_signing_in(self, reader: TestClient) -> None:
        assert reader.get("/exports/people").status_code == 303
