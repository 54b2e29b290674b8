"""What the door itself answers: problems for programs, one quiet page for a person in a browser."""

from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

from shared.errors import MEDIA_TYPE, Problem
from shared.i18n import _, translate

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# For what is not a page of the portal: nothing of it may run, be framed, be guessed at or be kept by a shared cache.
API_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
PORTAL_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]

PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} · Relais</title>
<style>:root{{color-scheme:light dark}}body{{margin:0;font:16px/1.5 system-ui,sans-serif;background:#faf9f7;color:#1d3557}}main{{max-width:36rem;margin:16vh auto 0;padding:0 24px}}
h1{{font-size:25px;line-height:1.3;margin:0 0 12px}}p{{margin:0 0 16px}}small{{font-size:13px;color:#5c5850}}a{{color:#0f766e}}
@media(prefers-color-scheme:dark){{body{{background:#14181f;color:#dfe7f2}}small{{color:#a8a29a}}a{{color:#5ec4b8}}}}</style></head>
<body><main><h1>{title}</h1><p>{detail}</p><p><a href="">{again}</a></p><small>{code}</small></main></body></html>
"""


def problem_answer(problem: Problem, language: str, request_id: str, *, as_page: bool = False) -> tuple[int, Headers, bytes]:
    """Status, headers and body of a refusal, in the caller's language."""
    headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    if as_page:
        said = problem.as_json(language, request_id)
        body = PAGE.format(
            language=language,
            title=escape(said["title"]),
            detail=escape(said["detail"]),
            again=escape(translate(_("Try again"), language)),
            code=escape(f"{problem.status} · {request_id}"),
        ).encode()
        style = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
        headers += [(b"content-type", b"text/html; charset=utf-8"), *(header for header in API_HEADERS if header[0] != style[0]), style]
    else:
        body = problem.as_bytes(language, request_id)
        headers += [(b"content-type", MEDIA_TYPE.encode()), *API_HEADERS]
    headers += [(b"content-language", language.encode()), (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id.encode())]
    return problem.status, headers, body


async def respond(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
