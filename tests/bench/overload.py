"""B14: three times as many requests as the registry can answer knock at the door: what is answered stays what it was, the rest is told
at once when to come back, and nothing piles up. Gateway, registry and database as in production, in open loop."""

import statistics
from pathlib import Path

from tests.bench.harness import Kind, Plan, Row, interleave, limited, percentile
from tests.bench.load import Found
from tests.bench.parts import cores
from tests.bench.people import people
from tests.bench.rig import gateway_environment, rig, service_environment
from tests.bench.tokens_of import request

TIMES = 3
CONNECTIONS = 512  # more than the door lets wait, so that it is the door that refuses
PEAK_CONNECTIONS = 48
OURS = "gateway and registry"


def bench(plan: Plan, folder: Path) -> list[Row]:
    with rig(folder, tokens=200) as (parts, load, tokens), people(folder, tokens, plan.people) as known:
        service_core, other = cores()
        known.pin(other)
        collector = parts.collector(other)
        registry = parts.serve("registry", "services.registry.app", core=service_core, environment=service_environment(known, collector=collector.port), ready="/health/ready")
        door = parts.serve("gateway", "gateway.app", core=other, environment=gateway_environment(tokens, registry=registry.port, collector=collector.port))
        paths = [f"/api/v1/registry/persons/{person}" for person in known.ids]
        requests = load.requests([request("GET", paths[number % len(paths)], token) for number, token in enumerate(tokens.people)])
        load.warm_up(requests, door, least=len(tokens.people), connections=PEAK_CONNECTIONS)

        def peak() -> float:
            return load.run(requests, door.port, seconds=plan.seconds, connections=PEAK_CONNECTIONS).without_errors(OURS).rate

        offered = TIMES * peak()

        def flood() -> Found:
            found = load.run(requests, door.port, seconds=plan.seconds, connections=CONNECTIONS, rate=offered).without_errors(OURS, refusals=True)
            sizes.append(door.rss() / 1e6)
            return found

        sizes: list[float] = []
        flood()
        found = interleave(plan.rounds, {"peak": peak, "flood": flood})
    floods: list[Found] = found["flood"]
    notes = {"offered": round(offered), "refused": [sum(each.statuses.get(status, 0) for status in (429, 503)) for each in floods], "people": plan.people}
    refusals = [percentile(each.refusal_latencies, 0.99) * 1000 if each.refusal_latencies else 0.0 for each in floods]
    first, *later = sizes
    return [
        Row("overload", f"goodput at {TIMES} × capacity", OURS, "its peak", "req/s", [each.rate for each in floods], found["peak"], Kind.RATE, 0.85, notes=notes),
        limited("overload", "p99 of a refusal, with Retry-After", OURS, refusals, 50, "ms", notes={"p50": [statistics.median(each.refusal_latencies or [0]) for each in floods]}),
        Row("overload", "memory of the door, flood after flood", "gateway, later floods", "gateway, first flood", "MB", later, [first] * len(later), Kind.LIMIT, 1.05),
    ]
