"""Reading the forms of a page as a browser without JavaScript does."""

from html.parser import HTMLParser

import httpx
from starlette.testclient import TestClient


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "form":
            self.forms.append((known.get("action") or "", {}))
        elif tag == "input" and self.forms and known.get("type") == "hidden":
            self.forms[-1][1][known["name"] or ""] = known.get("value") or ""


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """What a form of the page sends without being typed."""
    reader = _Forms()
    reader.feed(page)
    return next(fields for path, fields in reader.forms if path == action)


def fill(reader: TestClient, page: str, action: str, **typed: str) -> httpx.Response:
    """Open the page, fill its form and send it."""
    shown = reader.get(page)
    assert shown.status_code == 200, shown.text[:400]
    return reader.post(action, data=hidden_fields(shown.text, action) | typed)
