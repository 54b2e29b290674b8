"""B15: what tracing costs the door: the same route with tracing off, with one trace of a hundred recorded, and with all."""

from functools import partial
from pathlib import Path

from tests.bench.gateway import PATH, cost
from tests.bench.harness import Kind, Plan, Row, interleave
from tests.bench.parts import cores
from tests.bench.rig import gateway_environment, rig

TARGETS = {0.01: 0.97, 1.0: 0.75}


def bench(plan: Plan, folder: Path) -> list[Row]:
    with rig(folder, tokens=min(2000, plan.people)) as (parts, load, tokens):
        contender, other = cores()
        upstream = parts.collector(other)

        def door(name: str, **more: float) -> partial[tuple[float, float]]:
            part = parts.serve(f"gateway-{name}", "gateway.app", core=contender, environment=gateway_environment(tokens, registry=upstream.port, **more))
            load.warm_up(requests, part, least=len(tokens.people))
            return partial(cost, load, requests, part, plan.seconds)

        requests = load.requests(tokens.requests(PATH))
        doors = {0.0: door("off")} | {ratio: door(str(ratio), collector=upstream.port, trace_ratio=ratio) for ratio in TARGETS}
        found = interleave(plan.rounds, doors)
    return [
        Row(
            "tracing", f"CPU time per request, {ratio:.0%} recorded", f"gateway, {ratio:.0%} traced", "gateway, tracing off", "µs",
            [each for each, _rate in found[ratio]], [each for each, _rate in found[0.0]], Kind.COST, target,
        )
        for ratio, target in TARGETS.items()
    ]  # fmt: skip
