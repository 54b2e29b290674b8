"""How much a partner's program may ask in a minute and in a day: data of the registry, counted at the door.

Beside the buckets of `limits.py`, which guard the system, a quota is a promise to one program: whole minutes and whole days (UTC),
and each answer says what is left (draft-ietf-httpapi-ratelimit-headers). People have none.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import orjson

from shared.quotas import EVERYBODY, MOST

TELL_SECONDS = 15.0
TELLING_SECONDS = 5
LONGEST_ANSWER = 4 * 1024 * 1024
MINUTE, DAY = 60, 86_400

logger = logging.getLogger("relais.quotas")


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests in a minute, and so many in a day."""

    per_minute: int
    per_day: int

    @property
    def policy(self) -> bytes:
        return b'"minute";q=%d;w=60, "day";q=%d;w=86400' % (self.per_minute, self.per_day)


@dataclass(frozen=True, slots=True)
class Left:
    """What a program may still ask. `wait`: seconds until it may again, 0 when this one is counted."""

    headers: tuple[tuple[bytes, bytes], ...]
    wait: int = 0
    of_the_day: bool = False


class Count:
    """What one program has asked of this process."""

    __slots__ = ("asked", "elsewhere", "in_minute", "minute", "refused")

    def __init__(self) -> None:
        self.minute = self.in_minute = 0
        self.asked = self.refused = self.elsewhere = 0  # today; `elsewhere`: of the other processes


class ClientQuotas:
    """The quotas of all programs, and what this process has counted today."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._quotas: Mapping[str, Quota] = {}
        self._counts: dict[str, Count] = {}
        self._day = 0
        self.process = uuid4()

    def take(self, client_id: str) -> Left | None:
        """Count one request of a program, or say how long it must wait; None where no quota is known."""
        quota = self._quotas.get(client_id) or self._quotas.get(EVERYBODY)
        now = int(self._now())
        day, minute = now // DAY, now // MINUTE
        if day != self._day:
            self._day, self._counts = day, {}
        count = self._counts.get(client_id)
        if count is None:
            count = self._counts[client_id] = Count()
        if count.minute != minute:
            count.minute, count.in_minute = minute, 0
        if quota is None:
            count.asked += 1
            return None
        day_left = quota.per_day - count.asked - count.elsewhere
        minute_left = quota.per_minute - count.in_minute
        of_the_day = day_left <= 0
        wait = (DAY - now % DAY) if of_the_day else (MINUTE - now % MINUTE) if minute_left <= 0 else 0
        if wait:
            count.refused += 1
        else:
            count.asked += 1
            count.in_minute += 1
            day_left, minute_left = day_left - 1, minute_left - 1
        left = b'"minute";r=%d;t=%d, "day";r=%d;t=%d' % (max(0, minute_left), MINUTE - now % MINUTE, max(0, day_left), DAY - now % DAY)
        return Left(((b"ratelimit-policy", quota.policy), (b"ratelimit", left)), wait, of_the_day)

    def told(self) -> dict[str, Any]:
        """What this process counted today, for the registry."""
        counted = [{"client_id": client_id, "requests": count.asked, "refused": count.refused} for client_id, count in self._counts.items() if count.asked or count.refused]
        return {"gateway": str(self.process), "day": self._day or int(self._now()) // DAY, "counts": counted[:MOST]}

    def hear(self, answer: Mapping[str, Any]) -> None:
        """Take the quotas, and what others counted on the day that was told."""
        self._quotas = {one["client_id"]: Quota(int(one["per_minute"]), int(one["per_day"])) for one in answer["quotas"]}
        self._day = self._day or int(answer["day"])
        if answer["day"] == self._day:  # another day has begun meanwhile: nobody has asked anything on it elsewhere, as far as is known
            for one in answer["elsewhere"]:
                self._counts.setdefault(str(one["client_id"]), Count()).elsewhere = int(one["requests"])


async def tell(http: aiohttp.ClientSession, quotas: ClientQuotas, where: str) -> None:
    """Tell the registry once what was counted, and hear what it says."""
    async with http.post(where, data=orjson.dumps(quotas.told()), headers={"content-type": "application/json"}, allow_redirects=False) as answer:
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        body = await answer.content.read(LONGEST_ANSWER + 1)
        while len(body) <= LONGEST_ANSWER and (part := await answer.content.read(LONGEST_ANSWER + 1 - len(body))):
            body += part
    if len(body) > LONGEST_ANSWER:
        raise ValueError("too long")
    quotas.hear(orjson.loads(body))


async def keep_telling(quotas: ClientQuotas, where: str) -> None:
    """Tell and hear for as long as the process lives; when the registry does not answer, the last quotas stay in force and counting goes on."""
    is_away = False
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TELLING_SECONDS)) as http:
        try:
            while True:
                try:
                    await tell(http, quotas, where)
                    is_away = False
                except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
                    if not is_away:
                        logger.warning("quotas cannot be read (%s); the last ones stay in force", type(error).__name__)
                    is_away = True
                await asyncio.sleep(TELL_SECONDS if not is_away else TELL_SECONDS / 3)
        finally:  # a process that stops tells its last seconds
            try:
                await asyncio.wait_for(tell(http, quotas, where), timeout=1)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError):
                logger.info("the last counts could not be told")
