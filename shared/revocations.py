"""Tokens that are true and yet no longer welcome: those of a revoked client, of an account that was closed or lost a role, of a sign-in that ended.

The registry keeps the list (docs/decisions/0016); the gateway and every service read it every few seconds and refuse each token
that was issued before its revocation. What is revoked is thus refused everywhere within a minute, though its token lives longer.
A registry that does not answer leaves the last list in force: tokens live five minutes, and new ones come from the identity provider.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from shared.settings import settings

if TYPE_CHECKING:
    from shared.tokens import Claims, TokenVerifier

POLL_SECONDS = 15.0
READING_SECONDS = 5
CLOCK_SECONDS = 5  # the provider's clock may be ahead of the registry's by this much
MOST = 10_000
LONGEST_ANSWER = 4 * 1024 * 1024
PATH = "/internal/revocations"

logger = logging.getLogger("relais.revocations")


class Revocations:
    """Moments before which the tokens of a client, a subject or a sign-in were revoked."""

    def __init__(self) -> None:
        self._before: Mapping[tuple[str, str], float] = {}
        self._everything_before = 0.0

    def replace(self, before: Mapping[tuple[str, str], float], everything_before: float = 0.0) -> bool:
        """Take another list; whether it says anything that the last one did not."""
        is_new = everything_before > self._everything_before or any(moment > self._before.get(what, 0.0) for what, moment in before.items())
        self._before, self._everything_before = before, everything_before
        return is_new

    def cover(self, claims: "Claims") -> bool:
        """Whether a token was issued before it was revoked; one that does not say when it was issued counts as old."""
        if not self._before and not self._everything_before:
            return False
        keys = (("client", claims.client_id), ("subject", claims.sub), ("session", claims.session))
        latest = max(self._everything_before, *(self._before.get(key, 0.0) for key in keys))
        return latest > 0 and claims.issued_at <= latest + CLOCK_SECONDS


def address() -> str:
    """Where this installation's registry tells what is revoked; the gateway leads nobody there."""
    known = settings()
    return f"http://{known.upstreams.get('registry') or '127.0.0.1:' + str(known.port('registry'))}{PATH}"


async def learn(http: aiohttp.ClientSession, verifier: "TokenVerifier", where: str) -> None:
    """Read the list once. What was remembered of tokens is judged anew when it says something new."""
    async with http.get(where, allow_redirects=False) as answer:
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        body = await answer.content.read(LONGEST_ANSWER + 1)
        while len(body) <= LONGEST_ANSWER and (part := await answer.content.read(LONGEST_ANSWER + 1 - len(body))):
            body += part
    if len(body) > LONGEST_ANSWER:
        raise ValueError("too long")
    verifier.revoke(*_understood(orjson.loads(body)))


def _understood(said: Any) -> tuple[dict[tuple[str, str], float], float]:
    if not isinstance(said, dict) or not isinstance(said.get("items"), list):
        raise ValueError("not a list of revocations")
    return {(str(one["kind"]), str(one["value"])): float(one["before"]) for one in said["items"]}, float(said["everything_before"])


async def watch(verifier: "TokenVerifier", where: str) -> None:
    """Read the list every few seconds for as long as the process lives."""
    is_away = False
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=READING_SECONDS)) as http:
        while True:
            try:
                await learn(http, verifier, where)
                is_away = False
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
                if not is_away:
                    logger.warning("what is revoked cannot be read (%s); the last list stays in force", type(error).__name__)
                is_away = True
            await asyncio.sleep(POLL_SECONDS)
