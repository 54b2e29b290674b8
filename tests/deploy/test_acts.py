"""What lines of act files find again: a place in a list means the same whatever was drawn. And how a line is sent that somebody does on a page."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from deploy.local.acts.contests import FINDERS
from deploy.local.play import ActRefused, Player

RESULTS = [
    {"rank": 1, "candidacy_id": "first", "called_on": "2021-07-15"},
    {"rank": 2, "candidacy_id": None, "called_on": None},
    {"rank": 3, "candidacy_id": "third", "called_on": "2021-07-15"},
    {"rank": None, "candidacy_id": None, "called_on": None},
]


class Register:
    """A register that holds one list, two results a page."""

    def __init__(self, results: list[dict[str, Any]]) -> None:
        self.results = results

    def find(self, kind: str, reference: str) -> str:
        return f"{kind} {reference}"

    def ask(self, _person: str, _method: str, path: str, **options: Any) -> dict[str, Any]:
        if path == "recruitment/offers":
            return {"items": [{"id": f"offer to {options['params']['candidacy']}", "candidacy_id": options["params"]["candidacy"], "post_id": "post"}]}
        start = int(options["params"].get("cursor", 0))
        return {"items": self.results[start : start + 2], "next": str(start + 2) if start + 2 < len(self.results) else None}


@pytest.mark.parametrize(("place", "offered"), [(1, "first"), (2, "third"), (3, None)])
def test_who_is_called_is_counted_among_those_called_whatever_their_rank(place: int, offered: str | None):
    """A reserved list may be full when a good rank comes to it: that candidate waits, and the next one is called."""
    found = FINDERS["offer to"](Register(RESULTS), "observer", f"C MA-SF {place}")
    assert found == (offered and f"offer to {offered}")


def test_who_is_called_later_comes_after_those_called_before():
    later = {"rank": 2, "candidacy_id": "second", "called_on": "2021-07-29"}
    found = [FINDERS["called candidacy"](Register([RESULTS[0], later, *RESULTS[2:]]), "observer", f"C MA-SF {place}") for place in (1, 2, 3)]
    assert found == ["first post", "third post", "second post"]


class Portal(BaseHTTPRequestHandler):
    """A page with a form, which is taken with the token and the cookie of this page alone."""

    taken: list[str]

    def do_GET(self) -> None:
        self.answer(200, '<form><input type="hidden" name="csrf" value="c0ffee"><input name="name"></form>', ("Set-Cookie", "visitor=somebody"))

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "visitor=somebody" not in self.headers.get("Cookie", "") or 'name="csrf"\r\n\r\nc0ffee\r\n' not in sent:
            self.answer(403, "")
        elif 'name="name"\r\n\r\nHajar\r\n' in sent and 'filename="identite.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF' in sent:
            self.taken.append(sent)
            self.answer(303, "", ("Location", "/my-contest"))
        else:
            self.answer(422, "")

    def answer(self, status: int, body: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_told: object) -> None:
        """Nothing is printed beside the tests."""


@pytest.fixture
def portal() -> Iterator[ThreadingHTTPServer]:
    Portal.taken = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(("name", "refused"), [("Hajar", None), ("", "422")])
def test_what_is_done_on_a_page_is_sent_by_its_form_with_the_pages_own_token(portal: ThreadingHTTPServer, tmp_path: Path, name: str, refused: str | None):
    (tmp_path / "identite.pdf").write_bytes(b"%PDF-1.4")
    player = Player(tmp_path, f"http://127.0.0.1:{portal.server_port}", "", lambda _done, _total, _what: None)
    with (tmp_path / "identite.pdf").open("rb") as paper:
        parts = {"identity_paper": ("identite.pdf", paper, "application/pdf")}
        if refused is None:
            player.fill_in("jobs/contests/1/apply", {"name": name}, parts)
        else:
            with pytest.raises(ActRefused) as refusal:
                player.fill_in("jobs/contests/1/apply", {"name": name}, parts)
            assert refusal.value.answered == refused
    assert len(Portal.taken) == (refused is None)
