"""Straight into a service's ASGI application: a matrix of thousands of requests must cost what the service costs and no more."""

from dataclasses import dataclass
from typing import Any

import orjson

from tests.access.requests import Asked


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> str:
        """All that the caller reads: the body and the headers."""
        return self.body.decode("utf-8", "replace") + "\n".join(f"{name}: {value}" for name, value in self.headers.items())

    @property
    def slug(self) -> str:
        return str(orjson.loads(self.body)["type"]).rsplit("/", 1)[-1] if self.headers.get("content-type") == "application/problem+json" else ""

    def json(self) -> Any:
        return orjson.loads(self.body)


async def ask(app: Any, asked: Asked, token: str | None = None, **headers: str) -> Answer:
    """The answer of the application to one request."""
    path, _mark, query = asked.target.partition("?")
    sent = {"accept-language": "en", "content-type": asked.content_type} | ({"authorization": f"Bearer {token}"} if token is not None else {}) | headers
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.method, "path": unquoted(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "scheme": "http", "headers": [(name.replace("_", "-").encode(), value.encode("utf-8", "surrogateescape")) for name, value in sent.items()], "client": ("127.0.0.1", 1), "server": ("relais.test", 80),
    }  # fmt: skip
    status, answered, body = 500, {}, bytearray()
    messages = iter([{"type": "http.request", "body": asked.body or b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            answered.update({name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]})
        else:
            body.extend(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception:
        if status != 500:
            raise
    return Answer(status, answered, bytes(body))


def unquoted(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)
