"""B1 and B2: one person read by id, and a page of the staff list with three filters, by people of one province with their own tokens, under
row-level security; beside a raw ASGI application.

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
DAY = "2025-09-30"
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
        pages = [f"/api/v1/registry/persons?facility={facility}&occupation={occupation}&as_of={DAY}&limit=20" for facility, occupation in known.lists]
        lists = load.requests([request("GET", pages[number % len(pages)], token) for number, token in enumerate(tokens.people)])
        found: dict[str, dict[str, list[float]]] = {}
        for what, asked in (("read", requests), ("list", lists)):
            costs: dict[str, Callable[[], float]] = {OURS: partial(cost, load, asked, registry, plan.seconds), RAW: partial(cost, load, asked, raw, plan.seconds)}
            for part in (registry, raw):
                load.warm_up(asked, part, least=len(tokens.people), connections=CONNECTIONS)
            found[what] = interleave(plan.rounds, costs)
    notes = {"people": plan.people}
    rows = []
    for what, measure, floor in (("read", "read of a person", 3000), ("list", "page of 20 with three filters", 2000)):
        ours = found[what][OURS]
        rows.append(Row("registry", f"CPU time per {measure}", OURS, RAW, "µs", ours, found[what][RAW], Kind.COST, 0.5, notes=notes))
        a_second, limit = [1e6 / each for each in ours], [1e6 / each for each in found[what][RAW]]
        rows.append(reached("registry", f"{what}s a second of one core", OURS, a_second, floor, f"{what}s/s", limit=limit, notes=notes))
    return rows


def cost(load: Load, requests: Path, part: Part, seconds: float) -> float:
    before = part.cpu_seconds()
    found = load.run(requests, part.port, seconds=seconds, connections=CONNECTIONS).without_errors(part.name)
    return (part.cpu_seconds() - before) / (found.rate * found.seconds) * 1e6


def dsn(postgres: Postgres) -> str:
    return f"postgresql://postgres:{postgres.passwords['postgres']}@{postgres.host}:{postgres.port}/registry"
