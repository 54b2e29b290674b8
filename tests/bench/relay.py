"""B9: an outbox full of events is drained by the relay, with its acknowledgements and marks; beside a bare producer that sends the same records."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

from deploy.local.state import CHECKOUT
from tests.bench.events_rig import TOPIC, EventsRig, a_post, events_rig
from tests.bench.harness import Kind, MeasureFailed, Plan, Row, interleave, reached
from tests.bench.parts import cores, pinned
from tests.bench.rig import rig

EVENTS_PER_SECOND = 20_000
OURS, BARE = "relay", "bare producer, the same broker"

_FILL = """
TRUNCATE outbox;
INSERT INTO outbox (id, topic, type, subject, version, occurred_at, data)
    SELECT uuidv7(), '{topic}', 'registry.post.opened.v1', uuidv7(), 1, now(), '{data}' FROM generate_series(1, {events});
VACUUM ANALYZE outbox;
"""


def bench(plan: Plan, folder: Path) -> list[Row]:
    events = max(2000, int(EVENTS_PER_SECOND * plan.seconds))
    with rig(folder, tokens=1) as (_parts, _load, tokens), events_rig(folder, tokens) as known:

        def relay() -> float:
            known.postgres.sql(_FILL.format(events=events, topic=TOPIC, data=a_post(UUID(int=7)).model_dump_json()), "registry")
            return _run(known, "relay", events)

        first = relay()
        found = interleave(plan.rounds, {OURS: relay, BARE: lambda: _run(known, "bare", events)})
    notes = {"events": events, "first": round(first)}
    return [
        Row("relay", "events a second", OURS, BARE, "events/s", found[OURS], found[BARE], Kind.RATE, 0.5, notes=notes),
        reached("relay", "events a second", OURS, found[OURS], 40_000, "events/s", notes=notes),
    ]


def _run(known: EventsRig, mode: str, events: int) -> float:
    done = subprocess.run(
        pinned(cores()[0], [sys.executable, "-m", "tests.bench.publish", mode, str(events)]),
        check=False, capture_output=True, text=True, cwd=CHECKOUT, env=_environment(known), timeout=120,
    )  # fmt: skip
    if done.returncode:
        raise MeasureFailed(f"{mode}: {done.stderr[-800:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["rate"])


def _environment(known: EventsRig) -> dict[str, str]:
    return {**os.environ, **known.values["registry"], "PYTHONPATH": str(CHECKOUT)}
