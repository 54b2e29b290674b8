"""A POST may be sent twice by a poor network: the same `Idempotency-Key` gives the same answer and one effect.

The key is stored in the business transaction, by caller and route: a second request waits for the first one's
commit, then gets its stored answer; another body under the same key is refused.
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from shared.errors import Problem
from shared.i18n import _

if TYPE_CHECKING:
    from shared.auth import Caller

HEADER = "idempotency-key"
LONGEST_KEY = 200


class Replay(Exception):
    """The key is known with this body: the stored answer is given again."""

    def __init__(self, status: int, content_type: str, body: bytes, etag: str | None) -> None:
        self.status, self.content_type, self.body, self.etag = status, content_type, body, etag

    def response(self) -> Response:
        headers = {"Idempotent-Replay": "true"} | ({"ETag": self.etag} if self.etag else {})
        return Response(self.body, self.status, headers, media_type=self.content_type)


async def begin_once(request: Request, session: AsyncSession, caller: "Caller") -> None:
    """Claim the request's key, or replay. Raises Replay, or a 422 Problem when the body differs."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return
    if not 1 <= len(key) <= LONGEST_KEY:
        raise Problem(422, "idempotency-key-too-long", _("The Idempotency-Key must have 1 to {longest} characters."), longest=LONGEST_KEY)
    values = {"caller": caller.actor, "route": request.url.path, "key": key, "body": await _body_hash(request)}
    claimed = await session.execute(
        text("INSERT INTO idempotency_keys (caller, route, key, body_hash) VALUES (:caller, :route, :key, :body) ON CONFLICT DO NOTHING RETURNING key"), values
    )
    if claimed.first() is not None:
        request.state.idempotency = values
        return
    stored = (
        await session.execute(text("SELECT body_hash, status, content_type, answer, etag FROM idempotency_keys WHERE caller = :caller AND route = :route AND key = :key"), values)
    ).one()
    if stored.body_hash != values["body"]:
        raise Problem(422, "idempotency-key-reused", _("This Idempotency-Key was used with another body. Use a new key for a new request."))
    raise Replay(stored.status, stored.content_type, stored.answer, stored.etag)


async def keep_answer(request: Request, response: Response) -> None:
    """Store the answer beside its effect, in the same transaction."""
    claimed = getattr(request.state, "idempotency", None)
    if claimed is None:
        return
    await request.state.session.execute(
        text("UPDATE idempotency_keys SET status = :status, content_type = :content_type, answer = :answer, etag = :etag WHERE caller = :caller AND route = :route AND key = :key"),
        claimed | {"status": response.status_code, "content_type": response.headers.get("content-type", ""), "answer": bytes(response.body), "etag": response.headers.get("etag")},
    )


async def _body_hash(request: Request) -> bytes:
    digest = hashlib.sha256()
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        for name, value in sorted((await request.form()).multi_items(), key=lambda item: item[0]):
            digest.update(name.encode() + b"\0")
            if isinstance(value, UploadFile):
                while chunk := await value.read(1 << 20):
                    digest.update(chunk)
                await value.seek(0)
            else:
                digest.update(value.encode())
    else:
        digest.update(await request.body())
    return digest.digest()


class OnceRoute(APIRoute):
    """A route whose answer is stored before the transaction commits."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            response = await handle(request)
            await keep_answer(request, response)
            return response

        return handle_once


class Router(APIRouter):
    """The router that features use: `router = Router(prefix="/policies", tags=["policies"])`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, route_class=OnceRoute, **kwargs)
