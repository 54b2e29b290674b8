"""The portal asks the services as the person asks: through the gateway, with the person's own token."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import aiohttp

from shared.clients import http_session
from shared.settings import settings

LIMIT = aiohttp.ClientTimeout(total=20, connect=2)
LONG = aiohttp.ClientTimeout(total=300, connect=2)
STREAM = aiohttp.ClientTimeout(total=None, connect=2, sock_read=300)
MOST_NAMES = 200
STREAMED_BYTES = 65_536


SAID_SOMETIMES = ("rule", "possible", "fields", "conflicts", "nearest", "request_id")
"""Members that not every problem has: a page that asks for one finds nothing, not an error."""


class Refusal(Exception):
    """An answer of a service that is not a success: its RFC 9457 problem, already in the person's language."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('type', '')}")
        self.status = status
        self.problem: dict[str, Any] = dict.fromkeys(SAID_SOMETIMES) | problem

    @property
    def slug(self) -> str:
        return str(self.problem.get("type", "")).rsplit("/", 1)[-1]

    @property
    def fields(self) -> dict[str, str]:
        return {entry["path"]: entry["reason"] for entry in self.problem.get("fields") or []}


class ServiceAway(Exception):
    """No answer came: the gateway or the service behind it is down. Nothing is known of what was asked."""


class Api:
    """The APIs as one signed-in person sees them."""

    def __init__(self, token: str, language: str) -> None:
        self._headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {token}"} if token else {})

    async def get(self, path: str, **params: Any) -> Any:
        chosen = {name.rstrip("_"): [str(one) for one in value] if isinstance(value, list) else str(value) for name, value in params.items() if value not in (None, "", [])}
        return await self._ask("GET", path, params=chosen)

    async def get_or_none(self, path: str, **params: Any) -> Any:
        """The answer; None for what is not there or not to be seen by this person."""
        try:
            return await self.get(path, **params)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                return None
            raise

    async def post(self, path: str, body: dict[str, Any], *, once: str = "", in_background: bool = False) -> Any:
        """Send an act. `once` is the form's own key: sending the same form twice has one effect. `in_background`: the service's worker does what takes long."""
        return await self._ask("POST", path, json=body, headers=_of_an_act(once, in_background=in_background))

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        """Write a thing as it shall be: sent twice, it is the same."""
        return await self._ask("PUT", path, json=body)

    async def upload(self, path: str, fields: dict[str, str], filename: str, content: Any, media_type: str, *, once: str = "", in_background: bool = False) -> Any:
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        form.add_field("file", content, filename=filename, content_type=media_type)
        return await self._ask("POST", path, data=form, headers=_of_an_act(once, in_background=in_background), timeout=LONG)

    async def send_form(self, path: str, fields: dict[str, str], files: Mapping[str, tuple[str, Any, str]]) -> Any:
        """A form with several files, each its name, its content and what it says it is."""
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        for name, (filename, content, media_type) in files.items():
            form.add_field(name, content, filename=filename, content_type=media_type)
        return await self._ask("POST", path, data=form, timeout=LONG)

    async def text(self, path: str) -> str:
        """An answer that is a file, as text."""
        try:
            async with http_session().get(settings().gateway_url + path, headers=self._headers, timeout=LIMIT) as answer:
                if answer.status >= 400:
                    raise await _refusal(answer)
                return await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceAway from error

    async def file(self, path: str, **params: str) -> tuple[bytes, str]:
        """An answer that is a file: its bytes and what they are."""
        try:
            async with http_session().get(settings().gateway_url + path, params=params, headers=self._headers, timeout=LIMIT) as answer:
                if answer.status >= 400:
                    raise await _refusal(answer)
                return await answer.read(), answer.content_type
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceAway from error

    async def stream(self, path: str, params: Sequence[tuple[str, str]]) -> tuple[Mapping[str, str], AsyncIterator[bytes]]:
        """An answer of any length: its headers, and its bytes as they come."""
        try:
            answer = await http_session().get(settings().gateway_url + path, params=list(params), headers=self._headers, timeout=STREAM)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceAway from error
        if answer.status >= 400:
            async with answer:
                raise await _refusal(answer)

        async def pieces() -> AsyncIterator[bytes]:
            async with answer:
                async for piece in answer.content.iter_chunked(STREAMED_BYTES):
                    yield piece

        return answer.headers, pieces()

    async def names(self, ids: Iterable[str | None]) -> dict[str, str]:
        """Names of the people that the caller may see, by id; asked for in a body so that none stands in an address."""
        wanted = sorted({i for i in ids if i})
        pages = [wanted[n : n + MOST_NAMES] for n in range(0, len(wanted), MOST_NAMES)]
        answers = await asyncio.gather(*(self.post("/api/v1/registry/persons/lookup", {"ids": page}) for page in pages))
        return {item["id"]: item["name"] for answer in answers for item in answer["items"]}

    async def _ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, timeout: aiohttp.ClientTimeout = LIMIT, **request: Any) -> Any:
        try:
            async with http_session().request(
                method, settings().gateway_url + path, headers=self._headers | (headers or {}), timeout=timeout, allow_redirects=False, **request
            ) as answer:
                if answer.status >= 400:
                    raise await _refusal(answer)
                return await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceAway from error


async def _refusal(answer: aiohttp.ClientResponse) -> Exception:
    try:
        problem = await answer.json(content_type=None)
    except ValueError:
        problem = {}
    # What a refusal may leave out; the templates refuse to draw what they do not know.
    problem = {"title": "", "detail": "", "rule": None, "possible": None, "fields": [], "request_id": None} | (problem if isinstance(problem, dict) else {})
    # A gateway that answers 503 about the health of others is there.
    if answer.status in (502, 503, 504) and "services" not in problem:
        return ServiceAway()
    return Refusal(answer.status, problem)


def segment(value: object) -> str:
    """A value that stands in a path."""
    return quote(str(value), safe="")


def _of_an_act(once: str, *, in_background: bool) -> dict[str, str]:
    return ({"Idempotency-Key": once} if once else {}) | ({"Prefer": "respond-async"} if in_background else {})
