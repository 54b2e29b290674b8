"""A nemesis: it kills, stops, cuts and slows the parts between two services at random, and a seed tells all that it does.

What was done and what came of it is written line by line, so that a run that fails can be read, and played again.
"""

import asyncio
import contextlib
import os
import random
import secrets
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from shared.inbox import may_pass
from tests.connected.conftest import World, until
from tests.connected.member import Member
from tests.support.system import STACK_KIND

RECOVERY_SECONDS = 30.0  # I10: how long after the last fault everything may take to be as if nothing had been
LONGEST_FAULT = 0.6
CALM_EVERY = 5  # rounds


def chosen_seed() -> int:
    """A new one, or the one that is to be played again."""
    return int(os.environ.get("RELAIS_TEST_SEED") or secrets.randbelow(2**32))


class Nemesis:
    """Goes for a world of one relay, one consumer, a broker and a door to the database, while facts are announced."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed = world, seed
        self.chance = random.Random(seed)
        self.history = world.folder / "history.jsonl"
        self.acknowledged: set[int] = set()
        self.duties: dict[str, Member] = {}
        self._began = time.monotonic()
        duties = ["relay", "consumer"]
        self.faults: list[tuple[str, str, Callable[[float], Awaitable[None]]]] = [
            *((duty, "kill", lambda _, duty=duty: self._kill(duty)) for duty in duties),
            *((duty, "stop", lambda seconds, duty=duty: self._stop(self.duties[duty], seconds)) for duty in duties),
            ("broker", "stop", lambda seconds: self._stop(self.world.broker, seconds)),
            ("broker", "kill", lambda seconds: self._kill_broker(seconds, keep=True)),
            ("broker", "empty", lambda seconds: self._kill_broker(seconds, keep=False)),
            ("database", "cut", lambda _: self._cut()),
            ("database", "shut", self._shut),
            ("database", "slow", self._slow),
        ]
        # A Java broker takes seconds to start: on Kafka it dies less often than the others.
        self.weights = [1 if STACK_KIND == "full" and part == "broker" and name != "stop" else 3 for part, name, _ in self.faults]

    async def go(self, rounds: int) -> None:
        """One or two faults at a time while facts are announced; now and then a calm, in which everything must come right by itself."""
        try:
            for duty in ("relay", "consumer"):
                self._start(duty)
            for number in range(1, rounds + 1):
                await self._round(number)
                if number % CALM_EVERY == 0 or number == rounds:
                    await self._calm(number)
        except Exception as failure:
            failure.add_note(f"Play it again with RELAIS_TEST_SEED={self.seed}. The last that happened:\n" + "\n".join(self.history.read_text().splitlines()[-30:]))
            for duty, member in self.duties.items():
                failure.add_note(f"What the {duty} said:\n" + "\n".join(member.said().splitlines()[-15:]))
            raise

    async def _round(self, number: int) -> None:
        chosen = self.chance.choices(self.faults, self.weights, k=self.chance.choice([1, 1, 2]))
        by_part = {part: (f"{name} the {part}", act) for part, name, act in chosen}  # two faults at a time, of two parts
        plan = [(name, act, self.chance.uniform(0.0, 0.2), self.chance.uniform(0.05, LONGEST_FAULT)) for name, act in by_part.values()]
        announcing = asyncio.create_task(self._announce(self.chance.randrange(1, 60), self.chance.randrange(1, 60)))
        await asyncio.gather(*(self._do(number, *fault) for fault in plan))
        await announcing

    async def _do(self, number: int, name: str, act: Callable[[float], Awaitable[None]], after: float, seconds: float) -> None:
        await asyncio.sleep(after)
        self._write("invoke", name, round=number, seconds=round(seconds, 3))
        await act(seconds)
        self._write("ok", name, round=number)

    async def _announce(self, hires: int, seats: int) -> None:
        """What was acknowledged is remembered; what broke off may have been written or not."""
        first = self.world.said
        self._write("invoke", "announce", first=first, hires=hires)
        try:
            await self.world.announce(hires, seats)
        except Exception as error:
            if not may_pass(error):
                raise
            self.world.said = first + hires  # no number is given twice
            self._write("info", "announce", first=first, error=type(error).__name__)
        else:
            self.acknowledged |= set(range(first, first + hires))
            self._write("ok", "announce", first=first)

    async def _calm(self, number: int) -> None:
        """Without any help everything is heard, and all invariants hold."""
        self._write("invoke", "calm", round=number)
        await until("the database answers", self._database_answers)
        await until("all is heard", self.world.all_heard, RECOVERY_SECONDS)
        await until("nothing is left to publish", self.world.all_published, RECOVERY_SECONDS)
        await self.world.assert_nothing_lost_doubled_or_turned_round()
        heard = {row[0] for row in await self.world.rows("SELECT number FROM kept_hires")}
        assert not self.acknowledged - heard, "an acknowledged fact is gone"  # I9
        origins = {str(row[0]) for row in await self.world.rows("SELECT id FROM outbox")}
        told = {dict(record.headers)["ce_id"].decode() for record in await self.world.on_topics()}
        assert not told - origins, "a ghost is on a topic"  # I2
        self._write("ok", "calm", round=number, hires=len(heard))

    async def _database_answers(self) -> bool:
        with contextlib.suppress(Exception):  # the first connections out of the pool are those that were cut
            return bool(await self.world.one("SELECT 1"))
        return False

    # faults

    def _start(self, duty: str) -> None:
        self.duties[duty] = self.world.process(duty)

    async def _kill(self, duty: str) -> None:
        self.duties[duty].kill()
        self._start(duty)

    async def _stop(self, part: Any, seconds: float) -> None:
        part.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        part.send_signal(signal.SIGCONT)

    async def _kill_broker(self, seconds: float, *, keep: bool) -> None:
        self.world.broker.kill(keep=keep)
        await asyncio.sleep(seconds)
        await self.world.broker.start()

    async def _cut(self) -> None:
        self.world.door.cut()

    async def _shut(self, seconds: float) -> None:
        await self.world.door.shut()
        await asyncio.sleep(seconds)
        await self.world.door.open()

    async def _slow(self, seconds: float) -> None:
        self.world.door.slow_seconds = 0.05
        await asyncio.sleep(seconds)
        self.world.door.slow_seconds = 0.0

    def _write(self, kind: str, what: str, **more: Any) -> None:
        with self.history.open("ab") as file:
            file.write(orjson.dumps({"at": round(time.monotonic() - self._began, 3), "kind": kind, "what": what} | more) + b"\n")
