"""B4: a post opened with an Idempotency-Key: the row, its event in the outbox and its audit record in one durable transaction; beside
pgbench, which sends the statements of that transaction and nothing else. On all cores, because the disk is a part of it."""

import itertools
import os
import subprocess
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import orjson

from deploy.local.postgres import binaries
from tests.bench.harness import Kind, MeasureFailed, Plan, Row, interleave, reached
from tests.bench.load import Load
from tests.bench.parts import Part, cores
from tests.bench.people import People, open_facility, people
from tests.bench.rig import rig, service_environment
from tests.bench.tokens_of import Tokens, request

CLIENTS = 16
FACILITY = "VN-22-BVT"
PATH = "/api/v1/registry/posts"
OURS, BARE = "registry service", "pgbench, the same transaction"

TRANSACTION = r"""
BEGIN;
SELECT set_config('relais.scope', '{VN.VN-22}', true), set_config('relais.parties', '{VN-22}', true);
INSERT INTO idempotency_keys (caller, route, key, body_hash) VALUES ('bench', '/posts', gen_random_uuid()::text, '\x00') ON CONFLICT DO NOTHING;
INSERT INTO posts (row_id, id, valid, authority_path, done_on, entered_on, recorded_at, recorded_by, facility_id, facility_code, occupation_code, fte)
    VALUES (uuidv7(), uuidv7(), '[2020-01-01,)', 'VN.VN-22.VN-22-BVT', '2025-10-01', '2025-10-01', now(), 'bench', uuidv7(), 'VN-22-BVT', 'VN-BS', 1);
WITH v AS (INSERT INTO aggregate_versions (topic, subject, version) VALUES ('relais.registry.posts', uuidv7(), 1) RETURNING *)
    INSERT INTO outbox (id, topic, type, subject, version, occurred_at, data) SELECT uuidv7(), topic, 'registry.post.opened.v1', subject, version, now(), repeat('x', 400) FROM v;
INSERT INTO audit (actor, act, subject_kind, subject_id, done_on, after) VALUES ('bench', 'post.opened', 'post', uuidv7(), '2025-10-01', '{"facility_code": "VN-22-BVT"}');
COMMIT;
"""


def bench(plan: Plan, folder: Path) -> list[Row]:
    with rig(folder, tokens=200) as (parts, load, tokens), people(folder, tokens, plan.people) as known:
        upstream = parts.collector(cores()[1])
        registry = parts.serve("registry", "services.registry.app", core=cores()[0], environment=service_environment(known, collector=upstream.port), ready="/health/ready")
        open_facility(f"http://127.0.0.1:{registry.port}", tokens, FACILITY)
        bodies = _requests(tokens)
        wanted = int(3000 * plan.seconds)  # more than can be written: no key is sent twice
        load.run(load.requests(list(itertools.islice(bodies, 400))), registry.port, seconds=0.5, connections=1).without_errors(OURS)

        def ours() -> float:
            return _writes(load, list(itertools.islice(bodies, wanted)), registry, plan.seconds)

        found = interleave(plan.rounds, {OURS: ours, BARE: partial(_pgbench, known, Path(parts.folder), plan.seconds)})
    notes = {"people": plan.people, "clients": CLIENTS, "service processes": 1}
    return [
        Row("writes", "writes a second, durable", OURS, BARE, "writes/s", found[OURS], found[BARE], Kind.RATE, 0.15, notes=notes),
        reached("writes", "writes a second, durable", OURS, found[OURS], 1000, "writes/s", notes=notes),
    ]


def _requests(tokens: Tokens) -> Iterator[bytes]:
    body = orjson.dumps({"facility_code": FACILITY, "unit": "Khoa Nội", "occupation_code": "VN-BS", "fte": 1, "open_from": "2020-01-01"})
    for number in itertools.count():
        yield request("POST", PATH, tokens.people[number % len(tokens.people)], body=body, idempotency_key=str(uuid.uuid4()))


def _writes(load: Load, requests: list[bytes], registry: Part, seconds: float) -> float:
    found = load.run(load.requests(requests), registry.port, seconds=seconds, connections=CLIENTS).without_errors(OURS)
    if found.answers > len(requests):
        raise MeasureFailed("Requests were sent twice: what was measured is not writing.")
    return found.rate


def _pgbench(known: People, folder: Path, seconds: float) -> float:
    script = folder / "transaction.sql"
    script.write_text(TRANSACTION)
    postgres = known.postgres
    done = subprocess.run(
        [
            str(binaries() / "bin" / "pgbench"), "--no-vacuum", "--client", str(CLIENTS), "--jobs", "1", "--time", str(max(3, round(seconds))), "--protocol", "prepared",
            "--file", str(script), "--host", postgres.host, "--port", str(postgres.port), "--username", "registry_app", "registry",
        ],
        check=False, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": postgres.passwords["registry_app"]},
    )  # fmt: skip
    found = next((line for line in done.stdout.splitlines() if line.startswith("tps = ")), None)
    if done.returncode or found is None or "number of failed transactions: 0 " not in done.stdout + " ":
        raise MeasureFailed(f"pgbench: {(done.stderr or done.stdout)[-600:]}")
    return float(found.split()[2])
