"""Named places where a test may end the process as a power cut would. Nothing happens unless RELAIS_CRASH_AT names one.

`RELAIS_CRASH_AT=relay.after_produce:5` ends the process at the fifth pass; settings refuse it in production.
The calls themselves are the list: the crash suite reads them from the source and goes through all of them.
"""

import asyncio
import os
import re
import signal
from collections import Counter
from functools import cache
from pathlib import Path

from shared.settings import settings

ROOT = Path(__file__).parents[1]
CALL = re.compile(r"""\bcrash_point(?:_once_sent)?\(\s*"([^"]*)"\s*\)""")

passes: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """End the process here if this is the pass that a test asked for."""
    if _is_asked_for(name):
        _end()


def crash_point_once_sent(name: str) -> bool:
    """The same, once what was just handed to a socket has left: at the loop's next turn. True when that is about to happen."""
    if not _is_asked_for(name):
        return False
    asyncio.get_running_loop().call_soon(_end)
    return True


def _is_asked_for(name: str) -> bool:
    armed = settings().crash_at
    if not armed or settings().env != "test":
        return False
    wanted, _, nth = armed.partition(":")
    if wanted not in crash_points():
        raise ValueError(f"RELAIS_CRASH_AT names no crash point: {wanted}. There are: {', '.join(sorted(crash_points()))}.")
    if wanted != name:
        return False
    passes[name] += 1
    return passes[name] == int(nth or 1)


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@cache
def crash_points() -> dict[str, str]:
    """Every crash point and the file that it is in, from the calls in the source of what runs in production."""
    found: dict[str, str] = {}
    for package in ("shared", "services", "gateway"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for name in CALL.findall(path.read_text(encoding="utf-8")):
                place = str(path.relative_to(ROOT))
                if found.setdefault(name, place) != place:
                    raise ValueError(f"Two crash points are called {name}, in {found[name]} and {place}.")
    return found
