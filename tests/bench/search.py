"""B3: people found by the words of their names: half by the beginning of one, half by two in any order, none with its accents; by people of
one province with their own tokens, under row-level security; beside pgbench, which sends the statements of those searches and nothing else."""

import os
import random
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import orjson

from deploy.local.postgres import binaries
from services.registry.persons.lists import search_statement
from shared.names import search_words
from shared.quick import positional
from tests.bench.harness import Kind, MeasureFailed, Plan, Row, interleave, limited
from tests.bench.load import Load
from tests.bench.parts import Part, cores
from tests.bench.people import FAMILIES, GIVEN, HOME, MIDDLES, People, people
from tests.bench.rig import rig, service_environment
from tests.bench.tokens_of import Tokens, request

CLIENTS = 8
PATH = "/api/v1/registry/persons/search"
LIMIT = 20
RATE = 50
SCRIPTS = 40
OURS, BARE = "registry service", "pgbench, the same statements"


def bench(plan: Plan, folder: Path) -> list[Row]:
    with rig(folder, tokens=200) as (parts, load, tokens), people(folder, tokens, plan.people) as known:
        upstream = parts.collector(cores()[1])
        registry = parts.serve("registry", "services.registry.app", core=cores()[0], environment=service_environment(known, collector=upstream.port), ready="/health/ready")
        asked = load.requests(list(searches(tokens)))
        load.warm_up(asked, registry, least=len(tokens.people), connections=CLIENTS)
        found = interleave(plan.rounds, {OURS: partial(_searches, load, asked, registry, plan.seconds), BARE: partial(_pgbench, known, Path(parts.folder), plan.seconds)})
        open_loop = [load.run(asked, registry.port, seconds=plan.seconds, connections=CLIENTS, rate=RATE).without_errors(OURS).p(0.99) * 1000 for _ in range(plan.rounds)]
    notes = {"people": plan.people, "clients": CLIENTS, "service processes": 1}
    return [
        Row("search", "searches a second", OURS, BARE, "searches/s", found[OURS], found[BARE], Kind.RATE, 0.6, notes=notes),
        limited("search", f"p99 at {RATE} searches a second", OURS, open_loop, 60, "ms", notes=notes),
    ]


def _typed() -> Iterator[str]:
    """What people type: the first letters of a name, or two names as they come to mind."""
    chance = random.Random(3)
    while True:
        yield _plain(chance.choice(GIVEN))[: chance.randint(2, 4)]
        yield f"{_plain(chance.choice(GIVEN))} {_plain(chance.choice((*FAMILIES, *MIDDLES)))}"


def _plain(name: str) -> str:
    return min(search_words(name))


def searches(tokens: Tokens) -> Iterator[bytes]:
    for token, typed in zip(tokens.people, _typed(), strict=False):
        yield request("POST", PATH, token, body=orjson.dumps({"q": typed, "limit": LIMIT}))


def _searches(load: Load, asked: Path, registry: Part, seconds: float) -> float:
    return load.run(asked, registry.port, seconds=seconds, connections=CLIENTS).without_errors(OURS).rate


def _pgbench(known: People, folder: Path, seconds: float) -> float:
    scripts = []
    for number, typed in zip(range(SCRIPTS), _typed(), strict=False):
        script = folder / f"search-{number}.sql"
        script.write_text(f"{_literal(typed)};\n")
        scripts += ["--file", str(script)]
    postgres = known.postgres
    done = subprocess.run(
        [
            str(binaries() / "bin" / "pgbench"), "--no-vacuum", "--client", str(CLIENTS), "--jobs", "1", "--time", str(max(3, round(seconds))), "--protocol", "extended",
            *scripts, "--host", postgres.host, "--port", str(postgres.port), "--username", "registry_app", "registry",
        ],
        check=False, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": postgres.passwords["registry_app"]},
    )  # fmt: skip
    rate = next((line for line in done.stdout.splitlines() if line.startswith("tps = ")), None)
    if done.returncode or rate is None:
        raise MeasureFailed(f"pgbench: {(done.stderr or done.stdout)[-600:]}")
    return float(rate.split()[2])


def _literal(typed: str) -> str:
    """The statement of a search as the service sends it, its values written in: pgbench has no arrays."""
    (text, constants), words = search_statement(typed, exact=False, of_a_country=False)
    kept = {
        "roles": ["records-officer", "regional-administrator"],
        "acting_as": "{records-officer,regional-administrator}",
        "account": "bench",
        "query": typed,
        "exact": False,
        "kept_since": "2025-01-01",
        "day": "2025-09-30",
        "language": "vi",
        "row_limit": LIMIT + 1,
    }
    asked = {"paths": [HOME], "parties": ["VN-22"], "authorities": [HOME], "scope": f"{{{HOME}}}", "shared": "{VN-22}"}
    values = constants | words | kept | asked
    statement, names = positional(text.replace(":search_id", "gen_random_uuid()"))
    for number, name in reversed(list(enumerate(names, 1))):
        statement = statement.replace(f"${number}", _written(values[name]))
    return " ".join(statement.split())


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"'{{{','.join(value)}}}'"
    return str(value) if isinstance(value, int) else f"""'{str(value).replace("'", "''")}'"""
