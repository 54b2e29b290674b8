"""B13: the flat curve: reads, pages of a list and searches among a hundred times as many people (of three million: three hundred times) take as long. Two registries of their own, asked in turns at a
rate that neither notices, in open loop."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.bench.harness import Kind, Plan, Row, interleave
from tests.bench.load import Load
from tests.bench.parts import Part, cores
from tests.bench.people import People, people
from tests.bench.registry import DAY
from tests.bench.rig import rig, service_environment
from tests.bench.search import searches
from tests.bench.tokens_of import Tokens, request

TIMES = 100
FEWEST, FEW = 1_000, 10_000
RATE = 40
CONNECTIONS = 4


def bench(plan: Plan, folder: Path) -> list[Row]:
    few, many = min(FEW, max(FEWEST, plan.people // TIMES)), plan.people
    found: dict[str, dict[str, list[float]]] = {}
    with rig(folder, tokens=200) as (parts, load, tokens), ExitStack() as stack:
        upstream = parts.collector(cores()[1])
        sides: dict[str, tuple[Part, People]] = {}
        for name, count in (("few", few), ("many", many)):
            known = stack.enter_context(people(folder, tokens, count))
            part = parts.serve(f"registry-{name}", "services.registry.app", core=cores()[0], environment=service_environment(known, collector=upstream.port), ready="/health/ready")
            sides[name] = part, known
        for what in ("read", "list", "search"):
            asked = {name: load.requests(_asked(what, known, tokens)) for name, (_part, known) in sides.items()}
            costs: dict[str, Callable[[], float]] = {}
            for name, (part, _known) in sides.items():
                load.warm_up(asked[name], part, least=len(tokens.people), connections=CONNECTIONS)
                costs[name] = partial(_p99, load, asked[name], part, plan.seconds)
            found[what] = interleave(plan.rounds, costs)
    notes = {"people": many, "rate": RATE}
    return [
        Row("flat", f"p99 of a {what} at {RATE} a second", f"among {many:,} people", f"among {few:,}", "ms", found[what]["many"], found[what]["few"], Kind.LIMIT, 1.5, notes=notes)
        for what in found
    ]


def _asked(what: str, known: People, tokens: Tokens) -> list[bytes]:
    if what == "search":
        return list(searches(tokens))
    if what == "read":
        paths = [f"/api/v1/registry/persons/{person}" for person in known.ids]
    else:
        paths = [f"/api/v1/registry/persons?facility={facility}&occupation={occupation}&as_of={DAY}&limit=20" for facility, occupation in known.lists]
    return [request("GET", paths[number % len(paths)], token) for number, token in enumerate(tokens.people)]


def _p99(load: Load, asked: Path, part: Part, seconds: float) -> float:
    return load.run(asked, part.port, seconds=seconds, connections=CONNECTIONS, rate=RATE).without_errors(part.name).p(0.99) * 1000
