"""B1: one person read by id, by people of one province with their own tokens, under row-level security; beside a raw ASGI application.

Both have one core to themselves (the database works on the other), and what is counted is their CPU time per request.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from deploy.local.postgres import Postgres
from tests.bench.harness import Kind, Plan, Row, interleave, reached
from tests.bench.load import Load
from tests.bench.parts import Part, cores
from tests.bench.people import people
from tests.bench.rig import rig, service_environment
from tests.bench.tokens_of import request

CONNECTIONS = 16
OURS, RAW = "registry service", "raw ASGI + asyncpg"


def bench(plan: Plan, folder: Path) -> list[Row]:
    with rig(folder, tokens=200) as (parts, load, tokens), people(folder, tokens, plan.people) as known:
        contender, other = cores()
        known.pin(other)
        upstream = parts.collector(other)
        registry = parts.serve("registry", "services.registry.app", core=contender, environment=service_environment(known, collector=upstream.port), ready="/health/ready")
        raw = parts.serve("raw", "tests.bench.raw_app", core=contender, environment={"BENCH_DSN": dsn(known.postgres)})
        paths = [f"/api/v1/registry/persons/{person}" for person in known.ids]
        requests = load.requests([request("GET", paths[number % len(paths)], token) for number, token in enumerate(tokens.people)])
        costs: dict[str, Callable[[], float]] = {OURS: partial(cost, load, requests, registry, plan.seconds), RAW: partial(cost, load, requests, raw, plan.seconds)}
        for part in (registry, raw):
            load.warm_up(requests, part, least=len(tokens.people), connections=CONNECTIONS)
        found = interleave(plan.rounds, costs)
    notes = {"people": plan.people}
    return [
        Row("registry", "CPU time per read of a person", OURS, RAW, "µs", found[OURS], found[RAW], Kind.COST, 0.5, notes=notes),
        reached("registry", "reads a second of one core", OURS, [1e6 / each for each in found[OURS]], 3000, "reads/s", notes=notes),
    ]


def cost(load: Load, requests: Path, part: Part, seconds: float) -> float:
    before = part.cpu_seconds()
    found = load.run(requests, part.port, seconds=seconds, connections=CONNECTIONS).without_errors(part.name)
    return (part.cpu_seconds() - before) / (found.rate * found.seconds) * 1e6


def dsn(postgres: Postgres) -> str:
    return f"postgresql://postgres:{postgres.passwords['postgres']}@{postgres.host}:{postgres.port}/registry"
