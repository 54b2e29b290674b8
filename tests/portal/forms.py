"""Reading the forms of a page as a browser without JavaScript does."""

from html.parser import HTMLParser

import httpx
from starlette.testclient import TestClient


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.papers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "form":
            self.forms.append((known.get("action") or "", {}))
        elif tag == "input" and self.forms and known.get("type") == "hidden":
            self.forms[-1][1][known["name"] or ""] = known.get("value") or ""
        elif tag == "input" and known.get("type") == "file":
            self.papers.append(known["name"] or "")

    @classmethod
    def of(cls, page: str) -> "_Forms":
        found = cls()
        found.feed(page)
        return found

    def hidden(self, action: str) -> dict[str, str]:
        return next(fields for path, fields in self.forms if path == action)


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """What a form of the page sends without being typed."""
    return _Forms.of(page).hidden(action)


def fill(reader: TestClient, page: str, action: str, **typed: str) -> httpx.Response:
    """Open the page, fill its form and send it."""
    shown = reader.get(page)
    assert shown.status_code == 200, shown.text[:400]
    return reader.post(action, data=hidden_fields(shown.text, action) | typed)


def send_papers(reader: TestClient, page: str, typed: dict[str, str], chosen: dict[str, bytes]) -> httpx.Response:
    """Send the form of a page with files as a browser does: each that is offered is a part, also where none was chosen."""
    shown = _Forms.of(reader.get(page).text)
    fields = shown.hidden(page) | typed
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for paper in shown.papers:
        head = f'Content-Disposition: form-data; name="{paper}"; filename="{paper + ".pdf" if paper in chosen else ""}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        parts.append(head.encode() + chosen.get(paper, b""))
    body = b"".join(b"--border\r\n" + part + b"\r\n" for part in parts) + b"--border--\r\n"
    return reader.post(page, content=body, headers={"Content-Type": "multipart/form-data; boundary=border"})
