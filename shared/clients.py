"""A question that must be answered now goes through the gateway with the caller's own token."""

from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from shared.errors import FieldError, Problem, Unavailable
from shared.rulepacks import Rule
from shared.settings import settings
from shared.telemetry import trace_config

if TYPE_CHECKING:
    from shared.auth import Caller

LIMIT = aiohttp.ClientTimeout(total=5, connect=1)
_session: aiohttp.ClientSession | None = None


def http_session() -> aiohttp.ClientSession:
    """The process's pooled HTTP client, which carries the trace on."""
    global _session
    if _session is None or _session.closed:
        _session = aiohttp.ClientSession(
            trace_configs=[trace_config()], json_serialize=lambda value: orjson.dumps(value, default=str).decode(), cookie_jar=aiohttp.DummyCookieJar()
        )
    return _session


async def close_http_session() -> None:
    global _session
    if _session is not None:
        await _session.close()
        _session = None


async def ask(caller: "Caller", method: str, path: str, *, json: Any = None) -> dict[str, Any] | None:
    """Ask another service as the caller. None when they may not see it (404).

    Raises Unavailable when no answer comes in time, and the other service's own Problem for another refusal.
    """
    headers = {"Authorization": f"Bearer {caller.token}", "Accept-Language": caller.language}
    try:
        async with http_session().request(method, settings().gateway_url + path, json=json, headers=headers, timeout=LIMIT) as answer:
            if answer.status == 404:
                return None
            if answer.status >= 500 or answer.status == 429:
                raise Unavailable()
            body: dict[str, Any] = await answer.json(content_type=None)
            if answer.status >= 400:
                raise _as_told(answer.status, body)
            return body
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable() from error


async def tell_inside(service: str, path: str, body: dict[str, Any], *, language: str) -> dict[str, Any]:
    """Tell another service something for somebody who has no token, at an address to which the gateway leads nobody. Raises as `ask` does."""
    known = settings()
    address = f"http://{known.upstreams.get(service) or '127.0.0.1:' + str(known.port(service))}{path}"
    try:
        async with http_session().post(address, json=body, headers={"Accept-Language": language}, timeout=LIMIT) as answer:
            if answer.status >= 500:
                raise Unavailable()
            said: dict[str, Any] = await answer.json(content_type=None)
            if answer.status >= 400:
                raise _as_told(answer.status, said)
            return said
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable() from error


OWN_MEMBERS = {"type", "title", "status", "detail", "rule", "possible", "fields", "request_id"}


def _as_told(status: int, body: dict[str, Any]) -> Problem:
    """The other service's problem as it told it: its texts are in the caller's language already, and have no values to fill."""
    return Problem(
        status,
        body.get("type", "").rsplit("/", 1)[-1] or "refused",
        body.get("detail", ""),
        rule=Rule(**body["rule"]) if body.get("rule") else None,
        possible=body.get("possible"),
        fields=[FieldError(field["path"], field["reason"]) for field in body.get("fields") or []],
        more={name: value for name, value in body.items() if name not in OWN_MEMBERS},
    )
