"""Named places where a test may end the process as a power cut would. Nothing happens unless RELAIS_CRASH_AT names one.

`RELAIS_CRASH_AT=relay.after_produce:5` ends the process at the fifth pass; settings refuse it in production.
"""

import os
import signal

from shared.settings import settings

CRASH_POINTS = (
    "outbox.before_write",
    "outbox.after_write",
    "outbox.after_commit",
    "relay.after_select",
    "relay.after_produce",
    "relay.after_ack",
    "relay.after_mark",
    "relay.after_commit",
    "inbox.after_fetch",
    "inbox.after_insert",
    "inbox.after_effect",
    "inbox.after_commit",
    "inbox.before_offset_commit",
)

_passes: dict[str, int] = {}


def crash_point(name: str) -> None:
    """End the process here if this is the pass that a test asked for."""
    armed = settings().crash_at
    if not armed or settings().env != "test":
        return
    wanted, _, nth = armed.partition(":")
    if wanted not in CRASH_POINTS:
        raise ValueError(f"RELAIS_CRASH_AT names no crash point: {wanted}. There are: {', '.join(CRASH_POINTS)}.")
    if wanted != name:
        return
    _passes[name] = _passes.get(name, 0) + 1
    if _passes[name] >= int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
