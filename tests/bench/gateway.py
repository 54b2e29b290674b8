"""B5: our door with every check on, beside Envoy with `jwt_authn` and nginx with nothing, on one core, in front of one service.

Counted is CPU time per request, which a busy neighbour on the machine disturbs little; the load is the same closed loop for all.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.bench.harness import Kind, Plan, Row, interleave, limited
from tests.bench.load import Load
from tests.bench.parts import Part, Parts, cores
from tests.bench.proxies import ENVOY_IS_MISSING, NGINX_IS_MISSING, envoy_binary, nginx_binary, start_envoy, start_nginx
from tests.bench.rig import gateway_environment, rig
from tests.bench.tokens_of import Tokens

PATH = "/api/v1/registry/persons/0192d0c1-7e9e-7c6e-9a0f-3a1f0c6f9d11"
CONNECTIONS = 32
OURS = "Relais, every check on"
ENVOY, ENVOY_CACHED, NGINX = "Envoy with jwt_authn", "Envoy with jwt_authn and its cache", "nginx, bare proxy"


def bench(plan: Plan, folder: Path) -> list[Row]:
    with rig(folder, tokens=min(2000, plan.people)) as (parts, load, tokens):
        contender, other = cores()
        upstream = parts.collector(other)
        doors = {OURS: parts.serve("gateway", "gateway.app", core=contender, environment=gateway_environment(tokens, registry=upstream.port, collector=upstream.port))}
        doors |= _peers(plan, parts, tokens, contender, upstream.port)
        requests = load.requests(tokens.requests(PATH))
        for door in doors.values():
            load.warm_up(requests, door, least=len(tokens.people))
        costs: dict[str, Callable[[], tuple[float, float]]] = {name: partial(cost, load, requests, door, plan.seconds) for name, door in doors.items()}
        found = interleave(plan.rounds, costs)
        rows = _rows(found)
        rate = 0.5 * sorted(rate for _cost, rate in found[OURS])[plan.rounds // 2]
        rows.append(_added_latency(plan, load, requests, doors[OURS], upstream, rate))
        return rows


def _peers(plan: Plan, parts: Parts, tokens: Tokens, core: int, upstream: int) -> dict[str, Part]:
    peers: dict[str, Part] = {}
    if (envoy := envoy_binary()) is not None:
        peers[ENVOY] = start_envoy(parts, "envoy", envoy, core=core, upstream=upstream, tokens=tokens, cached=False)
        peers[ENVOY_CACHED] = start_envoy(parts, "envoy-cached", envoy, core=core, upstream=upstream, tokens=tokens, cached=True)
    else:
        plan.report(ENVOY_IS_MISSING)
    if (nginx := nginx_binary()) is not None:
        peers[NGINX] = start_nginx(parts, nginx, core=core, upstream=upstream)
    else:
        plan.report(NGINX_IS_MISSING)
    return peers


def cost(load: Load, requests: Path, door: Part, seconds: float) -> tuple[float, float]:
    """Microseconds of CPU per request, and requests a second."""
    before = door.cpu_seconds()
    found = load.run(requests, door.port, seconds=seconds, connections=CONNECTIONS).without_errors(door.name)
    return (door.cpu_seconds() - before) / (found.rate * found.seconds) * 1e6, found.rate


def _rows(found: dict[str, list[tuple[float, float]]]) -> list[Row]:
    ours = [cost for cost, _rate in found[OURS]]
    targets = {ENVOY: (1.0, False), ENVOY_CACHED: (1.0, True), NGINX: (0.12, False)}
    return [
        Row(
            "gateway", "CPU time per request", OURS, peer, "µs", ours, [cost for cost, _rate in found[peer]], Kind.COST, target, stretch,
            notes={"requests a second": {OURS: [round(rate) for _cost, rate in found[OURS]], peer: [round(rate) for _cost, rate in found[peer]]}},
        )
        for peer, (target, stretch) in targets.items() if peer in found
    ]  # fmt: skip


def _added_latency(plan: Plan, load: Load, requests: Path, door: Part, upstream: Part, rate: float) -> Row:
    """What the door adds to the slowest hundredth at half of its capacity, in open loop: with it, and without it."""

    def p99(part: Part) -> float:
        return load.run(requests, part.port, seconds=plan.seconds, connections=CONNECTIONS, rate=rate).without_errors(part.name).p(0.99) * 1000

    found = interleave(plan.rounds, {"with": partial(p99, door), "without": partial(p99, upstream)})
    added = [max(0.0, ours - bare) for ours, bare in zip(found["with"], found["without"], strict=True)]
    return limited("gateway", "p99 added at half load", OURS, added, 2, "ms", notes={"rate": round(rate), "p99 with": found["with"], "p99 without": found["without"]})
